"""JSON Schemas read off signatures, and docstrings read into descriptions."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    NewType,
    NotRequired,
    Protocol,
    Required,
    TypeAlias,
    TypedDict,
    Union,
)

import pytest

from hfe_core import BinaryInput, Payload, Task, decode_as, default_registry
from hfe_core.docstrings import described, plain
from hfe_core.schema import alternatives, classes, parameters_schema

if TYPE_CHECKING:
    from nowhere import Nothing

Deep: TypeAlias = "list[Union[float, Deep]]"  # noqa: UP007 - a text cannot be joined with |
Id = NewType("Id", int)


class Tree(TypedDict, total=False):
    """A tree.

    Attributes:
        name (str): Its name,
            over two lines.
        children: Further :class:`Tree`s.
    """

    name: Required[str]
    children: list[Tree]
    photo: BinaryInput


class Loose(TypedDict):
    a: NotRequired[int]
    b: str


def encode_all(
    inputs: Tree,
    plain: str,
    *,
    number: int | float = 1,
    choice: Literal["a", "b"] | None = None,
    mixed: Literal[1, "x", True] = "x",
    either: bool | Literal["word"] | None = None,
    media: BinaryInput | None = None,
    path: Path | str | os.PathLike[str] | None = None,
    deep: Deep = None,
    loose: Loose | None = None,
    pair: tuple[int, str] | None = None,
    many: tuple[int, ...] | None = None,
    several: Iterable[Id] | None = None,
    table: Mapping[str, Sequence[str | int | float | None]] | None = None,
    noted: Annotated[int, "a note"] | None = None,
    hidden: Nothing | None = None,
    anything: Any = None,
    unknown: object = None,
    infinite: float = float("inf"),
    **rest: object,
) -> Payload:
    """Do it all, with ``marks``.

    Args:
        inputs: A :class:`~x.Tree`.
        plain: Text: with a colon.
        **rest: The rest.

    Returns:
        number: not a parameter.
    """
    return Payload()


def test_every_kind_of_type():
    schema = parameters_schema(Task(name="all", encode=encode_all, decode=decode_as(str)))
    tree = {
        "type": "object",
        "properties": {
            "name": {"type": "string", "description": "Its name, over two lines."},
            "children": {"type": "array", "description": "Further Trees."},
            "photo": {"type": "string", "contentEncoding": "base64"},
        },
        "required": ["name"],
    }
    binary = {"type": "string", "contentEncoding": "base64"}
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["description"] == "Do it all, with marks."
    assert schema["required"] == ["inputs", "plain"]
    assert schema["properties"] == {
        "inputs": {**tree, "description": "A x.Tree."},
        "plain": {"type": "string", "description": "Text: with a colon."},
        "number": {"type": "number", "default": 1},
        "choice": {"type": "string", "enum": ["a", "b"]},
        "mixed": {"enum": [1, "x", True], "default": "x"},
        "either": {"anyOf": [{"type": "boolean"}, {"type": "string", "enum": ["word"]}]},
        "media": binary,
        "path": {"anyOf": [{"type": "string"}, binary]},
        "deep": {"type": "array"},
        "loose": {
            "type": "object",
            "properties": {"a": {"type": "integer"}, "b": {"type": "string"}},
            "required": ["b"],
        },
        "pair": {
            "type": "array",
            "prefixItems": [{"type": "integer"}, {"type": "string"}],
            "minItems": 2,
            "maxItems": 2,
        },
        "many": {"type": "array", "items": {"type": "integer"}},
        "several": {"type": "array", "items": {"type": "integer"}},
        "table": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": ["string", "number", "null"]}},
        },
        "noted": {"type": "integer"},
        "hidden": {},
        "anything": {},
        "unknown": {},
        "infinite": {"type": "number"},
    }


@pytest.mark.parametrize("stream", [False, True])
def test_every_registered_task_has_a_described_schema(stream):
    registry = default_registry()
    for name in registry.names(stream=stream):
        task = registry.stream_task(name) if stream else registry.task(name)
        schema = parameters_schema(task)
        assert schema["title"] == name
        assert schema["required"][0] == "inputs"
        for parameter in schema["properties"].values():
            assert parameter["description"]
            assert parameter.keys() & {"type", "anyOf", "enum"}


class Frame(Protocol):
    columns: list[str]


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (Mapping[str, int] | Frame, {"type": "object", "additionalProperties": {"type": "integer"}}),
        (Frame | None, {}),
        (Frame, {}),
        (BinaryInput | Frame, {"type": "string", "contentEncoding": "base64"}),
    ],
)
def test_a_protocol_is_an_alternative_for_python_only(annotation, expected):
    def encode(inputs): ...

    encode.__annotations__ = {"inputs": annotation}
    task = Task(name="framed", encode=encode, decode=decode_as(str))
    assert parameters_schema(task)["properties"] == {"inputs": expected}


def test_alternatives_have_one_type_each():
    schema = {"anyOf": [{"type": ["string", "null"]}, {"anyOf": [{"enum": [1]}]}]}
    assert alternatives(schema) == [{"type": "string"}, {"type": "null"}, {"enum": [1]}]


def test_docstrings():
    doc = "Do.\n\n    Args:\n        a: One\n            more: words.\n        b (int, optional): Two.\n\n    Raises:\n        c: No.\n"
    assert described(doc) == {"a": "One more: words.", "b": "Two."}
    assert described(doc, "Raises") == {"c": "No."}
    assert described("") == {}
    assert plain("a :func:`~hfe_core.run` and ``x``") == "a hfe_core.run and x"


def test_the_classes_in_an_annotation():
    text = 'Union[Tree, Deep, list[Loose | None], Literal["Id"], Id, tuple[str, ...]]'
    found = [kind for kind in classes(text, globals()) if kind is not object]
    assert found == [Tree, float, Loose, type(None), int, str]
    assert list(classes("list[Nothing]", globals())) == [object]
