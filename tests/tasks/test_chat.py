"""chat-completion: what was recorded, whole and streamed, the shapes of other servers by hand, and wrong ones."""

from __future__ import annotations

import asyncio
import json
from typing import Any, ClassVar
from urllib.parse import urlsplit

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfe_core import DecodeError, EncodeError, Options, Retry, StatusError, StreamBroken, TransportError
from hfe_core.prepare import Preparer
from hfe_core.sse import ServerSentEvent
from hfe_core.testing import Reply, check_task, fake_client, response_for
from hfe_core.values import Endpoint
from hfe_tasks import (
    CHAT_COMPLETION,
    CHAT_COMPLETION_STREAM,
    AsyncHfInferenceEndpoint,
    ChatChoice,
    ChatCompletion,
    ChatCompletionChunk,
    ChatFunction,
    ChatFunctionDelta,
    ChatLogprob,
    ChatLogprobs,
    ChatReply,
    ChatToolCall,
    ChatToolCallDelta,
    ChatUsage,
    HfInferenceEndpoint,
)
from tests.http_server import HttpServer, http
from tests.recordings import TRANSFORMERS, Recording, get, load
from tests.tasks.case import same
from tests.tasks.cases import case_of
from tests.tasks.cases.chat import without_nothing
from tests.tasks.test_task_properties import ANYTHING

ASKED = [{"role": "user", "content": "hi"}]
PREPARER = Preparer(Endpoint("https://endpoint.test"), Options())
CALL = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
CALLED = ChatToolCall("call_1", ChatFunction("f", '{"a":1}'))


RECORDED = [each for each in load(TRANSFORMERS, "chat-completion") if each.status == 200]
REFUSED = get(TRANSFORMERS, "chat-completion", "e18_stream_generation_error")
"""Negative ``max_tokens``, which the server takes at first and hfe does not."""


def arguments_of(recording: Recording) -> dict[str, Any]:
    """What a user gives for a recorded body."""
    body = dict(recording.request_json())
    body.pop("stream", None)
    return {"inputs": body.pop("messages"), **body}


def completion(answer: object) -> ChatCompletion:
    payload = CHAT_COMPLETION.encode(ASKED)
    return CHAT_COMPLETION.decode(response_for(payload, answer if isinstance(answer, Reply) else Reply(answer)))


def whole(message: object, **choice: object) -> dict[str, object]:
    return {"choices": [{"index": 0, "message": message, "finish_reason": "stop", **choice}]}


def chunk(delta: object, index: int = 0, **choice: object) -> dict[str, object]:
    return {"choices": [{"index": index, "delta": delta, **choice}]}


def event(data: object) -> ChatCompletionChunk:
    return CHAT_COMPLETION_STREAM.decode(ServerSentEvent(data if isinstance(data, str) else json.dumps(data)))


def read(*events: object, done: bool = False) -> list[ChatCompletionChunk]:
    client, _ = fake_client(Reply.events(*events, done=done))
    return list(client.stream(CHAT_COMPLETION_STREAM, ASKED))


@pytest.mark.parametrize("recording", [each for each in RECORDED if each != REFUSED], ids=str)
def test_what_is_sent_is_what_was_recorded(recording: Recording):
    """Parameters that stay flat in the body, on the path of the dialect; a stream says so."""
    sent = recording.request_json()
    task = CHAT_COMPLETION_STREAM if "stream" in sent else CHAT_COMPLETION
    request = PREPARER.request(task.encode(**arguments_of(recording)))
    assert same(json.loads(request.body), sent)
    assert (request.method, urlsplit(request.url).path) == (recording.method, recording.path)
    assert request.stream is ("stream" in sent)


