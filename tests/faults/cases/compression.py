"""Compressed answers, whole, cut, broken, and bombs."""

from __future__ import annotations

import gzip
import zlib

import attrs

from hfe_core import AnswerTooLarge, BadRequest, DecodeError, ServerError, StreamBroken, TransportError
from tests.faults.answers import (
    SSE,
    chunk,
    chunked,
    deflated,
    endless,
    gzip_bomb,
    gzipped,
    hang_up_after,
    head,
    http,
    say,
)
from tests.faults.case import OK, QUICK, Case, Either, Fails, request, streaming

JSON_BODY = b'{"ok": true}'


VALUE = {"ok": True}


BROKEN = Fails(TransportError, unanswered=False, cut=False, attempts=1)


CUT = Fails(TransportError, "cut short", cut=True, attempts=3)


SMALL = attrs.evolve(QUICK, max_body=4 << 20, max_decompressed=1 << 20)


def _packed(body: bytes, encoding: str, **headers: str) -> bytes:
    return http(body, content_type="application/json", content_encoding=encoding, **headers)


def _taken(name: str, body: bytes, encoding: str, value: object = VALUE) -> Case:
    return Case(name, script=[_packed(body, encoding)], calls=[request()] * 2, expect=[value] * 2, connections=1)


def _refused(name: str, body: bytes, encoding: str, expect: object = BROKEN) -> Case:
    return Case(name, script=[_packed(body, encoding), OK], calls=[request(), request()], expect=[expect, VALUE])


GZIP_HEAD = head(b"content-type: application/json", b"content-encoding: gzip", b"transfer-encoding: chunked")


DEFLATE_HEAD = GZIP_HEAD.replace(b"gzip", b"deflate")


SSE_GZIP = SSE.replace(b"transfer", b"content-encoding: gzip\r\ntransfer")


def _flushed(*pieces: bytes, end: bool = True) -> list[bytes]:
    made = zlib.compressobj(wbits=31)
    packed = [made.compress(piece) + made.flush(zlib.Z_SYNC_FLUSH) for piece in pieces]
    return [*packed, made.flush()] if end else packed


def _wants(server) -> None:
    assert server.seen[0].headers["accept-encoding"] == "gzip, deflate"


