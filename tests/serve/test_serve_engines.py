"""Engines as values, and the choice between them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
import urllib3

from hfe_core.serve import Engine, EngineError, EngineRequest, Runner
from hfe_core.serve.selection import explain, select

Caller = Callable[..., urllib3.BaseHTTPResponse]


def load(task: str, model: str | None) -> Runner:
    def run(request: EngineRequest) -> object:
        return [task, model]

    return run


def engine(name: str, *tasks: str, needs_model: bool = False, requires: tuple[str, ...] = ()) -> Engine:
    return Engine(
        name=name,
        tasks=tasks,
        licence="MIT",
        summary="For tests.",
        load=load,
        needs_model=needs_model,
        requires=requires,
        install="pip install it" if requires else "",
    )


LIGHT = engine("light", "text-classification")
OTHER = engine("other", "text-classification", "fill-mask")
ABSENT = engine("absent", "summarization", requires=("hfe_no_such_module", "hfe_no.such"))
HEAVY = engine("heavy", "fill-mask", "text-classification", "translation", needs_model=True)
ALL = [LIGHT, OTHER, ABSENT, HEAVY]


def chosen(tasks: list[str] | None = None, models: dict[str, str] | None = None) -> list[tuple[str, str]]:
    return [(one.task, one.engine.name) for one in select(ALL, tasks, models)]


def test_serves_everything_installed_by_default() -> None:
    assert chosen() == [("text-classification", "light"), ("fill-mask", "other")]


def test_prefers_the_first_engine_and_the_given_order() -> None:
    assert chosen(["fill-mask", "text-classification"]) == [("fill-mask", "other"), ("text-classification", "light")]


def test_gives_a_named_model_to_an_engine_that_needs_one() -> None:
    assert chosen(None, {"translation": "dir"})[0] == ("translation", "heavy")
    assert chosen(["text-classification"], {"text-classification": "dir"}) == [("text-classification", "heavy")]


@pytest.mark.parametrize(
    ("tasks", "models", "words"),
    [
        (["translation"], {}, "name a model directory: hfe serve --task translation --model DIR"),
        (["summarization"], {}, "install hfe_no_such_module, hfe_no.such (pip install it)"),
        (["fill-masks"], {}, "did you mean fill-mask?"),
        (["qqqq"], {}, "tasks with an engine: fill-mask, summarization, text-classification, translation"),
        (["fill-mask"], {"translation": "dir"}, "a model is named for translation, which is not among the tasks"),
    ],
)
def test_explains_what_is_missing(tasks: list[str], models: dict[str, str], words: str) -> None:
    with pytest.raises(EngineError) as caught:
        select(ALL, tasks, models)
    assert words in str(caught.value)


def test_explains_an_engine_that_takes_no_model() -> None:
    with pytest.raises(EngineError, match="its engine light takes no model"):
        select([LIGHT], ["text-classification"], {"text-classification": "dir"})


def test_explains_an_empty_endpoint() -> None:
    with pytest.raises(EngineError, match="no engine is installed: pip install it"):
        select([ABSENT])


def test_explains_a_task_that_is_merely_not_served() -> None:
    assert "start it with: hfe serve --task fill-mask" in str(explain([OTHER], "fill-mask"))


@pytest.mark.parametrize("fields", [{"name": ""}, {"tasks": ()}, {"tasks": ("",)}, {"streams": ("other",)}])
def test_refuses_engines_without_sense(fields: dict[str, object]) -> None:
    whole: dict[str, object] = {"name": "x", "tasks": ("a",), "licence": "MIT", "summary": "", "load": load, **fields}
    with pytest.raises(ValueError, match=r"name|tasks|streams"):
        Engine(**whole)  # type: ignore[arg-type]


def test_answers_what_to_do_for_a_task_without_engine(call: Caller) -> None:
    pytest.importorskip("starlette", reason="needs the extra serve")
    from hfe_core.serve import serving

    with serving(ALL, default="fill-mask") as url:
        assert call(url, "x").json() == ["fill-mask", None]
        for task, words in (("translation", "--model DIR"), ("summarization", "pip install it")):
            response = call(url, "x", task=task)
            assert response.status == 400
            assert words in response.json()["error"]
        assert call(url, "x", task="nothing").status == 404


def test_refuses_a_default_that_is_not_served() -> None:
    pytest.importorskip("starlette", reason="needs the extra serve")
    from hfe_core.serve import create_app

    with pytest.raises(EngineError, match="the default task 'translation' is not served"):
        create_app(ALL, default="translation")


def test_refuses_a_port_in_use() -> None:
    pytest.importorskip("starlette", reason="needs the extra serve")
    from hfe_core.serve import run_server, serving

    with serving([LIGHT]) as url, pytest.raises(EngineError, match="port 0 takes a free one"):
        run_server([LIGHT], port=int(url.rpartition(":")[2]), report=lambda line: None)


def test_loads_no_server_for_the_contract() -> None:
    code = (
        "import sys, hfe_core.serve; from hfe_core.serve import Engine;"
        "print([name for name in ('starlette', 'uvicorn', 'anyio', 'numpy', 'PIL', 'asyncio') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.usefixtures("interruptible")
def test_runs_in_the_foreground_until_interrupted() -> None:
    pytest.importorskip("starlette", reason="needs the extra serve")
    import signal

    code = (
        "from hfe_core.serve import Engine, run_server\n"
        "engine = Engine(name='e', tasks=('echo',), licence='MIT', summary='', load=lambda t, m: lambda r: r.inputs)\n"
        "run_server([engine], port=0)\n"
        "print('over')"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        lines = [process.stderr.readline() for _ in range(3)]
        assert lines[0].split() == ["task", "engine", "licence"]
        assert lines[1].split() == ["echo", "e", "MIT"]
        assert lines[2].startswith("serving at http://127.0.0.1:")
        process.send_signal(signal.SIGINT)
        try:
            out, _ = process.communicate(timeout=20)
        finally:
            process.kill()
    assert (process.returncode, out) == (0, "over\n")
