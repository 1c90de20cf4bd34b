"""hfe and the JSON Schemas of the npm package @huggingface/tasks differ in what docs/reference/schemas.md lists, and in no more.

Needs the environment variable HFE_SCHEMAS: a folder into which npm has installed the package (``tox run -e schemas``).
"""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings

import hfe_tasks
from hfe_core import DecodeError, Media, Options, StreamTask
from hfe_core.prepare import Preparer
from hfe_core.sse import ServerSentEvent
from hfe_core.testing import Reply, response_for
from hfe_core.values import Endpoint
from tests.schemas.schema import UNKNOWN, load, names, properties, values
from tests.tasks.case import IMAGE, Case
from tests.tasks.cases import CASES

PACKAGE = Path(os.environ.get("HFE_SCHEMAS", "no-folder"), "node_modules", "@huggingface", "tasks")
pytestmark = pytest.mark.skipif(
    not PACKAGE.is_dir(), reason="needs node, npm and the environment variable HFE_SCHEMAS: tox run -e schemas"
)
FOLDER = PACKAGE / "src" / "tasks"
PAGE = Path(__file__).parent.parent.parent / "docs" / "reference" / "schemas.md"
PREPARER = Preparer(Endpoint("https://endpoint.test"), Options())
DRAWN = settings(
    max_examples=300, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)
# Placeholders of the page: a template for new tasks.
NO_TASKS = {"placeholder"}


@attrs.frozen(repr=False, eq=False)
class Checked:
    """A task, or a stream of one, with its case."""

    task: Any
    case: Case

    @property
    def is_stream(self) -> bool:
        return isinstance(self.task, StreamTask)

    def __str__(self) -> str:
        return f"{self.task.name}, stream" if self.is_stream else self.task.name


TASKS = {name: getattr(hfe_tasks, name) for name in hfe_tasks.__all__ if name.isupper()}
ALL = [
    Checked(TASKS[name], case) for case in CASES for name in (case.constant, f"{case.constant}_STREAM") if name in TASKS
]


def listed(label: str) -> dict[tuple[str, str], str]:
    """The differences that the page lists for a task: where and what, and why."""
    found: dict[tuple[str, str], str] = {}
    for line in PAGE.read_text().splitlines():
        if line.startswith(f"| {label} |"):
            _, _, where, what, why, _ = re.split(r"(?<!\\)\|", line)
            for place in re.findall(r"`([^`]+)`", where):
                found[place, what.strip(" `")] = why.strip()
    return found


def enumerated(beginning: str) -> set[str]:
    """The names in the paragraph of the page that begins so."""
    (paragraph,) = (part for part in PAGE.read_text().split("\n\n") if part.startswith(beginning))
    return set(re.findall(r"`([^`]+)`", paragraph))


def has_schema(name: str) -> bool:
    return (FOLDER / name / "spec" / "input.json").exists()


@pytest.mark.parametrize("checked", ALL, ids=str)
def test_the_differences_are_those_that_the_page_lists(checked: Checked):
    known = listed(str(checked))
    if not has_schema(checked.task.name):
        assert not known
        return
    found = {*differing_requests(checked), *differing_answers(checked)}
    new = [f"new: {place}: {what}" for place, what in sorted(found - known.keys())]
    gone = [f"gone: {place}: {what}" for place, what in sorted(known.keys() - found)]
    assert not new + gone, "\n".join(new + gone)
    assert all(known.values()), "each with its reason"


def test_the_page_knows_what_has_no_counterpart():
    assert {task.name for task in TASKS.values()} == {checked.task.name for checked in ALL}
    schemas = {path.parent.parent.name for path in FOLDER.glob("*/spec/input.json")} - NO_TASKS
    tasks = {checked.task.name for checked in ALL}
    assert schemas & tasks
    assert enumerated("Tasks without a schema") == tasks - schemas
    assert enumerated("Schemas without a task") == schemas - tasks


def test_the_page_lists_tasks_only():
    rows = {line.split("|")[1].strip() for line in PAGE.read_text().splitlines() if line.startswith("| ")}
    assert rows == {"task", "---"} | (rows & {str(checked) for checked in ALL})


