"""From names to tasks. Plugins register at most once, through pluggy; look-ups are those of a dict."""

from __future__ import annotations

import importlib
import os
import threading
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from hfe_core._names import canonical
from hfe_core.errors import PluginError, UnknownTaskError
from hfe_core.task import AnyTask, StreamTask, Task, TaskRef

if TYPE_CHECKING:
    from hfe_core._installed import Installed
    from hfe_core._plugins import Hooks, PluginInfo
    from hfe_core.observing import Event
    from hfe_core.options import Options
    from hfe_core.serve.engine import Engine
    from hfe_core.transport import AsyncTransport, Transport
    from hfe_core.values import Endpoint, Request

__all__ = ["Registry", "default_registry"]

_lock = threading.RLock()


def _forked() -> None:
    """Give a child a lock of its own: the parent's may be held by a thread that the child does not have."""
    global _lock
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)

_Registered: TypeAlias = "Task[..., Any] | StreamTask[..., Any] | TaskRef"
_Entry = tuple[_Registered, str]


class Registry:
    """The tasks of all plugins, by name. Loads them on first need; safe to share between threads.

    Args:
        plugins: Plugins beside the installed ones, by name: modules or objects with hook implementations.
        installed: Whether to use the plugins of installed distributions.
        disabled: Names of entry points or distributions not to import, ``"*"`` for all but hfe's own; None for those
            in the environment variable ``HFE_DISABLE_PLUGINS``, separated by commas.
    """

    def __init__(
        self,
        plugins: Mapping[str, object] | None = None,
        *,
        installed: bool = True,
        disabled: Iterable[str] | None = None,
    ) -> None:
        self._given = dict(plugins or {})
        self._installed = installed
        self._disabled = None if disabled is None else tuple(disabled)
        self._points: list[Installed] | None = None
        self._hooks: Hooks | None = None
        self._entries: dict[tuple[str, bool], list[_Entry]] = {}
        self._tasks: dict[str, Task[..., Any]] = {}
        self._streams: dict[str, StreamTask[..., Any]] = {}
        self._preparers: tuple[Callable[..., Any], ...] | None = None
        self._observers: tuple[Callable[..., Any], ...] = ()

    def task(self, name: str) -> Task[..., Any]:
        """The task of this name.

        Raises:
            UnknownTaskError: No plugin registers it; the error names close ones and broken plugins.
            PluginError: Two plugins register it, or its module cannot be imported.
        """
        found = self._tasks.get(name)
        if found is None:
            found = self._tasks[name] = cast("Task[..., Any]", self._resolve(name, stream=False))
        return found

    def stream_task(self, name: str) -> StreamTask[..., Any]:
        """The stream task of this name; raises as :meth:`task`."""
        found = self._streams.get(name)
        if found is None:
            found = self._streams[name] = cast("StreamTask[..., Any]", self._resolve(name, stream=True))
        return found

    def names(self, *, stream: bool = False) -> tuple[str, ...]:
        """The names of all tasks, or of all stream tasks, sorted."""
        self._load()
        return tuple(sorted(name for name, is_stream in self._entries if is_stream == stream))

    def tasks(self) -> tuple[AnyTask, ...]:
        """All tasks and stream tasks that can be imported, by name; two plugins' quarrel over a name leaves it out."""
        found: list[AnyTask] = []
        for stream in (False, True):
            for name in self.names(stream=stream):
                try:
                    found.append(self.stream_task(name) if stream else self.task(name))
                except PluginError:
                    continue
        return tuple(sorted(found, key=lambda task: (task.name, isinstance(task, StreamTask))))

    def owner(self, task: AnyTask) -> str | None:
        """The name of the distribution (or given plugin) whose task of this name is used; None if there is none, or two."""
        self._load()
        entries = self._entries.get((task.name, isinstance(task, StreamTask)), [])
        try:
            return _winner(task.name, entries)[1] if entries else None
        except PluginError:
            return None

    def plugins(self) -> tuple[PluginInfo, ...]:
        """All plugins, the broken and the disabled included."""
        return tuple(self._load().infos.values())

    def engines(self) -> tuple[Engine, ...]:
        """The engines that plugins have for the local endpoint."""
        hooks = self._load()
        engines: list[object] = []
        for key, _, implementation in list(hooks.each("hfe_register_engines")):
            engines += hooks.listed("hfe_register_engines", key, implementation)
        return cast("tuple[Engine, ...]", tuple(engines))

    def prepare(self, request: Request, task: str | None) -> Request:
        """The request as the plugins' ``hfe_prepare`` leave it."""
        for implementation in self._call_hooks():
            changed: Request | None = implementation(request=request, task=task)
            request = request if changed is None else changed
        return request

    def observer(self) -> Callable[[Event], None] | None:
        """What tells the plugins' ``hfe_observe`` of an event, or None where no plugin asks."""
        self._call_hooks()
        return self._observe if self._observers else None

    def transport(self, endpoint: Endpoint, options: Options, *, is_async: bool) -> Transport | AsyncTransport | None:
        """The transport that a plugin gives for this endpoint, or None."""
        hooks = self._asked()
        for _, _, implementation in () if hooks is None else hooks.each("hfe_transport"):
            transport: Transport | AsyncTransport | None = implementation(
                endpoint=endpoint, options=options, is_async=is_async
            )
            if transport is not None:
                return transport
        return None

    def _call_hooks(self) -> tuple[Callable[..., Any], ...]:
        if self._preparers is None:
            hooks = self._asked()
            if hooks is not None:
                self._observers = tuple(implementation for _, _, implementation in hooks.each("hfe_observe"))
            each = () if hooks is None else hooks.each("hfe_prepare")
            self._preparers = tuple(implementation for _, _, implementation in each)
        return self._preparers

    def _observe(self, event: Event) -> None:
        for implementation in self._observers:
            try:
                implementation(event=event)
            except Exception:  # An observer must not break a call.
                import logging

                logging.getLogger("hfe_core").exception("an hfe_observe hook failed")

    def _asked(self) -> Hooks | None:
        """The hooks that calls ask; None where there are only hfe's own plugins, which name tasks and do nothing else."""
        if self._hooks is None and not self._given:
            from hfe_core._installed import OWN_DISTRIBUTION

            if all(point.distribution == OWN_DISTRIBUTION for point in self._found()):
                return None
        return self._load()

    def _found(self) -> list[Installed]:
        with _lock:
            if self._points is None:
                from hfe_core._installed import plugins

                self._points = plugins() if self._installed else []
            return self._points

    def _load(self) -> Hooks:
        if self._hooks is None:
            with _lock:
                if self._hooks is None:
                    from hfe_core._plugins import Hooks

                    hooks = Hooks(self._given, self._found(), self._disabled)
                    entries: dict[tuple[str, bool], list[_Entry]] = {}
                    for key, info, implementation in list(hooks.each("hfe_register_tasks")):
                        owner = info.distribution or info.name
                        for item in hooks.listed("hfe_register_tasks", key, partial(_registered, implementation)):
                            entry = cast("_Registered", item)
                            stream = entry.stream if isinstance(entry, TaskRef) else isinstance(entry, StreamTask)
                            entries.setdefault((entry.name, stream), []).append((entry, owner))
                    # Only whole: where warnings are errors, that of a broken plugin ends the loop.
                    self._entries, self._hooks = entries, hooks
        return self._hooks

    def _resolve(self, name: str, *, stream: bool) -> AnyTask:
        hooks = self._load()
        entries = self._entries.get((name, stream))
        if not entries:
            from difflib import get_close_matches

            known = self.names(stream=stream)
            raise UnknownTaskError(
                str(name),
                close=get_close_matches(str(name), known, 3, 0.5),
                broken=hooks.broken,
                kind="stream task" if stream else "task",
            )
        entry, owner = _winner(name, entries)
        if not isinstance(entry, TaskRef):
            return entry
        return _import(entry, owner)


