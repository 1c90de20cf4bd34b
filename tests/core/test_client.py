"""Verbs of the clients over scripted answers: no socket."""

import asyncio
import inspect
import pickle
import threading
import time

import attrs
import pytest

from hfe_core import (
    AsyncClient,
    BadRequest,
    Client,
    DecodeError,
    EncodeError,
    HfeError,
    Options,
    Payload,
    Registry,
    Retry,
    StreamBroken,
    StreamMethod,
    StreamTask,
    Task,
    TaskMethod,
    TransportError,
    decode_as,
    hookimpl,
    text,
)
from hfe_core.testing import AsyncFakeTransport, FakeTransport, Reply, fake_client


@attrs.frozen
class Shout:
    loud: str


def encode_shout(inputs: str, *, times: int = 1) -> Payload:
    """Shout a text.

    Args:
        inputs: The text.
        times: How often.
    """
    return Payload(inputs=text("inputs", inputs), parameters={"times": times})


def encode_murmur(inputs: str) -> Payload:
    """Murmur a text.

    Args:
        inputs: The text.
    """
    return Payload(inputs=inputs, stream=True)


SHOUT = Task(name="shout", encode=encode_shout, decode=decode_as(Shout), decode_many=decode_as(list[Shout]))
MURMUR = StreamTask(
    name="murmur", encode=encode_murmur, decode=lambda event: event.json(), ends=lambda value: value == "end"
)


class ShoutTasks:
    shout = TaskMethod(SHOUT)
    murmur = StreamMethod(MURMUR)


class Endpoint(ShoutTasks, Client):
    pass


class AsyncEndpoint(ShoutTasks, AsyncClient):
    pass


class Plugin:
    @hookimpl
    def hfe_register_tasks(self):
        return [SHOUT, MURMUR]


REGISTRY = Registry({"mine": Plugin()}, installed=False)


def upper(request):
    """Answer as the server of ``shout`` would, one input or a list."""
    import json

    body = json.loads(request.body)
    inputs = body["inputs"]
    if inputs == "bad" or (isinstance(inputs, list) and "bad" in inputs):
        return Reply({"error": "bad input"}, status=400)
    if isinstance(inputs, list):
        return Reply([{"loud": each.upper()} for each in inputs])
    return Reply({"loud": inputs.upper() * body["parameters"]["times"]})


def endpoint(*script, **options) -> tuple[Endpoint, FakeTransport]:
    transport = FakeTransport(*(script or (upper,)))
    given = Options(**{"retry": Retry(attempts=1), **options})
    return Endpoint("https://h", False, given, registry=REGISTRY, transport=transport), transport


def async_endpoint(*script, **options) -> AsyncEndpoint:
    given = Options(**{"retry": Retry(attempts=1), **options})
    return AsyncEndpoint(
        "https://h", False, given, registry=REGISTRY, transport=AsyncFakeTransport(*(script or (upper,)))
    )


def test_three_spellings_are_one_call():
    client, transport = endpoint()
    outputs = [
        client.run("shout", inputs="a", times=2),
        client.run(SHOUT, inputs="a", times=2),
        client.run(SHOUT, "a", times=2),
        client.send(SHOUT(inputs="a", times=2)),
        client.shout("a", times=2),
        client.exchange(SHOUT("a", times=2)).output,
    ]
    assert outputs == [Shout("AA")] * 6
    assert len({request.body for request in transport.requests}) == 1


def test_three_spellings_async():
    async def main():
        client = async_endpoint()
        return [
            await client.run("shout", inputs="a"),
            await client.run(SHOUT, inputs="a"),
            await client.send(SHOUT(inputs="a")),
            await client.shout("a"),
            (await client.exchange(SHOUT("a"))).output,
        ]

    assert asyncio.run(main()) == [Shout("A")] * 5


def test_a_result_has_the_answer():
    client, _ = endpoint(Reply({"loud": "A", "more": 1}, headers={"x-request-id": "r"}))
    result = client.exchange(SHOUT("a"))
    assert result.output == Shout("A")
    assert result.response.request_id == "r"
    assert b'"more"' in result.response.body


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"input": "a"}, TypeError),
        ({}, TypeError),
        ({"inputs": "a", "time": 1}, TypeError),
        ({"inputs": 1}, EncodeError),
    ],
)
def test_wrong_arguments_send_nothing(arguments, error):
    client, transport = endpoint()
    for call in (
        lambda: client.run(SHOUT, **arguments),
        lambda: client.run("shout", **arguments),
        lambda: client.shout(**arguments),
    ):
        with pytest.raises(error):
            call()
    assert transport.requests == []


