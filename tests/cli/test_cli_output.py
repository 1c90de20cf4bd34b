"""Tables, JSON, bytes and files; streams and batches."""

from __future__ import annotations

import base64
import json
import math
from enum import Enum
from pathlib import Path
from typing import Any

import attrs
import pytest

from hfe_core import Audio, Media, Payload, Registry, StreamTask, Task, decode_as
from hfe_core.cli.jsonable import dumps, jsonable
from hfe_core.cli.tables import show_table

WAV = b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 40
PIXEL = b"\x89PNG\r\n\x1a\n" + b"\0" * 8


def events(*values: object, done: bool = False) -> bytes:
    lines = [b"data:" + json.dumps(value).encode() + b"\n\n" for value in values]
    return b"".join(lines) + (b"data: [DONE]\n\n" if done else b"")


TOKENS = events(
    {"token": {"id": 1, "text": "Hello", "logprob": -0.1, "special": False}},
    {"token": {"id": 2, "text": " wörld\x1b[2J", "logprob": -0.1, "special": False}},
    {
        "token": {"id": 3, "text": "</s>", "logprob": -0.1, "special": True},
        "generated_text": "Hello wörld",
        "details": {"finish_reason": "eos_token", "generated_tokens": 3, "seed": None},
    },
)


def test_a_table_of_labels(server, call):
    server.answer = [{"label": "POSITIVE", "score": 0.99987}, {"label": "[red]\x1b]0;x\x07", "score": math.nan}]
    result = call("run", "text-classification", "--inputs", "x", "--url", server.url, "--format", "table")
    assert result.stdout.splitlines() == [
        "label              score",
        "POSITIVE           0.9999",
        "[red]\\x1b]0;x\\x07",
    ]


def test_nan_is_null_in_json(server, call, answer):
    server.answer = answer(b'[{"label": "a", "score": NaN}]')
    result = call("run", "text-classification", "--inputs", "x", "--url", server.url)
    assert result.stdout == '[{"label": "a", "score": null}]\n'


def test_the_further_answers_are_rows(server, call):
    server.answer = [
        {"answer": "Berlin", "score": 0.9, "start": 1, "end": 2},
        {"answer": "Jena", "score": 0.1, "start": 5, "end": 6},
    ]
    result = call(
        *("run", "question-answering", "--question", "a", "--context", "b", "--url", server.url, "--format", "table")
    )
    assert [line.split() for line in result.stdout.splitlines()] == [
        ["answer", "score", "start", "end"],
        ["Berlin", "0.9", "1", "2"],
        ["Jena", "0.1", "5", "6"],
    ]


def test_a_single_text_is_shown_as_it_is(server, call):
    server.answer = {"text": "hello there"}
    result = call(
        "run", "automatic-speech-recognition", "--inputs", "@-", "--url", server.url, "--format", "table", input=WAV
    )
    assert result.stdout == "hello there\n"
    assert server.last.body == WAV


def test_numbers_are_shown_by_shape(server, call):
    server.answer = [[[0.12345] * 384] * 3]
    result = call("run", "feature-extraction", "--inputs", "x", "--url", server.url, "--format", "table")
    assert result.stdout == "1 x 3 x 384 numbers: 0.1235 0.1235 0.1235 0.1235 0.1235 0.1235 …\n"


@pytest.mark.parametrize(
    ("value", "lines"),
    [
        (["x", "y"], ["x", "y"]),
        ([1, 2], ["1 2"]),
        (None, [""]),
        (True, ["true"]),
        ([], []),
        ({}, []),
        ({"a": 1, "b": {"c": [1]}, "d": None}, ["a  1", 'b  {"c": [1]}']),
        ([{"a": "x" * 200}], ["a", "x" * 200]),
        ({"names": ["a", "b"], "n": 1}, ["names  a, b", "n      1"]),
    ],
)
def test_shapes_of_tables(value, lines, capsys):
    show_table(value)
    assert capsys.readouterr().out.splitlines() == lines


def test_sound_goes_to_a_file(server, call, answer, tmp_path):
    server.answer = answer(WAV, content_type="audio/wav")
    target = tmp_path / "out.wav"
    result = call("run", "text-to-speech", "--inputs", "x", "--url", server.url, "--output", target)
    assert target.read_bytes() == WAV
    assert result.stdout == ""
    assert result.stderr == f"hfe: {target}: audio/wav, {len(WAV)} bytes\n"


