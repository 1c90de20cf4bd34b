"""JSON with large media: the same bytes as in memory, read while they are sent, anew for each attempt."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import pickle
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hfe_core import AsyncClient, Client, EncodeError, Media, Options, Payload, Retry, Task, TransportError
from hfe_core._bodies import JsonBody
from hfe_core.prepare import LARGE, Preparer, encode_json, json_body
from hfe_core.values import Endpoint
from tests.http_server import HttpServer, http

SOUND = os.urandom(LARGE + 1)
OPTIONS = Options(retry=Retry(backoff=0, jitter=0))


def encode(inputs: Media) -> Payload:
    return Payload(inputs=inputs, parameters={"top_k": 1})


TASK = Task(name="sound-seen", encode=encode, decode=lambda response: response.body)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "sound.wav"
    found.write_bytes(SOUND)
    return found


def large(value: object) -> JsonBody:
    body = json_body(value)
    assert isinstance(body, JsonBody)
    return body


class TestBytes:
    @pytest.mark.parametrize("size", [LARGE + 1, LARGE + 2, LARGE + 3, 3 * LARGE, 3 * LARGE + 1])
    def test_of_any_length(self, size, path):
        path.write_bytes(os.urandom(size))
        value = {"inputs": Media(path), "parameters": {}}
        body = large(value)
        with body.open() as file:
            assert file.readable()
            assert file.read() == encode_json(value)
        assert len(body) == len(encode_json(value))

    @settings(max_examples=30, deadline=None)
    @given(st.lists(st.integers(1, 400_000), min_size=1, max_size=6), st.sampled_from(["", "ä" * 200_000]))
    def test_read_in_any_steps(self, steps, text):
        value = {text: [Media(SOUND), text, Media(b"small"), {'"': Media(SOUND)}, Media(SOUND)]}
        expected = encode_json(value)
        found = []
        with large(value).open() as file:
            for step in itertools.islice(itertools.cycle(steps), 100):
                found.append(file.read(step))
                assert len(found[-1]) <= step
            found.append(file.read())
        assert b"".join(found) == expected

    def test_small_media_stay_bytes(self):
        value = {"inputs": Media(b"x" * LARGE)}
        assert json_body(value) == encode_json(value)

    def test_a_value_that_pickles_and_says_no_data(self, path):
        body = large([Media(path)])
        assert pickle.loads(pickle.dumps(body)) == body
        assert repr(body) == "<JsonBody with 1 media>"

    @pytest.mark.parametrize(
        ("beside", "place"),
        [
            ({"x": "\udc00"}, "x"),
            ({"\udc00": 1}, "\udc00"),
            ({"x": ["a\udc00b", "\ud800"]}, "x[0]"),
            ({"x": float("nan")}, "x"),
            ({"x": object()}, "x"),
        ],
    )
    def test_mistakes_beside_them_are_named(self, beside, place):
        with pytest.raises(EncodeError) as caught:
            json_body({"inputs": Media(SOUND), **beside})
        assert caught.value.parameter == place

    def test_memory(self, path):
        with path.open("r+b") as file:
            file.truncate(24 << 20)
        tracemalloc.start()
        try:
            with large({"inputs": Media(path)}).open() as file:
                while file.read(1 << 16):
                    pass
            assert tracemalloc.get_traced_memory()[1] < 2 << 20
        finally:
            tracemalloc.stop()


class TestChanges:
    def test_a_file_that_is_gone(self, path):
        body, media = large({"image": Media(path)}), Media(path)
        path.unlink()
        with pytest.raises(EncodeError, match="the file cannot be read"):
            body.open()
        with pytest.raises(EncodeError, match="the file cannot be read"):
            Preparer(Endpoint("https://h"), Options()).request(Payload(inputs={"image": media}))

    def test_a_file_of_another_size(self, path):
        body = large({"image": Media(path)})
        path.write_bytes(SOUND + b"x")
        with pytest.raises(EncodeError, match="has changed"):
            body.open()

    def test_a_file_that_grows_meanwhile_is_sent_as_it_was(self, path):
        value = {"image": Media(path)}
        body, expected = large(value), encode_json(value)
        with body.open() as file:
            begun = file.read(100)
            with path.open("ab") as more:
                more.write(b"x" * 1000)
            assert begun + file.read() == expected

    def test_a_file_that_shrinks_meanwhile_is_an_error(self, path):
        with large({"image": Media(path)}).open() as file:
            file.read(100)
            os.truncate(path, 1000)
            with pytest.raises(EncodeError, match="became shorter"):
                file.read()


class TestSending:
    def test_each_attempt_sends_all_of_it(self, path):
        with HttpServer() as server:
            server.answers(http(status=503), http(b"ok"))
            client = Client(server.url, False, OPTIONS)
            assert client.run(TASK, Media(path)) == b"ok"
            self.check(server, path)

    def test_async(self, path):
        async def main(url: str) -> bytes:
            async with AsyncClient(url, False, OPTIONS) as client:
                return await client.run(TASK, Media(path))

        pytest.importorskip("aiohttp")
        with HttpServer() as server:
            server.answers(http(status=503), http(b"ok"))
            assert asyncio.run(main(server.url)) == b"ok"
            self.check(server, path)

    def check(self, server: HttpServer, path: Path) -> None:
        expected = encode_json({"inputs": Media(path), "parameters": {"top_k": 1}})
        assert [seen.body for seen in server.seen] == [expected] * 2
        assert server.seen[0].headers["content-type"] == "application/json"
        assert json.loads(server.seen[0].body)["inputs"] == Media(path).base64()

    def test_a_file_that_cannot_be_read_any_more(self, path):
        call = TASK(Media(path))
        request = Preparer(Endpoint("http://127.0.0.1:9"), OPTIONS).request(call.payload)
        path.unlink()
        with pytest.raises(EncodeError):
            request.body.open()
        with HttpServer() as server, pytest.raises((EncodeError, TransportError)):
            Client(server.url, False, OPTIONS).send(call)