CASES = [
    Case("what is accepted is said", script=[OK], expect=VALUE, seen=_wants),
    _taken("gzip", gzipped(JSON_BODY), "gzip"),
    _taken("x-gzip", gzipped(JSON_BODY), "x-gzip"),
    _taken("gzip in large letters", gzipped(JSON_BODY), " GZIP "),
    _taken("deflate in zlib's wrapping", deflated(JSON_BODY), "deflate"),
    _taken("deflate without a wrapping", deflated(JSON_BODY, raw=True), "deflate"),
    _taken("identity", JSON_BODY, "identity"),
    _taken("gzip of several members", gzipped(JSON_BODY[:4]) + gzipped(b"") + gzipped(JSON_BODY[4:]), "gzip"),
    _taken("gzip with padding behind it", gzipped(JSON_BODY) + bytes(100), "gzip"),
    _taken(
        "gzip with a file's name",
        gzip.compress(JSON_BODY, 0)[:3]
        + b"\x08"
        + gzip.compress(JSON_BODY, 0)[4:10]
        + b"name\x00"
        + gzip.compress(JSON_BODY, 0)[10:],
        "gzip",
    ),
    Case(
        "gzip of nothing at all",
        script=[head(b"content-encoding: gzip", b"content-length: 0")],
        calls=[request()] * 2,
        expect=[b"", b""],
        connections=1,
    ),
    Case(
        "gzip in chunks, each byte one",
        script=[chunked(*[gzipped(JSON_BODY)[at : at + 1] for at in range(len(gzipped(JSON_BODY)))], start=GZIP_HEAD)],
        calls=[request()] * 2,
        expect=[VALUE] * 2,
        connections=1,
    ),
    _refused("gzip that is plain", JSON_BODY, "gzip"),
    _refused("deflate that is plain", JSON_BODY, "deflate"),
    _refused("deflate that is gzip", gzipped(JSON_BODY), "deflate", Either(VALUE, BROKEN)),
    _refused("gzip that is deflate", deflated(JSON_BODY), "gzip", Either(VALUE, BROKEN)),
    _refused(
        "gzip with a wrong checksum", gzipped(JSON_BODY)[:-8] + b"\x00\x01\x02\x03" + gzipped(JSON_BODY)[-4:], "gzip"
    ),
    _refused("gzip with a wrong length", gzipped(JSON_BODY)[:-4] + b"\x00\x01\x02\x03", "gzip"),
    _refused(
        "gzip with a broken middle",
        gzipped(JSON_BODY * 50)[:20] + b"\xff\xff\xff\xff" + gzipped(JSON_BODY * 50)[24:],
        "gzip",
    ),
    _refused("gzip with garbage behind it", gzipped(JSON_BODY) + b"garbage", "gzip"),
    _refused("deflate with garbage behind it", deflated(JSON_BODY) + b"garbage", "deflate"),
    _refused(
        "gzip whose second member is broken",
        gzipped(JSON_BODY) + b"\x1f\x8b\x08\x00garbage garbage",
        "gzip",
        Fails(TransportError),
    ),
    _refused("gzip twice", gzipped(gzipped(JSON_BODY)), "gzip, gzip", Either(VALUE, BROKEN)),
    _refused("br, which nobody asked for", b"\x0b\x05\x80" + JSON_BODY + b"\x03", "br"),
    _refused("zstd, which nobody asked for", b"\x28\xb5\x2f\xfd\x20\x0c\x61\x00\x00" + JSON_BODY, "zstd"),
    _refused("an encoding that does not exist", JSON_BODY, "rot13"),
    Case("gzip that is cut", script=[_packed(gzipped(JSON_BODY)[:-4], "gzip"), OK], expect=VALUE, requests=2),
    Case("gzip that is cut, for ever", script=[_packed(gzipped(JSON_BODY)[:-4], "gzip")], expect=CUT, requests=3),
    Case("gzip that is cut in its head", script=[_packed(gzipped(JSON_BODY)[:5], "gzip")], expect=CUT, requests=3),
    Case("deflate that is cut", script=[_packed(deflated(JSON_BODY)[:-2], "deflate")], expect=CUT, requests=3),
    Case(
        "bare deflate that is cut",
        script=[_packed(deflated(JSON_BODY, raw=True)[:-2], "deflate")],
        expect=CUT,
        requests=3,
    ),
    Case("deflate of one byte", script=[_packed(b"\x78", "deflate")], expect=CUT, requests=3),
    Case(
        "gzip whose second member is cut",
        script=[_packed(gzipped(JSON_BODY) + gzipped(b"x" * 50)[:-8], "gzip")],
        expect=CUT,
        requests=3,
    ),
    Case(
        "gzip that ends with the connection, cut",
        script=[
            hang_up_after(head(b"content-encoding: gzip", b"content-type: application/json") + gzipped(JSON_BODY)[:-1])
        ],
        expect=CUT,
        requests=3,
    ),
    Case(
        "a gzip bomb",
        script=[_packed(gzip_bomb(256 << 20), "gzip"), OK],
        options=SMALL,
        calls=[request(), request()],
        expect=[Fails(AnswerTooLarge, option="max_decompressed", limit=1 << 20, attempts=1), VALUE],
        megabytes=32,
    ),
    Case(
        "a gzip bomb with the limits that nobody set",
        script=[_packed(gzip_bomb(300 << 20), "gzip")],
        expect=Fails(AnswerTooLarge, option="max_decompressed", attempts=1),
        megabytes=600,
        seconds=12,
    ),
    Case(
        "a gzip bomb in chunks",
        script=[chunked(gzip_bomb(256 << 20), start=GZIP_HEAD)],
        options=SMALL,
        expect=Fails(AnswerTooLarge, option="max_decompressed"),
        megabytes=32,
    ),
    Case(
        "a bomb of two layers",
        script=[_packed(gzipped(gzip_bomb(256 << 20)), "gzip, gzip")],
        options=SMALL,
        expect=Fails((AnswerTooLarge, TransportError)),
        megabytes=32,
    ),
    Case(
        "a bomb of empty blocks",
        script=[endless(DEFLATE_HEAD, chunk(b"\x00\x00\x00\xff\xff" * 10_000))],
        options=SMALL,
        expect=Fails(AnswerTooLarge, option="max_body", attempts=1),
        megabytes=32,
    ),
    Case(
        "a bomb of empty members",
        script=[endless(GZIP_HEAD, chunk(gzipped(b"") * 5_000))],
        options=SMALL,
        expect=Fails(AnswerTooLarge, option="max_body", attempts=1),
        megabytes=32,
    ),
    Case(
        "a bomb of padding",
        script=[endless(GZIP_HEAD + chunk(gzipped(JSON_BODY)), chunk(bytes(50_000)))],
        options=SMALL,
        expect=Fails(AnswerTooLarge, option="max_body", attempts=1),
        megabytes=32,
    ),
    Case(
        "gzip with a file's name without end",
        script=[endless(GZIP_HEAD + chunk(b"\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\x03"), chunk(b"n" * 50_000))],
        options=SMALL,
        expect=Fails(AnswerTooLarge, option="max_body", attempts=1),
        megabytes=32,
    ),
    Case(
        "a gzip bomb in an error",
        script=[_packed(gzip_bomb(256 << 20), "gzip").replace(b"200 X", b"400 X")],
        expect=Fails(BadRequest, status=400, attempts=1),
        megabytes=32,
    ),
    Case(
        "gzip in an error",
        script=[_packed(gzipped(b'{"error": "why"}'), "gzip").replace(b"200 X", b"400 X")],
        expect=Fails(BadRequest, "why"),
        connections=1,
    ),
    Case(
        "gzip that is broken in an error",
        script=[_packed(b"this is plain", "gzip").replace(b"200 X", b"500 X")],
        expect=Fails(ServerError, status=500),
    ),
    Case(
        "gzip that is cut in an error",
        script=[_packed(gzipped(b'{"error": "why"}' + b" " * 100)[:-8], "gzip").replace(b"200 X", b"400 X")],
        expect=Fails(BadRequest, status=400, attempts=1),
    ),
    Case(
        "br in an error",
        script=[_packed(b"\x0b\x05\x80abc\x03", "br").replace(b"200 X", b"400 X")],
        expect=Fails(BadRequest, status=400),
    ),
    Case(
        "a stream in gzip",
        script=[chunked(*_flushed(b"data: a\n\n", b"data: b\n\n", b"data: [DONE]\n\n"), start=SSE_GZIP)],
        calls=[streaming()] * 2,
        expect=[["a", "b"]] * 2,
        connections=1,
    ),
    Case(
        "the first event of a stream in gzip does not wait",
        script=[say(SSE_GZIP + b"".join(map(chunk, _flushed(b"data: a\n\n", end=False))))],
        calls=streaming(leave=1),
        expect=["a"],
        seconds=4,
    ),
    Case(
        "a stream in gzip that is cut",
        script=[hang_up_after(SSE_GZIP + b"".join(map(chunk, _flushed(b"data: a\n\n", end=False))))],
        calls=streaming(),
        expect=Fails(StreamBroken, received=["a"]),
    ),
    Case(
        "a stream in gzip that is broken",
        script=[
            hang_up_after(
                SSE_GZIP + b"".join(map(chunk, _flushed(b"data: a\n\n", end=False))),
                chunk(b"\xff" * 50) + b"0\r\n\r\n",
                pause=0.1,
            )
        ],
        calls=streaming(),
        expect=Fails(StreamBroken, received=["a"]),
    ),
    Case(
        "a stream in an encoding that nobody asked for",
        script=[chunked(b"abc", start=SSE.replace(b"transfer", b"content-encoding: br\r\ntransfer"))],
        calls=streaming(),
        expect=BROKEN,
    ),
    Case(
        "a stream in gzip that is a bomb",
        script=[chunked(gzip_bomb(256 << 20), start=SSE_GZIP)],
        options=SMALL,
        calls=streaming(),
        expect=Fails((AnswerTooLarge, StreamBroken, DecodeError)),
        megabytes=40,
    ),
]
