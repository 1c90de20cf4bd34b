"""Every example of the README and the docs runs, against a local endpoint on a free port."""

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette", reason="the examples need the extra serve")
pytest.importorskip("aiohttp", reason="the examples need the extra async")

from hfe_core import default_registry, hookspecs
from hfe_core.serve import Engine, EngineRequest, Runner, TokenEvent, serving

ROOT = Path(__file__).parent.parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/**/*.md"))]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ADDRESS = "http://127.0.0.1:8000"
# A block that begins with its name is a file of the reader's own package.
NAMED = re.compile(r"# (\S+\.py)\n")
# What a test may not do: install, or run the whole suite inside itself, or serve for ever.
NOT_RUN = ("make ", "pip ", "pytest", "hfe serve")


def load_storyteller(task: str, model: str | None) -> Runner:
    def run(request: EngineRequest) -> object:
        words = ["There", " was", " a", " tiger", "."]
        return (TokenEvent(word) for word in words) if request.stream else [{"generated_text": "".join(words)}]

    return run


STORYTELLER = Engine(
    name="storyteller",
    tasks=("text-generation",),
    licence="Apache-2.0",
    summary="The same short story.",
    load=load_storyteller,
    streams=("text-generation",),
)


@pytest.fixture(scope="module")
def endpoint_url() -> Iterator[str]:
    if any(
        engine.missing() for engine in default_registry().engines() if engine.name in {"vader", "minilm", "nanotts"}
    ):
        pytest.skip("the examples need the extra local")
    tasks = ["text-classification", "feature-extraction", "text-to-speech", "text-generation"]
    with serving([STORYTELLER, *default_registry().engines()], tasks=tasks) as url:
        yield url


def blocks(path: Path) -> list[tuple[str, str]]:
    return FENCE.findall(path.read_text())


@pytest.fixture(autouse=True)
def _files_go_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_python_and_shell(path: Path, endpoint_url: str, capsys: pytest.CaptureFixture[str]):
    namespace: dict[str, object] = {"__name__": "example"}
    for language, code in blocks(path):
        code = code.replace(ADDRESS, endpoint_url)
        if language == "python" and not NAMED.match(code):
            exec(compile(code, str(path), "exec"), namespace)
        elif language == "bash":
            for line in code.splitlines():
                run_in_shell(line)
        elif language == "toml":
            tomllib.loads(code)
    endpoint = namespace.get("endpoint")
    with contextlib.suppress(AttributeError):
        endpoint.close()


def run_in_shell(line: str) -> None:
    if not line.strip() or line.startswith(NOT_RUN):
        return
    command = shlex.split(line, comments=True)
    assert command[0] == "hfe", line
    done = subprocess.run(
        [sys.executable, "-m", "hfe_core.cli", *command[1:]], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_the_readme_prints_what_it_says(endpoint_url: str):
    code = "".join(code for language, code in blocks(ROOT / "README.md") if language == "python")
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(code.replace(ADDRESS, endpoint_url), "README.md", "exec"), {"__name__": "example"})
    said = out.getvalue()
    assert "POSITIVE" in said
    assert "NEGATIVE" in said
    assert "<Features 384>" in said
    assert "There was a tiger." in said
    # The synthesizer gives one text now 1.89 s and now 2.27 s.
    assert re.search(r"<Audio (1\.89|2\.27) s at 16000 Hz, 1 channel\(s\)>", said)
    assert "top_k: expected at least 1, not 0" in said
    assert said.rstrip().splitlines()[-1].startswith("400 ")


def test_the_plugin_of_the_page_passes_its_own_tests(tmp_path: Path):
    page = blocks(ROOT / "docs/how-to/write-a-plugin.md")
    python = [code for language, code in page if language == "python"]
    [pyproject] = [code for language, code in page if language == "toml"]
    (tmp_path / "pyproject.toml").write_text(pyproject)
    project = tomllib.loads(pyproject)
    [packages] = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    package = tmp_path / packages
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("\n\n".join(code for code in python if not NAMED.match(code)))
    for code in python:
        if named := NAMED.match(code):
            file = tmp_path / named[1]
            file.parent.mkdir(exist_ok=True)
            file.write_text(code)
    install(package.parent, project["project"])
    path = os.pathsep.join(filter(None, (str(package.parent), os.environ.get("PYTHONPATH"))))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-W", "error", "-p", "no:cacheprovider"],
        env={**os.environ, "PYTHONPATH": path},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 passed" in done.stdout


def install(site: Path, project: dict[str, Any]) -> None:
    """What ``pip install -e .`` would write down, so that hfe finds the package by its entry point."""
    info = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    lines = ["[hfe]", *(f"{name} = {module}" for name, module in project["entry-points"]["hfe"].items())]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_included_files_are_the_files(path: Path):
    for name, code in re.findall(r"^<!-- (\S+) -->\n```python\n(.*?)^```$", path.read_text(), re.MULTILINE | re.DOTALL):
        assert (ROOT / name).read_text() == code
        assert len(code.splitlines()) <= 35
        lines = [line for line in code.splitlines() if line.strip()]
        assert len(lines) <= 30


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path):
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text()):
        if not target.startswith("http"):
            assert (path.parent / target).exists(), target


def test_every_hook_is_documented_with_its_signature():
    import inspect

    text = (ROOT / "docs/reference/hooks.md").read_text()
    for name in hookspecs.__all__:
        if name.startswith("hfe_"):
            parameters = ", ".join(inspect.signature(getattr(hookspecs, name)).parameters)
            assert f"`{name}({parameters}) -> " in text


def test_the_table_of_extras_is_that_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    text = (ROOT / "README.md").read_text()
    assert re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE) == [
        "async", "fast", "cli", "serve", "local", "models", "all",
    ]  # fmt: skip
    assert set(project["optional-dependencies"]) == {"async", "fast", "cli", "serve", "local", "models", "all"}
    assert [re.split(r"[^\w]", each)[0] for each in project["dependencies"]] == ["attrs", "cattrs", "pluggy", "urllib3"]