def test_calls_over_http(server: HttpServer):
    """Both clients, by method and by name, against the recorded answer, and the recorded stream."""
    options = Options(timeout=20, retry=Retry(attempts=1))
    answered, streamed = (get(TRANSFORMERS, "chat-completion", name) for name in ("s6_content_parts", "s2_stream"))

    async def ask() -> ChatCompletion:
        async with AsyncHfInferenceEndpoint(server.url, access_token=False, options=options) as endpoint:
            return await endpoint.chat_completion(**arguments_of(answered))

    async def listen() -> list[ChatCompletionChunk]:
        async with AsyncHfInferenceEndpoint(server.url, access_token=False, options=options) as endpoint:
            return [chunk async for chunk in endpoint.chat_completion_stream(**arguments_of(streamed))]

    with HfInferenceEndpoint(server.url, access_token=False, options=options) as endpoint:
        server.answers(http(answered.raw_body, content_type=answered.headers["content-type"]))
        outputs = [
            endpoint.chat_completion(**arguments_of(answered)),
            endpoint.run("chat-completion", **arguments_of(answered)),
            asyncio.run(ask()),
        ]
        server.answers(http(streamed.raw_body, content_type=streamed.headers["content-type"]))
        heard = [
            list(endpoint.chat_completion_stream(**arguments_of(streamed))),
            list(endpoint.stream("chat-completion", **arguments_of(streamed))),
            asyncio.run(listen()),
        ]
    assert [output.content for output in outputs] == ["Y\x03user"] * 3
    assert ["".join(chunk.content for chunk in chunks) for chunks in heard] == ["Y\x03user\ufffdeu"] * 3
    assert [seen.target for seen in server.seen] == ["/v1/chat/completions"] * 6


def test_every_recording_is_compared():
    assert len(RECORDED) == 11


def test_nothing_of_a_stream_is_lost():
    recording = get(TRANSFORMERS, "chat-completion", "s2_stream")
    client, _ = fake_client(recording.reply)
    chunks = list(client.stream(CHAT_COMPLETION_STREAM, **arguments_of(recording)))
    data = [json.loads(line[6:]) for line in recording.body.decode().splitlines() if line]
    assert same([without_nothing(attrs.asdict(chunk)) for chunk in chunks], data)
    assert len(chunks) == 6
    assert chunks[-1].usage == ChatUsage(13, 5, 18)


def test_an_error_in_a_recorded_stream():
    client, _ = fake_client(REFUSED.reply)
    stream = client.stream(CHAT_COMPLETION_STREAM, ASKED)
    assert next(stream).choices[0].delta.role == "assistant"
    with pytest.raises(StatusError, match="`max_new_tokens` must be greater than 0"):
        next(stream)


