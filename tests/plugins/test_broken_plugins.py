"""Third-party plugins that fail, quarrel or are switched off, really installed: they break nothing but themselves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.plugins.sandbox import Sandbox, needs_cli

GOOD = """
from hfe_core import Payload, Task, decode_as, hookimpl

def encode(inputs: str) -> Payload:
    '''Say something.'''
    return Payload(inputs=inputs)

@hookimpl
def hfe_register_tasks():
    return [Task(name={name!r}, encode=encode, decode=decode_as(str), replaces={replaces!r}, domain=__name__)]
"""


def plugin(name: str = "echo", replaces: str | None = None) -> str:
    """The code of a plugin with one task."""
    return GOOD.format(name=name, replaces=replaces)


SURVEY = """
import json, sys, warnings
from hfe_core import HfeError, PluginWarning, default_registry
from hfe_core.testing import Reply, fake_client

warnings.simplefilter("error")
warnings.simplefilter("always", PluginWarning)
found = {"errors": {}, "answers": {}, "domains": {}, "owners": {}}
with warnings.catch_warnings(record=True) as caught:
    registry = default_registry()
    for name in ("language-identification", *sys.argv[1:]) * 2:
        client, _ = fake_client(Reply({"en": 1} if name == "language-identification" else "said"))
        try:
            found["answers"][name] = client.run(name, inputs="Where is it")
            found["domains"][name] = registry.task(name).domain
            found["owners"][name] = registry.owner(registry.task(name))
        except HfeError as error:
            found["errors"][name] = [type(error).__name__, str(error), getattr(error, "distributions", None)]
    found["names"] = registry.names()
    found["tasks"] = sorted({task.name for task in registry.tasks()})
    found["plugins"] = {
        str(plugin.distribution): [plugin.name, plugin.problem, plugin.disabled, plugin.hooks]
        for plugin in registry.plugins()
    }
    found["warnings"] = [f"{warning.category.__name__}: {warning.message}" for warning in caught]
