"""Running the local endpoint: in the foreground for ``hfe serve``, in a thread for a demo or a test."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from typing import Any

import uvicorn

from hfe_core.serve.app import MAX_BODY, create_app
from hfe_core.serve.engine import Engine, EngineError
from hfe_core.serve.selection import Served, select

__all__ = ["run_server", "serving"]

_START_SECONDS = 30.0
_GRACE_SECONDS = 3


def run_server(
    engines: Iterable[Engine],
    *,
    tasks: Iterable[str] | None = None,
    models: Mapping[str, str] | None = None,
    default: str | None = None,
    host: str = "127.0.0.1",
    port: int = 8000,
    max_body: int = MAX_BODY,
    report: Callable[[str], None] | None = None,
) -> None:
    """Serve until interrupted; returns after SIGINT or SIGTERM, when open requests have had a few seconds to end.

    Args:
        engines: The engines to choose from, the preferred ones first.
        tasks: The tasks to serve; None serves every task that has an installed engine, and those of ``models``.
        models: Task to model directory or id, for engines that need one.
        default: The task of ``POST /``; by default the first served one.
        host: The address to bind. There is no authentication: anything but the loopback address opens it to others.
        port: The port; 0 takes a free one, which the report names.
        max_body: The largest body, in bytes.
        report: Called with each line of the table of tasks, engines and licences; by default printed to stderr.

    Raises:
        EngineError: A task has no engine, its packages are missing, or the port is taken.
    """
    tell = report or _to_stderr
    known = tuple(engines)
    wanted = None if tasks is None else tuple(tasks)
    app = create_app(known, tasks=wanted, models=models, default=default, max_body=max_body)
    served = select(known, wanted, models)
    with _bound(host, port) as sock, contextlib.suppress(KeyboardInterrupt):
        for line in _table(served):
            tell(line)
        tell(f"serving at {_address(sock)} (POST / answers {default or served[0].task}); Ctrl-C ends")
        uvicorn.Server(_config(app)).run(sockets=[sock])


@contextlib.contextmanager
def serving(
    engines: Iterable[Engine] | None = None,
    *,
    tasks: Iterable[str] | None = None,
    models: Mapping[str, str] | None = None,
    default: str | None = None,
    port: int = 0,
    max_body: int = MAX_BODY,
) -> Generator[str, None, None]:
    """Serve from a background thread on 127.0.0.1 while the block runs.

    Args:
        engines: The engines to choose from; None takes those of all installed plugins.
        tasks: The tasks to serve; None serves every task that has an installed engine, and those of ``models``.
        models: Task to model directory or id, for engines that need one.
        default: The task of ``POST /``; by default the first served one.
        port: The port; 0 takes a free one.
        max_body: The largest body, in bytes.

    Yields:
        The base URL, as ``http://127.0.0.1:40123``, when the server answers.

    Raises:
        EngineError: A task has no engine, its packages are missing, the port is taken, or the server did not start.
    """
    chosen = _registered() if engines is None else tuple(engines)
    app = create_app(chosen, tasks=tasks, models=models, default=default, max_body=max_body)
    with _bound("127.0.0.1", port) as sock:
        server = uvicorn.Server(_config(app))
        thread = threading.Thread(target=server.run, args=([sock],), name="hfe-serve", daemon=True)
        thread.start()
        try:
            limit = time.monotonic() + _START_SECONDS
            while not server.started:
                if not thread.is_alive() or time.monotonic() > limit:
                    raise EngineError("the local endpoint did not start")
                time.sleep(0.002)
            yield _address(sock)
        finally:
            server.should_exit = True
            thread.join(_GRACE_SECONDS + 2)


def _registered() -> Sequence[Engine]:
    from hfe_core._registry import default_registry

    return default_registry().engines()


def _config(app: Any) -> uvicorn.Config:  # uvicorn's ASGI types are stricter than Starlette's
    return uvicorn.Config(
        app,
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio disables Nagle only where the protocol is named; without that every answer waits some 40 ms.
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
    except (OSError, OverflowError) as error:
        sock.close()
        raise EngineError(f"cannot serve at {host} port {port}: {error}; port 0 takes a free one") from error
    return sock


def _address(sock: socket.socket) -> str:
    host, port = sock.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _table(served: Sequence[Served]) -> Iterator[str]:
    rows = [("task", "engine", "licence"), *((one.task, one.engine.name, one.engine.licence) for one in served)]
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    for row in rows:
        yield f"{row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]}"


def _to_stderr(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
