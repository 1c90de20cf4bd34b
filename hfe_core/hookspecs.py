"""The hooks that a plugin may implement. Entry-point group: ``hfe``.

A plugin is any importable thing (a module, mostly) with functions of these names, marked with :data:`hookimpl`::

    from hfe_core.hookspecs import hookimpl

    @hookimpl
    def hfe_register_tasks():
        return [MY_TASK]
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from hfe_core.observing import Event
    from hfe_core.options import Options
    from hfe_core.serve.engine import Engine
    from hfe_core.task import StreamTask, Task, TaskRef
    from hfe_core.transport import AsyncTransport, Transport
    from hfe_core.values import Endpoint, Request

__all__ = [
    "hfe_observe",
    "hfe_prepare",
    "hfe_register_engines",
    "hfe_register_tasks",
    "hfe_transport",
    "hookimpl",
]

hookspec = pluggy.HookspecMarker("hfe")
hookimpl = pluggy.HookimplMarker("hfe")


@hookspec
def hfe_register_tasks() -> Iterable[Task[..., object] | StreamTask[..., object] | TaskRef]:
    """Name the tasks of this plugin.

    Called once per registry, on the first need of a task by name. Give a ``TaskRef`` for a task whose module is better
    imported later. An exception marks the plugin as broken and leaves the others alone.

    :return: tasks and references to tasks; an empty iterable is fine.
    """
    return ()


@hookspec
def hfe_prepare(request: Request, task: str | None) -> Request | None:
    """Change a request before it is sent: another header, a signature, another path.

    Called once per call, not per attempt, in the order of registration, each with the result of the one before. It costs
    time in every call, so do no I/O. An exception ends the call and reaches the user.

    :param request: the request; frozen, use ``attrs.evolve``. Its token is masked and stays so.
    :param task: the task's name, or None for ``client.request``.
    :return: another request, or None to leave it as it is.
    """


@hookspec
def hfe_observe(event: Event) -> None:
    """Be told of a send, a retry or the end of a call.

    Called one to three times per attempt, on the thread or loop that makes the call, so be quick. An exception is logged
    and otherwise ignored.

    :param event: what happened; it holds no payload and no secret.
    """


@hookspec(firstresult=True)
def hfe_transport(endpoint: Endpoint, options: Options, is_async: bool) -> Transport | AsyncTransport | None:
    """Give the transport of a new client.

    Called once for each client that was not given a transport, before its first request. The first plugin that gives one
    wins. An exception reaches the user.

    :param endpoint: where the client's requests go.
    :param options: the client's options.
    :param is_async: whether an AsyncTransport is wanted.
    :return: a transport, or None to leave it to others.
    """


@hookspec
def hfe_register_engines() -> Iterable[Engine]:
    """Name the engines that this plugin has for the local endpoint.

    Called once, by ``hfe serve`` and its relatives. Import nothing heavy here; an engine loads what it needs when it is
    first asked. An exception marks the plugin as broken.

    :return: engines.
    """
    return ()
