"""Flags made from signatures: each built-in task over real HTTP, and what a third party's task gets."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NotRequired, TypedDict

import pytest

from hfe_core import BinaryInput, EncodeError, Media, Payload, Registry, Task, decode_as, hookimpl, merge_parameters

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
WAV = b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 40


@pytest.fixture
def files(tmp_path):
    (tmp_path / "cat.png").write_bytes(PNG)
    (tmp_path / "hello.wav").write_bytes(WAV)
    (tmp_path / "question.txt").write_text("Wo wohne ich?\n", encoding="utf-8")
    (tmp_path / "table.json").write_text('{"data": {"a": ["1", "2"]}}')
    return tmp_path


CASES: list[tuple[str, list[str], object, object]] = [
    (
        "fill-mask",
        ["--inputs", "Paris is [MASK].", "--top_k", "2", "--targets", "big", "--targets", "old"],
        [{"score": 0.5, "token": 7, "token_str": "big", "sequence": "Paris is big."}],
        {"inputs": "Paris is [MASK].", "parameters": {"top_k": 2, "targets": ["big", "old"]}},
    ),
    (
        "text-classification",
        ["--inputs", "fine", "--function-to-apply", "sigmoid", "--parameters", '{"top_k": null}'],
        [{"label": "POSITIVE", "score": 0.9}],
        {"inputs": "fine", "parameters": {"function_to_apply": "sigmoid", "top_k": None}},
    ),
    (
        "question-answering",
        ["--question", "@question.txt", "--context", "In Berlin.", "--no-align-to-words", "--handle-impossible-answer"],
        {"answer": "Berlin", "score": 0.9, "start": 3, "end": 9},
        {
            "inputs": {"question": "Wo wohne ich?", "context": "In Berlin."},
            "parameters": {"align_to_words": False, "handle_impossible_answer": True},
        },
    ),
    (
        "question-answering",
        ["--inputs", '{"question": "who?", "context": "@me"}'],
        {"answer": "@me", "score": 0.9, "start": 0, "end": 3},
        {"inputs": {"question": "who?", "context": "@me"}},
    ),
    (
        "feature-extraction",
        ["--inputs", "a", "--normalize"],
        [0.5, 1],
        {"inputs": "a", "parameters": {"normalize": True}, "normalize": True},
    ),
    (
        "embeddings",
        ["--inputs", "a", "--dimensions", "1", "--user", "u"],
        {"data": [{"index": 0, "embedding": "AAAAPw=="}]},
        {"input": "a", "dimensions": 1, "encoding_format": "base64", "user": "u"},
    ),
    ("feature-extraction", ["--inputs", "a", "--inputs", "b"], [[0.5], [1]], {"inputs": ["a", "b"]}),
    (
        "text-generation",
        ["--inputs", "@@home", "--temperature", "0.5", "--max-new-tokens=3", "--stop", "\n"],
        [{"generated_text": "@home alone"}],
        {"inputs": "@home", "parameters": {"temperature": 0.5, "max_new_tokens": 3, "stop": ["\n"]}},
    ),
    (
        "text-generation",
        ["--inputs-json", '[{"role": "user", "content": "@hi"}]'],
        [{"generated_text": "hello"}],
        {"inputs": [{"role": "user", "content": "@hi"}]},
    ),
    (
        "chat-completion",
        [
            *("--inputs", '[{"role": "user", "content": "hi"}]', "--max-tokens", "5", "--stop", "a", "--stop", "b"),
            *("--tool-choice", "auto", "--logit-bias", '{"7": -1}', "--parameters", '{"top_k": 3}'),
        ],
        {"choices": [{"index": 0, "message": {"role": "assistant", "content": "hello"}, "finish_reason": "stop"}]},
        {
            "messages": [{"role": "user", "content": "hi"}],
            "max_tokens": 5,
            "stop": ["a", "b"],
            "tool_choice": "auto",
            "logit_bias": {"7": -1},
            "top_k": 3,
        },
    ),
    ("tabular-classification", ["--data", '{"a": [1, 2]}'], ["x", "y"], {"inputs": {"data": {"a": ["1", "2"]}}}),
    ("tabular-classification", ["--inputs", "@table.json"], ["x", "y"], {"inputs": {"data": {"a": ["1", "2"]}}}),
    ("tabular-regression", ["--data", '{"a": [1, 2]}'], [0.5, 2], {"inputs": {"data": {"a": ["1", "2"]}}}),
    ("tabular-regression", ["--inputs", '{"a": [1, 2]}'], [0.5, 2], {"inputs": {"data": {"a": ["1", "2"]}}}),
    (
        "table-question-answering",
        ["--query", "How many?", "--table", '{"a": [1]}', "--sequential", "--truncation=true", "--padding=longest"],
        {"answer": "COUNT > 1", "coordinates": [[0, 0]], "cells": ["1"], "aggregator": "COUNT"},
        {
            "inputs": {"query": "How many?", "table": {"a": ["1"]}},
            "parameters": {"sequential": True, "truncation": True, "padding": "longest"},
        },
    ),
    (
        "sentence-similarity",
        ["--source-sentence", "a", "--sentences", "b", "--sentences", "c"],
        {"similarities": [0.5, 1]},
        {"inputs": {"source_sentence": "a", "sentences": ["b", "c"]}},
    ),
    (
        "conversational",
        ["--text", "hi", "--past-user-inputs", "a", "--generated-responses", "b", "--max-length", "20"],
        {"generated_text": "ok", "conversation": {"past_user_inputs": ["hi"], "generated_responses": ["ok"]}},
        {
            "inputs": {"text": "hi", "past_user_inputs": ["a"], "generated_responses": ["b"]},
            "parameters": {"max_length": 20},
        },
    ),
    (
        "conversational",
        ["--inputs", '[{"role": "user", "content": "@hi"}]'],
        [{"generated_text": "ok"}],
        {"inputs": [{"role": "user", "content": "@hi"}]},
    ),
    (
        "document-question-answering",
        ["--image", "@cat.png", "--question", "What?", "--word-boxes", '[["a", [0, 0, 1, 1]]]', "--lang", "deu"],
        [{"answer": "a", "score": 0.5, "start": 0, "end": 0}],
        {
            "inputs": {
                "image": base64.b64encode(PNG).decode(),
                "question": "What?",
                "word_boxes": [["a", [0, 0, 1, 1]]],
            },
            "parameters": {"lang": "deu"},
        },
    ),
    (
        "visual-question-answering",
        ["--image", "@cat.png", "--question", "What?", "--top-k", "1"],
        [{"answer": "cat", "score": 0.9}],
        {"inputs": {"image": base64.b64encode(PNG).decode(), "question": "What?"}, "parameters": {"top_k": 1}},
    ),
    (
        "visual-question-answering",
        ["--inputs", '{"image": "@cat.png", "question": "@cat.png"}'],
        [{"answer": "cat", "score": 0.9}],
        {"inputs": {"image": base64.b64encode(PNG).decode(), "question": "@cat.png"}},
    ),
    ("image-classification", ["--inputs", "@cat.png"], [{"label": "cat", "score": 1.0}], PNG),
    (
        "image-to-text",
        ["--inputs", "@cat.png", "--max-new-tokens", "9", "--generate-kwargs", '{"do_sample": true}'],
        [{"generated_text": "a cat"}],
        {
            "inputs": base64.b64encode(PNG).decode(),
            "parameters": {"max_new_tokens": 9, "generate_kwargs": {"do_sample": True}},
        },
    ),
    (
        "zero-shot-image-classification",
        ["--inputs", "@cat.png", "--candidate-labels", "cat", "--candidate-labels", "dog", "--hypothesis-template={}"],
        [{"label": "cat", "score": 1.0}],
        {
            "inputs": base64.b64encode(PNG).decode(),
            "parameters": {"candidate_labels": ["cat", "dog"], "hypothesis_template": "{}"},
        },
    ),
    (
        "image-segmentation",
        ["--inputs", "@cat.png", "--subtask", "instance", "--threshold", "0.5", "--mask-threshold", "0"],
        [{"label": "cat", "score": None, "mask": base64.b64encode(PNG).decode()}],
        {
            "inputs": base64.b64encode(PNG).decode(),
            "parameters": {"subtask": "instance", "threshold": 0.5, "mask_threshold": 0},
        },
    ),
    (
        "object-detection",
        ["--inputs", "@cat.png", "--threshold", "0.9"],
        [{"label": "cat", "score": 1.0, "box": {"xmin": -1, "ymin": 0, "xmax": 2, "ymax": 3}}],
        {"inputs": base64.b64encode(PNG).decode(), "parameters": {"threshold": 0.9}},
    ),
    (
        "audio-classification",
        ["--inputs", "@hello.wav", "--top-k", "1", "--function-to-apply", "none"],
        [{"label": "loud", "score": 9.5}],
        {"inputs": base64.b64encode(WAV).decode(), "parameters": {"top_k": 1, "function_to_apply": "none"}},
    ),
    (
        "audio-to-audio",
        ["--inputs", "@hello.wav"],
        [{"label": "low", "blob": base64.b64encode(WAV).decode(), "content-type": "audio/wav"}],
        WAV,
    ),
    (
        "automatic-speech-recognition",
        ["--inputs", "@hello.wav", "--return-timestamps", "word"],
        {"text": "hello", "chunks": [{"text": "hello", "timestamp": [0, 1]}]},
        {"inputs": base64.b64encode(WAV).decode(), "parameters": {"return_timestamps": "word"}},
    ),
    (
        "automatic-speech-recognition",
        ["--inputs", "@hello.wav", "--return-timestamps", "true", "--generate-kwargs", '{"language": "en"}'],
        {"text": "hello"},
        {
            "inputs": base64.b64encode(WAV).decode(),
            "parameters": {"return_timestamps": True, "generate_kwargs": {"language": "en"}},
        },
    ),
    (
        "summarization",
        ["--inputs", "long", "--max-length", "20", "--truncation", "only_first", "--no-do-sample"],
        [{"summary_text": "short"}],
        {"inputs": "long", "parameters": {"do_sample": False, "max_length": 20, "truncation": "only_first"}},
    ),
    (
        "token-classification",
        ["--inputs", "Ada", "--aggregation-strategy", "simple", "--ignore-labels", "O", "--ignore-labels", "MISC"],
        [{"entity_group": "PER", "score": 0.9, "word": "Ada", "start": 0, "end": 3}],
        {"inputs": "Ada", "parameters": {"aggregation_strategy": "simple", "ignore_labels": ["O", "MISC"]}},
    ),
    (
        "translation",
        ["--inputs", "hello", "--src-lang", "en", "--tgt-lang", "de", "--generate-kwargs", '{"num_beams": 2}'],
        [{"translation_text": "hallo"}],
        {
            "inputs": "hello",
            "parameters": {"src_lang": "en", "tgt_lang": "de", "generate_kwargs": {"num_beams": 2}},
        },
    ),
    (
        "translation",
        ["--inputs", "a", "--inputs", "b"],
        [{"translation_text": "c"}, {"translation_text": "d"}],
        {"inputs": ["a", "b"]},
    ),
    (
        "zero-shot-classification",
        ["--inputs", "a", "--candidate-labels", "x", "--candidate-labels", "y", "--multi-label"],
        {"sequence": "a", "labels": ["y", "x"], "scores": [0.9, 0.8]},
        {"inputs": "a", "parameters": {"candidate_labels": ["x", "y"], "multi_label": True}},
    ),
]


@pytest.mark.parametrize(("task", "flags", "reply", "expected"), CASES)
def test_every_builtin_task(task, flags, reply, expected, server, call, files, monkeypatch):
    monkeypatch.chdir(files)
    server.answer = reply
    result = call("run", task, *flags, "--url", server.url)
    assert result.exit_code == 0, result.output
    assert (server.last.body if isinstance(expected, bytes) else server.last.json) == expected
    has_files = task in {"audio-to-audio", "image-segmentation"}
    assert result.stderr == ("hfe: 1 file is left out of the JSON: give --output FILE\n" if has_files else "")
    first = json.loads(result.stdout)
    while isinstance(first, list):
        first = first[0]
    assert first in (0.5, "x") or isinstance(first, dict)


def test_text_to_speech_writes_the_sound(server, call, answer):
    server.answer = answer(WAV, content_type="audio/x-wav")
    result = call("run", "text-to-speech", "--inputs", "hi", "--url", server.url, "--forward-params", '{"a": true}')
    assert result.stdout_bytes == WAV
    assert server.last.json == {"inputs": "hi", "parameters": {"forward_params": {"a": True}}}


@pytest.mark.parametrize(
    ("task", "flags", "expected"),
    [
        (
            "text-to-image",
            ["--inputs", "a cat", "--seed", "0", "--target-size", '{"width": 64, "height": 64}'],
            {"inputs": "a cat", "parameters": {"seed": 0, "target_size": {"width": 64, "height": 64}}},
        ),
        (
            "image-to-image",
            ["--inputs", "@cat.png", "--strength", "0.5", "--no-guess-mode"],
            {"inputs": base64.b64encode(PNG).decode(), "parameters": {"strength": 0.5, "guess_mode": False}},
        ),
    ],
)
def test_pictures_are_written_as_they_came(task, flags, expected, server, call, answer, files, monkeypatch):
    monkeypatch.chdir(files)
    for reply in (answer(PNG, content_type="image/png"), base64.b64encode(PNG).decode()):
        server.answer = reply
        result = call("run", task, *flags, "--url", server.url)
        assert result.stdout_bytes == PNG
        assert server.last.json == expected
        assert server.last.headers["accept"] == "image/png"


def test_help_shows_the_documentation_of_the_encoder(call):
    result = call("run", "fill_mask", "--help")
    words = " ".join(result.stdout.split())
    assert "--top-k INTEGER How many fills for each mask, at least 1." in words
    assert "--targets TEXT" in words
    assert "``" not in words
    assert result.exit_code == 0


def test_the_list_of_tasks_in_the_help(call):
    listed = call("run", "--help").stdout
    for name in ("fill-mask", "text-to-speech", "visual-question-answering"):
        assert name in listed


class Place(TypedDict):
    """Where.

    Attributes:
        city: The city.
        format: A field whose name means something else on a command line.
    """

    city: str
    format: NotRequired[str]


def encode_place(
    inputs: Place,
    *,
    url: str | None = None,
    stream: bool = False,
    level: Literal["very_low", "high"] | None = None,
    size: Literal[8, 16] | None = None,
    sizes: Sequence[int] | None = None,
    mask: BinaryInput | str | None = None,
    anything: object = None,
    weights: Mapping[str, float] | None = None,
    needed: int,
) -> Payload:
    """Find a place.

    Args:
        inputs: Where.
        url: A parameter whose name is taken.
        stream: Another.
        level: How high.
        size: Of the answer.
        sizes: Of the answers.
        mask: A picture, or its URL.
        anything: Whatever.
        weights: Of things.
        needed: Without it nothing works.
    """
    if mask is not None and not isinstance(mask, str):
        mask = Media.of(mask, kind="image").base64()
    if inputs["city"] == "Atlantis":
        raise EncodeError("inputs.city", "is under water")
    if inputs["city"] == "Bielefeld":
        raise RuntimeError("does not exist")
    return Payload(
        inputs=dict(inputs),
        parameters=merge_parameters(
            None,
            url=url,
            stream=stream,
            level=level,
            size=size,
            sizes=sizes,
            mask=mask,
            anything=anything,
            weights=weights,
            needed=needed,
        ),
    )


PLACE: Task[..., Any] = Task(name="find-place", encode=encode_place, decode=decode_as(dict[str, Any]))


@pytest.fixture
def places(plugin):
    return Registry({"geo": plugin([PLACE])}, installed=False)


def test_a_third_partys_task_gets_it_all(server, call, places, files, monkeypatch):
    monkeypatch.chdir(files)
    server.answer = lambda asked: {"got": asked.json["parameters"]}
    result = call(
        *("run", "find-place", "--url", server.url, "--format", "json"),
        *("--city", "Jena", "--inputs.format", "short", "--parameters.url", "http://x", "--parameters.stream"),
        *("--level", "very_low", "--size", "16", "--sizes", "1", "--sizes", "2", "--mask", "@cat.png"),
        *("--anything", "5", "--weights", '{"a": 1.5}', "--needed", "1"),
        registry=places,
    )
    assert result.exit_code == 0, result.output
    assert server.last.json["inputs"] == {"city": "Jena", "format": "short"}
    assert server.last.json["parameters"] == {
        "url": "http://x",
        "stream": True,
        "level": "very_low",
        "size": 16,
        "sizes": [1, 2],
        "mask": base64.b64encode(PNG).decode(),
        "anything": "5",
        "weights": {"a": 1.5},
        "needed": 1,
    }


def test_text_or_structure_has_a_flag_for_each(server, call, places):
    server.answer = {}
    common = ("run", "find-place", "--url", server.url, "--inputs", '{"city": "Jena", "format": ""}', "--needed", "1")
    assert call(*common, "--anything-json", "[5]", "--mask", "https://x/y.png", registry=places).exit_code == 0
    assert server.last.json["parameters"]["anything"] == [5]
    assert server.last.json["parameters"]["mask"] == "https://x/y.png"
    assert call(*common, "--anything-json", "[5]", "--anything", "5", registry=places).exit_code == 2


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--city", "Jena"], "missing --needed"),
        (["--needed", "1"], "missing --inputs, or --city, --inputs.format"),
        (["--needed", "1", "--city", "a", "--inputs", "{}"], "give --inputs or --city, not both"),
        (["--needed", "x", "--city", "a"], "'--needed'"),
        (["--needed", "1", "--city", "a", "--size", "9"], "'--size'"),
        (["--needed", "1", "--city", "Atlantis"], "inputs.city: is under water"),
        (["--needed", "1", "--city", "a", "--weights", "{"], "--weights: not JSON"),
        (["--needed", "1", "--city", "a", "--mask", "@nothing.png"], "--mask: no file at 'nothing.png'"),
    ],
)
def test_wrong_flags_are_told_in_one_line(flags, words, server, call, places):
    result = call("run", "find-place", "--url", server.url, *flags, registry=places)
    assert result.exit_code == 2
    assert words in result.stderr
    assert result.stderr.startswith("hfe: ")
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""
    assert server.asked == []


def test_an_encoder_that_fails_otherwise_is_told_in_one_line(server, call, places):
    result = call("run", "find-place", "--url", server.url, "--needed", 1, "--city", "Bielefeld", registry=places)
    assert result.exit_code == 2
    assert "the encoder of 'find-place' failed (RuntimeError: does not exist)" in result.stderr
    assert result.stderr.count("\n") == 1


def test_what_nobody_foresaw_shows_its_traceback_on_demand(server, call):
    class Broken:
        @hookimpl
        def hfe_prepare(self, request):
            raise RuntimeError("no key")

    registry = Registry({"broken": Broken()})
    command = ("run", "text-classification", "--inputs", "x", "--url", server.url)
    result = call(*command, registry=registry)
    assert result.exit_code == 1
    assert "unexpected RuntimeError: no key" in result.stderr
    with pytest.raises(RuntimeError):
        call(*command, registry=registry, env={"HFE_TRACEBACK": "1"})
