"""Cases that must fail, each for a reason of its own: they show that the harness can."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
import warnings

from hfe_core import HfeError, StreamBroken
from tests.faults.answers import reset_now
from tests.faults.case import OK, TOKEN, Case, Custom, Either, Fails, request
from tests.http_server import http

_LEFT: list[object] = []


class _Unpicklable(HfeError):
    def __reduce__(self):
        raise TypeError("no")


def _both(act):
    def ignoring(_make):
        return act()

    return Custom(ignoring, ignoring)


def _bomb():
    _LEFT.append(bytearray(b"x") * (600 << 20))


def _grow():
    b"x" * (60 << 20)


def _raise(error: Exception):
    raise error


def _leak_local():
    from hfe_core import _json

    exec(
        compile("def f(secret):\n    raise HfeError('x')\nf(secret)", _json.__file__, "exec"),
        {"HfeError": HfeError, "secret": TOKEN},
    )


def _descriptor():
    _LEFT.append(socket.socket())


def _thread():
    threading.Thread(target=time.sleep, args=(5,), daemon=True).start()


def _broken_stream():
    raise StreamBroken("x", received=("a",))


def _wrong(name: str, act, says: str, **fields) -> tuple[Case, str]:
    fields = {"expect": None, "script": [OK], "seconds": 20.0, "megabytes": 30, **fields}
    return Case(name, calls=act if isinstance(act, list) else _both(act), **fields), says


FAILING: list[tuple[Case, str]] = [
    _wrong("hangs", lambda: time.sleep(60), "did not end within", seconds=0.5),
    _wrong("bombs", _bomb, "MemoryError|grew by"),
    _wrong("grows", _grow, "grew by"),
    _wrong("dies", lambda: os._exit(1), "the process died"),
    _wrong("another value", [request()], "instead of", expect={"ok": False}),
    _wrong("another type", lambda: 1, "instead of", expect=True),
    _wrong("a value for an error", [request()], "instead of HfeError", expect=Fails(HfeError)),
    _wrong("an error for a value", [request()], "instead of 1", expect=1, script=[http({"error": "x"}, 400)]),
    _wrong(
        "a base class", [request()], "instead of HfeError", expect=Fails(HfeError), script=[http({"error": "x"}, 400)]
    ),
    _wrong(
        "neither of two",
        lambda: 1,
        "gave 1 instead of 2 / gave 1 instead of HfeError",
        expect=Either(2, Fails(HfeError)),
    ),
    _wrong("other words", lambda: _raise(HfeError("x")), "does not say", expect=Fails(HfeError, "y")),
    _wrong("another attribute", lambda: _raise(HfeError("x")), "attempts is 0", expect=Fails(HfeError, attempts=2)),
    _wrong("a foreign error", lambda: _raise(ValueError("x")), "escaped", expect=Fails(HfeError)),
    _wrong(
        "an error that does not pickle", lambda: _raise(_Unpicklable("x")), "does not pickle", expect=Fails(HfeError)
    ),
    _wrong("endless words", lambda: _raise(HfeError("x" * 9999)), "text of 9999", expect=Fails(HfeError)),
    _wrong("the token in an error", lambda: _raise(HfeError(TOKEN)), "token is in the error", expect=Fails(HfeError)),
    _wrong("the token in a local", _leak_local, "token is in the error", expect=Fails(HfeError)),
    _wrong("the token printed", lambda: print(TOKEN, flush=True), "token was printed"),  # noqa: T201
    _wrong("the token on stderr", lambda: sys.stderr.write(f"{TOKEN}\n") and None, "token was printed"),
    _wrong("the token logged", lambda: __import__("logging").getLogger("x").debug("%s", TOKEN), "token is in the log"),
    _wrong("a warning", lambda: warnings.warn("x", stacklevel=1), "warned: UserWarning"),
    _wrong("a descriptor left", _descriptor, "descriptor is left"),
    _wrong("a thread left", _thread, "thread is left"),
    _wrong("too few requests", [request()], "1 requests arrived instead of 2", expect={"ok": True}, requests=2),
    _wrong(
        "too many connections",
        [request()],
        "connections were made",
        expect={"ok": True},
        script=[reset_now, OK],
        connections=1,
    ),
]
CASES = [case for case, _ in FAILING]
