"""Walls of the house: what may import what, what is public, what stays unloaded."""

import ast
import importlib
import inspect
import pkgutil
import subprocess
import sys
import typing
from pathlib import Path

import pytest

import hfe_core
import hfe_tasks
from hfe_core import default_registry
from hfe_core._installed import plugins
from hfe_tasks import AsyncHfInferenceEndpoint, HfInferenceEndpoint

ROOT = Path(__file__).parent.parent.parent
SOURCES = sorted([*ROOT.glob("hfe_core/**/*.py"), *ROOT.glob("hfe_tasks/**/*.py")])
DOMAINS = {"audio", "cv", "multimodal", "nlp", "tabular"}
ONE_ROOM = {
    "urllib3": {"hfe_core/_urllib3/connection.py"},
    "aiohttp": {"hfe_core/_aiohttp/pool.py"},
    "yarl": {"hfe_core/_aiohttp/pool.py"},
    "cattrs": {"hfe_core/_structure.py"},
    "pluggy": {"hfe_core/_plugins.py", "hfe_core/hookspecs.py"},
}


def imports(path: Path) -> set[str]:
    """The modules that a file imports anywhere, also inside functions."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.add(node.module or "")
    return found


def test_there_is_something_to_walk():
    assert len(SOURCES) > 50


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_walls(path: Path):
    name = path.relative_to(ROOT).as_posix()
    room = path.relative_to(ROOT).parts
    for module in imports(path):
        package = module.split(".")
        assert not (room[0] == "hfe_core" and package[0] == "hfe_tasks"), "core finds tasks by entry point"
        assert package[0] not in ONE_ROOM or name in ONE_ROOM[package[0]], f"{package[0]} has a room of its own"
        if room[0] == "hfe_tasks" and package[0] == "hfe_core":
            public = module == "hfe_core" or (room[1] == "local" and module.startswith("hfe_core.serve"))
            assert public, "tasks use hfe_core's public names only"
        if room[0] == "hfe_tasks" and room[1] in DOMAINS and package[0] == "hfe_tasks":
            assert len(package) < 2 or package[1] not in DOMAINS - {room[1]}, "a domain imports no other domain"
    assert ".hook." not in path.read_text() or name == "hfe_core/_plugins.py"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_one_room(path: Path):
    assert len(path.read_text().splitlines()) <= 320


@pytest.mark.parametrize("package", [hfe_core, hfe_tasks])
def test_public_names(package):
    assert list(package.__all__) == sorted(set(package.__all__), key=package.__all__.index)
    for name in package.__all__:
        assert getattr(package, name) is not None
    assert set(dir(package)) == set(package.__all__)
    with pytest.raises(AttributeError, match="no_such_name"):
        getattr(package, "no_such_name")  # noqa: B009
    # What type checkers see is what there is.
    source = ast.parse(Path(package.__file__).read_text())
    checked = {
        alias.name
        for node in ast.walk(source)
        if isinstance(node, ast.ImportFrom) and node.module != "__future__"
        for alias in node.names
        if alias.name != "TYPE_CHECKING"
    }
    assert checked == set(package.__all__)


def public_modules():
    for package in (hfe_core, hfe_tasks):
        for info in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            parts = info.name.split(".")[1:]
            if not any(part.startswith("_") for part in parts) and parts[0] not in {"cli", "serve", "local"}:
                yield info.name


@pytest.mark.parametrize("name", sorted(public_modules()))
def test_every_public_name_is_documented(name):
    module = importlib.import_module(name)
    assert module.__doc__
    for public in getattr(module, "__all__", []):
        value = getattr(module, public)
        if not (inspect.isclass(value) or inspect.isfunction(value)):
            continue
        assert inspect.getdoc(value), f"{name}.{public}"
        if inspect.isclass(value):
            for member, function in vars(value).items():
                if not member.startswith("_") and (inspect.isfunction(function) or isinstance(function, property)):
                    assert inspect.getdoc(function), f"{name}.{public}.{member}"


def test_hooks_say_when_and_what():
    from hfe_core import hookspecs

    for name in hookspecs.__all__:
        if name.startswith("hfe_"):
            doc = inspect.getdoc(getattr(hookspecs, name))
            assert "Called" in doc
            assert "exception" in doc


def run(code: str) -> list[str]:
    script = f"import sys\nbefore = set(sys.modules)\n{code}\nprint(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True)
    return done.stdout.split()


HEAVY = {
    "urllib3",
    "cattrs",
    "pluggy",
    "asyncio",
    "importlib.metadata",
    "aiohttp",
    "msgspec",
    "hfe_tasks",
    "numpy",
    "PIL",
    "click",
}


FIRST_CALL = """
from hfe_core.testing import FakeTransport, Reply
from hfe_tasks import HfInferenceEndpoint
answer = [{"score": 1.0, "token": 1, "token_str": "a", "sequence": "a"}]
assert HfInferenceEndpoint("http://h", False, transport=FakeTransport(Reply(answer))).fill_mask("[MASK]")
"""
NOT_FIRST = HEAVY - {"hfe_tasks"} | {
    "email.utils",
    "html",
    "hashlib",
    "urllib.request",
    "hfe_core.observing",
}
if any(point.distribution != "hfe" for point in plugins()):
    NOT_FIRST -= {"pluggy"}


@pytest.mark.parametrize(
    ("code", "unloaded"),
    [
        ("import hfe_core", HEAVY | {"attrs", "json", "inspect"}),
        ("import hfe_core.testing.pytest_plugin", {"urllib3", "cattrs", "hfe_tasks", "hfe_core.client"}),
        ("import hfe_tasks", HEAVY - {"hfe_tasks"} | {"attrs"}),
        ("from hfe_core import Task, Payload, errors", HEAVY),
        ("from hfe_core import Client; Client('http://h')", HEAVY),
        ("from hfe_tasks import FILL_MASK; FILL_MASK(inputs='x')", HEAVY - {"hfe_tasks"}),
        (
            "from hfe_tasks import HfInferenceEndpoint; HfInferenceEndpoint('http://h')",
            HEAVY - {"hfe_tasks"} | {"hfe_tasks.nlp.fill_mask", "hfe_core.streams", "hfe_core._batches"},
        ),
        (
            "from hfe_tasks import AsyncHfInferenceEndpoint",
            HEAVY - {"hfe_tasks", "asyncio"} | {"hfe_tasks.nlp.fill_mask"},
        ),
        (FIRST_CALL, NOT_FIRST),
    ],
)
def test_what_is_not_needed_is_not_loaded(code, unloaded):
    if "errors" in code:
        code = code.replace(", errors", "")
    assert not set(run(code)) & unloaded


def test_a_tasks_module_is_imported_when_it_is_used():
    loaded = run("from hfe_core import default_registry; default_registry().task('fill-mask')")
    assert "hfe_tasks.nlp.fill_mask" in loaded
    assert "hfe_tasks.nlp.question_answering" not in loaded
    assert "hfe_tasks.audio.text_to_speech" not in loaded


def test_a_methods_module_is_imported_when_it_is_touched():
    loaded = run("from hfe_tasks import HfInferenceEndpoint; HfInferenceEndpoint.fill_mask")
    assert "hfe_tasks.nlp.fill_mask" in loaded
    assert "hfe_tasks.nlp.question_answering" not in loaded


@pytest.mark.parametrize("endpoint", [HfInferenceEndpoint, AsyncHfInferenceEndpoint])
def test_the_overloads_by_name_are_those_of_the_registry(endpoint):
    registry = default_registry()
    for verb, names, stream in (("run", registry.names(), False), ("stream", registry.names(stream=True), True)):
        own = {
            name
            for name in names
            if registry.owner(registry.stream_task(name) if stream else registry.task(name)) == "hfe"
        }
        typed = {}
        for overload in typing.get_overloads(getattr(endpoint, verb)):
            hints = typing.get_type_hints(overload)
            if typing.get_origin(hints["task"]) is typing.Literal:
                typed[typing.get_args(hints["task"])[0]] = hints["return"]
        assert set(typed) == own
        for name in own:
            decode = (registry.stream_task(name) if stream else registry.task(name)).decode
            if inspect.isfunction(decode):
                output = typing.get_args(typed[name])[0] if stream else typed[name]
                assert output == typing.get_type_hints(decode)["return"]


@pytest.mark.parametrize("endpoint", [HfInferenceEndpoint, AsyncHfInferenceEndpoint])
def test_every_built_in_task_is_a_method(endpoint):
    registry = default_registry()
    for task in registry.tasks():
        if registry.owner(task) == "hfe":
            method = task.name.replace("-", "_") + ("_stream" if type(task).__name__ == "StreamTask" else "")
            assert inspect.getdoc(getattr(endpoint, method)) == task.doc
