"""The built-in light engines, for real, over HTTP. Each is skipped where its package is missing."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Iterator

import pytest
import urllib3

pytest.importorskip("starlette", reason="needs the extra serve")

from hfe_core.serve import serving
from hfe_tasks import HfInferenceEndpoint
from hfe_tasks.local import hfe_register_engines

Caller = Callable[..., urllib3.BaseHTTPResponse]
ENGINES = {engine.name: engine for engine in hfe_register_engines()}
IRIS = {
    "sepal length (cm)": ["5.1", "6.7", "5.9"],
    "sepal width (cm)": ["3.5", "3.0", "3.0"],
    "petal length (cm)": ["1.4", "5.2", "4.2"],
    "petal width (cm)": ["0.2", "2.3", "1.5"],
}


def served(name: str) -> Iterator[str]:
    engine = ENGINES[name]
    if engine.missing():
        pytest.skip(f"needs {', '.join(engine.missing())} of the extra local")
    with serving([engine]) as url:
        yield url


@pytest.fixture(scope="module")
def vader() -> Iterator[str]:
    yield from served("vader")


@pytest.fixture(scope="module")
def nanotts() -> Iterator[str]:
    yield from served("nanotts")


@pytest.fixture(scope="module")
def sphinx() -> Iterator[str]:
    yield from served("pocketsphinx")


@pytest.fixture(scope="module")
def iris() -> Iterator[str]:
    yield from served("iris")


@pytest.fixture(scope="module")
def minilm() -> Iterator[str]:
    yield from served("minilm")


def test_names_engines_once_with_licences() -> None:
    assert len(ENGINES) == 6
    assert all(engine.licence and engine.summary and engine.requires and engine.install for engine in ENGINES.values())


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("I love this client, it is wonderful!", "POSITIVE"),
        ("This is a terrible, horrible waste of time.", "NEGATIVE"),
        ("The table is brown.", "NEUTRAL"),
        ("", "NEUTRAL"),
    ],
)
def test_vader_tells_the_sentiment(vader: str, call: Caller, text: str, label: str) -> None:
    (best,) = call(vader, text).json()
    assert best["label"] == label
    assert 0.5 <= best["score"] <= 1


def test_vader_has_the_shapes_of_a_pipeline(vader: str, call: Caller) -> None:
    assert [one["label"] for one in call(vader, ["good", "bad"]).json()] == ["POSITIVE", "NEGATIVE"]
    assert len(call(vader, "good", top_k=2).json()) == 2
    nested = call(vader, ["I love it but hate the bad food", "x"], top_k=None).json()
    assert [len(labels) for labels in nested] == [3, 3]
    for labels in nested:
        assert math.isclose(sum(one["score"] for one in labels), 1, abs_tol=1e-5)
        assert [one["score"] for one in labels] == sorted((one["score"] for one in labels), reverse=True)


@pytest.mark.parametrize("parameters", [{"top_k": 0}, {"top_k": "two"}, {"top_k": True}, {"topk": 1}])
def test_vader_refuses_parameters(vader: str, call: Caller, parameters: dict[str, object]) -> None:
    assert call(vader, "x", **parameters).status == 400


def test_nanotts_speaks(nanotts: str, call: Caller) -> None:
    answer = call(nanotts, "Hello world.").json()
    assert answer["sampling_rate"] == 16000
    (channel,) = answer["audio"]
    assert 8000 < len(channel) < 64000
    assert 0.05 < max(channel) <= 1
    faster = call(nanotts, ["Hello world."], speed=2, voice="en-GB").json()
    assert len(faster[0]["audio"][0]) < len(channel)


@pytest.mark.parametrize(
    ("inputs", "parameters", "words"),
    [
        ("", {}, "something to say"),
        ("a" * 5001, {}, "so split it"),
        ("a", {"voice": "klingon"}, "voice: one of en-US"),
        ("a", {"speed": 9}, "speed: a number from 0.2 to 5.0"),
        (3, {}, "got a number"),
    ],
)
def test_nanotts_refuses(nanotts: str, call: Caller, inputs: object, parameters: dict[str, object], words: str) -> None:
    response = call(nanotts, inputs, **parameters)
    assert response.status == 400
    assert words in response.json()["error"]


@pytest.mark.parametrize("rate", [16000, 48000])
def test_sphinx_understands_what_nanotts_says(
    nanotts: str,
    sphinx: str,
    call: Caller,
    pool: urllib3.PoolManager,
    make_wav_file: Callable[..., bytes],
    rate: int,
) -> None:
    spoken = call(nanotts, "Hello world, this is a test.").json()["audio"][0]
    samples = [int(sample * 32767) for sample in spoken for _ in range(rate // 16000)]
    sound = make_wav_file(rate, samples)
    raw = pool.request("POST", sphinx, body=sound, headers={"content-type": "audio/wav"}).json()
    assert "hello world" in raw["text"]
    encoded = base64.b64encode(sound).decode()
    stamped = call(sphinx, encoded, return_timestamps="word").json()
    assert stamped["text"] == raw["text"]
    assert [chunk["text"] for chunk in stamped["chunks"]] == raw["text"].split()
    start, end = stamped["chunks"][0]["timestamp"]
    assert 0 <= start < end < len(spoken) / 16000


def test_sphinx_hears_nothing_in_silence(
    sphinx: str, pool: urllib3.PoolManager, make_wav_file: Callable[..., bytes]
) -> None:
    for length in (0, 100, 8000):
        body = make_wav_file(16000, [0] * length)
        assert pool.request("POST", sphinx, body=body, headers={"content-type": "audio/x-wav"}).json() == {"text": ""}


def test_sphinx_refuses(sphinx: str, call: Caller, pool: urllib3.PoolManager, wav: bytes) -> None:
    flac = pool.request("POST", sphinx, body=b"fLaC1234", headers={"content-type": "audio/flac"})
    assert (flac.status, "ffmpeg" in flac.json()["error"]) == (400, True)
    assert call(sphinx, base64.b64encode(wav).decode(), return_timestamps=True).status == 400


def test_iris_names_the_flowers(iris: str, call: Caller) -> None:
    assert call(iris, {"data": IRIS}).json() == ["setosa", "virginica", "versicolor"]
    spelled = {name.replace(" (cm)", "").replace(" ", "_"): cells for name, cells in IRIS.items()}
    assert call(iris, {"data": spelled}).json() == ["setosa", "virginica", "versicolor"]
    assert call(iris, {"data": {name: [] for name in IRIS}}).json() == []


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ("x", 'inputs: {"data": {column: [string, ...]}} is needed'),
        ({"data": {**IRIS, "colour": ["red"]}}, "unknown columns: colour"),
        ({"data": {"sepal length (cm)": ["1"]}}, "missing columns: sepal width (cm), petal length (cm)"),
        ({"data": {**IRIS, "petal width (cm)": ["0.2"]}}, "equal lengths"),
        ({"data": {**IRIS, "petal width (cm)": [0.2, 1, 2]}}, "a number as a string is needed"),
        ({"data": {**IRIS, "petal width (cm)": ["0.2", "wide", "1"]}}, "['petal width (cm)'][1]"),
        ({"data": {**IRIS, "petal width (cm)": "0.2"}}, "a list of strings is needed"),
    ],
)
def test_iris_refuses(iris: str, call: Caller, inputs: object, words: str) -> None:
    response = call(iris, inputs)
    assert response.status == 400
    assert words in response.json()["error"]


def test_minilm_embeds_meaning(minilm: str, call: Caller) -> None:
    texts = ["How do I reset my password?", "I forgot my login.", "The cat sleeps on the sofa."]
    first, second, third = call(minilm, texts).json()
    assert [len(vector) for vector in (first, second, third)] == [384] * 3
    alike = sum(a * b for a, b in zip(first, second, strict=True))
    unlike = sum(a * b for a, b in zip(first, third, strict=True))
    assert alike > 0.5 > 0.2 > unlike
    assert math.isclose(sum(a * a for a in first), 1, abs_tol=1e-4)
    assert call(minilm, texts[0]).json() == first


def test_minilm_takes_long_and_odd_texts(minilm: str, call: Caller) -> None:
    long = "word " * 1000
    assert len(call(minilm, long).json()) == 384
    refused = call(minilm, long, truncate=False)
    assert (refused.status, "1002 tokens" in refused.json()["error"]) == (400, True)
    assert len(call(minilm, "").json()) == 384
    assert len(call(minilm, "北京 🙂 é").json()) == 384
    plain = call(minilm, "hello", normalize=False).json()
    assert not math.isclose(sum(a * a for a in plain), 1, abs_tol=1e-2)
    assert call(minilm, "hello", normalize="yes").status == 400


def test_minilm_compares_sentences(minilm: str, call: Caller) -> None:
    inputs = {"source_sentence": "I forgot my login.", "sentences": ["How do I reset my password?", "A cat sleeps."]}
    alike, unlike = call(minilm, inputs, task="sentence-similarity").json()["similarities"]
    assert alike > 0.5 > 0.2 > unlike
    for wrong in ("x", {"source_sentence": "x"}, {"source_sentence": "x", "sentences": ["a", 1]}):
        assert call(minilm, wrong, task="sentence-similarity").status == 400


def test_minilm_compares_sentences_for_the_typed_client(minilm: str) -> None:
    inputs = {"source_sentence": "I forgot my login.", "sentences": ["How do I reset my password?", "A cat sleeps."]}
    with HfInferenceEndpoint(f"{minilm}/tasks/sentence-similarity") as endpoint:
        alike, unlike = endpoint.sentence_similarity(inputs)
    assert alike > 0.5 > 0.2 > unlike


def test_minilm_finds_the_likeliest_label(minilm: str, call: Caller) -> None:
    task = "zero-shot-classification"
    labels = ["travel", "finance", "technology"]
    answer = call(minilm, "The stock market fell.", task=task, candidate_labels=labels).json()
    assert list(answer) == ["sequence", "labels", "scores"]
    assert answer["labels"][0] == "finance"
    assert math.isclose(sum(answer["scores"]), 1)
    both = call(minilm, ["a", "b"], task=task, candidate_labels="travel, finance", multi_label=True).json()
    assert [sorted(one["labels"]) for one in both] == [["finance", "travel"]] * 2
    for wrong in ({}, {"candidate_labels": []}, {"candidate_labels": labels, "hypothesis_template": "no place"}):
        assert call(minilm, "a", task=task, **wrong).status == 400


def test_minilm_cuts_texts_into_the_known_pieces() -> None:
    pytest.importorskip("tokenizers", reason="needs tokenizers of the extra local")
    from hfe_tasks.local.embedding import load_tokenizer

    assert load_tokenizer().encode("Héllo, embeddings!").ids == [101, 7592, 1010, 7861, 8270, 4667, 2015, 999, 102]
