"""What every task must keep, whoever wrote it."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from typing import Any, TypeVar

from hfe_core.errors import DecodeError, EncodeError, HfeError
from hfe_core.payload import Payload
from hfe_core.sse import ServerSentEvent
from hfe_core.task import StreamTask, Task
from hfe_core.testing.fake import Reply, response_for

__all__ = ["check_task"]

O = TypeVar("O")  # noqa: E741

_WRONG = (
    "null",
    "true",
    "-1",
    "1.5",
    '"text"',
    "[]",
    "[null]",
    "{}",
    '{"unexpected": 1}',
    "[[[]]]",
    '[{"unexpected": null}]',
)


def check_task(
    task: Task[..., O] | StreamTask[..., O],
    *,
    arguments: Mapping[str, object] | None = None,
    answer: object = None,
) -> O:
    """Check that a task keeps the contract, and give its output for one answer.

    Checked: the name is in kebab case; the first parameter is ``inputs``, the others are keyword-only; every parameter is
    documented; encoding is pure; the payload has a JSON form; wrong answers raise DecodeError (or StatusError) and
    nothing else.

    Args:
        task: The task.
        arguments: Arguments of a good call. Default: the task's example.
        answer: A server's answer to it: JSON-able, a Media, or a :class:`~hfe_core.testing.Reply`.

    Returns:
        What the task makes of the answer.

    Raises:
        AssertionError: The contract is broken; the message says where.
    """
    _check_signature(task)
    given = dict(arguments if arguments is not None else task.example)
    assert given, f"{task!r}: give arguments, or let the task have an example"
    payload = task.encode(**given)
    assert isinstance(payload, Payload), f"{task!r}: encode gave {type(payload).__name__}, not Payload"
    assert task.encode(**given) == payload, f"{task!r}: encode gave another payload for the same arguments"
    _check_unknown_keyword(task, given)
    if isinstance(task, StreamTask):
        assert payload.stream, f"{task!r}: the payload of a stream says stream=True"
        _check_wrong_events(task)
        reply = answer if isinstance(answer, str) else json.dumps(answer)
        return task.decode(ServerSentEvent(reply))
    for wrong in (*map(str.encode, _WRONG), b"", b"{", b"<html><title>Bad gateway</title></html>", b"\xff\xfe"):
        _check_wrong(task, payload, Reply(wrong, headers={"content-type": "application/json"}), repr(wrong))
    return task.decode(response_for(payload, answer if isinstance(answer, Reply) else Reply(answer)))


def _check_signature(task: Task[..., Any] | StreamTask[..., Any]) -> None:
    name = task.name
    assert name == name.lower().replace("_", "-").replace(" ", "-"), f"{name!r}: the field's names are kebab-case"
    parameters = list(task.signature.parameters.values())
    assert [parameter.name for parameter in parameters][:1] == ["inputs"], (
        f"{task!r}: the first parameter is called inputs"
    )
    assert parameters[0].kind is inspect.Parameter.POSITIONAL_OR_KEYWORD, f"{task!r}: inputs goes by place and by name"
    for parameter in parameters[1:]:
        assert parameter.kind is inspect.Parameter.KEYWORD_ONLY, f"{task!r}: {parameter.name} is not keyword-only"
    for parameter in parameters:
        assert parameter.annotation is not parameter.empty, f"{task!r}: {parameter.name} has no type"
        assert f"{parameter.name}:" in task.doc, f"{task!r}: the docstring says nothing of {parameter.name}"
    assert task.summary, f"{task!r}: the encoder has no docstring"


def _check_unknown_keyword(task: Task[..., Any] | StreamTask[..., Any], given: dict[str, object]) -> None:
    try:
        task.encode(**given, hfe_no_such_keyword=1)
    except TypeError:
        return
    except EncodeError:
        pass
    raise AssertionError(f"{task!r}: an unknown keyword is accepted; it should be Python's TypeError")


def _check_wrong(task: Task[..., Any], payload: Payload, reply: Reply, shown: str) -> None:
    try:
        task.decode(response_for(payload, reply))
    except HfeError:
        return
    except Exception as error:
        raise AssertionError(
            f"{task!r}: decoding {shown} raised {type(error).__name__} instead of DecodeError"
        ) from error


def _check_wrong_events(task: StreamTask[..., Any]) -> None:
    for data in ("", "{", "null", "[]", '{"unexpected": 1}'):
        try:
            task.decode(ServerSentEvent(data))
        except (DecodeError, HfeError):
            continue
        except Exception as error:
            raise AssertionError(
                f"{task!r}: decoding the event {data!r} raised {type(error).__name__} instead of DecodeError"
            ) from error