def test_sound_as_json_is_described(server, call, tmp_path):
    server.answer = {"audio": [[0.0] * 100], "sampling_rate": 16000}
    common = ("run", "text-to-speech", "--inputs", "x", "--url", server.url, "--format", "json")
    left_out = call(*common)
    assert json.loads(left_out.stdout) == {"content_type": "audio/wav", "size": 244}
    assert (left_out.exit_code, left_out.stderr) == (0, "hfe: 1 file is left out of the JSON: give --output FILE\n")
    target = tmp_path / "out.wav"
    described = json.loads(call(*common, "--output", target).stdout)
    assert described == {"content_type": "audio/wav", "size": 244, "path": str(target)}


def test_other_results_go_to_a_file_as_json(server, call, tmp_path):
    server.answer = [{"label": "ä", "score": 1.0}]
    target = tmp_path / "out.json"
    result = call("run", "text-classification", "--inputs", "x", "--url", server.url, "--output", target)
    assert result.output == ""
    assert json.loads(target.read_text(encoding="utf-8")) == [{"label": "ä", "score": 1.0}]


def test_files_inside_a_result_go_beside_it(server, call, tmp_path):
    mask = base64.b64encode(PIXEL).decode()
    server.answer = [{"label": name, "score": None, "mask": mask} for name in ("a", "b")]
    target = tmp_path / "parts.json"
    picture = tmp_path / "cat.png"
    picture.write_bytes(PIXEL)
    common = ("run", "image-segmentation", "--inputs", f"@{picture}", "--url", server.url)
    assert call(*common, "--output", target).exit_code == 0
    parts = json.loads(target.read_text())
    assert [part["mask"]["path"] for part in parts] == [str(tmp_path / f"parts-{number}.png") for number in (1, 2)]
    assert (tmp_path / "parts-2.png").read_bytes() == PIXEL
    shown = call(*common)
    assert json.loads(shown.stdout)[0]["mask"] == {"content_type": "image/png", "size": len(PIXEL)}
    assert (shown.exit_code, shown.stderr) == (0, "hfe: 2 files are left out of the JSON: give --output FILE\n")
    shown = call(*common, "--format", "table")
    assert (shown.exit_code, shown.stderr) == (0, "hfe: 2 files are left out of the table: give --output FILE\n")


def test_a_folder_that_is_missing_is_told_before_the_call(server, call, tmp_path):
    for wrong in (tmp_path / "no" / "x", tmp_path):
        result = call("run", "text-to-speech", "--inputs", "x", "--url", server.url, "--output", wrong)
        assert result.exit_code == 2
    assert server.asked == []


def test_a_stream_as_text(server, call, answer):
    server.answer = answer(TOKENS, content_type="text/event-stream")
    result = call("run", "text-generation", "--inputs", "x", "--stream", "--url", server.url, "--format", "table")
    assert result.stdout == "Hello wörld\\x1b[2J\n"
    assert server.last.json == {"inputs": "x", "stream": True}


def test_a_stream_as_json_lines(server, call, answer):
    server.answer = answer(TOKENS, content_type="text/event-stream")
    result = call("run", "text-generation", "--inputs", "x", "--stream", "--url", server.url, "--top-k", "3")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["token"]["text"] for line in lines] == ["Hello", " wörld\x1b[2J", "</s>"]
    assert lines[-1]["details"]["finish_reason"] == "eos_token"


def test_a_chat_as_text(server, call, answer):
    chunks = [{"choices": [{"index": 0, "delta": {"content": word}}]} for word in ("Hello", " wörld")]
    chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "usage": None})
    server.answer = answer(events(*chunks), content_type="text/event-stream")
    common = ("run", "chat-completion", "--inputs", '[{"role": "user", "content": "hi"}]', "--stream")
    result = call(*common, "--url", server.url, "--format", "table")
    assert result.stdout == "Hello wörld\n"
    assert server.last.json == {"messages": [{"role": "user", "content": "hi"}], "stream": True}
    assert server.last.path == "/v1/chat/completions"


def completion(*messages: dict[str, Any], usage: Any = None) -> dict[str, Any]:
    choices = [
        {"index": index, "message": {"role": "assistant", **message}, "finish_reason": "stop"}
        for index, message in enumerate(messages)
    ]
    return {"id": "x", "model": "m", "created": 1, "object": "chat.completion", "choices": choices, "usage": usage}


