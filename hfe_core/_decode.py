"""Running a task's decoder, so that whatever it raises is an HfeError that names the exchange."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from hfe_core.errors import DecodeError, HfeError
from hfe_core.task import Call, Task
from hfe_core.transport import bare
from hfe_core.values import Response

__all__ = ["decoded", "decoded_many", "guarded", "told", "without_echo"]

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
        raise told(DecodeError(f"expected {count} results for {count} inputs, got {len(outputs)}"), response)
    return outputs


def told(error: HfeError, response: Response) -> HfeError:
    """The error, told of the exchange that its answer is from."""
    if not error.attempts:
        error.attempts = response.attempt
        error.elapsed = response.elapsed
    if isinstance(error, DecodeError):
        error.status = response.status
        error.request_id = error.request_id or response.request_id
        if (token := response.request.token) is not None:
            # An event does not know the token that its server may echo.
            error.problem, error.excerpt = token.redact(error.problem), token.redact(error.excerpt)
            error.args = tuple(token.redact(str(words)) for words in error.args)
            error.request_id = None if error.request_id is None else token.redact(error.request_id)
    return error


def guarded(name: str, decode: Callable[[], T], response: Response) -> T:
    """What a decoder gives; its own errors are told how many attempts there were, foreign ones become DecodeError."""
    cause: Exception | None = None
    failure: HfeError
    try:
        return decode()
    except HfeError as error:
        failure = error
    except Exception as error:  # noqa: BLE001 - a third party's decoder may raise anything
        failure, cause = DecodeError(f"the decoder of {name!r} failed ({type(error).__name__}: {error})"), error
    told(failure, response)
    if cause is not None:
        failure.__cause__ = cause
    # Raised outside the except block, which would make the decoder's own error its context again.
    raise without_echo(failure) if _echoes(response) else failure


def without_echo(error: HfeError) -> HfeError:
    """The error without what saw the bytes of an answer, in which a server may repeat the token: frames, foreign causes."""
    bare(error)
    current: BaseException = error
    while isinstance(inner := current.__cause__ or current.__context__, HfeError | OSError):
        current = inner
    current.__cause__ = current.__context__ = None
    return error


def _echoes(response: Response) -> bool:
    """Whether the answer repeats the token, which the locals of a decoder's frames would then show."""
    token = response.request.token
    if token is None:
        return False
    texts = list(response.headers.values())
    # The head of a stream does not know what its events held.
    return (
        not response.body
        or token.redact_bytes(response.body) != response.body
        or texts != list(map(token.redact, texts))
    )