def test_a_stream_is_no_task_and_a_task_no_stream():
    client, _ = endpoint()
    with pytest.raises(TypeError, match="stream"):
        client.run(MURMUR, "a")
    with pytest.raises(TypeError, match="run"):
        client.stream(SHOUT, "a")


def test_the_facade_reads_like_a_method_written_by_hand():
    client, _ = endpoint()
    assert str(inspect.signature(client.shout)) == "(inputs: str, *, times: int = 1)" + _returns(client.shout)
    assert list(inspect.signature(Endpoint.shout).parameters) == ["self", "inputs", "times"]
    assert client.shout.__name__ == "shout"
    assert client.shout.__doc__.startswith("Shout a text.")
    assert inspect.isfunction(Endpoint.shout)
    assert inspect.ismethod(client.shout)


def _returns(method) -> str:
    annotation = inspect.signature(method).return_annotation
    return "" if annotation is inspect.Signature.empty else f" -> {inspect.formatannotation(annotation)}"


def test_map_keeps_order_and_every_failure():
    client, _ = endpoint(concurrency=4)
    outcomes = list(client.map(SHOUT, ["a", "bad", 3, "d"], times=2))
    assert [outcome.index for outcome in outcomes] == [0, 1, 2, 3]
    assert [outcome.ok for outcome in outcomes] == [True, False, False, True]
    assert (outcomes[0].output, outcomes[3].output) == (Shout("AA"), Shout("DD"))
    assert isinstance(outcomes[1].error, BadRequest)
    assert isinstance(outcomes[2].error, EncodeError)
    with pytest.raises(BadRequest):
        _ = outcomes[1].output


def test_map_async():
    async def numbers():
        for number in range(50):
            yield str(number)

    async def main():
        client = async_endpoint(concurrency=4, batch_size=3)
        plain = [outcome.output.loud async for outcome in client.map(SHOUT, ["a", "b"])]
        return plain, [outcome.output.loud async for outcome in client.map(SHOUT, numbers())]

    plain, lazily = asyncio.run(main())
    assert plain == ["A", "B"]
    assert lazily == [str(number) for number in range(50)]


def test_map_sends_batches_and_loses_nobody_with_a_bad_one():
    client, transport = endpoint(batch_size=4, concurrency=1)
    outcomes = list(client.map(SHOUT, ["a", "b", 3, "c", "d", "bad", "e"]))
    assert [outcome.output.loud if outcome.ok else type(outcome.error).__name__ for outcome in outcomes] == [
        "A", "B", "EncodeError", "C", "D", "BadRequest", "E",
    ]  # fmt: skip
    # ["a","b","c"]; then ["d","bad","e"] refused as a whole, and each of them on its own.
    assert len(transport.requests) == 1 + 1 + 3


def test_map_does_not_trust_a_batch_answer_of_another_length():
    client, transport = endpoint(
        Reply([{"loud": "A"}]), Reply({"loud": "A"}), Reply({"loud": "B"}), batch_size=2, concurrency=1
    )
    assert [outcome.output.loud for outcome in client.map(SHOUT, ["a", "b"])] == ["A", "B"]
    assert len(transport.requests) == 3


def test_map_reads_only_as_far_as_needed():
    taken = []

    def endless():
        number = 0
        while True:
            taken.append(number)
            yield str(number)
            number += 1

    client, _ = endpoint(concurrency=2)
    outcomes = client.map(SHOUT, endless())
    assert taken == []
    assert next(outcomes).output == Shout("0")
    assert len(taken) <= 4
    outcomes.close()
    deadline = time.monotonic() + 10
    while [thread for thread in threading.enumerate() if thread.name.startswith("hfe-map")]:
        assert time.monotonic() < deadline, "the threads did not end"
        time.sleep(0.01)


def test_map_refuses_wrong_shared_arguments_at_once():
    client, transport = endpoint()
    with pytest.raises(TypeError, match="shout"):
        client.map(SHOUT, ["a"], time=1)
    assert transport.requests == []