@pytest.mark.parametrize(
    ("reply", "lines"),
    [
        (
            completion(
                {"content": "Paris.\n\nIt is."}, usage={"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12}
            ),
            [
                "content        Paris.",
                "",
                "               It is.",
                "finish_reason  stop",
                "usage          5 prompt_tokens, 7 completion_tokens, 12 total_tokens",
            ],
        ),
        (
            completion({"content": "Paris"}, {"content": "Jena"}),
            ["index  content  finish_reason", "0      Paris    stop", "1      Jena     stop"],
        ),
        (
            completion({"tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]}),
            [
                'tool_calls     [{"id": "1", "function": {"name": "f", "arguments": "{}"}, "type": "function"}]',
                "finish_reason  stop",
            ],
        ),
    ],
)
def test_a_chat_as_a_table_is_its_words(reply, lines, server, call):
    server.answer = reply
    common = ("run", "chat-completion", "--inputs", '[{"role": "user", "content": "hi"}]', "--url", server.url)
    assert call(*common, "--format", "table").stdout.splitlines() == lines
    assert json.loads(call(*common).stdout)["choices"][0]["finish_reason"] == "stop"


def test_an_output_of_a_third_party_with_content(server, call, plugin):
    def encode(inputs: str) -> Payload:
        """Say."""
        return Payload(inputs=inputs)

    said = Task(name="said", encode=encode, decode=lambda response: Said(decode_as(list[str], response)))
    registry = Registry({"x": plugin([said])}, installed=False)
    server.answer = ["a", "b"]
    result = call("run", "said", "--inputs", "x", "--url", server.url, "--format", "table", registry=registry)
    assert result.stdout == "a\nb\n"


def test_a_broken_stream(server, call, answer):
    server.answer = answer(TOKENS[:60], content_type="text/event-stream")
    result = call("run", "text-generation", "--inputs", "x", "--stream", "--url", server.url, "--format", "table")
    assert result.exit_code == 1
    assert result.stderr.startswith("hfe: ")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--output", "x"], "no --output"),
        (["--top-p", "2"], "top_p: expected at most 1"),
        (["--concurrency", "2"], "--concurrency goes with --batch"),
    ],
)
def test_wrong_streams(flags, words, server, call):
    result = call("run", "text-generation", "--inputs", "x", "--stream", "--url", server.url, *flags)
    assert (result.exit_code, server.asked) == (2, [])
    assert words in result.stderr


def test_a_third_partys_stream_without_a_task(server, call, answer, plugin):
    def encode(inputs: str) -> Payload:
        """Count.

        Args:
            inputs: To what.
        """
        return Payload(inputs=inputs, stream=True)

    stream = StreamTask(name="count", encode=encode, decode=lambda event: event.json())
    registry = Registry({"count": plugin([stream])}, installed=False)
    server.answer = answer(events(1, "two", {"n": 3}), content_type="text/event-stream")
    common = ("run", "count", "--inputs", "3", "--url", server.url, "--format")
    assert call(*common, "json", registry=registry).stdout == '1\n"two"\n{"n": 3}\n'
    assert call(*common, "table", registry=registry).stdout == '1\ntwo{"n": 3}\n'
    assert call(*common, "json", "--stream", registry=registry).exit_code == 0
    assert "only" in call("tasks", "--format", "table", registry=registry).stdout


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--best", "2", "--stream"], "--best is not taken with --stream"),
        (["--until", "9"], "--until is not taken without --stream"),
    ],
)
def test_a_flag_of_the_other_kind(flags, words, server, call, plugin):
    def encode(inputs: str, *, best: int | None = None) -> Payload:
        """Count."""
        return Payload(inputs=inputs, parameters={"best": best})

    def encode_stream(inputs: str, *, until: int | None = None) -> Payload:
        """Count."""
        return Payload(inputs=inputs, parameters={"until": until}, stream=True)

    tasks = [
        Task(name="count", encode=encode, decode=decode_as(list[int])),
        StreamTask(name="count", encode=encode_stream, decode=lambda event: event.json()),
    ]
    registry = Registry({"count": plugin(tasks)}, installed=False)
    result = call("run", "count", "--inputs", "3", "--url", server.url, *flags, registry=registry)
    assert (result.exit_code, server.asked) == (2, [])
    assert words in result.stderr