def _registered(implementation: Callable[[], Iterable[object]]) -> list[object]:
    """What a plugin registers, all of it or nothing."""
    items = list(implementation())
    for item in items:
        if not isinstance(item, Task | StreamTask | TaskRef):
            raise TypeError(f"expected Task, StreamTask or TaskRef, not {type(item).__name__}")
    return items


def _winner(name: str, entries: list[_Entry]) -> _Entry:
    replaced = {canonical(entry.replaces) for entry, _ in entries if entry.replaces}
    left = [item for item in entries if canonical(item[1]) not in replaced]
    if len(left) == 1:
        return left[0]
    owners = [owner for _, owner in (left or entries)]
    raise PluginError(
        f"{name!r} is registered by {' and by '.join(owners)}; uninstall one, name one in HFE_DISABLE_PLUGINS, or let "
        f"one task say replaces={owners[0]!r}",
        distributions=owners,
    )


def _import(ref: TaskRef, owner: str) -> AnyTask:
    module, _, attribute = ref.target.partition(":")
    kind = StreamTask if ref.stream else Task
    try:
        found: object = getattr(importlib.import_module(module), attribute)
    except Exception as error:
        raise PluginError(
            f"{ref.name!r} of {owner}: {ref.target} cannot be imported ({type(error).__name__}: {error})",
            distributions=[owner],
        ) from error
    if not isinstance(found, kind) or found.name != ref.name:
        raise PluginError(
            f"{ref.name!r} of {owner}: {ref.target} is not a {kind.__name__} of this name", distributions=[owner]
        )
    return cast("AnyTask", found)


_default: Registry | None = None


def default_registry() -> Registry:
    """The registry of this process, which clients share that were not given one."""
    global _default
    with _lock:
        if _default is None:
            _default = Registry()
        return _default
