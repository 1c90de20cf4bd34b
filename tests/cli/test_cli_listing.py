"""``hfe tasks``, ``hfe describe``, ``hfe plugins``, ``hfe --version``."""

from __future__ import annotations

import json
import shlex

import pytest

from hfe_core import Payload, Registry, Task, __version__, decode_as, default_registry
from hfe_core.schema import parameters_schema


def test_tasks_as_json(call):
    listed = {row["name"]: row for row in json.loads(call("tasks").stdout)}
    assert {"fill-mask", "text-to-speech", "visual-question-answering"} <= listed.keys()
    assert listed["text-generation"] == {
        "name": "text-generation",
        "domain": "nlp",
        "run": True,
        "stream": True,
        "distribution": "hfe",
        "summary": "Continue a text.",
    }


def test_tasks_as_a_table(call):
    lines = call("tasks", "--format", "table").stdout.splitlines()
    assert lines[0].split() == ["name", "domain", "stream", "distribution", "summary"]
    assert any(line.split()[:4] == ["text-generation", "nlp", "yes", "hfe"] for line in lines)


def test_describe_as_json_is_the_schema(call):
    schema = json.loads(call("describe", "question_answering", "--format", "json").stdout)
    assert schema == parameters_schema(default_registry().task("question-answering"))
    stream = json.loads(call("describe", "text-generation", "--stream").stdout)
    assert stream["properties"]["max_new_tokens"]["type"] == "integer"


def test_describe_for_people(call):
    shown = call("describe", "text-generation", "--format", "table").stdout
    assert (
        "text_generation(\n    inputs: str | Sequence[ChatMessage],\n    *,\n    do_sample: bool | None = None,"
        in shown
    )
    assert "top_p: Choose among the likeliest tokens" in shown
    assert "hfe run text-generation --inputs 'Once upon a time' --max-new-tokens 20" in shown
    assert "``" not in shown


def test_the_example_is_a_command_line_that_runs(server, call, plugin):
    def encode(inputs: str, *, loud: bool = False, stop: list[str] | None = None, more: dict[str, int] | None = None):
        """Shout.

        Args:
            inputs: What.
            loud: How.
            stop: When.
            more: Else.
        """
        return Payload(inputs=inputs, parameters={"loud": loud, "stop": stop, "more": more})

    example = {"inputs": "@home 'here'", "loud": False, "stop": ["a", "@b"], "more": {"x": 1}}
    task = Task(name="shout", encode=encode, decode=decode_as(str), example=example)
    registry = Registry({"shout": plugin([task])}, installed=False)
    line = call("describe", "shout", "--format", "table", registry=registry).stdout.splitlines()[-1]
    server.answer = "OK"
    result = call(*shlex.split(line)[1:], "--url", server.url, registry=registry)
    assert result.stdout == '"OK"\n'
    assert {"inputs": server.last.json["inputs"], **server.last.json["parameters"]} == example


def test_plugins(call):
    listed = {row["name"]: row for row in json.loads(call("plugins").stdout)}
    assert listed["nlp"]["distribution"] == "hfe"
    assert listed["nlp"]["hooks"] == ["hfe_register_tasks"]
    assert listed["nlp"]["problem"] is None


@pytest.mark.parametrize("command", [(), ("run",)])
def test_a_command_without_a_subcommand_shows_its_help(command, call):
    result = call(*command)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == call(*command, "--help").stdout


def test_version_and_help(call):
    assert call("--version").stdout == f"hfe {__version__}\n"
    for command in ((), ("run",), ("serve",), ("demo",), ("tasks",), ("describe",), ("plugins",)):
        assert call(*command, "--help").exit_code == 0
