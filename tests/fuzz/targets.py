"""What holds for any bytes: functions that take them and raise where it does not."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, TypeVar
from urllib.parse import quote

import attrs

from hfe_core import EventParser, HfeError, Limits, Media, Payload, Response, ServerSentEvent, StreamTask, Task, Token
from hfe_core._http.compression import Decompressor
from hfe_core._http.head import HeadReader
from hfe_core._json import too_deep
from hfe_core._registry import default_registry
from hfe_core.errors import AnswerTooLarge, EncodeError, EndpointPaused, TransportError
from hfe_core.media import sniff_content_type
from hfe_core.server_errors import retry_after, says_loading, status_error
from hfe_core.testing import Reply, response_for
from tests.tasks.cases import CASES

__all__ = ["SECRET", "TARGETS", "TYPES", "tasks"]

E = TypeVar("E", bound=HfeError)

SECRET = 'hf_fuzz/"+<\\='
_TOKEN = Token(SECRET)
_SMALL = Limits(max_head=300, max_body=2000, max_decompressed=3000, max_line=60, max_event=90, max_depth=5)
_LARGE = Limits(max_depth=50)
TYPES = (
    "application/json",
    "text/plain",
    "text/html; charset=latin-1",
    "application/json; charset=utf-16",
    "image/png",
    "audio/flac",
    "",
    "application/json; charset=unicode_escape",
)


def _limits(data: bytes) -> tuple[Limits, bytes]:
    """The first byte says which limits hold."""
    return (_SMALL if data[:1] < b"\x80" else _LARGE), data[1:]


def _pieces(data: bytes) -> Iterator[list[bytes]]:
    """The bytes whole, one by one, and cut at places that the bytes themselves choose."""
    yield [data]
    yield [data[i : i + 1] for i in range(len(data))]
    cuts = sorted({place % (len(data) + 1) for place in data[:8]})
    yield [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]
    yield [piece for i in range(0, len(data), 7) for piece in (data[i : i + 7], b"")]


def _same(runs: Iterable[object]) -> None:
    first, *others = runs
    for other in others:
        assert other == first, (first, other)


def _sent(error: HfeError) -> None:
    """An error can be shown, logged and sent to another process."""
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error)
    assert vars(again).keys() == vars(error).keys()
    str(error).encode()
    assert len(str(error)) < 1500


def _kind(error: TransportError) -> str:
    return f"{type(error).__name__} cut={error.cut} unanswered={error.unanswered}"


def _outcome(steps: Iterator[Any], kind: type[E], shown: Callable[[E], str] = repr) -> tuple[list[Any], str]:
    """What comes, and the error that ends it."""
    found: list[Any] = []
    try:
        found.extend(steps)
    except kind as error:
        _sent(error)
        return found, shown(error)
    return found, ""


def events(data: bytes) -> None:
    """The events are the same however the bytes are cut, none is too large, and so is what is kept between them."""
    limits, data = _limits(data)

    def run(pieces: list[bytes]) -> Iterator[object]:
        parser = EventParser(limits)
        for piece in pieces:
            yield from parser.feed(piece)
            kept = len(parser._tail) + len(parser._data) + len(parser._event) + len(parser._id)
            assert kept <= 2 * (limits.max_event + limits.max_line)
        yield from parser.flush()
        yield parser.retry

    outcomes = [_outcome(run(pieces), AnswerTooLarge) for pieces in _pieces(data)]
    _same(outcomes)
    for event in outcomes[0][0]:
        if isinstance(event, ServerSentEvent):
            assert len(event.data) <= limits.max_event
            assert "\r" not in event.data
            _outcome((event.json() for _ in (0,)), HfeError)


@cache
def tasks() -> tuple[tuple[Task[..., Any] | StreamTask[..., Any], Payload], ...]:
    """All registered tasks, each with the payload of its example."""
    calls = {case.task.name: case.call for case in CASES}
    found = default_registry().tasks()
    return tuple((task, task.encode(**(task.example or calls[task.name]))) for task in found)


def answers(data: bytes) -> None:
    """A decoder gives a value or an HfeError; the first two bytes choose the task and the content type."""
    all_tasks = tasks()
    task, payload = all_tasks[int.from_bytes(data[:1]) % len(all_tasks)]
    kind = TYPES[int.from_bytes(data[1:2]) % len(TYPES)]
    body = data[2:]
    if isinstance(task, StreamTask):
        text = body.decode("utf-8", "replace")
        decoders: list[Callable[[], object]] = [lambda: task.decode(ServerSentEvent(text))]
    else:
        response = _response(payload, body, 200, kind)
        decoders = [lambda: task.decode(response)]
        if (decode_many := task.decode_many) is not None:
            decoders.append(lambda: list(decode_many(response)))
    for decode in decoders:
        try:
            value = decode()
        except HfeError as error:
            _sent(error)
            assert SECRET not in str(error)
        else:
            repr(value)


def _response(payload: Payload, body: bytes, status: int, kind: str, limits: Limits = _LARGE) -> Response:
    response = response_for(payload, Reply(body, status=status, headers={"content-type": kind}))
    return attrs.evolve(response, request=attrs.evolve(response.request, token=_TOKEN, limits=limits))


_STATUSES = (400, 401, 404, 422, 429, 500, 502, 503, 418, 599)


def refusals(data: bytes) -> None:
    """Any body of an error becomes a typed one with words, and without the token in any form of it."""
    status = _STATUSES[int.from_bytes(data[:1]) % len(_STATUSES)]
    kind = TYPES[int.from_bytes(data[1:2]) % len(TYPES)]
    forms = (SECRET, quote(SECRET, safe=""), json.dumps(SECRET)[1:-1], quote(SECRET, safe="").lower())
    body = data[2:].replace(b"TOKEN", forms[len(data) % 4].encode())
    response = _response(Payload(), body, status, kind)
    error = status_error(attrs.evolve(response, headers={**response.headers, "x-request-id": SECRET}))
    _sent(error)
    assert error.status == status
    assert error.message or status == 599
    shown = f"{error} {error.message} {error.headers} {error.body!r} {error.request_id}"
    for form in forms:
        assert form not in shown
        assert form.encode() not in error.body
    assert not any(c < " " and c not in "\t\n\r" for c in error.message)
    assert not (says_loading(error) and isinstance(error, EndpointPaused))


def moments(data: bytes) -> None:
    """A Retry-After is a number of seconds that is no less than 0, or nothing."""
    seconds = retry_after({"retry-after": data.decode("latin-1")})
    assert seconds is None or 0 <= seconds < float("inf")


def media(data: bytes) -> None:
    """Any bytes and any name have a media type or none; any but no bytes can be sent."""
    name = data[:20].decode("latin-1")
    found = sniff_content_type(data, name)
    assert found is None or found.count("/") == 1
    for kind in (None, "image", "audio"):
        try:
            made = Media.of(data, kind=kind)
        except EncodeError as error:
            _sent(error)
            assert not data or kind is not None
        else:
            assert made.read() == data
            assert made.content_type.isascii()


def compression(data: bytes) -> None:
    """Decompressing gives the same however the bytes are cut, within its limits, or one error."""
    limits, data = _limits(data)
    encoding = ("gzip", "deflate", "identity", "br")[len(data) % 4]

    def run(pieces: list[bytes]) -> Iterator[bytes]:
        decompressor = Decompressor(encoding, limits)
        for piece in pieces:
            for part in decompressor.feed(piece):
                assert len(part) <= max(1 << 16, len(piece))
                yield part
        decompressor.finish()

    outcomes = [_outcome(run(pieces), TransportError) for pieces in _pieces(data)]
    assert all(len(b"".join(parts)) <= limits.max_decompressed + (1 << 16) for parts, _ in outcomes)
    _same((b"".join(parts) if not error else None, bool(error)) for parts, error in outcomes)


def http(data: bytes) -> None:
    """An answer is read the same however it is cut, or not at all; what is behind it is left over."""
    limits, data = _limits(data)
    method = ("POST", "GET", "HEAD", "CONNECT")[len(data) % 4]

    def run(pieces: list[bytes]) -> Iterator[object]:
        reader = HeadReader(method, limits.max_head)
        head, body, rest = None, b"", b""
        for piece in pieces:
            if head is None:
                head = reader.feed(piece)
                if head is None:
                    continue
                yield head.status, head.headers, head.keeps, head.body.length
                piece = reader.rest
            if head.body.is_complete:
                rest += piece
            else:
                body += head.body.feed(piece)
                rest += head.body.rest
        if head is None:
            raise reader.end()
        head.body.end()
        yield body, rest

    # The same fault may be seen at one byte or at the next, and be worded so.
    _same(_outcome(run(pieces), TransportError, _kind) for pieces in _pieces(data))


def depth(data: bytes) -> None:
    """Depth is counted as a reader of characters counts it, for JSON."""
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        too_deep(data, 3)
        return
    deepest = level = 0
    text = data.decode(json.detect_encoding(data), "surrogatepass")
    inside = escaped = False
    for character in text:
        if inside:
            inside = escaped or character != '"'
            escaped = character == "\\" and not escaped
        elif character == '"':
            inside = True
        elif character in "[{":
            level += 1
            deepest = max(deepest, level)
        elif character in "]}":
            level -= 1
    for limit in range(1, 12):
        assert too_deep(text, limit) == (deepest > limit)
        assert too_deep(text.encode("utf-8", "surrogatepass"), limit) == (deepest > limit)


TARGETS: dict[str, Callable[[bytes], None]] = {
    function.__name__: function for function in (answers, compression, depth, events, http, media, moments, refusals)
}