print(json.dumps(found))
"""


def survey(sandbox: Sandbox, *names: str, **environment: str) -> dict[str, Any]:
    """What a process finds that runs a task of a healthy plugin and those named, twice each.

    The healthy ones answer in any case.
    """
    found: dict[str, Any] = sandbox.told(SURVEY, *names, **environment)
    if not environment:
        assert found["answers"]["language-identification"] == {"en": 1.0}
        assert {"fill-mask", "sound-events"} <= set(found["tasks"])
    return found


def test_a_healthy_third_party_plugin(fresh: Sandbox) -> None:
    fresh.add("hfe-echo", plugin())
    found = survey(fresh, "echo")
    assert found["answers"]["echo"] == "said"
    assert found["warnings"] == []
    assert found["plugins"]["hfe-echo"] == ["echo", None, False, ["hfe_register_tasks"]]


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        pytest.param("import no_such_module_at_all", "ModuleNotFoundError: No module named", id="missing module"),
        pytest.param("raise RuntimeError('no GPU here')", "RuntimeError: no GPU here", id="raises"),
        pytest.param("def hfe_register_tasks(:", "SyntaxError: ", id="syntax error"),
        pytest.param("import sys; sys.exit('wrong machine')", "SystemExit: wrong machine", id="exits"),
        pytest.param(
            plugin().replace("hfe_register_tasks", "hfe_register_task"),
            "hfe_register_task is not a hook of hfe; did you mean hfe_register_tasks?",
            id="misspelt hook",
        ),
        pytest.param(
            plugin().replace("def hfe_register_tasks():", "def hfe_register_tasks(registry):"),
            "registry",
            id="wrong arguments",
        ),
        pytest.param(
            plugin() + "\n@hookimpl\ndef hfe_transport(endpoint, colour): ...\n",
            "colour",
            id="a good hook beside a wrong one",
        ),
        pytest.param(
            plugin().replace("return [", "raise LookupError('no list today')\n    return ["),
            "hfe_register_tasks raised LookupError: no list today",
            id="registering raises",
        ),
        pytest.param(plugin().replace("return [", "return 42\n    return ["), "'int' object", id="a number"),
        pytest.param(plugin().replace("return [", "["), "'NoneType' object", id="forgotten return"),
        pytest.param(
            plugin().replace("return [", "return ['echo', 'fill-mask'] or ["),
            "expected Task, StreamTask or TaskRef, not str",
            id="names instead of tasks",
        ),
        pytest.param(
            plugin().replace("domain=__name__)]", "domain=__name__), 'more']"),
            "expected Task, StreamTask or TaskRef, not str",
            id="rubbish behind a task",
        ),
    ],
)
def test_a_broken_plugin_breaks_only_itself(fresh: Sandbox, code: str, problem: str) -> None:
    fresh.add("hfe-broken", code)
    found = survey(fresh, "echo")
    name, shown, disabled, _ = found["plugins"]["hfe-broken"]
    assert (name, disabled) == ("broken", False)
    assert problem in shown
    (warning,) = found["warnings"]
    assert warning.startswith("PluginWarning: the plugin hfe-broken 1.0 (")
    assert warning.endswith(" is not used")
    assert "echo" not in found["names"]
    kind, words, _ = found["errors"]["echo"]
    assert kind == "UnknownTaskError"
    assert "hfe-broken 1.0" in words
    assert problem in words


@needs_cli
def test_the_command_line_warns_on_standard_error_only(fresh: Sandbox) -> None:
    fresh.add("hfe-broken", "import no_such_module_at_all")
    done = fresh.outcome("python", "-m", "hfe_core.cli", "plugins", "--format", "json")
    assert done.returncode == 0
    problems = {plugin["distribution"]: plugin["problem"] for plugin in json.loads(done.stdout)}
    assert "no_such_module_at_all" in problems["hfe-broken"]
    assert problems["hfe-language"] is None
    (line,) = done.stderr.splitlines()
    assert "the plugin hfe-broken 1.0 (" in line
    done = fresh.outcome("python", "-m", "hfe_core.cli", "run", "echo", "--inputs", "x", "--url", "http://127.0.0.1:9")
    assert done.returncode != 0
    assert done.stdout == ""
    assert "hfe-broken" in done.stderr.splitlines()[-1]


def test_where_warnings_are_errors_the_next_call_finds_the_same(fresh: Sandbox) -> None:
    fresh.add("hfe-broken", plugin().replace("return [", "return 42\n    return ["))
    told = fresh.told(
        """
        import json
        from hfe_core import Registry

        registry, raised = Registry(), []
        for _ in range(3):
            try:
                registry.names()
            except Exception as error:
                raised.append(type(error).__name__)
        import warnings
        warnings.simplefilter("ignore")
        print(json.dumps([raised, registry.task("fill-mask").name]))
        """
    )
    assert told == [["PluginWarning"] * 3, "fill-mask"]


def test_a_task_whose_module_is_missing_names_its_distribution(fresh: Sandbox) -> None:
    fresh.add(
        "hfe-broken",
        """
        from hfe_core import TaskRef, hookimpl

        @hookimpl
        def hfe_register_tasks():
            return [TaskRef("echo", "hfe_nowhere.tasks:ECHO"), TaskRef("echo-2", "hfe_broken:hfe_register_tasks")]
        """,
    )
    found = survey(fresh, "echo", "echo-2")
    for name, words in (("echo", "No module named 'hfe_nowhere'"), ("echo-2", "is not a Task of this name")):
        kind, message, distributions = found["errors"][name]
        assert (kind, distributions) == ("PluginError", ["hfe-broken"])
        assert words in message
    assert not {"echo", "echo-2"} & set(found["tasks"])


def test_two_plugins_with_one_name_are_both_named(fresh: Sandbox) -> None:
    fresh.add("hfe-one", plugin())
    fresh.add("hfe-two", plugin())
    found = survey(fresh, "echo")
    kind, words, distributions = found["errors"]["echo"]
    assert (kind, distributions) == ("PluginError", ["hfe-one", "hfe-two"])
    assert "hfe-one and by hfe-two" in words
    assert "echo" not in found["tasks"]
    assert found["warnings"] == []


@pytest.mark.parametrize("names", [("hfe-one", "hfe-two"), ("hfe-two", "hfe-one"), ("Hfe_One", "hfe-two")])
def test_the_one_that_says_replaces_wins(fresh: Sandbox, names: tuple[str, str]) -> None:
    loser, winner = names
    fresh.add(loser, plugin())
    fresh.add(winner, plugin(replaces=loser.lower().replace("_", "-")))
    found = survey(fresh, "echo")
    assert found["domains"]["echo"] == winner.replace("-", "_")
    assert found["owners"]["echo"] == winner
    assert found["errors"] == {}


def test_a_plugin_may_replace_a_built_in_task(fresh: Sandbox) -> None:
    fresh.add("hfe-better", plugin("fill-mask", replaces="hfe"))
    found = survey(fresh, "fill-mask")
    assert found["domains"]["fill-mask"] == "hfe_better"


def test_a_built_in_task_is_not_taken_over_in_silence(fresh: Sandbox) -> None:
    fresh.add("hfe-worse", plugin("fill-mask"))
    found = fresh.told(SURVEY, "fill-mask")
    assert found["errors"]["fill-mask"][::2] == ["PluginError", ["hfe", "hfe-worse"]]
    assert found["answers"] == {"language-identification": {"en": 1.0}}


@pytest.mark.parametrize("value", ["echo", "hfe-echo", "HFE_Echo", "*", "other, echo ,"])
def test_a_disabled_plugin_is_never_imported(fresh: Sandbox, tmp_path: Path, value: str) -> None:
    trace = tmp_path / "imported"
    fresh.add("hfe-echo", f"open({str(trace)!r}, 'w').close()\n" + plugin())
    assert survey(fresh, "echo")["answers"]["echo"] == "said"
    assert trace.exists(), "the trace shows an import"
    trace.unlink()
    found = survey(fresh, "echo", "fill-mask", HFE_DISABLE_PLUGINS=value)
    assert not trace.exists()
    assert found["plugins"]["hfe-echo"] == ["echo", "disabled by HFE_DISABLE_PLUGINS", True, []]
    assert found["plugins"]["hfe-language"][2] is (value == "*")
    assert "fill-mask" in found["answers"] or found["errors"]["fill-mask"][0] == "DecodeError"
    assert found["errors"]["echo"][0] == "UnknownTaskError"
    assert found["warnings"] == []