def test_streams_end_with_their_last_event():
    client, _ = endpoint(Reply.events("a", "end"), Reply.events("a", "b", done=True), Reply.events("a"))
    assert list(client.murmur("x")) == ["a", "end"]
    assert list(client.stream("murmur", "x")) == ["a", "b"]
    stream = client.stream(MURMUR, "x")
    assert stream.response is None
    assert next(stream) == "a"
    assert stream.response.status == 200
    with pytest.raises(StreamBroken, match="before its last event") as caught:
        next(stream)
    assert caught.value.received == ("a",)


def test_a_cut_stream_async():
    async def main():
        client = async_endpoint(
            Reply(headers={"content-type": "text/event-stream"}, pieces=(b'data: "a"\n\n', TransportError("cut")))
        )
        return [event async for event in client.murmur("x")]

    with pytest.raises(StreamBroken) as caught:
        asyncio.run(main())
    assert caught.value.received == ("a",)


def test_a_stream_checks_its_arguments_before_it_is_read():
    client, transport = endpoint()
    with pytest.raises(TypeError):
        client.murmur(input="x")
    client.murmur("x").close()
    assert transport.requests == []


def test_a_decoder_that_fails_is_a_decode_error():
    broken = Task(name="broken", encode=encode_shout, decode=lambda response: 1 / 0)
    client, _ = endpoint()
    with pytest.raises(DecodeError, match="the decoder of 'broken' failed") as caught:
        client.run(broken, "a")
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


@pytest.mark.parametrize(
    ("answer", "path"),
    [
        ({"loud": 1}, "$.loud"),
        ({}, "$"),
        ([], "$"),
        (None, "$"),
        ("text", "$"),
    ],
)
def test_a_wrong_answer_names_its_place(answer, path):
    client, _ = endpoint(Reply(answer))
    with pytest.raises(DecodeError) as caught:
        client.run(SHOUT, "a")
    assert caught.value.path == path
    assert caught.value.attempts == 1


def test_an_error_with_200_is_an_error():
    client, _ = endpoint(Reply({"error": "the model said no"}))
    with pytest.raises(HfeError, match="the model said no"):
        client.run(SHOUT, "a")


def test_options_by_client():
    client, transport = endpoint()
    quick = client.with_options(timeout=1.5, headers={"a": "b"})
    quick.shout("a")
    client.shout("a")
    assert isinstance(quick, Endpoint)
    assert [send.timeout for send in transport.sends] == [1.5, 120.0]
    assert transport.requests[0].headers["a"] == "b"
    with pytest.raises(TypeError, match="time_out"):
        client.with_options(time_out=1)
    with pytest.raises(ValueError, match="timeout"):
        client.with_options(timeout=0)


@pytest.mark.parametrize("kind", [Client, AsyncClient, Endpoint, AsyncEndpoint])
def test_clients_pickle_as_configuration_without_the_token(kind):
    client = kind("https://h/x", "hf_secret", Options(timeout=3.0))
    data = pickle.dumps(client)
    again = pickle.loads(data)
    assert b"hf_secret" not in data
    assert "hf_secret" not in repr(client)
    assert (type(again), again.endpoint.url, again.options.timeout) == (kind, "https://h/x", 3.0)
    assert again.endpoint.token is None


def test_tasks_are_keys():
    numbers = {SHOUT: 1, MURMUR: 2}
    assert numbers[SHOUT] == 1
    assert Task(name="shout", encode=encode_shout, decode=SHOUT.decode) != SHOUT


def test_digests_are_stable_and_tell_calls_apart():
    assert SHOUT("a").digest == "f15ae2bcbf8f14913d50991c8ce70a5e"
    assert len({SHOUT("a").digest, SHOUT("b").digest, SHOUT("a", times=2).digest, MURMUR("a").digest}) == 4
    assert SHOUT("a").digest == "f15ae2bcbf8f14913d50991c8ce70a5e"


def test_requests_without_a_task():
    client, transport = endpoint(Reply([1]), Reply(b"\0", headers={"content-type": "image/png"}), Reply.events("a"))
    assert client.request({"any": [1]}) == [1]
    assert client.request(b"data") == b"\0"
    assert [event.json() for event in client.streaming_request({"a": 1})] == ["a"]
    assert [request.body for request in transport.requests] == [b'{"any":[1]}', b"data", b'{"a":1,"stream":true}']


def test_fake_client_keeps_the_requests():
    client, transport = fake_client(Reply({}, status=503), Reply({"loud": "A"}))
    assert client.run(SHOUT, "a") == Shout("A")
    assert len(transport.requests) == 2
