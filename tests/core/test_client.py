"""Verbs of the clients over scripted answers: no socket."""

import asyncio
import inspect
import pickle

import attrs
import pytest

from hfe_core import (
    BadRequest,
    Client,
    DecodeError,
    EncodeError,
    HfeError,
    NotFound,
    OptionChanges,
    Options,
    Payload,
    StatusError,
    StreamBroken,
    Task,
    TransportError,
    decode_as,
    streamed,
)
from hfe_core.testing import Reply, fake_client
from tests.core.shout import (
    MURMUR,
    SHOUT,
    Endpoint,
    Shout,
    async_endpoint,
    encode_shout,
    endpoint,
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


def test_what_follows_the_end_of_a_stream_is_read():
    client, _ = endpoint(Reply.events("end", "a", "end"))
    assert list(client.murmur("x")) == ["end", "a", "end"]


def test_a_cut_behind_the_end_of_a_stream_loses_nothing():
    head = {"content-type": "text/event-stream"}
    cut = TransportError("cut")
    done = (b'data: "a"\n\n', b"data: [DONE]\n\n", cut)
    client, _ = endpoint(Reply(headers=head, pieces=(b'data: "end"\n\n', cut)), Reply(headers=head, pieces=done))
    assert list(client.murmur("x")) == ["end"]
    assert list(client.murmur("x")) == ["a"]
    assert [event.data for event in client.streaming_request()] == ['"a"']


def test_a_stream_whose_end_cannot_be_told():
    client, _ = endpoint(Reply.events("a"))
    with pytest.raises(DecodeError, match="'murmur' failed"):
        list(client.stream(attrs.evolve(MURMUR, ends=lambda _: 1 // 0), "x"))


@pytest.mark.parametrize("body", [{"a": 1}, {"stream": False}])
def test_a_stream_says_so_in_a_body_of_its_own(body):
    payload = streamed(lambda inputs: Payload(body=inputs))(body)
    assert payload.stream
    assert payload.body == {**body, "stream": True}
    assert payload.fields == {}


def test_an_error_inside_a_stream_that_says_it_by_its_object():
    client, _ = endpoint(Reply.events("a", {"object": "error", "message": "out of memory", "code": 500}))
    with pytest.raises(StatusError, match="out of memory"):
        list(client.murmur("x"))


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


def test_an_encoder_that_fails_is_an_encode_error():
    def encode(inputs: str, *, top_k: int | None = None) -> Payload:
        """Break."""
        raise KeyError(inputs)

    client, transport = endpoint()
    task = Task(name="broken", encode=encode, decode=decode_as(Shout))
    with pytest.raises(EncodeError, match=r"the encoder of 'broken' failed \(KeyError: 'a'\)"):
        client.run(task, "a")
    with pytest.raises(
        TypeError, match=r"broken\(\) got an unexpected keyword argument 'topk'; did you mean 'top_k'\?"
    ):
        client.run(task, "a", topk=2)
    assert transport.requests == []


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"input": "a"}, r"shout\(\) got an unexpected keyword argument 'input'; did you mean 'inputs'\?"),
        ({"messages": "a"}, r"shout\(\) got an unexpected keyword argument 'messages'; it takes inputs, times"),
        ({"times": 2}, r"shout\(\) missing a required argument: 'inputs'"),
        ({"inputs": "a", "time": 2}, r"shout\(\) got an unexpected keyword argument 'time'; did you mean 'times'\?"),
    ],
)
def test_wrong_keywords_are_named_before_what_is_missing(keywords, words):
    client, _ = endpoint()
    with pytest.raises(TypeError, match=words):
        client.run(SHOUT, **keywords)


def test_where_nothing_is_the_error_says_where():
    client, _ = endpoint(Reply(b"Not Found", status=404), Reply({"error": "no"}, status=400))
    with pytest.raises(NotFound, match="404: Not Found at POST /v1/x") as caught:
        client.request({"a": 1}, path="v1/x", query={"key": "secret"})
    assert (caught.value.message, caught.value.asked) == ("Not Found", "POST /v1/x")
    with pytest.raises(BadRequest) as refused:
        client.request({"a": 1})
    assert (str(refused.value), refused.value.asked) == ("400: no", "")


def test_an_encoder_that_gives_no_payload_is_an_encode_error():
    client, _ = endpoint()
    with pytest.raises(EncodeError, match="broken"):
        client.run(Task(name="broken", encode=lambda inputs: {"inputs": inputs}, decode=decode_as(Shout)), "a")


@pytest.mark.parametrize("failure", [OSError("disk"), RuntimeError("bug"), KeyError("x")])
def test_a_transport_that_fails_otherwise_is_a_transport_error(failure):
    def fail(request):
        raise failure

    client, _ = endpoint(fail)
    with pytest.raises(TransportError, match=type(failure).__name__):
        client.run(SHOUT, "a")

    async def main():
        await async_endpoint(fail).run(SHOUT, "a")

    with pytest.raises(TransportError, match=type(failure).__name__):
        asyncio.run(main())


def test_calls_are_values():
    for call in (SHOUT("a", times=2), MURMUR("a")):
        again = pickle.loads(pickle.dumps(call))
        assert (again, again.digest, again.args, again.kwargs) == (call, call.digest, call.args, call.kwargs)
    assert (SHOUT("a", times=2).args, SHOUT("a", times=2).kwargs) == (("a",), {"times": 2})
    assert SHOUT("a") == SHOUT(inputs="a") != SHOUT("b")


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


def test_with_options_knows_every_option():
    assert set(OptionChanges.__annotations__) == {field.name for field in attrs.fields(Options)}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"options": {"timeout": 1}}, "options"),
        ({"access_token": True}, "access_token"),
        ({"access_token": 3}, "access_token"),
    ],
)
def test_wrong_types_at_construction(wrong, words):
    with pytest.raises(TypeError, match=words):
        Client("https://h", **wrong)


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