class TestAnswers:
    def test_a_reply(self):
        usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3, "prompt_tokens_details": None}
        answer = {**whole({"role": "assistant", "content": "x"}), "id": "", "created": 1, "usage": usage, "more": 1}
        assert completion(answer) == ChatCompletion(
            (ChatChoice(ChatReply(content="x"), 0, "stop"),), created=1, usage=ChatUsage(1, 2, 3)
        )

    def test_content_is_that_of_the_first_answer(self):
        two = [{"index": index, "message": {"content": text}} for index, text in enumerate("ab")]
        assert completion({"choices": two}).content == "a"
        assert completion(whole({"content": None})).content == ""
        assert completion({"choices": []}).content == ""

    @pytest.mark.parametrize(
        "call",
        [
            CALL,
            {"id": "call_1", "function": {"name": "f", "arguments": '{"a":1}', "description": None}},
        ],
    )
    def test_tool_calls(self, call):
        assert completion(whole({"role": "assistant", "tool_calls": [call]})).choices[0].message == ChatReply(
            tool_calls=(CALLED,)
        )

    def test_tool_calls_of_older_tgi(self):
        """Arguments as an object, and a number as id."""
        call = {"id": 0, "type": "function", "function": {"description": None, "name": "f", "arguments": {"ä": [1]}}}
        message = completion(whole({"role": "assistant", "content": None, "tool_calls": [call]})).choices[0].message
        assert message.tool_calls == (ChatToolCall("0", ChatFunction("f", '{"ä": [1]}')),)

    def test_null_for_what_there_is_not(self):
        nulls = dict.fromkeys(("tool_calls", "refusal", "reasoning_content", "audio"))
        answer = {**whole({"role": "assistant", "content": "x", **nulls}, logprobs=None), "usage": None}
        assert completion(answer) == completion(whole({"content": "x"}))

    def test_thoughts(self):
        message = {"role": "assistant", "content": "x", "reasoning": "a", "reasoning_content": "b"}
        assert completion(whole(message)).choices[0].message == ChatReply("assistant", "x", (), None, "a", "b")

    def test_log_probabilities(self):
        top = [{"token": "x", "logprob": -0.5, "bytes": [120]}, {"token": "y", "logprob": -1}]
        logprobs = {"content": [{**top[0], "top_logprobs": top}], "refusal": None}
        assert completion(whole({"content": "x"}, logprobs=logprobs)).choices[0].logprobs == ChatLogprobs(
            (ChatLogprob("x", -0.5, (120,), (ChatLogprob("x", -0.5, (120,)), ChatLogprob("y", -1.0))),)
        )
        assert completion(whole({"content": ""}, logprobs={"content": None})).choices[0].logprobs == ChatLogprobs()

    @pytest.mark.parametrize(
        ("answer", "path"),
        [
            ({"id": "x"}, "$"),
            ([whole({"content": "x"})], "$"),
            ({"choices": {}}, "$.choices"),
            ({"choices": [1]}, "$.choices[0]"),
            ({"choices": [{"index": 0}]}, "$.choices[0]"),
            (whole(None), "$.choices[0].message"),
            (whole({"content": ["x"]}), "$.choices[0].message.content"),
            (whole({"tool_calls": "x"}), "$.choices[0].message.tool_calls"),
            (whole({"tool_calls": [CALL, 1]}), "$.choices[0].message.tool_calls[1]"),
            (
                whole({"tool_calls": [{**CALL, "function": {"name": None}}]}),
                "$.choices[0].message.tool_calls[0].function",
            ),
            (whole({"content": "x"}, finish_reason=1), "$.choices[0].finish_reason"),
            (whole({"content": "x"}, logprobs={"content": [{"token": "x"}]}), "$.choices[0].logprobs.content[0]"),
            ({"choices": [], "usage": {"prompt_tokens": "1"}}, "$.usage.prompt_tokens"),
            ([{"generated_text": "x"}], "$"),
        ],
    )
    def test_places_of_mistakes(self, answer, path):
        with pytest.raises(DecodeError) as caught:
            completion(answer)
        assert caught.value.path == path

    def test_an_error_that_came_with_200(self):
        with pytest.raises(StatusError, match="no words left") as caught:
            completion({"error": {"message": "no words left", "type": "x"}})
        assert caught.value.status == 200


