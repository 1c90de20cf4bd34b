"""Running a task's decoder, so that whatever it raises is an HfeError that names the exchange."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from hfe_core.errors import DecodeError, HfeError
from hfe_core.task import Call, Task
from hfe_core.values import Response

__all__ = ["decoded", "decoded_many", "guarded"]

T = TypeVar("T")


def decoded(call: Call[T], response: Response) -> T:
    """The output of a call, whatever the decoder raises turned into an HfeError."""
    return guarded(call.task.name, lambda: call.task.decode(response), response)


def decoded_many(task: Task[..., T], response: Response, count: int) -> list[T]:
    """The outputs of a batch; exactly one for each input."""
    assert task.decode_many is not None
    decode_many = task.decode_many
    outputs = guarded(task.name, lambda: list(decode_many(response)), response)
    if len(outputs) != count:
        raise DecodeError(
            f"expected {count} results for {count} inputs, got {len(outputs)}", request_id=response.request_id
        )
    return outputs


def guarded(name: str, decode: Callable[[], T], response: Response) -> T:
    """What a decoder gives; its own errors are told how many attempts there were, foreign ones become DecodeError."""
    try:
        return decode()
    except HfeError as error:
        if not error.attempts:
            error.attempts = response.attempt
            error.elapsed = response.elapsed
        raise
    except Exception as error:
        raise DecodeError(
            f"the decoder of {name!r} failed ({type(error).__name__}: {error})",
            request_id=response.request_id,
        ) from error
