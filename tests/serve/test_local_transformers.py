"""The transformers engine with tiny random models: the answers' shapes are those of the default container."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import urllib3

pytest.importorskip("starlette", reason="needs the extra serve")
pytest.importorskip("torch", reason="needs torch, to build tiny models")
pytest.importorskip("transformers", reason="needs transformers, to build tiny models")

from hfe_core import BadRequest
from hfe_core.serve import EngineError, serving
from hfe_tasks import ChatMessage, HfInferenceEndpoint
from hfe_tasks.local.transformers import ENGINE

Caller = Callable[..., urllib3.BaseHTTPResponse]
# What transformers and torch deprecate among themselves is not for us to mend.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")
CONTEXT = "My name is Wolfgang and I live in Berlin."


@pytest.fixture(scope="module")
def url(tiny_url: str) -> str:
    return tiny_url


@pytest.fixture
def ask(url: str, call: Caller) -> Callable[..., Any]:
    """``ask(task, inputs, **parameters)`` gives the answer to a request that must succeed."""

    def answer(task: str, inputs: object, **parameters: object) -> Any:
        response = call(url, inputs, task=task, **parameters)
        assert response.status == 200, response.data
        return response.json()

    return answer


def labels(answer: list[dict[str, Any]]) -> list[str]:
    assert all(set(one) == {"label", "score"} and 0 <= one["score"] <= 1 for one in answer)
    return [one["label"] for one in answer]


def test_classifies_texts(ask: Callable[..., Any]) -> None:
    task = "text-classification"
    assert len(labels(ask(task, "I love it"))) == 1
    assert len(labels(ask(task, ["a", "b"]))) == 2
    assert len(labels(ask(task, "I love it", top_k=2))) == 2
    assert [len(labels(one)) for one in ask(task, ["a", "b"], top_k=2)] == [2, 2]
    assert set(labels(ask(task, "I love it", top_k=None))) == {"bad", "so", "good"}
    assert len(labels(ask(task, [{"text": "a", "text_pair": "b"}]))) == 1


def test_classifies_tokens(ask: Callable[..., Any]) -> None:
    found = ask("token-classification", [CONTEXT])
    assert len(found) == 1
    assert all({"entity", "score", "index", "word", "start", "end"} == set(one) for one in found[0])
    grouped = ask("token-classification", CONTEXT, aggregation_strategy="simple")
    assert all("entity_group" in one for one in grouped)


def test_classifies_zero_shot(ask: Callable[..., Any]) -> None:
    answer = ask("zero-shot-classification", "I love it", candidate_labels=["a", "b"])
    assert sorted(answer) == ["labels", "scores", "sequence"]
    assert sorted(answer["labels"]) == ["a", "b"]
    assert len(ask("zero-shot-classification", ["I love it"], candidate_labels="a, b")) == 1


def test_fills_masks(ask: Callable[..., Any], url: str, call: Caller) -> None:
    flat = ask("fill-mask", "Paris is [MASK].", top_k=2)
    assert [set(one) for one in flat] == [{"score", "token", "token_str", "sequence"}] * 2
    assert ask("fill-mask", ["Paris is [MASK]."], top_k=2) == flat
    assert [len(one) for one in ask("fill-mask", ["a [MASK]", "b [MASK]"], top_k=3)] == [3, 3]
    assert "mask_token" in call(url, "Paris", task="fill-mask").json()["error"]


def test_extracts_features_of_tokens(ask: Callable[..., Any]) -> None:
    single = ask("feature-extraction", "Paris is")
    assert len(single) == 1
    assert {len(token) for token in single[0]} == {32}
    assert len(ask("feature-extraction", ["Paris", "is"])) == 2


def test_answers_questions(ask: Callable[..., Any]) -> None:
    task = "question-answering"
    answer = ask(task, {"question": "Where?", "context": CONTEXT})
    assert list(answer) == ["score", "start", "end", "answer"]
    assert CONTEXT[answer["start"] : answer["end"]] == answer["answer"] != ""
    best = ask(task, {"question": "Where?", "context": CONTEXT}, top_k=3)
    assert best[0] == answer
    assert [one["score"] for one in best] == sorted((one["score"] for one in best), reverse=True)
    assert len(ask(task, {"question": ["Who?", "Where?"], "context": CONTEXT})) == 2
    both = ask(task, {"question": ["Who?"], "context": [CONTEXT]}, top_k=2)
    assert [len(one) for one in both] == [2]


def test_answers_questions_about_long_contexts(ask: Callable[..., Any]) -> None:
    context = CONTEXT * 30
    for answer in ask("question-answering", {"question": "Where?", "context": context}, top_k=5, max_answer_len=4):
        assert context[answer["start"] : answer["end"]] == answer["answer"]


def test_may_answer_nothing(ask: Callable[..., Any]) -> None:
    inputs = {"question": "Where?", "context": CONTEXT}
    answers = ask("question-answering", inputs, top_k=200, handle_impossible_answer=True, align_to_words=False)
    assert any((one["start"], one["end"], one["answer"]) == (0, 0, "") for one in answers)


@pytest.mark.parametrize(
    ("inputs", "parameters"),
    [
        ("x", {}),
        ({"question": "Where?"}, {}),
        ({"question": "", "context": "x"}, {}),
        ({"question": ["a", "b"], "context": ["c", "d", "e"]}, {}),
        ({"question": "a " * 200, "context": "x"}, {}),
        ({"question": "a", "context": "x"}, {"top_k": 0}),
        ({"question": "a", "context": "x"}, {"align_to_words": 1}),
        ({"question": "a", "context": "x"}, {"unknown": 1}),
    ],
)
def test_refuses_questions(url: str, call: Caller, inputs: object, parameters: dict[str, object]) -> None:
    response = call(url, inputs, task="question-answering", **parameters)
    assert (response.status, list(response.json())) == (400, ["error"])


@pytest.mark.parametrize(
    ("task", "key"),
    [
        ("summarization", "summary_text"),
        ("translation", "translation_text"),
        ("text2text-generation", "generated_text"),
    ],
)
def test_writes_texts_from_texts(ask: Callable[..., Any], url: str, call: Caller, task: str, key: str) -> None:
    assert [list(one) for one in ask(task, "My name is")] == [[key]]
    assert [list(one) for one in ask(task, ["My name is", "Paris"])] == [[key], [key]]
    assert ask(task, "My name is", max_new_tokens=2) == ask(
        task, "My name is", generation_parameters={"max_new_tokens": 2}
    )
    drawn = ask(task, ["a", "b"], num_return_sequences=2, do_sample=True)
    assert [len(one) for one in drawn] == [2, 2]
    assert "bogus" in call(url, "a", task=task, bogus=1).json()["error"]


def test_refuses_languages_of_a_model_of_one_pair(url: str, call: Caller) -> None:
    response = call(url, "a", task="translation", src_lang="eng_Latn", tgt_lang="fra_Latn")
    assert (response.status, "leave them out" in response.json()["error"]) == (400, True)


def test_generates_texts(ask: Callable[..., Any]) -> None:
    task = "text-generation"
    (answer,) = ask(task, "My name", max_new_tokens=4, do_sample=False)
    assert answer["generated_text"].startswith("My name")
    (added,) = ask(task, "My name", max_new_tokens=4, do_sample=False, return_full_text=False)
    assert answer["generated_text"] == "My name" + added["generated_text"]
    assert [len(one) for one in ask(task, ["a", "b"], max_new_tokens=2)] == [1, 1]


def test_generates_answers_in_a_chat(ask: Callable[..., Any]) -> None:
    (answer,) = ask("text-generation", [{"role": "user", "content": "hi"}], max_new_tokens=4)
    question, reply = answer["generated_text"]
    assert question == {"role": "user", "content": "hi"}
    assert reply["role"] == "assistant"


def stream(response: urllib3.BaseHTTPResponse) -> list[dict[str, Any]]:
    assert response.status == 200, response.data
    assert response.headers["content-type"].startswith("text/event-stream")
    return [json.loads(line.removeprefix("data:")) for line in response.data.decode().split("\n\n") if line]


@pytest.mark.parametrize("inputs", ["My name", [{"role": "user", "content": "hi"}]])
def test_streams_tokens(url: str, call: Caller, inputs: object) -> None:
    response = call(url, inputs, task="text-generation", stream=True, max_new_tokens=12, seed=4, do_sample=True)
    events = stream(response)
    assert [event["index"] for event in events] == list(range(1, len(events) + 1))
    assert all(event["token"]["logprob"] <= 0 for event in events)
    assert all(event["generated_text"] is None and event["details"] is None for event in events[:-1])
    last = events[-1]
    assert "".join(event["token"]["text"] for event in events) == last["generated_text"]
    assert last["details"]["generated_tokens"] == len(events) <= 12
    assert last["details"]["seed"] == 4
    again = call(url, inputs, task="text-generation", stream=True, max_new_tokens=12, seed=4, do_sample=True)
    assert stream(again) == events


def test_streams_what_the_whole_answer_says(url: str, call: Caller, ask: Callable[..., Any]) -> None:
    (whole,) = ask("text-generation", "My name", max_new_tokens=10, return_full_text=False, do_sample=False)
    events = stream(call(url, "My name", task="text-generation", stream=True, max_new_tokens=10, do_sample=False))
    assert events[-1]["generated_text"] == whole["generated_text"]


def test_stops_a_stream_at_a_word(url: str, call: Caller) -> None:
    plain = stream(call(url, "a", task="text-generation", stream=True, max_new_tokens=40))
    word = next(
        event["token"]["text"] for event in plain if event["token"]["text"].isascii() and event["token"]["text"]
    )
    events = stream(call(url, "a", task="text-generation", stream=True, max_new_tokens=40, stop=[word]))
    assert events[-1]["details"]["finish_reason"] == "stop_sequence"
    assert len(events) <= len(plain)


@pytest.mark.parametrize(
    ("inputs", "parameters"), [("a", {"bogus": 1}), (["a", "b"], {}), ([], {}), ({"a": 1}, {}), ("a", {"seed": "x"})]
)
def test_refuses_streams_with_a_status(url: str, call: Caller, inputs: object, parameters: dict[str, object]) -> None:
    response = call(url, inputs, task="text-generation", stream=True, **parameters)
    assert (response.status, list(response.json())) == (400, ["error"])


def test_chats(url: str, ask: Callable[..., Any]) -> None:
    """Whole and in chunks, by the engine of text-generation: the same words as its own."""
    endpoint = HfInferenceEndpoint(url, access_token=False)
    messages: list[ChatMessage] = [{"role": "user", "content": "hi"}]
    (generated,) = ask("text-generation", messages, max_new_tokens=6, do_sample=False)
    answer = endpoint.chat_completion(messages, max_tokens=6, temperature=0)
    chunks = list(endpoint.chat_completion_stream(messages, max_completion_tokens=6, temperature=0))
    assert answer.content == generated["generated_text"][-1]["content"]
    assert "".join(chunk.content for chunk in chunks) == answer.content
    assert chunks[-1].choices[0].finish_reason == answer.choices[0].finish_reason
    with pytest.raises(BadRequest, match="tools"):
        endpoint.chat_completion(messages, max_tokens=2, tools=[{"type": "function"}])


def test_is_free_after_a_caller_left_a_stream(url: str, call: Caller, ask: Callable[..., Any]) -> None:
    document = {"inputs": "a", "stream": True, "parameters": {"max_new_tokens": 100, "min_new_tokens": 100}}
    with urllib3.PoolManager(retries=False) as own:
        response = own.request("POST", f"{url}/tasks/text-generation", json=document, preload_content=False)
        assert response.read(5) == b"data:"
        response.close()
    assert ask("text-generation", "a", max_new_tokens=1)


def test_classifies_images(url: str, ask: Callable[..., Any], pool: urllib3.PoolManager, png: bytes) -> None:
    encoded = base64.b64encode(png).decode()
    path = f"{url}/tasks/image-classification"
    raw = pool.request("POST", path, body=png, headers={"content-type": "image/png"}).json()
    assert set(labels(raw)) == {"cat", "dog", "tiger"}
    assert ask("image-classification", encoded) == raw
    both = ask("image-classification", [encoded, f"data:image/png;base64,{encoded}"], top_k=1)
    assert [len(labels(one)) for one in both] == [1, 1]


def test_answers_questions_about_images(
    url: str, ask: Callable[..., Any], call: Caller, pool: urllib3.PoolManager, png: bytes
) -> None:
    task = "visual-question-answering"
    asked = {"image": base64.b64encode(png).decode(), "question": "what?"}
    answers = ask(task, asked, top_k=2)
    assert [list(one) for one in answers] == [["score", "answer"]] * 2
    assert [len(one) for one in ask(task, [asked, asked])] == [4, 4]
    assert len(ask(task, {**asked, "question": ["what?", "how many?"]})) == 2
    query = f"{url}/tasks/{task}?question=what%3F&top_k=2"
    assert pool.request("POST", query, body=png, headers={"content-type": "image/png"}).json() == answers
    assert call(url, {"image": asked["image"]}, task=task).status == 400


def test_describes_images(ask: Callable[..., Any], png: bytes) -> None:
    encoded = base64.b64encode(png).decode()
    assert [list(one) for one in ask("image-to-text", encoded, max_new_tokens=3)] == [["generated_text"]]
    assert [len(one) for one in ask("image-to-text", [encoded, encoded])] == [1, 1]


def test_changes_images(ask: Callable[..., Any], url: str, pool: urllib3.PoolManager, png: bytes) -> None:
    task = "image-to-image"
    assert base64.b64decode(ask(task, base64.b64encode(png).decode())).startswith(b"\x89PNG")
    headers = {"content-type": "image/png", "accept": "image/jpeg"}
    assert pool.request("POST", f"{url}/tasks/{task}", body=png, headers=headers).data.startswith(b"\xff\xd8")


def test_recognizes_speech(url: str, ask: Callable[..., Any], pool: urllib3.PoolManager, wav: bytes) -> None:
    task = "automatic-speech-recognition"
    answer = pool.request("POST", f"{url}/tasks/{task}", body=wav, headers={"content-type": "audio/wav"}).json()
    assert list(answer) == ["text"]
    encoded = base64.b64encode(wav).decode()
    assert ask(task, encoded) == answer
    stamped = ask(task, encoded, return_timestamps="word")
    assert all(set(chunk) == {"text", "timestamp"} for chunk in stamped["chunks"])


def test_speaks(ask: Callable[..., Any]) -> None:
    answer = ask("text-to-speech", "hello")
    assert answer["sampling_rate"] == 16000
    (channel,) = answer["audio"]
    assert len(channel) > 100
    assert len(ask("text-to-speech", ["hi", "you"])) == 2


@pytest.mark.parametrize(
    ("model", "words"), [("./no-such-model", "no model directory"), ("", "a model directory or id is needed")]
)
def test_refuses_models(call: Caller, model: str, words: str) -> None:
    with serving([ENGINE], models={"fill-mask": model}) as address:
        response = call(address, "x")
        assert response.status == 400
        assert words in response.json()["error"]


def test_refuses_a_directory_without_a_model(call: Caller, tmp_path: Path) -> None:
    for task in ("fill-mask", "question-answering"):
        with serving([ENGINE], models={task: str(tmp_path)}) as address:
            assert call(address, "x").status == 400


def test_needs_a_model() -> None:
    with (
        pytest.raises(EngineError, match="hfe serve --task fill-mask --model DIR"),
        serving([ENGINE], tasks=["fill-mask"]),
    ):
        pass
