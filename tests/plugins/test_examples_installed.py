"""The example plugins, installed from wheels, against real servers: each spelling of a call, and the command line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.http_server import HttpServer
from tests.plugins.sandbox import EXAMPLES, Sandbox, needs_async, needs_cli

APPLICATION = Path(__file__).with_name("application.py")
EVENTS = [{"start": 0.2, "end": 0.6, "level": -6.0}, {"start": 0.9, "end": 1.1, "level": -26.0}]
GERMAN = {"de": 0.75}


@pytest.fixture
def run_application(installed: Sandbox, languages: str, sound_server: str, recording: Path):
    def run(spelling: str) -> Any:
        return json.loads(
            installed.run("python", "-W", "error", APPLICATION, spelling, languages, sound_server, recording)
        )

    return run


def test_only_the_wheels_are_used(installed: Sandbox) -> None:
    where = installed.told(
        """
        import importlib, json
        from importlib.metadata import distribution
        modules = ["hfe_core", "hfe_tasks", "hfe_language", "hfe_sound_events.tasks"]
        print(json.dumps({
            "files": [importlib.import_module(name).__file__ for name in modules],
            "typed": [str(distribution(name).locate_file(path)) for name, path in (
                ("hfe", "hfe_core/py.typed"), ("hfe", "hfe_tasks/py.typed"),
                ("hfe-language", "hfe_language/py.typed"), ("hfe-sound-events", "hfe_sound_events/py.typed"),
            )],
        }))
        """
    )
    for file in where["files"] + where["typed"]:
        assert Path(file).is_file()
        assert installed.site in Path(file).parents


def test_the_smallest_plugin_is_small() -> None:
    lines = (EXAMPLES[0] / "src" / "hfe_language" / "__init__.py").read_text().splitlines()
    assert len(lines) <= 30


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_the_plugins_own_tests_pass(installed: Sandbox, example: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(example, tmp_path / example.name, ignore=shutil.ignore_patterns("src", ".*", "__pycache__"))
    report = installed.run("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=copy)
    assert " passed" in report
    assert "skipped" not in report


def test_by_name(run_application, language_server: HttpServer) -> None:
    assert run_application("by_name") == {"language": GERMAN, "events": EVENTS}
    (asked,) = language_server.seen
    assert asked.json() == {"inputs": "Wo ist der Zug", "parameters": {"top_k": 1}}


def test_by_value(run_application) -> None:
    assert run_application("by_value") == {"language": GERMAN, "events": EVENTS[:1]}


def test_facade(run_application) -> None:
    found = run_application("facade")
    assert found["language"] == GERMAN
    assert [(event["start"], event["end"]) for event in found["events"]] == [(0.2, 1.1)]


@needs_async
def test_facade_async(run_application) -> None:
    assert run_application("facade_async") == {"language": GERMAN, "events": EVENTS}


def test_stream(run_application) -> None:
    assert run_application("stream") == EVENTS


def test_map_keeps_the_order_and_each_failure(run_application) -> None:
    assert run_application("mapped") == {"languages": ["en", "de", "fr", "en"], "sounds": [2, "BadRequest", 2]}


def test_methods_read_as_written_by_hand(installed: Sandbox) -> None:
    told = installed.told(
        """
        import inspect, json
        from hfe_core import Client
        from hfe_language import LanguageTasks, encode_language_identification
        class Endpoint(LanguageTasks, Client): ...
        method = Endpoint("http://127.0.0.1:9").identify_language
        print(json.dumps([
            method.__name__, list(inspect.signature(method).parameters),
            inspect.getdoc(method) == inspect.getdoc(encode_language_identification),
        ]))
        """
    )
    assert told == ["identify_language", ["inputs", "top_k"], True]


def test_the_registry_knows_both(installed: Sandbox) -> None:
    told = installed.told(
        """
        import json, sys
        from hfe_core import default_registry
        registry = default_registry()
        names, streams = registry.names(), registry.names(stream=True)
        early = "hfe_sound_events.tasks" in sys.modules
        plugins = {plugin.distribution: [plugin.name, plugin.version, plugin.hooks, plugin.problem]
                   for plugin in registry.plugins() if plugin.distribution != "hfe"}
        owner = registry.owner(registry.stream_task("sound-events"))
        print(json.dumps([names, streams, early, plugins, owner]))
        """
    )
    names, streams, early, plugins, owner = told
    assert {"language-identification", "sound-events", "fill-mask"} <= set(names)
    assert {"sound-events", "text-generation"} <= set(streams)
    assert not early, "a TaskRef is imported before its task is used"
    assert plugins == {
        "hfe-language": ["language", "0.1.0", ["hfe_register_tasks"], None],
        "hfe-sound-events": ["sound-events", "0.1.0", ["hfe_prepare", "hfe_register_tasks"], None],
    }
    assert owner == "hfe-sound-events"


@needs_cli
def test_command_line_runs_a_plugins_task(installed: Sandbox, sound_server: str, recording: Path) -> None:
    arguments = ("--inputs", f"@{recording}", "--url", sound_server, "--format", "json")
    assert json.loads(installed.run("hfe", "run", "sound-events", *arguments)) == EVENTS
    assert json.loads(installed.run("hfe", "run", "sound-events", *arguments, "--threshold", "-20")) == EVENTS[:1]


@needs_cli
def test_command_line_streams_a_line_an_event(installed: Sandbox, sound_server: str, recording: Path) -> None:
    arguments = ("--inputs", f"@{recording}", "--url", sound_server, "--format", "json", "--stream")
    output = installed.run("hfe", "run", "sound-events", *arguments)
    assert [json.loads(line) for line in output.splitlines()] == EVENTS


@needs_cli
def test_command_line_makes_flags_of_the_encoder(installed: Sandbox, languages: str) -> None:
    arguments = ("--inputs", "Wo ist der Zug", "--top-k", "1", "--url", languages, "--format", "json")
    assert json.loads(installed.run("hfe", "run", "language-identification", *arguments)) == GERMAN


@needs_cli
def test_command_line_lists_tasks_and_plugins(installed: Sandbox) -> None:
    tasks = installed.run("hfe", "tasks", COLUMNS="200")
    assert "language-identification" in tasks
    assert "sound-events" in tasks
    plugins = installed.run("hfe", "plugins", COLUMNS="200")
    assert "hfe-language" in plugins
    assert "hfe-sound-events" in plugins
    assert "0.1.0" in plugins
