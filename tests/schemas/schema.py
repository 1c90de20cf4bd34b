"""The JSON Schemas of @huggingface/tasks: read, made self-contained, and turned into what they allow."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from tests.tasks.case import VALUES

__all__ = ["UNKNOWN", "load", "names", "properties", "values"]

UNKNOWN = "x-unknown"
"""A field that no schema has."""

_NUMBER = st.floats(-1e9, 1e9) | st.integers(-(10**9), 10**9)
_PICTURE = st.sampled_from([b"GIF89a", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"])
_SOUND = st.sampled_from([b"fLaC", b"OggS", b"ID3", b"RIFF....WAVE"])
_TENSOR = st.lists(st.lists(_NUMBER, min_size=2, max_size=2), min_size=1, max_size=2)
_REMARKS = {
    "$id", "$schema", "title", "description", "comment", "default", "example", "format", "discriminator", "$defs",
    "definitions",
}  # fmt: skip
# For a list they say nothing; their author meant minItems and maxItems.
_OF_TEXTS = {"minLength", "maxLength"}


def load(folder: Path, task: str, file: str, *, with_null: bool = True) -> dict[str, Any]:
    """A schema of a task, every reference replaced by what it names; ``nullable``, OpenAPI's word, taken at its word or not."""
    documents = {"": json.loads((folder / task / "spec" / f"{file}.json").read_text())}

    def inline(part: Any, document: str) -> Any:
        if isinstance(part, list):
            return [inline(item, document) for item in part]
        if not isinstance(part, dict):
            return part
        # Beside a reference nothing counts (draft-06, section 8).
        if isinstance(part.get("$ref"), str):
            address, _, pointer = part["$ref"].partition("#")
            name = address.rpartition("/")[2] or document
            if name not in documents:
                documents[name] = json.loads((folder / name).read_text())
            found = documents[name]
            for step in pointer.strip("/").split("/"):
                found = found[step]
            return inline(found, name)
        rest = {name: inline(item, document) for name, item in part.items() if name != "nullable"}
        return {"anyOf": [rest, {"type": "null"}]} if with_null and part.get("nullable") is True else rest

    loaded: dict[str, Any] = inline(documents[""], "")
    return loaded


def values(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """What a schema allows; where it allows anything and says in words what it means, what it means."""
    said = schema.get("description", "")
    if "image" in said and ("base64" in said or said.endswith("as an image")):
        return _PICTURE.map(_base64)
    if "audio" in said and schema.get("comment") == "type=binary":
        return _SOUND.map(_base64)
    if said.endswith("as a tensor"):
        return _TENSOR
    rules = {name: rule for name, rule in schema.items() if name not in _REMARKS}
    for word in ("anyOf", "oneOf", "allOf"):
        if word in rules:
            assert word != "allOf" or len(rules["allOf"]) == 1
            _has_only(rules, word)
            return st.one_of(*map(values, rules[word]))
    kind = rules.get("type")
    if kind not in _PLAIN:
        return _KINDS[kind](rules)
    _has_only(rules, "type")
    return _PLAIN[kind]


def _texts(rules: dict[str, Any]) -> st.SearchStrategy[Any]:
    _has_only(rules, "type", "enum")
    return st.sampled_from(rules["enum"]) if "enum" in rules else st.text(max_size=12)


def _integers(rules: dict[str, Any]) -> st.SearchStrategy[Any]:
    _has_only(rules, "type", "minimum")
    return st.integers(rules.get("minimum", -(10**9)), 10**9)


def _arrays(rules: dict[str, Any]) -> st.SearchStrategy[Any]:
    _has_only(rules, "type", "items", *_OF_TEXTS)
    return st.lists(values(rules["items"]), max_size=3)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _objects(rules: dict[str, Any]) -> st.SearchStrategy[Any]:
    _has_only(rules, "type", "properties", "required")
    fields = {name: values(field) for name, field in rules["properties"].items()}
    required = {name: fields.pop(name, VALUES) for name in rules.get("required", ())}
    return st.fixed_dictionaries(required, optional={**fields, UNKNOWN: VALUES})


def _has_only(rules: dict[str, Any], *known: str) -> None:
    """A rule that is not understood here may not be passed over."""
    assert rules.keys() <= set(known), rules.keys() - set(known)


_PLAIN = {"boolean": st.booleans(), "null": st.none(), "number": _NUMBER, None: VALUES}
_KINDS = {"array": _arrays, "integer": _integers, "object": _objects, "string": _texts}


def names(schema: object) -> Iterator[str]:
    """All names of fields in a schema."""
    if isinstance(schema, dict):
        yield from properties(schema)
        for part in schema.values():
            yield from names(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from names(part)


def properties(schema: dict[str, Any], *steps: str) -> dict[str, Any]:
    """The fields that a schema names, or those of one of its fields."""
    for step in steps:
        schema = properties(schema).get(step, {})
    found = schema.get("properties")
    return found if isinstance(found, dict) else {}
