"""What real servers answered, as beginnings for each target, and the words that change much."""

from __future__ import annotations

import gzip
import zlib
from functools import cache

from tests.fuzz.targets import tasks
from tests.recordings import files, load

__all__ = ["DICTIONARY", "corpus"]

DICTIONARY = tuple(
    word.encode()
    for word in (
        "{", "}", "[", "]", '"', "\\", "\\u0000", "\\ud800", ":", ",", "null", "NaN", "Infinity", "-1", "1e999", "9" * 400,
        "9" * 5000, '"error":', '"detail":', '"message":', '"label":', '"score":', "TOKEN", "\u2028", "\ufeff", "data:",
        "data: ", "event:", "id:", "retry:", "[DONE]", "\r", "\n", "\r\n", "\n\n", "\x00", "<title>", "</title>",
        "HTTP/1.1 200 OK\r\n", "HTTP/1.1 100 Continue\r\n\r\n", "Content-Length: 3\r\n", "Transfer-Encoding: chunked\r\n",
        "Connection: close\r\n", "0\r\n\r\n", "ffffffffffffffff\r\n", "-1\r\n", "Sun, 06 Nov 1994 08:49:37 GMT", "paused",
        "loading", "iVBORw0KGgo=", "[" * 300, "]" * 300,
    )
)  # fmt: skip


@cache
def corpus(target: str) -> tuple[bytes, ...]:
    """Beginnings for a target."""
    return tuple(_MAKERS[target]())


def _recorded(*, good: bool) -> list[tuple[str, str, bytes]]:
    """Task, content type and body of a few short answers of each file."""
    found: list[tuple[str, str, bytes]] = []
    for server, file in files():
        some = [each for each in load(server, file) if (each.status < 300) is good and len(each.body) < 4000]
        task = file.partition("_")[0]
        found += [(task, each.headers.get("content-type", ""), each.body) for each in some[:3]]
    return found


def _answers() -> list[bytes]:
    names = [task.name for task, _ in tasks()]
    found: list[bytes] = []
    for name, kind, body in _recorded(good=True):
        flag = bytes([0 if "json" in kind else 4])
        found += [bytes([i]) + flag + body for i, other in enumerate(names) if other == name]
    some = (b"[]", b"{}", b"null", b'{"error":"x"}', b'[{"label":"a","score":1}]', b'{"token":{"id":1,"text":"a"}}')
    return found + [bytes([i, 0]) + body for i in range(len(names)) for body in some]


def _refusals() -> list[bytes]:
    return [
        *(bytes([i % 10, 0]) + body for i, (_, _, body) in enumerate(_recorded(good=False))),
        b'\x06\x00{"error": {"message": "TOKEN", "type": "t", "code": 1}}',
        b'\x03\x00{"detail": [{"loc": ["body", "x"], "msg": "TOKEN"}]}',
        b"\x06\x02<html><head><title>502 TOKEN</title></head><body><h1>x</h1></body></html>",
        b"\x06\x01<?xml version='1.0'?><Error><Code>A</Code><Message>TOKEN</Message></Error>",
        b'\x07\x00{"error": "Model x is currently loading", "estimated_time": 20.0}',
        b'\x07\x00{"error": "cut TOKEN \\u00',
    ]


def _events() -> list[bytes]:
    streams = [
        b'data:{"token":{"id":1,"text":" a"},"generated_text":null}\n\ndata: [DONE]\n\n',
        b"\xef\xbb\xbf: ping\r\n\r\nevent: error\r\nid: 1\r\nretry: 10\r\ndata: a\r\ndata: b\r\n\r\n",
        "data: \u00e4\u2028\U0001f600\rdata\r\rdata:last".encode(),
    ]
    return [limits + stream for limits in (b"\x00", b"\xff") for stream in streams]


def _compression() -> list[bytes]:
    plain = b"abc" * 50
    bare = zlib.compressobj(wbits=-15)
    bodies = [gzip.compress(plain), gzip.compress(plain) * 2, zlib.compress(plain), bare.compress(plain) + bare.flush()]
    return [b"\xff" + body + b"\x00" * pad for body in (*bodies, gzip.compress(b"\x00" * 100_000)) for pad in range(4)]


def _http() -> list[bytes]:
    answers = [
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nX-A: 1\r\nx-a: 2\r\n\r\nabcHTTP/1.1 408 x\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n3;x=1\r\nabc\r\n0\r\nT: 1\r\n\r\n",
        b"HTTP/1.0 200 OK\nContent-Length: 1, 1\n\nab",
        b"HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n\r\n<html>",
    ]
    return [limits + answer + b" " * pad for limits in (b"\x00", b"\xff") for answer in answers for pad in range(4)]


_MAKERS = {
    "answers": _answers,
    "compression": _compression,
    "depth": lambda: [
        b'[[{"a\\"[": "]"}], "\\\\"]',
        b'{"a": [[[]]], "b": "["}',
        *(body for _, _, body in _recorded(good=True)),
    ],
    "events": _events,
    "http": _http,
    "media": lambda: [b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WAVE", b"\0\0\0\x18ftypM4A ", b"x.mp3", b"\xff\xfb\x90"],
    "moments": lambda: [b"120", b"1.5", b"Sun, 06 Nov 1994 08:49:37 GMT", b"Sunday, 06-Nov-94 08:49:37 GMT", b"-1"],
    "refusals": _refusals,
}