class TestStreams:
    FIRST = chunk({"role": "assistant", "content": ""}, finish_reason=None)
    WORD = chunk({"content": "a"}, finish_reason=None, logprobs=None)
    LAST = chunk({}, finish_reason="stop")
    USAGE: ClassVar = {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}}

    def test_what_follows_the_reason_is_read(self):
        chunks = read(self.FIRST, self.WORD, self.LAST, self.USAGE, done=True)
        assert len(chunks) == 4
        assert "".join(chunk.content for chunk in chunks) == "a"
        assert chunks[-1].usage == ChatUsage(1, 1, 2)
        assert read(self.FIRST, self.LAST, self.USAGE) == [chunks[0], chunks[2], chunks[3]]

    def test_done_alone_ends_it(self):
        assert len(read(self.FIRST, self.WORD, done=True)) == 2

    @pytest.mark.parametrize("events", [(), (FIRST,), (FIRST, WORD), (USAGE,)])
    def test_an_end_without_a_reason(self, events):
        with pytest.raises(StreamBroken, match="before its last event") as caught:
            read(*events)
        assert caught.value.received == tuple(map(event, events))

    def test_each_of_several_answers_ends(self):
        first, second = chunk({"content": "a"}), chunk({"content": "b"}, 1)
        ends = chunk({}, 1, finish_reason="length")
        assert [each.content for each in read(first, second, self.LAST, ends)] == ["a", "", "", ""]
        with pytest.raises(StreamBroken):
            read(first, second, self.LAST)
        with pytest.raises(StreamBroken):
            read(first, second, ends)

    def test_a_cut(self):
        def cut(*events: object) -> list[ChatCompletionChunk]:
            pieces = (*Reply.events(*events).pieces, TransportError("reset"))
            client, _ = fake_client(Reply(headers={"content-type": "text/event-stream"}, pieces=pieces))
            return list(client.stream(CHAT_COMPLETION_STREAM, ASKED))

        assert len(cut(self.FIRST, self.LAST)) == 2
        with pytest.raises(StreamBroken, match="cut: reset") as caught:
            cut(self.FIRST, self.WORD)
        assert len(caught.value.received) == 2

    @pytest.mark.parametrize(
        "data",
        [{"error": {"message": "too long", "code": 400}}, {"object": "error", "message": "too long", "code": 400}],
    )
    def test_an_error(self, data):
        with pytest.raises(StatusError, match="too long"):
            read(self.FIRST, data, done=True)

    def test_pieces_of_a_tool_call(self):
        begun = {"index": 1, "id": "call_1", "type": "function", "function": {"name": "f", "arguments": ""}}
        expected = ChatToolCallDelta(1, "call_1", "function", ChatFunctionDelta("f"))
        assert event(chunk({"tool_calls": [begun]})).choices[0].delta.tool_calls == (expected,)
        more = {"index": 1, "id": None, "type": None, "function": {"name": None, "arguments": '{"a'}}
        expected = ChatToolCallDelta(1, function=ChatFunctionDelta(arguments='{"a'))
        assert event(chunk({"tool_calls": [more]})).choices[0].delta.tool_calls == (expected,)
        assert event(chunk({"content": "x", "tool_calls": None})) == event(chunk({"content": "x"}))

    def test_a_tool_call_of_tgi_2_4(self):
        """One call without a list."""
        call = {"index": 0, "id": "", "type": "function", "function": {"name": None, "arguments": "ther"}}
        delta = event(chunk({"role": "assistant", "tool_calls": call}, logprobs=None)).choices[0].delta
        assert delta.tool_calls == (ChatToolCallDelta(0, "", "function", ChatFunctionDelta(arguments="ther")),)

    @pytest.mark.parametrize(
        ("data", "path"),
        [
            ("", "$"),
            ("[DONE", "$"),
            ("[]", "$"),
            ({"choices": None}, "$.choices"),
            ({"choices": [{"index": 0}]}, "$.choices[0]"),
            (chunk({"content": 1}), "$.choices[0].delta.content"),
            (
                chunk({"tool_calls": [{"function": {"arguments": 1}}]}),
                "$.choices[0].delta.tool_calls[0].function.arguments",
            ),
        ],
    )
    def test_wrong_events(self, data, path):
        with pytest.raises(DecodeError) as caught:
            event(data)
        assert caught.value.path == path


