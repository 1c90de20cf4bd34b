"""One thing that a server, a proxy or the network does wrong, and what the client must make of it.

How to write cases
------------------
A module ``tests/faults/cases/<group>.py`` holds ``CASES: list[Case]``; it is found by itself, and each case runs on both
transports::

    CASES = [
        Case("a 500 is not sent again", script=[http({"error": "x"}, 500)], expect=Fails(ServerError, status=500, attempts=1)),
        Case("a lost connection is tried again", script=[close, http([1])], expect=[1], requests=2),
        Case("a stream that is cut", script=[cut], calls=[streaming({"inputs": "x"})],
             expect=Fails(StreamBroken, received=["a"])),
        Case("the next call works", script=[garbage, OK], calls=[request(), request()], expect=[Fails(TransportError), OK_VALUE]),
    ]

``script`` is what the server does, request by request, the last for ever: bytes (``http(...)`` makes them), callables
``(seen, socket)``, ``Early(...)`` once the head has arrived, ``AtOnce(...)`` once the connection is made
(`tests/http_server.py`; more answers in `tests/faults/answers.py`). Where it must know a URL, ``script`` is a function of
:class:`Place`. A case runs several times, also at once: no iterators in it, and large data only inside such a function.
``other`` is the script of a second server (a proxy, another origin); ``{url}`` and ``{other}`` in ``url`` and ``environ``
stand for the two.

``calls`` is what the client does, one after another, with one client (:func:`request`, :func:`run`, :func:`streaming`,
:func:`stream`, :func:`mapped`, :class:`Custom`). With one call ``expect`` is its outcome, with several a list of theirs: a
value, a callable that is given the value and says whether it is right, :class:`Fails`, ``CANCELLED``, or :class:`Either`. A stream's value is
the list of its events' data (of what ``then`` makes of each event); an outcome of ``mapped`` is its value, or the name of
its error's class.

What every case is checked for besides, by `tests/faults/harness.py`: it ends within ``seconds`` and grows by less than
``megabytes`` (the child process is killed otherwise); errors are of HfeError, pickle to the same, have a bounded text;
``received`` of StreamBroken is what was handed out; the token is in no error, pickle, traceback with locals, log line or
output, and arrives nowhere but at the first server; no descriptor, thread, warning or unawaited task is left behind.

Timeouts: ``QUICK`` (the default) allows 5 s, which nothing but a hang reaches; ``IMPATIENT`` has a timeout of 0.3 s, for
servers that take too long. Two processors may be busy: ask for no tighter ``seconds`` than needed to tell right from wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import attrs

from hfe_core import HfeError, Options, Payload, Retry, Task
from hfe_core.decoding import json_value
from tests.http_server import Answer, HttpServer, http

__all__ = [
    "CANCELLED",
    "IMPATIENT",
    "OK",
    "PROBE",
    "QUICK",
    "TOKEN",
    "Call",
    "Case",
    "Custom",
    "Either",
    "Fails",
    "Place",
    "mapped",
    "request",
    "run",
    "stream",
    "streaming",
]

TOKEN = "hf_this_must_never_be_seen"
RETRY = Retry(attempts=3, backoff=0.01, max_backoff=0.05)
QUICK = Options(timeout=5.0, deadline=15.0, retry=RETRY)
IMPATIENT = attrs.evolve(QUICK, timeout=0.3)
CANCELLED = "<cancelled>"
OK = http({"ok": True})
"""An answer that is right; its value is ``{"ok": True}``."""


def _probe(inputs: object) -> Payload:
    return Payload(inputs=inputs)


PROBE: Task[..., Any] = Task(name="probe", encode=_probe, decode=json_value)
"""A task whose output is the JSON of the answer, whatever its content type."""


@attrs.frozen
class Place:
    """Where the servers are.

    Attributes:
        url: Of the server.
        other: Of the second one, or empty.
        bundle: File of the authority that the servers' certificates are from.
    """

    url: str
    other: str = ""
    bundle: str = ""

    def fill(self, text: str) -> str:
        """``{url}``, ``{port}``, ``{other}``, ``{other_port}``, ``{bundle}`` put in their places."""
        ports = {"port": self.url.rpartition(":")[2], "other_port": self.other.rpartition(":")[2]}
        for name, value in {"url": self.url, "other": self.other, "bundle": self.bundle, **ports}.items():
            text = text.replace("{" + name + "}", value)
        return text


@attrs.frozen(kw_only=True)
class Call:
    """One call of the client's.

    Attributes:
        verb: The client's method.
        args: Its arguments; a task may be given by name.
        kwargs: Its keywords.
        changes: Options that this call has of its own.
        then: What is made of the value (of each event, of a stream's), in the child.
        pause: Seconds to wait before.
        cancel: Seconds after which the call is cancelled (Ctrl-C, task cancel).
        leave: So many events, and the stream is left.
        slow: Seconds that the consumer of a stream takes over each event.
        together: So many of this call at a time (threads, tasks); the value is a sorted list, an error in it the name of
            its class.
    """

    verb: Literal["request", "run", "streaming_request", "stream", "map"]
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = attrs.field(factory=dict)
    changes: Mapping[str, Any] = attrs.field(factory=dict)
    then: Callable[[Any], Any] | None = None
    pause: float = 0.0
    cancel: float | None = None
    leave: int | None = None
    slow: float = 0.0
    together: int = 0


@attrs.frozen
class Custom:
    """Something of the case's own, in the child's main thread, outside of any loop; what it returns is the value.

    Attributes:
        sync: Given a function that makes a Client (``url`` and options may be changed by keyword).
        asynchronous: Given one that makes an AsyncClient; calls ``asyncio.run`` itself.
    """

    sync: Callable[[Callable[..., Any]], Any]
    asynchronous: Callable[[Callable[..., Any]], Any]


_SETTINGS = {"changes", "then", "pause", "cancel", "leave", "slow", "together"}


def _call(verb: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Call:
    settings = {name: kwargs.pop(name) for name in _SETTINGS & kwargs.keys()}
    return Call(verb=verb, args=args, kwargs=kwargs, **settings)


def request(*args: Any, **kwargs: Any) -> Call:
    """``client.request(...)``; settings of :class:`Call` (``pause``, ``changes``, ``cancel``...) are taken out."""
    return _call("request", args or ({"inputs": "x"},), kwargs)


def run(task: Any, *args: Any, **kwargs: Any) -> Call:
    """``client.run(task, ...)``."""
    return _call("run", (task, *args), kwargs)


def streaming(*args: Any, **kwargs: Any) -> Call:
    """``client.streaming_request(...)``, read to its end."""
    return _call("streaming_request", args or ({"inputs": "x"},), kwargs)


def stream(task: Any, *args: Any, **kwargs: Any) -> Call:
    """``client.stream(task, ...)``, read to its end."""
    return _call("stream", (task, *args), kwargs)


def mapped(task: Any, items: Sequence[Any], *args: Any, **kwargs: Any) -> Call:
    """``client.map(task, items, ...)``, read to its end."""
    return _call("map", (task, items, *args), kwargs)


class Fails:
    """An error of exactly this class (or of one of these).

    Args:
        kind: The class or classes.
        says: A regular expression that the error's text matches somewhere, letter case aside.
        attributes: Attributes of the error, or callables that judge them. ``received`` is given as data of events.
    """

    def __init__(self, kind: type[HfeError] | tuple[type[HfeError], ...], says: str = "", **attributes: Any) -> None:
        self.kinds = kind if isinstance(kind, tuple) else (kind,)
        self.says = says
        self.attributes = attributes


class Either:
    """One of several outcomes, where the standards leave the choice; each as in ``expect``."""

    def __init__(self, *outcomes: Any) -> None:
        self.outcomes = outcomes


def _calls(value: Any) -> tuple[Call | Custom, ...]:
    return (value,) if isinstance(value, Call | Custom) else tuple(value)


@attrs.frozen(eq=False, repr=False)
class Case:
    """One case; `name` is a sentence, unique in its group.

    Attributes:
        name: What happens.
        script: What the server does.
        calls: What the client does.
        expect: What comes of it.
        options: Of the client; the authority's bundle is added where the server speaks TLS.
        requests: How many requests must have arrived; None for any number.
        connections: How many connections must have been made; None for any number.
        seen: Judges what arrived: raises AssertionError, given the server (and the other, if there is one).
        other: The script of a second server.
        tls: Which certificate the server has (`tests/faults/tls.py`); empty for plain HTTP.
        other_tls: The same for the other.
        url: What the client is made with.
        trust: The client is told to trust the authority.
        host: The address that the servers listen on.
        environ: Environment variables.
        token: What the client is made with.
        exposed: The case sends the token elsewhere on purpose, so that only errors and logs are searched for it.
        seconds: What the whole case may take.
        megabytes: By how much the process may grow.
        only: The transport to which the case is confined, or empty.
    """

    name: str
    script: Sequence[Answer] | Callable[[Place], Sequence[Answer]] = attrs.field(kw_only=True)
    calls: tuple[Call | Custom, ...] = attrs.field(kw_only=True, default=(request(),), converter=_calls)
    expect: Any = attrs.field(kw_only=True)
    options: Options = attrs.field(kw_only=True, default=QUICK)
    requests: int | None = attrs.field(kw_only=True, default=None)
    connections: int | None = attrs.field(kw_only=True, default=None)
    seen: Callable[..., object] | None = attrs.field(kw_only=True, default=None)
    other: Sequence[Answer] | Callable[[Place], Sequence[Answer]] | None = attrs.field(kw_only=True, default=None)
    tls: str = attrs.field(kw_only=True, default="")
    other_tls: str = attrs.field(kw_only=True, default="")
    url: str = attrs.field(kw_only=True, default="{url}")
    trust: bool = attrs.field(kw_only=True, default=True)
    host: str = attrs.field(kw_only=True, default="127.0.0.1")
    environ: Mapping[str, str] = attrs.field(kw_only=True, factory=dict)
    token: str | bool | None = attrs.field(kw_only=True, default=TOKEN)
    exposed: bool = attrs.field(kw_only=True, default=False)
    seconds: float = attrs.field(kw_only=True, default=8.0)
    megabytes: float = attrs.field(kw_only=True, default=32.0)
    only: Literal["", "urllib3", "aiohttp"] = attrs.field(kw_only=True, default="")

    def __str__(self) -> str:
        return self.name

    @property
    def expected(self) -> list[Any]:
        """What is expected of each call."""
        return [self.expect] if len(self.calls) == 1 else list(self.expect)

    def servers_script(self, place: Place) -> list[Answer]:
        """What the server does."""
        return list(self.script(place) if callable(self.script) else self.script)

    def others_script(self, place: Place) -> list[Answer]:
        """What the second server does."""
        return list(self.other(place) if callable(self.other) else self.other or ())


def arrived_once(server: HttpServer) -> None:
    """For ``seen``: one whole request."""
    assert len(server.seen) == 1
