"""``hfe tasks``, ``hfe describe``, ``hfe plugins``, ``hfe --version``."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Required, TypedDict

import pytest

from hfe_core import Payload, Registry, Task, __version__, decode_as, default_registry
from hfe_core.schema import parameters_schema

if TYPE_CHECKING:
    from nowhere import Nowhere


def missing(number: int, response: object) -> Nowhere:
    raise NotImplementedError(number, response)


class Answers:
    def __call__(self, response: object) -> list[Found]:
        raise NotImplementedError(response)


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
    assert "\n) -> TextGenerationOutput\n" in shown
    assert "``" not in shown


def test_describe_shows_types_as_the_source_has_them_and_the_fields_of_classes(call):
    shown = call("describe", "document-question-answering", "--format", "table").stdout
    assert (
        "document_question_answering(\n    inputs: DocumentQuestionInput,\n    *,\n    top_k: int | None = None,"
        in shown
    )
    assert "\n) -> DocumentAnswer\n" in shown
    assert "\nDocumentQuestionInput: A question about a document.\n    image (BinaryInput): The page: bytes" in shown
    assert "\n    word_boxes (Sequence[tuple[str, Sequence[float]]], optional): The words on the page" in shown
    assert "\n    score (float | None): Its probability" in shown
    assert "Union[" not in shown
    labels = call("describe", "image-classification", "--format", "table").stdout
    assert "image_classification(\n    inputs: BinaryInput," in labels
    assert "\n) -> list[Classification]\n" in labels
    assert "\nClassification: One label that a classifier gives.\n    label (str): " in labels


def test_describe_of_a_stream(call):
    shown = call("describe", "chat-completion", "--stream", "--format", "table").stdout
    assert "\n) -> Stream[ChatCompletionChunk]\n" in shown
    headings = [line.partition(":")[0] for line in shown.splitlines() if line.startswith("Chat")]
    assert headings[:5] == ["ChatMessage", "ChatContentPart", "ChatImageUrl", "ChatCompletionChunk", "ChatChunkChoice"]
    assert len(set(headings)) == len(headings)
    assert "hfe run chat-completion --stream --inputs" in shown.splitlines()[-1]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("image-segmentation", "hfe run image-segmentation --inputs @FILE"),
        ("document-question-answering", "hfe run document-question-answering --image @FILE --question ..."),
        (
            "zero-shot-image-classification",
            "hfe run zero-shot-image-classification --inputs @FILE --candidate-labels ...",
        ),
    ],
)
def test_a_task_without_an_example_is_shown_with_what_it_needs(name, line, call):
    assert call("describe", name, "--format", "table").stdout.splitlines()[-1].strip() == line


@pytest.mark.parametrize("name", default_registry().names())
def test_every_task_can_be_described(name, call):
    result = call("describe", name, "--format", "table")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "\n) -> " in result.stdout
    assert f"\nExample:\n    hfe run {name} --" in result.stdout


class Place(TypedDict, total=False):
    """Where it is.

    Attributes:
        name: Of the town.
        street: And the number.
    """

    name: Required[str]
    street: str


@dataclass
class Found:
    """What was found.

    Attributes:
        place: Where.
        inner: And in it.
    """

    place: Place
    inner: list[Found]
    _hidden: int = 0


def test_describe_of_a_third_partys_tasks(call, plugin):
    def encode(
        inputs: Place, form: Literal["a b", "c"], *args, header: str = "x.y", near=None, **rest: object
    ) -> Payload:
        """Find."""
        return Payload(inputs=inputs)

    def encode_evaluated(inputs):
        return Payload(inputs=inputs)

    encode_evaluated.__annotations__ = {"inputs": Path | None}
    tasks = [
        Task(name="find", encode=encode, decode=decode_as(list[Found])),
        Task(name="lose", encode=encode_evaluated, decode=lambda response: response.body),
        Task(name="call", encode=encode_evaluated, decode=Answers()),
        Task(name="part", encode=encode_evaluated, decode=partial(missing, 1)),
    ]
    registry = Registry({"x": plugin(tasks)}, installed=False)

    def describe(name: str) -> str:
        return call("describe", name, "--format", "table", registry=registry).stdout

    shown = describe("find")
    assert shown.startswith("find (custom)\n\nfind(\n    inputs: Place,\n    form: Literal['a b', 'c'],\n    *args,\n")
    assert "    header: str = 'x.y',\n    near=None,\n    **rest: object,\n) -> list[Found]\n" in shown
    assert "Place: Where it is.\n    name (str): Of the town.\n    street (str, optional): And the number.\n" in shown
    assert "Found: What was found.\n    place (Place): Where.\n    inner (list[Found]): And in it.\n\n" in shown
    assert shown.splitlines()[-1] == "    hfe run find --name ... --form 'a b'"
    lost = describe("lose")
    assert "lose(\n    inputs: Path | None,\n)\n" in lost
    assert lost.splitlines()[-1] == "    hfe run lose --inputs @FILE"
    assert "\n) -> list[Found]\n" in describe("call")
    assert "\n) -> Nowhere\n" in describe("part")


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