class TestArguments:
    def test_a_tool_loop(self):
        """The model's message, and the tool's, are the next call's inputs."""
        message = completion(whole({"role": "assistant", "content": None, "tool_calls": [CALL]})).choices[0].message
        answered = {"role": "tool", "tool_call_id": "call_1", "content": "2"}
        body = json.loads(PREPARER.request(CHAT_COMPLETION.encode([*ASKED, message.as_input(), answered])).body)
        assert body == {"messages": [*ASKED, {"role": "assistant", "content": None, "tool_calls": [CALL]}, answered]}
        assert ChatReply(content="x", reasoning="y").as_input() == {"role": "assistant", "content": "x"}

    def test_one_stop_becomes_a_list(self):
        assert CHAT_COMPLETION.encode(ASKED, stop="\n").body["stop"] == ["\n"]

    def test_biases_by_token_id(self):
        assert CHAT_COMPLETION.encode(ASKED, logit_bias={50256: -100}).body["logit_bias"] == {"50256": -100}

    def test_further_parameters_are_flat(self):
        body = CHAT_COMPLETION.encode(ASKED, parameters={"guided_regex": "a+", "top_k": None}).body
        assert body == {"messages": ASKED, "guided_regex": "a+", "top_k": None}

    @pytest.mark.parametrize(
        ("wrong", "parameter"),
        [
            ({"inputs": "hi"}, "inputs"),
            ({"inputs": []}, "inputs"),
            ({"inputs": ASKED[0]}, "inputs"),
            ({"inputs": ["hi"]}, "inputs[0]"),
            ({"inputs": [*ASKED, {"role": "user"}]}, "inputs[1]"),
            ({"inputs": [{"role": None, "content": "a"}]}, "inputs[0].role"),
            ({"inputs": [{"role": "user", "content": 1}]}, "inputs[0].content"),
            ({"inputs": [{"role": "user", "content": ["hi"]}]}, "inputs[0].content[0]"),
            ({"inputs": [{"role": "user", "content": [{"type": "text"}]}]}, "inputs[0].content[0].text"),
            (
                {"inputs": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": b"x"}}]}]},
                "inputs[0].content[0].image_url.url",
            ),
            ({"inputs": [{"role": "user", "content": "a", "name": 1}]}, "inputs[0].name"),
            ({"inputs": [{"role": "tool", "content": "a", "tool_call_id": 1}]}, "inputs[0].tool_call_id"),
            ({"inputs": [{"role": "assistant", "content": None, "tool_calls": CALL}]}, "inputs[0].tool_calls"),
            ({"frequency_penalty": 2.1}, "frequency_penalty"),
            ({"presence_penalty": -2.1}, "presence_penalty"),
            ({"logit_bias": {"1": 101}}, "logit_bias.1"),
            ({"logit_bias": {"1": None}}, "logit_bias.1"),
            ({"logit_bias": [1]}, "logit_bias"),
            ({"logprobs": 1}, "logprobs"),
            ({"max_tokens": 0}, "max_tokens"),
            ({"max_completion_tokens": 0}, "max_completion_tokens"),
            ({"model": 1}, "model"),
            ({"n": 0}, "n"),
            ({"response_format": "json"}, "response_format"),
            ({"seed": 1.5}, "seed"),
            ({"stop": []}, "stop"),
            ({"stream_options": True}, "stream_options"),
            ({"temperature": -0.1}, "temperature"),
            ({"tool_choice": 1}, "tool_choice"),
            ({"tool_prompt": 1}, "tool_prompt"),
            ({"tools": CALL}, "tools"),
            ({"tools": [None]}, "tools[0]"),
            ({"top_logprobs": -1}, "top_logprobs"),
            ({"top_p": 1.1}, "top_p"),
            ({"parameters": {"stream": True}}, "parameters.stream"),
            ({"parameters": {"messages": []}}, "parameters.messages"),
            ({"temperature": 1, "parameters": {"temperature": 1}}, "temperature"),
        ],
    )
    def test_wrong_ones_are_named(self, wrong, parameter):
        for task in (CHAT_COMPLETION, CHAT_COMPLETION_STREAM):
            with pytest.raises(EncodeError) as caught:
                task.encode(**{"inputs": ASKED, **wrong})
            assert caught.value.parameter == parameter

    @given(case_of("CHAT_COMPLETION").arguments)
    def test_the_stream_takes_what_the_task_takes(self, arguments):
        plain = PREPARER.request(CHAT_COMPLETION.encode(**arguments)).body
        streamed = PREPARER.request(CHAT_COMPLETION_STREAM.encode(**arguments)).body
        assert json.loads(streamed) == {**json.loads(plain), "stream": True}


@given(case_of("CHAT_COMPLETION").answer)
def test_what_servers_say_whole_they_may_say_in_chunks(answer):
    choices = [{**choice, "delta": choice["message"]} for choice in answer["choices"]]
    chunk = event({**answer, "choices": choices})
    assert [each.delta.content for each in chunk.choices] == [each["message"].get("content") for each in choices]


@given(ANYTHING | st.text(max_size=20))
def test_any_event_is_a_decode_error_or_a_value(data):
    try:
        event({"choices": [{"index": 0, "delta": data}]})
        event(data)
    except DecodeError as error:
        assert error.path.startswith("$")


def test_the_contract():
    assert check_task(CHAT_COMPLETION, answer=whole({"content": "x"})).content == "x"
    assert check_task(CHAT_COMPLETION_STREAM, answer=chunk({"content": "x"})).content == "x"
