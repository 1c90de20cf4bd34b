"""Outputs that wrap their words in much else, made short for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from hfe_core._json import JsonValue
from hfe_core.cli.jsonable import jsonable

__all__ = ["digest"]


def digest(value: object) -> object:
    """What people want to see of an output.

    An output with ``choices`` and a property ``content`` becomes what was said in each, why it ended, and the usage; any
    other value stays as it is.
    """
    if not isinstance(getattr(type(value), "content", None), property):
        return value
    choices = getattr(value, "choices", None)
    if not isinstance(choices, Sequence) or not choices:
        return value
    rows = [_choice(jsonable(choice)) for choice in cast("Sequence[object]", choices)]
    if len(rows) > 1:
        return [{"index": index, **row} for index, row in enumerate(rows)]
    words = {"content": cast("Any", value).content or rows[0]["content"]}
    return {**words, **rows[0], **words, "usage": _counts(getattr(value, "usage", None))}


def _choice(choice: JsonValue) -> dict[str, JsonValue]:
    """The parts of a message but its role, the words first, and why it ended."""
    if not isinstance(choice, Mapping):
        return {"content": choice}
    message = choice.get("message")
    parts = {name: part for name, part in message.items() if name != "role"} if isinstance(message, Mapping) else {}
    return {"content": parts.pop("content", None), **parts, "finish_reason": choice.get("finish_reason")}


def _counts(usage: object) -> str:
    """Counts on one line: ``5 prompt_tokens, 7 completion_tokens``."""
    counts = jsonable(usage)
    if not isinstance(counts, Mapping):
        return ""
    return ", ".join(f"{count} {name}" for name, count in counts.items() if isinstance(count, int))
