"""A task in words: its signature as its source has it, the classes in it, a command line that runs it."""

from __future__ import annotations

import dataclasses
import inspect
import re
import shlex
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ForwardRef, TypeVar, cast, is_typeddict

import attrs

from hfe_core.cli.flags import Flag
from hfe_core.cli.jsonable import dumps, jsonable
from hfe_core.decoding import Decoder
from hfe_core.docstrings import described, plain
from hfe_core.event_decoder import EventDecoder
from hfe_core.schema import classes, parameters_schema, scope_of
from hfe_core.task import AnyTask, StreamTask

__all__ = ["class_text", "described_classes", "example_line", "signature_text"]

_MODULE = re.compile(r"(?:[a-z_]\w*[.])+(?=[A-Za-z])")
_QUALIFIED = re.compile(r"(NotRequired|Required)\[(.*)\]")
_WIDTH = 120


def signature_text(task: AnyTask) -> str:
    """The signature, a parameter a line, its types as in the source, then the type of the output or the stream."""
    lines: list[str] = []
    for one in inspect.signature(task.encode).parameters.values():
        if one.kind is one.KEYWORD_ONLY and not any(line.startswith("    *") for line in lines):
            lines.append("    *,")
        mark = "*" if one.kind is one.VAR_POSITIONAL else "**" if one.kind is one.VAR_KEYWORD else ""
        kind = "" if one.annotation is one.empty else f": {_type_text(one.annotation)}"
        default = "" if one.default is one.empty else f" = {one.default!r}" if kind else f"={one.default!r}"
        lines.append(f"    {mark}{one.name}{kind}{default},")
    output, _ = _output(task)
    if output is None:
        return "\n".join(["(", *lines, ")"])
    kind = f"Stream[{_type_text(output)}]" if isinstance(task, StreamTask) else _type_text(output)
    return "\n".join(["(", *lines, f") -> {kind}"])


def _type_text(annotation: object) -> str:
    """A type as its source has it, or, where that was evaluated, without the modules of its parts."""
    if isinstance(annotation, ForwardRef):
        return annotation.__forward_arg__
    return annotation if isinstance(annotation, str) else _MODULE.sub("", inspect.formatannotation(annotation))


def _output(task: AnyTask) -> tuple[object, Mapping[str, object]]:
    """The type that the decoder says it returns, None where it does not, and the names in it if it is a text."""
    decode = cast("Callable[..., object]", task.decode)
    if isinstance(decode, Decoder | EventDecoder):
        return cast("Decoder[object] | EventDecoder[object]", decode).kind, {}
    function = decode if inspect.isroutine(decode) else getattr(decode, "func", type(decode).__call__)
    try:
        kind: object = inspect.signature(function).return_annotation
    except (TypeError, ValueError):
        return None, {}
    unknown = kind is inspect.Signature.empty or isinstance(kind, TypeVar)
    return (None, {}) if unknown else (kind, scope_of(function))


def described_classes(task: AnyTask) -> Iterator[type]:
    """The classes whose fields a user gives or gets, each once: typed dicts of the parameters, and those of the output.

    Classes inside their fields follow them; those that do not say what their fields are, are left out.
    """
    scope = scope_of(task.encode)
    waiting: list[type] = []
    for one in inspect.signature(task.encode).parameters.values():
        if one.annotation is not one.empty:
            waiting += [kind for kind in classes(one.annotation, scope) if is_typeddict(kind)]
    waiting += classes(*_output(task))
    seen: set[type] = set()
    while waiting:
        kind = waiting.pop(0)
        fields = _fields(kind)
        if kind in seen or not fields or not described(kind.__doc__ or "", "Attributes"):
            continue
        seen.add(kind)
        yield kind
        inner = vars(sys.modules[kind.__module__]) if kind.__module__ in sys.modules else {}
        follow = is_typeddict if is_typeddict(kind) else _has_fields
        waiting[:0] = [part for annotation in fields.values() for part in classes(annotation, inner) if follow(part)]


