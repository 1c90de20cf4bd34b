"""``map`` without its I/O: cutting the input into batches, and what one batch asks and answers."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Callable, Generator, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeAlias, TypeVar, cast

import attrs

from hfe_core._decode import decoded, decoded_many
from hfe_core.errors import DecodeError, EncodeError, HfeError, StatusError
from hfe_core.outcome import Outcome
from hfe_core.payload import Payload
from hfe_core.task import Call, Task, check_arguments
from hfe_core.values import Response

__all__ = [
    "Batch",
    "Encoded",
    "async_batches",
    "batches",
    "check_items",
    "check_shared",
    "encode_batch",
    "next_batch",
    "run_batch",
]

I = TypeVar("I")  # noqa: E741
O = TypeVar("O")  # noqa: E741

BatchSteps: TypeAlias = "Generator[Payload, Response | HfeError | None, list[Outcome[O]]]"


@attrs.frozen
class Batch(Generic[I]):
    """Items that travel together.

    Attributes:
        start: Index of the first.
        items: The items.
    """

    start: int
    items: Sequence[I]


def batches(items: Iterable[I], size: int) -> Iterator[Batch[I]]:
    """The items in batches, read one batch at a time; what the iterator raises comes after the items before it."""
    iterator = iter(items)
    start = 0
    chunk: list[I] = []
    problem: Exception | None = None
    while problem is None:
        try:
            chunk.append(next(iterator))
        except StopIteration:
            break
        except Exception as error:  # noqa: BLE001 - the caller's own iterator may raise anything
            problem = error
        else:
            if len(chunk) == size:
                yield Batch(start, chunk)
                start += size
                chunk = []
    if chunk:
        yield Batch(start, chunk)
    if problem is not None:
        raise problem


async def async_batches(items: Iterable[I] | AsyncIterable[I], size: int) -> AsyncIterator[Batch[I]]:
    """As :func:`batches`, of items that may come asynchronously."""
    start = 0
    chunk: list[I] = []
    problem: Exception | None = None
    each = _each(items)
    while problem is None:
        try:
            chunk.append(await anext(each))
        except StopAsyncIteration:
            break
        except Exception as error:  # noqa: BLE001 - the caller's own iterator may raise anything
            problem = error
        else:
            if len(chunk) == size:
                yield Batch(start, chunk)
                start += size
                chunk = []
    if chunk:
        yield Batch(start, chunk)
    if problem is not None:
        raise problem


async def next_batch(source: AsyncIterator[Batch[I]]) -> Batch[I] | Exception | None:
    """The next batch, None at the end, or what the caller's iterator raised: what was read before it is sent first."""
    try:
        return await anext(source)
    except StopAsyncIteration:
        return None
    except Exception as error:  # noqa: BLE001 - the caller's own iterator may raise anything
        return error


async def _each(items: Iterable[I] | AsyncIterable[I]) -> AsyncIterator[I]:
    if isinstance(items, AsyncIterable):
        async for item in items:
            yield item
    else:
        for item in items:
            yield item


def check_shared(task: Task[..., Any], args: Sequence[object], kwargs: Mapping[str, object]) -> None:
    """Raise TypeError now for arguments that fit no item."""
    try:
        check_arguments(task.name, task.encode, (None, *args), kwargs)
    except TypeError as error:
        raise TypeError(f"map({task.name!r}, …): {error}") from None


def check_items(items: object) -> None:
    """Raise TypeError for one text or file where several inputs belong, which would be taken letter by letter."""
    if isinstance(items, str | bytes | bytearray | memoryview):
        raise TypeError(f"map takes many inputs: a list of them, not one {type(cast('object', items)).__name__}")


Encoded: TypeAlias = tuple[dict[int, Call[O]], dict[int, Outcome[O]]]
"""By their indices, the calls of a batch, and the outcomes of items that cannot be encoded."""


def encode_batch(batch: Batch[I], encode: Callable[[I], Call[O]]) -> Encoded[O]:
    """The items as calls; may read files."""
    outcomes: dict[int, Outcome[O]] = {}
    calls: dict[int, Call[O]] = {}
    for index, item in enumerate(batch.items, batch.start):
        try:
            calls[index] = encode(item)
        except HfeError as error:
            outcomes[index] = Outcome(index, error=error)
    return calls, outcomes


def run_batch(encoded: Encoded[O], task: Task[..., O]) -> BatchSteps[O]:
    """The conversation about one batch: yields payloads to send, receives answers or errors, returns outcomes."""
    calls, outcomes = encoded
    if len(calls) > 1:
        try:
            payload = _merged(task, [call.payload for call in calls.values()])
            reply = yield payload
            if isinstance(reply, Response):
                outputs = decoded_many(task, reply, len(calls))
                outcomes.update({index: Outcome(index, output) for index, output in zip(calls, outputs, strict=True)})
                calls = {}
            elif reply is not None and not _may_be_one_of_them(reply):
                outcomes.update({index: Outcome(index, error=reply) for index in calls})
                calls = {}
        except (DecodeError, EncodeError, StatusError):
            pass  # these inputs cannot travel together, or the server takes no lists for this model: one by one
    for index, call in calls.items():
        reply = yield call.payload
        if isinstance(reply, Response):
            try:
                outcomes[index] = Outcome(index, decoded(call, reply))
            except HfeError as error:
                outcomes[index] = Outcome(index, error=error)
        else:
            assert reply is not None
            outcomes[index] = Outcome(index, error=reply)
    return [outcomes[index] for index in sorted(outcomes)]


def _merged(task: Task[..., Any], payloads: Sequence[Payload]) -> Payload:
    """One payload of several.

    Raises:
        EncodeError: They cannot travel together.
    """
    assert task.encode_many is not None
    try:
        return task.encode_many(payloads)
    except HfeError:
        raise
    except Exception as error:
        raise EncodeError("inputs", f"encode_many of {task.name!r} failed ({type(error).__name__}: {error})") from error


def _may_be_one_of_them(error: HfeError) -> bool:
    """Whether a refused batch may hold good items: the default container answers 400 to any failure of the model."""
    return isinstance(error, StatusError) and error.status in {400, 413, 422, 500}