@pytest.fixture
def lines(tmp_path):
    path = tmp_path / "texts.jsonl"
    path.write_text('"good"\n\n5\n{not json\n"bad"\n"@good"\n')
    return path


def test_a_batch(server, call, lines, answer):
    def reply(asked: Any) -> Any:
        inputs = asked.json["inputs"]
        if inputs == "bad":
            return answer({"error": "bad\ninput"}, 400)
        return [{"label": inputs, "score": asked.json["parameters"]["top_k"]}]

    server.answer = reply
    result = call(
        *("run", "text-classification", "--batch", lines, "--top-k", 2, "--url", server.url, "--concurrency", 2)
    )
    assert result.exit_code == 1
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [one["index"] for one in found] == [0, 1, 2, 3, 4]
    assert found[0]["output"] == [{"label": "good", "score": 2}]
    assert found[1]["error"] == {"type": "EncodeError", "message": "inputs: expected a str or a pair of texts, not int"}
    assert found[2]["error"]["message"].startswith("inputs: line 4 is not JSON")
    assert found[3]["error"] == {"type": "BadRequest", "message": "400: bad input"}
    assert found[4]["output"] == [{"label": "@good", "score": 2}]
    assert result.stderr == "hfe: 3 of 5 failed\n"


def test_a_batch_from_standard_input_in_few_requests(server, call):
    server.answer = lambda asked: [[{"label": one, "score": 1}] for one in asked.json["inputs"]]
    result = call(
        *("run", "text-classification", "--batch", "-", "--batch-size", 2, "--url", server.url),
        input='"a"\n"b"\n"c"\n"d"\n',
    )
    assert result.exit_code == 0, result.output
    assert [json.loads(line)["output"][0]["label"] for line in result.stdout.splitlines()] == ["a", "b", "c", "d"]
    assert len(server.asked) == 2


