"""The token goes to the endpoint and stays there: not into errors, logs, pickles, or to other hosts."""

from __future__ import annotations

import asyncio
import http.client as http_client
import io
import pickle
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from typing import Any

import attrs

from hfe_core import (
    BadRequest,
    ConnectError,
    HfeError,
    RequestTimeout,
    StreamBroken,
    TransportError,
)
from tests.faults.actions import acting
from tests.faults.answers import SSE, chunk, close, hang_up_after, head, http, silence
from tests.faults.case import OK, QUICK, TOKEN, Case, Custom, Fails, request, streaming
from tests.http_server import Seen

GOOD = {"ok": True}


_JSON = b"content-type: application/json"


FAILURES = [
    Case(
        f"no error shows the token: {name}",
        script=[answer],
        calls=call,
        options=attrs.evolve(QUICK, timeout=0.5),
        expect=Fails(_KIND),
    )
    for _KIND in [(TransportError, RequestTimeout, StreamBroken)]
    for name, answer, call in (
        ("closed", close, request()),
        ("silent", silence, request()),
        ("cut", hang_up_after(head(_JSON, b"content-length: 9") + b"{"), request()),
        ("no HTTP", hang_up_after(b"SSH-2.0-OpenSSH_9.6\r\n"), request()),
        ("a stream cut", hang_up_after(SSE + chunk(b"data: one\n\n")), streaming()),
        ("with a file", hang_up_after(b"garbage\r\n\r\n"), request(b"data" * 100_000)),
    )
]


def _debugged(client: Any) -> Any:
    """With http.client's debug print on everywhere; the harness looks at what was printed."""
    http_client.HTTPConnection.debuglevel = 1
    value = client.request({"inputs": "x"})

    async def later() -> Any:
        try:
            return await value
        finally:
            http_client.HTTPConnection.debuglevel = 0

    if hasattr(value, "__await__"):
        return later()
    http_client.HTTPConnection.debuglevel = 0
    return value


def _is_clean(value: Any) -> bool:
    return value == "clean"


def _searched(*things: bytes | str) -> str:
    for thing in things:
        data = thing if isinstance(thing, bytes) else thing.encode("utf-8", "replace")
        if TOKEN.encode() in data or b"key_this_must_stay" in data:
            at = data.index(TOKEN.encode()) if TOKEN.encode() in data else data.index(b"key_this_must_stay")
            return f"found in {data[max(0, at - 200) : at + 50]!r}".replace(TOKEN, "<TOKEN>")
    return "clean"


def _kept(client: Any) -> Any:
    """An answer, and the client, pickled and shown."""
    from hfe_tasks.nlp.text_classification import TEXT_CLASSIFICATION

    def look(result: Any) -> str:
        return _searched(
            pickle.dumps(result), pickle.dumps(client), repr(result), repr(client), repr(client.options), repr(client.endpoint),
            repr(result.response.request), str(client), repr(vars(client)),
        )  # fmt: skip

    result = client.exchange(TEXT_CLASSIFICATION("x"))
    if not hasattr(result, "__await__"):
        return look(result)

    async def later() -> str:
        return look(await result)

    return later()


def _connections(client: Any) -> Any:
    """All addresses that are looked up or connected to during a call, but the endpoint's own."""
    found: list[str] = []
    ours = client.endpoint.url.rpartition(":")[2]
    listening = True

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if not listening:
            return
        if event == "socket.connect" and isinstance(args[1], tuple) and str(args[1][1]) != ours:
            found.append(f"connect {args[1]}")
        elif event == "socket.getaddrinfo" and args[0] not in {"127.0.0.1", b"127.0.0.1"}:
            found.append(f"look up {args[0]}")
        elif event == "urllib.Request" or (event == "subprocess.Popen"):
            found.append(event)

    sys.addaudithook(hook)
    value = client.request({"inputs": "x"})

    async def later() -> list[str]:
        nonlocal listening
        await value
        listening = False
        return found

    if hasattr(value, "__await__"):
        return later()
    listening = False
    return found


