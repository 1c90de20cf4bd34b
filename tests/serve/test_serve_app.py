"""The local endpoint's protocol, over real HTTP, with engines made here."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator

import attrs
import pytest
import urllib3

from hfe_core import StatusError
from hfe_tasks import HfInferenceEndpoint

pytest.importorskip("starlette", reason="needs the extra serve")
pytest.importorskip("uvicorn", reason="needs the extra serve")

from hfe_core.serve import Engine, EngineError, EngineRequest, Runner, StreamEnd, TokenEvent, serving

Caller = Callable[..., urllib3.BaseHTTPResponse]


class Recorder:
    """An engine that answers what it got, and counts how it is used."""

    def __init__(self) -> None:
        self.loads: list[str] = []
        self.asked: list[EngineRequest] = []
        self.busy = 0
        self.most_busy = 0
        self.closed = threading.Event()
        self.engine = Engine(
            name="recorder",
            tasks=("echo", "other"),
            licence="MIT",
            summary="Says what it got.",
            load=self.load,
            streams=("echo",),
        )

    def load(self, task: str, model: str | None) -> Runner:
        self.loads.append(task)
        return self.run

    def run(self, request: EngineRequest) -> object:
        self.asked.append(request)
        if request.stream:
            return self.words(request)
        self.busy += 1
        self.most_busy = max(self.busy, self.most_busy)
        try:
            return self.answer(request)
        finally:
            self.busy -= 1

    def answer(self, request: EngineRequest) -> object:
        match request.inputs:
            case "nan":
                return {"score": float("nan"), "list": [1, float("inf")]}
            case "slow":
                time.sleep(0.3)
                return "done"
            case "key":
                return {}["ZZZ"]
            case "long error":
                raise ValueError("x" * 100_000)
            case "set":
                return {1, 2}
            case "picture":
                from PIL import Image

                return Image.new("L", (4, 2), 255)
        inputs = len(request.inputs) if isinstance(request.inputs, bytes) else request.inputs
        return {"task": request.task, "inputs": inputs, "parameters": dict(request.parameters)}

    def words(self, request: EngineRequest) -> Iterator[TokenEvent]:
        try:
            messages = request.inputs if isinstance(request.inputs, list) else []
            asked = messages[0]["content"] if messages else request.inputs
            if asked == "bad":
                raise EngineError("inputs: something better is needed")
            yield TokenEvent("Hel", id=7, logprob=-0.5)
            if asked == "breaks":
                raise ValueError("the model broke")
            if request.inputs == "endless":
                for _ in range(2000):
                    time.sleep(0.01)
                    yield TokenEvent("x" * 1000)
            end = None if request.inputs == "no end" else StreamEnd("Hello", "eos_token", seed=3)
            yield TokenEvent("lo", id=8, logprob=float("nan"), end=end)
        finally:
            self.closed.set()


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def url(recorder: Recorder) -> Iterator[str]:
    with serving([recorder.engine], max_body=2000) as address:
        yield address


def events(response: urllib3.BaseHTTPResponse) -> list[dict[str, object]]:
    lines = response.data.decode().split("\n\n")
    assert lines.pop() == ""
    return [json.loads(line.removeprefix("data:")) for line in lines]


def test_answers_the_first_task_at_the_root_and_at_predict(url: str, call: Caller) -> None:
    for path in ("", "/", "/predict"):
        response = call(url + path, "hi", top_k=2)
        assert response.status == 200
        assert response.headers["content-type"] == "application/json"
        assert response.data == b'{"task":"echo","inputs":"hi","parameters":{"top_k":2}}'


def test_answers_every_task_by_name(url: str, call: Caller) -> None:
    assert call(url, "hi", task="other").json()["task"] == "other"


@pytest.mark.parametrize("path", ["/", "/health"])
def test_says_ok(url: str, pool: urllib3.PoolManager, path: str) -> None:
    response = pool.request("GET", url + path)
    assert (response.status, response.data) == (200, b"Ok")
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert pool.request("HEAD", url + path).status == 200


def test_lists_tasks_with_engine_and_licence(url: str, pool: urllib3.PoolManager) -> None:
    assert pool.request("GET", url + "/tasks").json() == [
        {"task": "echo", "engine": "recorder", "licence": "MIT"},
        {"task": "other", "engine": "recorder", "licence": "MIT"},
    ]


@pytest.mark.parametrize(
    ("method", "path", "status", "body"),
    [
        ("POST", "/generate", 404, "Not Found"),
        ("GET", "/info", 404, "Not Found"),
        ("POST", "//", 404, "Not Found"),
        ("PUT", "/", 405, "Method Not Allowed"),
        ("DELETE", "/predict", 405, "Method Not Allowed"),
        ("GET", "/predict", 405, "Method Not Allowed"),
        ("POST", "/health", 405, "Method Not Allowed"),
        ("POST", "/tasks/eco", 404, "Not Found: no engine answers 'eco'; did you mean echo?"),
    ],
)
def test_refuses_other_routes_in_plain_text(
    url: str, pool: urllib3.PoolManager, method: str, path: str, status: int, body: str
) -> None:
    response = pool.request(method, url + path, headers={"content-type": "application/json"})
    assert (response.status, response.data.decode()) == (status, body)
    assert response.headers["content-type"].startswith("text/plain")


def test_redirects_a_trailing_slash(url: str, pool: urllib3.PoolManager) -> None:
    response = pool.request("POST", url + "/predict/", body=b"{}", redirect=False)
    assert response.status == 307
    assert response.headers["location"].endswith("/predict")


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/json; charset=UTF-8", "image/png", "audio/webm;codecs=opus"]
)
def test_takes_the_content_types_of_the_container(url: str, pool: urllib3.PoolManager, content_type: str) -> None:
    response = pool.request("POST", url, body=b'{"inputs": 1}', headers={"content-type": content_type})
    assert response.status == 200


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        "Application/JSON",
        "application/octet-stream",
        "audio/mp3",
        "audio/webm; codecs=opus",
        "image/svg+xml",
        "video/mp4",
        "",
    ],
)
def test_refuses_content_types_letter_by_letter(url: str, pool: urllib3.PoolManager, content_type: str) -> None:
    response = pool.request("POST", url, body=b'{"inputs": 1}', headers={"content-type": content_type})
    assert response.status == 400
    assert response.headers["content-type"] == "application/json"
    assert response.json()["error"].startswith(f'Content type "{content_type}" not supported')


def test_refuses_a_missing_content_type(url: str, pool: urllib3.PoolManager) -> None:
    assert pool.request("POST", url, body=b'{"inputs": 1}').status == 400


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/json; charset=UTF-8"])
def test_answers_json_to_these_accepts(url: str, pool: urllib3.PoolManager, accept: str) -> None:
    response = pool.request("POST", url, json={"inputs": "ü"}, headers={"accept": accept})
    assert response.status == 200
    assert response.headers["content-type"] == ("application/json" if accept == "*/*" else accept)
    assert "ü".encode() in response.data


@pytest.mark.parametrize(
    ("accept", "words"),
    [
        ("application/json, text/plain", "not supported"),
        ("image/*", "not supported"),
        ("text/event-stream", "not supported"),
        ("audio/wav", "Audio serialization not implemented"),
        ("text/csv", "application/json"),
        ("image/png", "Can only serialize PIL.Image.Image"),
    ],
)
def test_refuses_other_accepts(url: str, pool: urllib3.PoolManager, accept: str, words: str) -> None:
    response = pool.request("POST", url, json={"inputs": "hi"}, headers={"accept": accept})
    assert response.status == 400
    assert words in response.json()["error"]


def test_sends_a_picture_as_base64_or_as_bytes(url: str, pool: urllib3.PoolManager) -> None:
    pytest.importorskip("PIL", reason="needs Pillow")
    encoded = pool.request("POST", url, json={"inputs": "picture"}).json()
    assert base64.b64decode(encoded).startswith(b"\x89PNG")
    raw = pool.request("POST", url, json={"inputs": "picture"}, headers={"accept": "image/jpeg"})
    assert raw.headers["content-type"] == "image/jpeg"
    assert raw.data.startswith(b"\xff\xd8")


def test_hands_raw_bodies_to_the_engine_with_the_query(url: str, pool: urllib3.PoolManager) -> None:
    query = "?top_k=2&flag=true&threshold=0.5&word=x"
    response = pool.request("POST", url + query, body=b"12345", headers={"content-type": "image/png"})
    expected = {"top_k": 2, "flag": True, "threshold": "0.5", "word": "x"}
    assert response.json() == {"task": "echo", "inputs": 5, "parameters": expected}


def test_prefers_the_parameters_of_the_body(url: str, pool: urllib3.PoolManager) -> None:
    body = {"inputs": "a", "parameters": {}, "options": {"ignored": True}}
    assert pool.request("POST", url + "/?top_k=2", json=body).json()["parameters"] == {}
    assert pool.request("POST", url + "/?top_k=2", json={"inputs": "a"}).json()["parameters"] == {"top_k": 2}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"text": 1}', "Body needs to provide a inputs key, received: b'{\"text\": 1}'"),
        (b"[1]", "Body needs to provide a inputs key"),
        (b"3", "Body needs to provide a inputs key"),
        (b"", "not JSON"),
        (b'{"inputs": ', "not JSON"),
        (b'{"inputs": NaN}', "NaN is not JSON"),
        (b'{"inputs": "\xff"}', "not UTF-8"),
        (b'\xef\xbb\xbf{"inputs": 1}', "not JSON"),
        (b"[" * 1900, "JSON"),
        (b'{"inputs": 1, "parameters": null}', "parameters: an object is needed"),
        (b'{"inputs": 1, "stream": "yes"}', "stream: true or false is needed"),
    ],
)
def test_refuses_bodies(url: str, pool: urllib3.PoolManager, body: bytes, words: str) -> None:
    response = pool.request("POST", url, body=body, headers={"content-type": "application/json"})
    assert response.status == 400
    assert response.headers["content-type"] == "application/json"
    assert words in response.json()["error"]


def test_sends_null_for_nan(url: str, call: Caller) -> None:
    assert call(url, "nan").data == b'{"score":null,"list":[1,null]}'


@pytest.mark.parametrize(
    ("inputs", "error"),
    [("key", "KeyError: 'ZZZ'"), ("set", "the engine's answer is not JSON: Type is not JSON serializable: set")],
)
def test_reports_what_broke_in_an_engine(url: str, call: Caller, inputs: str, error: str) -> None:
    response = call(url, inputs)
    assert (response.status, response.json()) == (400, {"error": error})


def test_cuts_long_errors(url: str, call: Caller) -> None:
    assert len(call(url, "long error").data) < 1500


def test_refuses_large_bodies(url: str, pool: urllib3.PoolManager, call: Caller) -> None:
    assert call(url, "x" * 3000).status == 413
    chunks = iter([b'{"inputs": "', b"x" * 3000, b'"}'])
    response = pool.request("POST", url, body=chunks, headers={"content-type": "application/json"}, chunked=True)
    assert response.status == 413
    assert response.json() == {"error": "the body is larger than 2000 bytes"}


def test_takes_chunked_bodies(url: str, pool: urllib3.PoolManager) -> None:
    chunks = iter([b'{"inputs": ', b"1}"])
    response = pool.request("POST", url, body=chunks, headers={"content-type": "application/json"}, chunked=True)
    assert response.json()["inputs"] == 1


def test_streams_tokens_in_events(url: str, call: Caller) -> None:
    response = call(url, "hi", stream=True)
    assert response.status == 200
    assert response.headers["content-type"].startswith("text/event-stream")
    assert events(response) == [
        {
            "index": 1,
            "token": {"id": 7, "text": "Hel", "logprob": -0.5, "special": False},
            "generated_text": None,
            "details": None,
        },
        {
            "index": 2,
            "token": {"id": 8, "text": "lo", "logprob": None, "special": False},
            "generated_text": "Hello",
            "details": {"finish_reason": "eos_token", "generated_tokens": 2, "seed": 3},
        },
    ]


def test_ends_a_stream_that_its_engine_left_open(url: str, call: Caller) -> None:
    last = events(call(url, "no end", stream=True))[-1]
    assert last["generated_text"] == "Hello"
    assert last["details"] == {"finish_reason": "length", "generated_tokens": 2, "seed": None}


@pytest.fixture
def chat_url(recorder: Recorder) -> Iterator[str]:
    engine = attrs.evolve(recorder.engine, tasks=("text-generation",), streams=("text-generation",))
    with serving([engine]) as address:
        yield address


def say(words: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": words}]


def test_chats(chat_url: str, recorder: Recorder) -> None:
    endpoint = HfInferenceEndpoint(chat_url, access_token=False)
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    answer = endpoint.chat_completion(
        [{"role": "user", "content": parts}],
        model="mine", max_tokens=5, temperature=0, stop="x", n=1, seed=7, parameters={"user": None},
    )  # fmt: skip
    assert (answer.content, answer.choices[0].finish_reason, answer.model, answer.usage) == (
        "Hello",
        "stop",
        "mine",
        None,
    )
    assert recorder.asked[-1] == EngineRequest(
        "text-generation", say("ab"), {"max_new_tokens": 5, "do_sample": False, "stop": ["x"], "seed": 7}, stream=True
    )
    endpoint.chat_completion(say("hi"), temperature=0.5, tools=[{"type": "function"}])
    assert recorder.asked[-1].parameters == {"temperature": 0.5, "do_sample": True, "tools": [{"type": "function"}]}


def test_chats_in_chunks(chat_url: str, pool: urllib3.PoolManager) -> None:
    chunks = list(HfInferenceEndpoint(chat_url, access_token=False).chat_completion_stream(say("hi")))
    assert [chunk.content for chunk in chunks] == ["Hel", "lo"]
    assert [chunk.choices[0].delta.role for chunk in chunks] == ["assistant", None]
    assert [chunk.choices[0].finish_reason for chunk in chunks] == [None, "stop"]
    assert chunks[0].id == chunks[1].id
    response = pool.request("POST", f"{chat_url}/v1/chat/completions", json={"messages": say("hi"), "stream": True})
    assert response.data.endswith(b"data: [DONE]\n\n")


def test_a_chat_that_breaks(chat_url: str) -> None:
    endpoint = HfInferenceEndpoint(chat_url, access_token=False)
    for words, problem in (("bad", "something better is needed"), ("breaks", "the model broke")):
        with pytest.raises(StatusError, match=problem):
            endpoint.chat_completion(say(words))
        with pytest.raises(StatusError, match=problem):
            list(endpoint.chat_completion_stream(say(words)))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ([], "a JSON object"),
        ({}, "messages: a list"),
        ({"messages": []}, "messages: a list"),
        ({"messages": ["hi"]}, "messages[0]: "),
        ({"messages": [{"role": "user", "content": "x"}], "stream": 1}, "stream: true or false"),
    ],
)
def test_refuses_what_is_no_chat(chat_url: str, pool: urllib3.PoolManager, body: object, words: str) -> None:
    response = pool.request("POST", f"{chat_url}/v1/chat/completions", json=body)
    assert response.status == 400
    assert words in response.json()["error"]


def test_refuses_a_chat_where_nothing_generates_text(url: str, pool: urllib3.PoolManager) -> None:
    response = pool.request("POST", f"{url}/v1/chat/completions", json={"messages": []})
    assert response.status == 404
    response = pool.request("POST", f"{url}/v1/chat/completions", body=b"hi", headers={"content-type": "text/plain"})
    assert response.status == 404


def test_refuses_bad_input_of_a_stream_with_a_status(url: str, call: Caller) -> None:
    response = call(url, "bad", stream=True)
    assert (response.status, response.json()) == (400, {"error": "inputs: something better is needed"})


def test_reports_an_error_within_a_stream_as_an_event(url: str, call: Caller) -> None:
    response = call(url, "breaks", stream=True)
    assert response.status == 200
    assert events(response)[1] == {"error": "the model broke"}
    assert call(url, "hi").status == 200


def test_refuses_a_stream_of_a_task_without(url: str, call: Caller) -> None:
    response = call(url, "hi", task="other", stream=True)
    assert response.status == 400
    assert "other cannot stream here (engine recorder)" in response.json()["error"]


def test_takes_event_stream_as_accept_of_a_stream(url: str, pool: urllib3.PoolManager) -> None:
    headers = {"accept": "text/event-stream"}
    response = pool.request("POST", url, json={"inputs": "hi", "stream": True}, headers=headers)
    assert response.headers["content-type"].startswith("text/event-stream")


def test_stops_the_engine_when_the_caller_leaves(url: str, recorder: Recorder, call: Caller) -> None:
    with urllib3.PoolManager(retries=False) as own:
        response = own.request("POST", url, json={"inputs": "endless", "stream": True}, preload_content=False)
        assert response.read(5) == b"data:"
        response.close()
    assert recorder.closed.wait(5)
    assert call(url, "hi").status == 200


def test_runs_one_inference_at_a_time_and_stays_healthy(
    url: str, recorder: Recorder, pool: urllib3.PoolManager, call: Caller
) -> None:
    threads = [threading.Thread(target=call, args=(url, "slow"), kwargs={"task": task}) for task in ("echo", "other")]
    for thread in threads:
        thread.start()
    started = time.monotonic()
    assert pool.request("GET", url + "/health").data == b"Ok"
    healthy = time.monotonic() - started
    for thread in threads:
        thread.join()
    assert healthy < 0.25
    assert recorder.most_busy == 1


def test_loads_each_task_once_and_late(url: str, recorder: Recorder, call: Caller) -> None:
    assert recorder.loads == []
    threads = [threading.Thread(target=call, args=(url, "hi")) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert recorder.loads == ["echo"]
