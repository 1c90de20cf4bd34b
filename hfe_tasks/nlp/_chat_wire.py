"""Spellings of tool calls that differ between chat servers."""

from __future__ import annotations

import json
from contextlib import suppress

from hfe_core import JsonValue

__all__ = ["unified"]


def unified(value: JsonValue) -> JsonValue:
    """An answer or chunk with its tool calls as OpenAI writes them.

    TGI up to 3.0 gives arguments as an object, and 2.4 the one call of a chunk without a list. Other servers write null
    for no calls, or a number as id.
    """
    choices = value.get("choices") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(choices, list):
        return value
    return {**value, "choices": [_choice(choice) for choice in choices]}


def _choice(choice: JsonValue) -> JsonValue:
    if not isinstance(choice, dict):
        return choice
    return {name: _message(part) if name in {"message", "delta"} else part for name, part in choice.items()}


def _message(message: JsonValue) -> JsonValue:
    if not isinstance(message, dict) or "tool_calls" not in message:
        return message
    calls = message["tool_calls"]
    if isinstance(calls, dict):
        calls = [calls]
    found = {name: part for name, part in message.items() if name != "tool_calls"}
    if isinstance(calls, list):
        return {**found, "tool_calls": [_call(call) for call in calls]}
    return found if calls is None else message


def _call(call: JsonValue) -> JsonValue:
    if not isinstance(call, dict):
        return call
    found = dict(call)
    if type(found.get("id")) is int:
        found["id"] = str(found["id"])
    function = found.get("function")
    if isinstance(function, dict):
        arguments = function.get("arguments")
        kept: dict[str, JsonValue] = {name: part for name, part in function.items() if part is not None}
        if isinstance(arguments, dict):
            with suppress(RecursionError):
                kept["arguments"] = json.dumps(arguments, ensure_ascii=False)
        found["function"] = kept
    return found
