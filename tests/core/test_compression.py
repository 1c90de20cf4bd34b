"""Compressed bodies: whole or an error, in pieces of bounded size."""

import functools
import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfe_core import Limits, TransportError
from hfe_core._http.compression import Decompressor

# Without the time, which would give every xdist worker other test names.
compress = functools.partial(gzip.compress, mtime=0)


def bare_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


ENCODINGS = {
    "": ("", bytes),
    "identity": ("identity", bytes),
    "gzip": ("gzip", compress),
    "x-gzip": (" X-GZIP ", compress),
    "zlib": ("deflate", zlib.compress),
    "bare deflate": ("deflate", bare_deflate),
    "two members": ("gzip", lambda data: compress(data[:5]) + compress(data[5:])),
    "padded": ("gzip", lambda data: compress(data) + b"\0" * 20),
}


def decode(encoding: str, *pieces: bytes) -> bytes:
    decompressor = Decompressor(encoding, Limits())
    decoded = b"".join(part for piece in pieces for part in decompressor.feed(piece))
    decompressor.finish()
    return decoded


@pytest.mark.parametrize("name", ENCODINGS)
@given(st.binary(max_size=300), st.data())
def test_wherever_the_bytes_are_cut_the_content_is_the_same(name, content, data):
    encoding, encode = ENCODINGS[name]
    body = encode(content)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=6)))
    pieces = [body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True)]
    assert decode(encoding, *pieces) == content


@pytest.mark.parametrize("name", ["gzip", "zlib", "bare deflate", "two members"])
def test_a_body_that_is_cut_anywhere_is_no_success(name):
    encoding, encode = ENCODINGS[name]
    body = encode(b"some content that is long enough" * 3)
    whole = {decode(encoding, body)}
    for length in range(1, len(body)):
        try:
            cut = decode(encoding, body[:length])
        except TransportError:
            continue
        # Between two members of gzip nobody can tell.
        assert name == "two members"
        assert cut not in whole
        assert length == len(compress(b"some "))


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", b"not gzip"),
        ("gzip", compress(b"x") + b"garbage"),
        ("deflate", zlib.compress(b"x") + b"garbage"),
        ("deflate", b"\xff\xff\xff"),
        ("gzip", compress(b"x" * 1000)[:-8] + b"\0" * 8),
    ],
)
def test_broken_compression(encoding, body):
    with pytest.raises(TransportError, match="compression is broken"):
        decode(encoding, body)


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "nonsense"])
def test_an_encoding_that_was_not_asked_for(encoding):
    with pytest.raises(TransportError, match="was asked for"):
        Decompressor(encoding, Limits())


def test_a_bomb_comes_in_small_pieces():
    pieces = Decompressor("gzip", Limits()).feed(compress(bytes(50_000_000)))
    assert max(len(piece) for piece in pieces) <= 1 << 16


def test_an_empty_body_is_empty():
    for encoding, _ in ENCODINGS.values():
        assert decode(encoding) == decode(encoding, b"") == b""
