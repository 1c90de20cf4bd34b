"""Fixtures of the command's tests: a server on 127.0.0.1 that answers like the default container, and a caller."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import attrs
import pytest

pytest.importorskip("click", reason="needs the extra cli")
pytest.importorskip("rich", reason="needs the extra cli")

from click.testing import CliRunner, Result

from hfe_core.cli.app import hfe

SECRET = "hf_SecretThatMustNeverBeSeen"


@attrs.define
class Asked:
    """One request that the server got."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@attrs.define
class Answer:
    """One answer: JSON-able, or bytes with a content type."""

    body: object
    status: int = 200
    content_type: str = "application/json"
    headers: Mapping[str, str] = attrs.field(factory=dict)


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is no news."""


class Server:
    """A real HTTP server; ``answer`` is an Answer, a value for JSON, or a function of the request."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answer: Any = Answer([])
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers.get("content-length", 0))
                asked = Asked(self.path, {k.lower(): v for k, v in self.headers.items()}, self.rfile.read(length))
                outer.asked.append(asked)
                answer = outer.answer(asked) if callable(outer.answer) else outer.answer
                if not isinstance(answer, Answer):
                    answer = Answer(answer)
                body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
                self.send_response(answer.status)
                self.send_header("content-type", answer.content_type)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._http = _Quiet(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @property
    def last(self) -> Asked:
        return self.asked[-1]


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


class _Command:
    """What CliRunner needs of a command, with the exit statuses of the real one."""

    name = "hfe"

    def main(self, args: Any, prog_name: str, **extra: Any) -> None:
        sys.exit(hfe.run(list(args), **extra))


Caller = Callable[..., Result]


@pytest.fixture
def call() -> Caller:
    """``call("run", "fill-mask", ..., registry=..., input=..., env=...)`` runs the command in this process."""

    def run(*args: object, registry: object = None, input: Any = None, env: Mapping[str, str] | None = None) -> Result:
        clean = {"HFE_ENDPOINT": None, "HF_TOKEN": SECRET, "HFE_TRACEBACK": None, "HFE_DISABLE_PLUGINS": None}
        result = CliRunner().invoke(
            _Command(), [str(arg) for arg in args], input=input, env={**clean, **(env or {})}, obj=registry
        )
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        shown = result.stdout_bytes + result.stderr_bytes
        assert SECRET.encode() not in shown
        assert b"Traceback" not in shown
        return result

    return run


@pytest.fixture
def answer() -> type[Answer]:
    return Answer


@pytest.fixture
def secret() -> str:
    return SECRET


@pytest.fixture
def plugin() -> Callable[..., object]:
    """``plugin(tasks=[...], engines=[...])`` makes a plugin for a Registry."""
    from hfe_core import hookimpl

    def make(tasks: Any = (), engines: Any = ()) -> object:
        class Plugin:
            @hookimpl
            def hfe_register_tasks(self) -> Any:
                return tasks

            @hookimpl
            def hfe_register_engines(self) -> Any:
                return engines

        return Plugin()

    return make
