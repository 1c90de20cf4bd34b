"""From recorded exchanges to calls and typed values."""

from __future__ import annotations

from typing import Any

from hfe_core import Media, Payload, Response
from hfe_core.testing import response_for
from tests.recordings import Recording, load
from tests.tasks.case import Case

__all__ = ["arguments_of", "call_of", "decode", "encode", "response", "successes"]


def successes(case: Case, server: str, file: str) -> list[Recording]:
    """The exchanges of a file that are successful answers of this task."""
    return [
        each
        for each in load(server, file)
        if each.status == 200 and each.method == "POST" and each.name not in case.undecodable
    ]


def response(recording: Recording) -> Response:
    """The answer as a decoder gets it."""
    body = recording.request_json()
    if isinstance(body, dict) and "inputs" in body:
        payload = Payload(inputs=body["inputs"], parameters=recording.parameters)
    else:
        payload = Payload(inputs=Media(recording.request_body, recording.request_headers.get("content-type", "")))
    return response_for(payload, recording.reply)


def decode(case: Case, recording: Recording) -> Any:
    """The typed value, or the list of them where the request carried several inputs."""
    if not case.is_many(recording.inputs):
        return case.task.decode(response(recording))
    assert case.task.decode_many is not None, f"{recording.name}: {case.task!r} takes one input at a time"
    return list(case.task.decode_many(response(recording)))


def arguments_of(case: Case, parameters: dict[str, object]) -> dict[str, object]:
    """The keywords that a user would give for recorded parameters; those that are none of the task's go by name."""
    named = {
        name: value
        for name, value in parameters.items()
        if name in case.task.signature.parameters
        and value is not None
        and not (name == "top_k" and isinstance(value, str))
    }
    others = {name: value for name, value in parameters.items() if name not in named}
    return {**named, **({"parameters": others} if others else {})}


def call_of(case: Case, recording: Recording) -> dict[str, Any]:
    """The arguments that a recorded request with one input means."""
    body = recording.request_json()
    if body is None:
        content_type = recording.request_headers.get("content-type")
        return {"inputs": Media(recording.request_body, content_type) if content_type else recording.request_body}
    if "messages" in body:
        rest = {name: value for name, value in body.items() if name != "messages"}
        return {"inputs": body["messages"], **arguments_of(case, rest)}
    return {"inputs": case.item(body["inputs"]), **arguments_of(case, recording.parameters)}


def encode(case: Case, item: object, parameters: dict[str, object]) -> Payload:
    """The call that a user would write for this input with these recorded parameters."""
    payload: Payload = case.task.encode(case.item(item), **arguments_of(case, parameters))
    return payload