def _has_fields(kind: type) -> bool:
    return is_typeddict(kind) or attrs.has(kind) or dataclasses.is_dataclass(kind)


def _fields(kind: type) -> dict[str, object]:
    """The public fields of a typed dict, an attrs class or a dataclass, and their types; empty for others."""
    found: dict[str, object] = {}
    if is_typeddict(kind):
        found = dict(inspect.get_annotations(kind))
    elif attrs.has(kind):
        found = {field.name: field.type for field in attrs.fields(kind)}
    elif dataclasses.is_dataclass(kind):
        found = {field.name: field.type for field in dataclasses.fields(kind)}
    return {name: annotation for name, annotation in found.items() if not name.startswith("_")}


def class_text(kind: type) -> str:
    """What a class is and what its fields are."""
    doc = inspect.cleandoc(kind.__doc__ or "")
    docs = described(doc, "Attributes")
    optional = cast("frozenset[str]", getattr(kind, "__optional_keys__", frozenset[str]()))
    lines = [f"{kind.__name__}: {plain(doc.partition(chr(10))[0])}"]
    for name, annotation in _fields(kind).items():
        text = "" if annotation is None else _type_text(annotation)
        qualified = _QUALIFIED.fullmatch(text)
        if qualified:
            text = qualified[2]
        may_miss = qualified[1] == "NotRequired" if qualified else name in optional
        type_words = ", ".join([*([text] if text else []), *(["optional"] if may_miss else [])])
        entry = f"{name}{f' ({type_words})' if type_words else ''}: {docs.get(name, '')}".rstrip(": ")
        lines.append(textwrap.fill(entry, _WIDTH, initial_indent=" " * 4, subsequent_indent=" " * 8))
    return "\n".join(lines)


def example_line(task: AnyTask, flags: Sequence[Flag]) -> str:
    """A command line of the task: its example, or what it cannot do without, to be filled in.

    Args:
        task: The task.
        flags: The flags of its command.
    """
    words = ["hfe", "run", task.name]
    if isinstance(task, StreamTask):
        words.append("--stream")
    if not task.example:
        return " ".join([shlex.join(words), *_needed(task, flags)])
    for name, value in task.example.items():
        words += _given(name, value, flags)
    return shlex.join(words)


def _given(name: str, value: object, flags: Sequence[Flag]) -> list[str]:
    """The flags that give a parameter its value."""
    named = [flag for flag in flags if flag.parameter == name and flag.field is None]
    option = named[0].option if named else "--" + name.replace("_", "-")
    if isinstance(value, bool):
        return [option if value else f"--no-{option[2:]}"]
    values: list[object] = cast("list[object]", value) if isinstance(value, list) else [value]
    if not all(isinstance(one, str) for one in values):
        values = [value]
    words: list[str] = []
    for one in values:
        text = one if isinstance(one, str) else dumps(jsonable(one))
        words += [option, f"@{text}" if text.startswith("@") else text]
    return words


def _needed(task: AnyTask, flags: Sequence[Flag]) -> Iterator[str]:
    """The flags of what must be given, with what they take: ``--inputs @FILE``."""
    schema = parameters_schema(task)
    for name in cast("list[str]", schema["required"]):
        whole = [flag for flag in flags if flag.parameter == name and flag.field is None]
        parts = [flag for flag in flags if flag.parameter == name and flag.field is not None]
        form = cast("Mapping[str, Any]", schema["properties"])[name]
        needed = [flag for flag in parts if flag.field in form.get("required", [])]
        for flag in needed or whole[:1]:
            yield f"{flag.option} {_placeholder(flag)}".rstrip()


def _placeholder(flag: Flag) -> str:
    if flag.kind.choices:
        return shlex.quote(next(iter(flag.kind.choices)))
    return {"media": "@FILE", "flag": ""}.get(flag.kind.element, "...")
