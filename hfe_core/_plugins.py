"""Finding and loading plugins, each on its own, so that one broken package breaks nothing else."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, cast

import attrs
import pluggy

from hfe_core import hookspecs
from hfe_core._installed import OWN_DISTRIBUTION, Installed
from hfe_core._names import canonical, shorten
from hfe_core.errors import PluginWarning

__all__ = ["Hooks", "PluginInfo"]


@attrs.frozen
class PluginInfo:
    """An installed plugin.

    Attributes:
        name: The name of its entry point.
        distribution: The distribution that brings it, or None for one that was given to the registry.
        version: The distribution's version, or None.
        hooks: The hooks that it implements.
        problem: Why it is not used, or None: it is broken or disabled.
        disabled: It was switched off by ``HFE_DISABLE_PLUGINS``.
    """

    name: str
    distribution: str | None
    version: str | None
    hooks: tuple[str, ...] = ()
    problem: str | None = None
    disabled: bool = False

    def __str__(self) -> str:
        owner = f"{self.distribution} {self.version or ''}".strip() if self.distribution else self.name
        return f"{owner} ({self.problem})" if self.problem else owner


class _Manager(pluggy.PluginManager):
    """Does not look for hooks among the names that every module has, which is most of the time that registering takes."""

    def parse_hookimpl_opts(self, plugin: object, name: str) -> Any:
        return None if name.startswith("__") else super().parse_hookimpl_opts(plugin, name)


class Hooks:
    """The hooks of all plugins, typed; the only place that touches pluggy.

    Args:
        plugins: Plugins beside the installed ones, by name.
        points: The entry points of installed plugins.
        disabled: Names of entry points or distributions not to import; ``"*"`` for all but hfe's own.
    """

    def __init__(
        self, plugins: Mapping[str, object], points: Iterable[Installed], disabled: Iterable[str] | None
    ) -> None:
        self._manager = _Manager("hfe")
        self._manager.add_hookspecs(hookspecs)
        self._specs = [name for name in hookspecs.__all__ if name.startswith("hfe_")]
        self.infos: dict[str, PluginInfo] = {}
        if disabled is None:
            disabled = os.environ.get("HFE_DISABLE_PLUGINS", "").split(",")
        self._disabled = {canonical(name.strip()) for name in disabled} - {""}
        for point in points:
            self._load(point)
        for name, plugin in plugins.items():
            self._register(name, plugin, PluginInfo(name, None, None))

    def _load(self, point: Installed) -> None:
        distribution = point.distribution or None
        info = PluginInfo(point.name, distribution, point.version)
        key = f"{distribution}:{point.name}"
        if key in self.infos:
            return
        names = {canonical(point.name), canonical(distribution or "")}
        if names & self._disabled or ("*" in self._disabled and distribution != OWN_DISTRIBUTION):
            self.infos[key] = attrs.evolve(info, problem="disabled by HFE_DISABLE_PLUGINS", disabled=True)
            return
        try:
            plugin: object = point.load()
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a third party's import may raise anything
            self._break(key, info, f"{type(error).__name__}: {shorten(str(error), 200)}")
            return
        self._register(key, plugin, info)

    def _register(self, key: str, plugin: object, info: PluginInfo) -> None:
        try:
            self._manager.register(plugin, key)
        except Exception as error:  # noqa: BLE001 - pluggy refuses wrong arguments of a hook in several ways
            self._break(key, info, shorten(str(error), 300))
            return
        callers = self._manager.get_hookcallers(plugin) or []
        misspelt = [caller.name for caller in callers if not caller.has_spec()]
        if misspelt:
            from difflib import get_close_matches

            close = get_close_matches(misspelt[0], self._specs, 1)
            hint = f"; did you mean {close[0]}?" if close else ""
            self._break(key, info, f"{misspelt[0]} is not a hook of hfe{hint}")
            return
        self.infos[key] = attrs.evolve(info, hooks=tuple(sorted(caller.name for caller in callers)))

    def _break(self, key: str, info: PluginInfo, problem: str) -> None:
        # With its other hooks, which pluggy may have taken before it came to a wrong one.
        if self._manager.get_plugin(key) is not None:
            self._manager.unregister(name=key)
        self.infos[key] = info = attrs.evolve(info, problem=problem)
        warnings.warn(f"the plugin {info} is not used", PluginWarning, stacklevel=2)

    def each(self, hook: str) -> Iterator[tuple[str, PluginInfo, Callable[..., Any]]]:
        """Key, plugin and implementation of one hook, in the order of registration.

        The implementation takes the hook's arguments by keyword, all of them.
        """
        caller: pluggy.HookCaller = getattr(self._manager.hook, hook)
        for implementation in caller.get_hookimpls():
            yield (
                implementation.plugin_name,
                self.infos[implementation.plugin_name],
                _taking(implementation.function, implementation.argnames),
            )

    def listed(self, hook: str, key: str, call: Callable[[], object]) -> list[object]:
        """What a registering hook of one plugin gives; a failure marks the plugin as broken."""
        try:
            return list(cast("Iterable[object]", call()))
        except Exception as error:  # noqa: BLE001 - a third party's code may raise anything
            self._break(key, self.infos[key], f"{hook} raised {type(error).__name__}: {shorten(str(error), 200)}")
            return []

    @property
    def broken(self) -> list[str]:
        """The plugins that could not be used, in words."""
        return [str(info) for info in self.infos.values() if info.problem and not info.disabled]


def _taking(function: Callable[..., Any], names: tuple[str, ...]) -> Callable[..., Any]:
    def call(**given: object) -> Any:
        return function(*(given[name] for name in names))

    return call
