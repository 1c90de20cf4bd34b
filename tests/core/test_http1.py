"""Answers of HTTP/1.1, byte for byte: what is taken, and what is an error."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfe_core import AnswerTooLarge, TransportError
from hfe_core._http.head import HeadReader

LIMIT = 4096


def read(data: bytes, *cuts: int, method: str = "POST", limit: int = LIMIT, end: bool = True):
    """Status, headers, body and what is left over of an answer that comes in pieces."""
    reader = HeadReader(method, limit)
    edges = [0, *sorted(cuts), len(data)]
    pieces = [data[start:stop] for start, stop in pairwise(edges)]
    head = None
    body = b""
    for piece in pieces:
        if head is None:
            head = reader.feed(piece)
            if head is not None and (reader.rest or head.body.is_complete):
                body += head.body.feed(reader.rest)
        elif head.body.is_complete:
            head.body.rest += piece
        else:
            body += head.body.feed(piece)
    if head is None:
        raise reader.end()
    if end and not head.body.is_complete:
        head.body.end()
    return head.status, head.headers, body, head.body.rest


def ok(*lines: str, body: bytes = b"") -> bytes:
    return "\r\n".join(["HTTP/1.1 200 OK", *lines, "", ""]).encode("latin-1") + body


CHUNKED = "Transfer-Encoding: chunked"
GOOD = {
    "length": (ok("Content-Length: 2", body=b"ab"), b"ab", b""),
    "length 0": (ok("Content-Length: 0"), b"", b""),
    "two equal lengths": (ok("Content-Length: 2", "content-length: 2", body=b"ab"), b"ab", b""),
    "equal lengths in one line": (ok("Content-Length: 2, 2", body=b"ab"), b"ab", b""),
    "zeros before the length": (ok("Content-Length: 0002", body=b"ab"), b"ab", b""),
    "to the end": (ok("Server: x", body=b"ab"), b"ab", b""),
    "no headers at all": (b"HTTP/1.1 200 OK\r\n\r\nab", b"ab", b""),
    "chunks": (ok(CHUNKED, body=b"1\r\na\r\n1\r\nb\r\n0\r\n\r\n"), b"ab", b""),
    "capital coding": (ok("Transfer-Encoding: Chunked", body=b"2\r\nab\r\n0\r\n\r\n"), b"ab", b""),
    "chunk extension": (ok(CHUNKED, body=b'2;a="b";c\r\nab\r\n0;x\r\n\r\n'), b"ab", b""),
    "padded chunk size": (ok(CHUNKED, body=b"2  \r\nab\r\n00\r\n\r\n"), b"ab", b""),
    "capital and leading zeros": (ok(CHUNKED, body=b"00A\r\n0123456789\r\n0\r\n\r\n"), b"0123456789", b""),
    "trailer": (ok(CHUNKED, body=b"2\r\nab\r\n0\r\nX-Sum: 1\r\nY: 2\r\n\r\n"), b"ab", b""),
    "line ends without carriage return": (b"HTTP/1.1 200 OK\nContent-Length: 2\n\nab", b"ab", b""),
    "left over": (ok("Content-Length: 2", body=b"abHTTP/1.1 200 OK\r\n"), b"ab", b"HTTP/1.1 200 OK\r\n"),
    "left over after chunks": (ok(CHUNKED, body=b"2\r\nab\r\n0\r\n\r\nx"), b"ab", b"x"),
    "early hints": (b"HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n" + ok("Content-Length: 2", body=b"ab"), b"ab", b""),
    "continue": (b"HTTP/1.1 100\r\n\r\nHTTP/1.1 102 P\r\n\r\n" + ok("Content-Length: 2", body=b"ab"), b"ab", b""),
    "folded line": (b"HTTP/1.1 200 OK\r\nX: 1\r\n  2\r\nContent-Length: 2\r\n\r\nab", b"ab", b""),
    "no reason": (b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nab", b"ab", b""),
    "empty reason": (b"HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nab", b"ab", b""),
    "reason in utf-8": ("HTTP/1.1 200 schön\r\nContent-Length: 2\r\n\r\nab".encode(), b"ab", b""),
    "HTTP/1.0": (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nab", b"ab", b""),
}


@pytest.mark.parametrize("name", GOOD)
def test_answers_however_they_are_split(name):
    data, body, rest = GOOD[name]
    for cut in range(len(data) + 1):
        assert read(data, cut)[2:] == (body, rest), cut
    assert read(data, *range(len(data)))[2:] == (body, rest)


def test_headers_are_latin_1_in_lower_case_and_joined():
    data = ok("X-A:  1 \t", "x-a:2", "X-Ü".replace("Ü", "U") + ": \xe4\xff", "Empty:", "X-A: 3", "Content-Length: 0")
    assert read(data)[:2] == (200, {"x-a": "1, 2, 3", "x-u": "äÿ", "empty": "", "content-length": "0"})


BAD_HEADS = {
    "no http": b"SSH-2.0-OpenSSH\r\n\r\n",
    "http/2": b"HTTP/2 200 OK\r\n\r\n",
    "http/2.0": b"HTTP/2.0 200 OK\r\n\r\n",
    "http/0.9": b"<html>hello</html>",
    "lower case": b"http/1.1 200 OK\r\n\r\n",
    "an empty line first": b"\r\nHTTP/1.1 200 OK\r\n\r\n",
    "status of two digits": b"HTTP/1.1 20 OK\r\n\r\n",
    "status of four digits": b"HTTP/1.1 2000 OK\r\n\r\n",
    "status 000": b"HTTP/1.1 000 OK\r\n\r\n",
    "negative status": b"HTTP/1.1 -20 OK\r\n\r\n",
    "status in words": b"HTTP/1.1 abc OK\r\n\r\n",
    "status in other digits": "HTTP/1.1 ٢٠٠ OK\r\n\r\n".encode(),
    "two spaces": b"HTTP/1.1  200 OK\r\n\r\n",
    "switching protocols": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
    "line without colon": ok("Content-Length: 0", "nonsense"),
    "space before the colon": ok("Content-Length : 0"),
    "empty name": ok(": x"),
    "folded first line": b"HTTP/1.1 200 OK\r\n X: 1\r\n\r\n",
    "NUL in a value": ok("X: a\0b"),
    "carriage return in a value": ok("X: a\rb"),
    "carriage return at the end of a value": ok("X: a\r"),
    "NUL in a name": ok("X\0: a"),
    "name in utf-8": ok("Ä: a"),
    "two lengths": ok("Content-Length: 2", "Content-Length: 3", body=b"abc"),
    "two lengths in one line": ok("Content-Length: 2, 3", body=b"abc"),
    "negative length": ok("Content-Length: -1"),
    "length with a sign": ok("Content-Length: +2", body=b"ab"),
    "length in hex": ok("Content-Length: 0x2", body=b"ab"),
    "length with an underscore": ok("Content-Length: 1_0", body=b"0123456789"),
    "fractional length": ok("Content-Length: 2.0", body=b"ab"),
    "empty length": ok("Content-Length: ", body=b"ab"),
    "length with a comma": ok("Content-Length: 2,", body=b"ab"),
    "length in other digits": ok("Content-Length: \xb2", body=b"ab"),
    "length beyond all": ok("Content-Length: " + "9" * 21),
    "length and chunks": ok("Content-Length: 2", CHUNKED, body=b"2\r\nab\r\n0\r\n\r\n"),
    "gzip, chunked": ok("Transfer-Encoding: gzip, chunked", body=b"0\r\n\r\n"),
    "chunked twice": ok(CHUNKED, CHUNKED, body=b"0\r\n\r\n"),
    "identity": ok("Transfer-Encoding: identity", body=b"ab"),
    "empty transfer coding": ok("Transfer-Encoding: ", body=b"ab"),
    "interim answers without end": b"HTTP/1.1 103 X\r\n\r\n" * 100,
    "cut in the status line": b"HTTP/1.1 20",
    "cut in a header": b"HTTP/1.1 200 OK\r\nX: ",
    "cut before the empty line": b"HTTP/1.1 200 OK\r\nX: 1\r\n",
    "cut in the head after early hints": b"HTTP/1.1 103 X\r\n\r\nHTTP/1.1 2",
}
BAD_BODIES = {
    "negative size": b"-1\r\nab\r\n0\r\n\r\n",
    "size with 0x": b"0x2\r\nab\r\n0\r\n\r\n",
    "size with an underscore": b"1_0\r\n0123456789ABCDEF\r\n0\r\n\r\n",
    "size with a sign": b"+2\r\nab\r\n0\r\n\r\n",
    "space before the size": b" 2\r\nab\r\n0\r\n\r\n",
    "empty size": b"\r\nab\r\n0\r\n\r\n",
    "no size": b"xy\r\n0\r\n\r\n",
    "size beyond all": b"ffffffffffffffffffff\r\nab",
    "size without end": b"0" * 10_000,
    "extension without end": b"2;" + b"x" * 10_000,
    "extension with NUL": b"2;a\0b\r\nab\r\n0\r\n\r\n",
    "size with a bare line feed": b"2\nab\r\n0\r\n\r\n",
    "chunk that is longer": b"2\r\nabc\r\n0\r\n\r\n",
    "chunk without line end": b"2\r\nab0\r\n\r\n",
    "chunk with a bare line feed": b"2\r\nab\n0\r\n\r\n",
    "trailer that is none": b"2\r\nab\r\n0\r\nnonsense\r\n\r\n",
    "trailer without end": b"2\r\nab\r\n0\r\n" + b"X: 1\r\n" * 1000,
    "trailer line without end": b"2\r\nab\r\n0\r\n" + b"X" * 5000,
}


@pytest.mark.parametrize("name", BAD_HEADS)
def test_what_is_no_head_is_an_error(name):
    data = BAD_HEADS[name]
    for cuts in ((), range(len(data))):
        with pytest.raises(TransportError) as caught:
            read(data, *cuts)
        assert (caught.value.unanswered, caught.value.cut) == (False, False)


@pytest.mark.parametrize("name", BAD_BODIES)
def test_what_are_no_chunks_is_an_error(name):
    data = ok(CHUNKED, body=BAD_BODIES[name])
    for cuts in ((), range(len(data))):
        with pytest.raises(TransportError) as caught:
            read(data, *cuts)
        assert (caught.value.unanswered, caught.value.cut) == (False, False)


@pytest.mark.parametrize(
    "data",
    [
        ok("Content-Length: 3", body=b"ab"),
        ok("Content-Length: 999999999999999999", body=b"ab"),
        ok(CHUNKED),
        ok(CHUNKED, body=b"2"),
        ok(CHUNKED, body=b"2\r"),
        ok(CHUNKED, body=b"2\r\nab"),
        ok(CHUNKED, body=b"2\r\nab\r\n"),
        ok(CHUNKED, body=b"2\r\nab\r\n0\r\n"),
        ok(CHUNKED, body=b"2\r\nab\r\n0\r\nX: 1\r\n"),
        ok(CHUNKED, body=b"fffffffffffffff\r\nab"),
    ],
)
def test_a_body_that_ends_too_early_is_cut(data):
    with pytest.raises(TransportError, match="cut short") as caught:
        read(data)
    assert caught.value.cut
    assert not caught.value.unanswered


def test_no_byte_at_all():
    with pytest.raises(TransportError) as caught:
        read(b"")
    assert caught.value.unanswered


@pytest.mark.parametrize(
    "answer",
    [
        ok("X: " + "x" * LIMIT),
        ok(*["X: 1"] * LIMIT),
        b"HTTP/1.1 200 " + b"x" * LIMIT,
        b"HTTP/1.1 200 OK\r\n" + b"X" * LIMIT,
    ],
)
def test_a_head_has_a_limit(answer):
    for cuts in ((), range(0, len(answer), 100)):
        with pytest.raises(AnswerTooLarge) as caught:
            read(answer, *cuts)
        assert (caught.value.option, caught.value.limit) == ("max_head", LIMIT)


def test_the_limit_is_the_heads_alone():
    assert read(ok("Content-Length: 50000", body=bytes(50_000)), limit=100)[2] == bytes(50_000)


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        ("HEAD", ok("Content-Length: 1000")),
        ("HEAD", ok(CHUNKED)),
        ("POST", b"HTTP/1.1 204 X\r\nContent-Length: 5\r\n\r\n"),
        ("POST", b"HTTP/1.1 304 X\r\nContent-Length: 5\r\n\r\n"),
        ("CONNECT", ok("Content-Length: 5")),
    ],
)
def test_answers_without_a_body(method, answer):
    assert read(answer, method=method)[2:] == (b"", b"")
    # What comes all the same is left over, and not the next call's.
    assert read(answer + b"ghost", method=method)[2:] == (b"", b"ghost")


@pytest.mark.parametrize(
    ("answer", "keeps"),
    [
        (ok("Content-Length: 0"), True),
        (ok("Content-Length: 0", "Connection: close"), False),
        (ok("Content-Length: 0", "Connection: X, Close"), False),
        (ok("Content-Length: 0", "Connection: keep-alive"), True),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n", True),
        (b"HTTP/1.0 200 OK\r\nConnection: keep-alive, close\r\nContent-Length: 0\r\n\r\n", False),
    ],
)
def test_which_connections_are_kept(answer, keeps):
    head = HeadReader("POST", LIMIT).feed(answer)
    assert head is not None
    assert head.keeps is keeps


def test_only_explicit_framing_tells_the_end():
    def explicit(answer: bytes) -> bool:
        head = HeadReader("POST", LIMIT).feed(answer)
        assert head is not None
        return head.body.is_explicit

    assert explicit(ok("Content-Length: 0"))
    assert explicit(ok(CHUNKED))
    assert not explicit(ok())
    assert not explicit(b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n")


ANSWERS = [
    *(data for data, _, _ in GOOD.values()),
    *BAD_HEADS.values(),
    *(ok(CHUNKED, body=b) for b in BAD_BODIES.values()),
]


def outcome(data: bytes, *cuts: int):
    try:
        return read(data, *cuts, limit=512)
    except TransportError as error:
        return type(error), error.unanswered, error.cut


@given(st.sampled_from(ANSWERS), st.lists(st.integers(0, 20_000), max_size=8))
def test_how_an_answer_is_split_makes_no_difference(data, cuts):
    assert outcome(data) == outcome(data, *(cut for cut in cuts if cut < len(data)))


@given(st.binary(max_size=200), st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n", ok("Content-Length: 9"), ok(CHUNKED)]))
def test_any_bytes_are_an_answer_or_an_error(data, start):
    outcome(start + data)


@given(st.sampled_from(ANSWERS), st.integers(0, 300), st.binary(min_size=1, max_size=3))
def test_a_broken_answer_is_an_answer_or_an_error(data, place, noise):
    broken = data[:place] + noise + data[place + len(noise) :]
    assert outcome(broken) == outcome(broken, *range(len(broken)))