def _shown(error: BaseException) -> str:
    """The traceback with the locals of all frames but the suite's and the token's own."""
    entries = traceback.TracebackException.from_exception(error, capture_locals=True).format()
    return "".join(entry for entry in entries if "/tests/" not in entry)


def _interrupted_sync(make: Callable[..., Any]) -> str:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with make(headers={"x-api-key": "key_this_must_stay"}) as client:
        signal.signal(signal.SIGALRM, interrupt)
        signal.setitimer(signal.ITIMER_REAL, 0.4)
        try:
            client.request({"inputs": "x"})
        except KeyboardInterrupt as error:
            return _searched(_shown(error))
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    return "not interrupted"


def _interrupted_async(make: Callable[..., Any]) -> str:
    async def main() -> str:
        async with make(headers={"x-api-key": "key_this_must_stay"}) as client:
            task = asyncio.ensure_future(client.request({"inputs": "x"}))
            await asyncio.sleep(0.4)
            task.cancel()
            try:
                await task
            except asyncio.CancelledError as error:
                return _searched(_shown(error))
            return "not cancelled"

    return asyncio.run(main())


def _failed_error(client: Any) -> Any:
    """An error of a call, with all that hangs on it."""

    def look(error: HfeError) -> str:
        chain: list[str] = []
        current: BaseException | None = error
        while current is not None:
            chain += [repr(current), str(current), repr(vars(current)), *getattr(current, "__notes__", [])]
            current = current.__cause__ or current.__context__
        stream = io.StringIO()
        traceback.print_exception(error, file=stream)
        return _searched(pickle.dumps(error), *chain, stream.getvalue(), _shown(error))

    try:
        value = client.request({"inputs": "x"})
    except HfeError as error:
        return look(error)

    async def later() -> str:
        try:
            await value
        except HfeError as error:
            return look(error)
        return "no error"

    return later()


def _mirror(seen: Seen, connection: socket.socket) -> None:
    """All headers that came, back in the body and as headers."""
    lines = [f"x-{name}: {value}".encode("latin-1") for name, value in seen.headers.items()]
    body = repr(seen.headers).encode()
    connection.sendall(head(*lines, b"content-length: %d" % len(body), status=b"400 X") + body)


_KEY = {"x-api-key": "key_this_must_stay"}


KEPT = [
    Case("the debug print of http.client prints nothing", script=[OK], calls=acting(_debugged), expect=GOOD),
    Case("answers and clients are pickled and shown without secrets", script=[http([{"label": "A", "score": 0.5}])],
         calls=acting(_kept, headers=_KEY), expect=_is_clean),
    Case("no other host is looked up or connected to", script=[OK], calls=acting(_connections), expect=[]),
    Case("an interrupted call shows no secrets", script=[silence], calls=Custom(_interrupted_sync, _interrupted_async), expect=_is_clean),
    *(
        Case(f"an error shows no secrets: {name}", script=[answer], calls=acting(_failed_error, headers=_KEY, timeout=0.5),
             expect=_is_clean)
        for name, answer in {
            "a refusal": http({"error": "no"}, 400),
            "a lost connection": close,
            "a silent server": silence,
            "no HTTP": hang_up_after(b"\x16\x03\x01\x00"),
            "a header that breaks the rules": hang_up_after(b"HTTP/1.1 200 OK\r\nx y\r\n\r\n"),
            "an answer that is cut": hang_up_after(head(b"content-length: 9") + b"x"),
            "no JSON": http(b"oops", content_type="application/json"),
        }.items()
    ),
    Case("a mirror of all headers shows no token", script=[_mirror], expect=Fails(BadRequest, headers=lambda h: TOKEN not in str(h),
         body=lambda body: TOKEN.encode() not in body)),
    Case("a certificate that is not trusted hears no token", script=[OK], tls="untrusted",
         expect=Fails(ConnectError, "certificate", unanswered=False), requests=0),
]  # fmt: skip


CASES = [*FAILURES, *KEPT]