def test_a_batch_of_files(server, call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a.wav").write_bytes(WAV)
    server.answer = {"text": "hi"}
    result = call(
        *("run", "automatic-speech-recognition", "--batch", "-", "--url", server.url),
        input='"@a.wav"\n"@b.wav"\n"a.wav"\n',
    )
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert found[0]["output"]["text"] == "hi"
    assert found[1]["error"]["message"] == "inputs: no file at 'b.wav'"
    assert "@path" in found[2]["error"]["message"]
    assert [asked.body for asked in server.asked] == [WAV]


def test_a_batch_of_sounds_goes_to_files(server, call, answer, tmp_path):
    def reply(asked: Any) -> Any:
        inputs = asked.json["inputs"]
        return answer({"error": "no"}, 400) if inputs == "bad" else answer(inputs.encode(), content_type="audio/wav")

    server.answer = reply
    target = tmp_path / "results.jsonl"
    common = ("run", "text-to-speech", "--batch", "-", "--url", server.url)
    lines = '"RIFF one"\n"bad"\n"RIFF two"\n'
    result = call(*common, "--output", target, input=lines)
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", "hfe: 1 of 3 failed\n")
    found = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert [one["index"] for one in found] == [0, 1, 2]
    first, second = tmp_path / "results-1.wav", tmp_path / "results-2.wav"
    assert found[0]["output"] == {"content_type": "audio/wav", "size": 8, "path": str(first)}
    assert found[1]["error"]["type"] == "BadRequest"
    assert found[2]["output"]["path"] == str(second)
    assert (first.read_bytes(), second.read_bytes()) == (b"RIFF one", b"RIFF two")
    result = call(*common, input='"RIFF one"\n"RIFF two"\n')
    assert json.loads(result.stdout.splitlines()[0])["output"] == {"content_type": "audio/wav", "size": 8}
    assert (result.exit_code, result.stderr) == (0, "hfe: 2 files are left out of the JSON: give --output FILE\n")


def test_masks_in_a_batch_are_numbered_through(server, call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a.png").write_bytes(PIXEL)
    mask = base64.b64encode(PIXEL).decode()
    server.answer = [{"label": name, "score": None, "mask": mask} for name in ("a", "b")]
    common = ("run", "image-segmentation", "--batch", "-", "--url", server.url)
    result = call(*common, "--output", "out.jsonl", input='"@a.png"\n"@a.png"\n')
    assert (result.exit_code, result.output) == (0, "")
    outputs = [json.loads(line)["output"] for line in Path("out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [part["mask"]["path"] for parts in outputs for part in parts] == [
        f"out-{number}.png" for number in range(1, 5)
    ]
    assert Path("out-4.png").read_bytes() == PIXEL
    assert "4 files are left out" in call(*common, input='"@a.png"\n"@a.png"\n').stderr


def test_lines_are_in_the_file_as_they_come(server, call, lines, tmp_path):
    target = tmp_path / "out.jsonl"
    seen: list[str] = []

    def reply(asked: Any) -> Any:
        seen.append(target.read_text(encoding="utf-8"))
        return [{"label": "ä", "score": 1}]

    server.answer = reply
    call("run", "text-classification", "--batch", lines, "--url", server.url, "--concurrency", 1, "--output", target)
    assert seen[0] == ""
    assert '"label": "ä"' in target.read_text(encoding="utf-8")
    assert target.read_text(encoding="utf-8").count("\n") == 5


def test_a_batch_does_not_overwrite_its_own_input(server, call, lines):
    before = lines.read_bytes()
    result = call("run", "text-classification", "--batch", lines, "--output", lines, "--url", server.url)
    assert (result.exit_code, server.asked, lines.read_bytes()) == (2, [], before)
    assert "--output: this is the file of --batch" in result.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_ends_a_batch(server, call, lines):
    server.answer = [{"label": "a", "score": 1}]
    result = call("run", "text-classification", "--batch", lines, "--output", "/dev/full", "--url", server.url)
    assert (result.exit_code, result.stderr) == (1, "hfe: cannot write '/dev/full': No space left on device\n")


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--batch", "nothing.jsonl"], "cannot read 'nothing.jsonl'"),
        (["--batch", "@nothing.jsonl"], "give the path without @"),
        (["--batch", "-", "--inputs", "x"], "no --inputs"),
        (["--batch", "-", "--output", "no/such/x"], "--output: 'no/such/x' cannot be written"),
        (["--batch", "-", "--format", "table"], "no --format table"),
        (["--batch", "-", "--batch-size", "0"], "--batch-size"),
        (["--inputs", "x", "--batch-size", "2"], "--batch-size goes with --batch"),
    ],
)
def test_wrong_batches(flags, words, server, call):
    result = call("run", "text-classification", "--url", server.url, *flags)
    assert (result.exit_code, server.asked) == (2, [])
    assert words in result.stderr


@attrs.frozen
class Said:
    words: list[str]

    @property
    def content(self) -> str:
        return " ".join(self.words)


class Colour(Enum):
    RED = "red"


@attrs.frozen
class Thing:
    name: str
    parts: tuple[object, ...]
    _hidden: int = 1


def test_jsonable():
    value = Thing("a", (Media(b"123", "image/png"), Audio(samples=([0.0],), sampling_rate=8000), Colour.RED, {1: b"x"}))
    assert jsonable(value) == {
        "name": "a",
        "parts": [
            {"content_type": "image/png", "size": 3},
            {"content_type": "audio/wav", "size": 46},
            "red",
            {"1": {"content_type": "application/octet-stream", "size": 1}},
        ],
    }
    assert jsonable([math.nan, math.inf, 1.5, True, None, {3}]) == [None, None, 1.5, True, None, [3]]
    assert jsonable(Path("x")) == "x"


def test_dumps_escapes_what_utf8_cannot_carry():
    assert dumps("ä") == '"ä"'
    assert dumps("\ud800") == '"\\ud800"'


def test_an_array_becomes_a_list():
    numpy = pytest.importorskip("numpy", reason="needs numpy")
    assert jsonable(numpy.array([[1.0, math.nan]])) == [[1.0, None]]


def test_a_media_result_of_a_third_party(server, call, answer, plugin):
    def encode(inputs: str) -> Payload:
        """Paint."""
        return Payload(inputs=inputs)

    paint = Task(name="paint", encode=encode, decode=lambda response: Media(response.body, "image/png"))
    upper = Task(name="upper", encode=encode, decode=decode_as(str))
    registry = Registry({"x": plugin([paint, upper])}, installed=False)
    server.answer = answer(b"\x89PNG", content_type="image/png")
    assert call("run", "paint", "--inputs", "x", "--url", server.url, registry=registry).stdout_bytes == b"\x89PNG"
    server.answer = "X\ud800"
    assert call("run", "upper", "--inputs", "x", "--url", server.url, registry=registry).stdout == '"X\\ud800"\n'