def differing_requests(checked: Checked) -> set[tuple[str, str]]:
    """What hfe sends and the schema does not allow; names that one of the two does not have."""
    from jsonschema import Draft6Validator

    schema = load(FOLDER, checked.task.name, "input", with_null=False)
    validator = Draft6Validator(schema)
    found: set[tuple[str, str]] = set()
    sent: set[str] = set()

    @given(checked.case.arguments)
    @DRAWN
    def draw(arguments: dict[str, Any]) -> None:
        payload = checked.task.encode(**arguments)
        if isinstance(payload.inputs, Media):  # It would travel raw.
            payload = attrs.evolve(payload, parameters={**payload.parameters, UNKNOWN: None})
        request = PREPARER.request(payload)
        assert isinstance(request.body, bytes)
        body = json.loads(request.body)
        sent.update(_places_in(body))
        for error in validator.iter_errors(body):
            said = error.validator_value
            rule = f"{error.validator} {said}" if isinstance(said, str | int | float) else error.validator
            found.add((_place(error.absolute_schema_path), rule))

    draw()
    there = set(_places_of(schema))
    return (
        found | {(place, "only hfe") for place in sent - there} | {(place, "only the schema") for place in there - sent}
    )


def _place(schema_path: Iterable[str | int]) -> str:
    """Where a rule of the schema holds."""
    found = ""
    steps = iter(schema_path)
    for step in steps:
        found += {"properties": ".", "items": "[]", "additionalProperties": ".*"}.get(str(step), "")
        if step == "properties":
            found += str(next(steps))
    return found.removeprefix(".")


def _places_of(schema: dict[str, Any]) -> Iterator[str]:
    """The schema's names for parameters and for parts of the inputs."""
    yield from properties(schema).keys() - {"inputs", "parameters"}
    for step in ("inputs", "parameters"):
        yield from (f"{step}.{name}" for name in properties(schema, step))


def _places_in(body: dict[str, Any]) -> Iterator[str]:
    """The same names in a request; those that the user thought out begin with ``x-``."""
    yield from (name for name in body.keys() - {"inputs", "parameters"} if not name.startswith("x-"))
    for step in ("inputs", "parameters"):
        part = body.get(step)
        if isinstance(part, dict):
            yield from (f"{step}.{name}" for name in part if not name.startswith("x-"))


def differing_answers(checked: Checked) -> set[tuple[str, str]]:
    """What the schema allows as an answer and hfe refuses, or decodes and does not keep."""
    from jsonschema import Draft6Validator

    schema = load(FOLDER, checked.task.name, "stream_output" if checked.is_stream else "output")
    is_raw = any("raw bytes in the payload" in field.get("description", "") for field in properties(schema).values())
    validator = Draft6Validator(schema)
    decode = _event_decoder(checked.task) if checked.is_stream else _decoder(checked)
    found: set[tuple[str, str]] = set()

    @given(IMAGE if is_raw else values(schema))
    @DRAWN
    def draw(answer: Any) -> None:
        assert is_raw or validator.is_valid(answer)
        try:
            output = decode(answer)
        except DecodeError as error:
            problem = error.problem.partition(" (")[0]
            found.add((re.sub(r"\[\d+\]", "[]", error.path), f"refused: {problem.replace(chr(39), chr(34))}"))
            return
        kept = list(_scalars(output))
        known = set(names(schema))
        for place, value in _leaves(answer, "$"):
            field = place.rpartition(".")[2].rstrip("[]")
            if value is not None and (field in known or "." not in place) and value not in kept:
                found.add((place, "not kept"))

    draw()
    return found


def _decoder(checked: Checked) -> Callable[[Any], object]:
    payload = checked.task.encode(**checked.case.call)

    def decode(answer: Any) -> object:
        body = Media(answer, "image/png") if isinstance(answer, bytes) else Reply(answer).body
        return checked.task.decode(response_for(payload, Reply(body)))

    return decode


def _event_decoder(task: Any) -> Callable[[Any], object]:
    return lambda answer: task.decode(ServerSentEvent(json.dumps(answer)))


def _scalars(value: Any) -> Iterator[Any]:
    """The texts, numbers and files in an output; files in base64."""
    if isinstance(value, bytes):
        yield base64.b64encode(value).decode()
        yield value
    elif isinstance(value, Media):
        yield from _scalars(value.read())
    elif isinstance(value, dict):
        yield from value
        for item in value.values():
            yield from _scalars(item)
    elif attrs.has(type(value)):
        for field in attrs.fields(type(value)):
            yield from _scalars(getattr(value, field.name))
    elif isinstance(value, str | int | float):
        yield value
    elif hasattr(value, "__iter__"):
        for item in value:
            yield from _scalars(item)


def _leaves(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, item in value.items():
            if name != UNKNOWN:
                yield from _leaves(item, f"{place}.{name}")
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item, f"{place}[]")
    else:
        yield place, value
