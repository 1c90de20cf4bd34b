"""A task is one value: a name, an encoder, a decoder. Everything else is read off them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeAlias, TypeVar

import attrs

from hfe_core._names import shorten
from hfe_core.errors import EncodeError, HfeError
from hfe_core.media import Media
from hfe_core.payload import Payload, stack
from hfe_core.prepare import encode_json
from hfe_core.values import Response

if TYPE_CHECKING:
    from hfe_core.sse import ServerSentEvent

__all__ = ["AnyTask", "Call", "StreamCall", "StreamTask", "Task", "TaskRef"]

P = ParamSpec("P")
I = TypeVar("I")  # noqa: E741 - the input of Concatenate
O_co = TypeVar("O_co", covariant=True)
E_co = TypeVar("E_co", covariant=True)


class _Described:
    """What faces (command line, documentation, schemas) read off a task."""

    encode: Callable[..., Payload]

    @property
    def signature(self) -> inspect.Signature:
        """The encoder's signature with its annotations resolved: the task's contract."""
        return inspect.signature(self.encode, eval_str=True)

    @property
    def doc(self) -> str:
        """The encoder's docstring, unindented; empty if it has none."""
        return inspect.getdoc(self.encode) or ""

    @property
    def summary(self) -> str:
        """The first line of the docstring."""
        return self.doc.partition("\n")[0]


@attrs.frozen(kw_only=True, repr=False)
class Task(_Described, Generic[P, O_co]):
    """One thing that a server does: how to ask for it, and what comes back.

    ``P`` is inferred from ``encode`` and ``O`` from ``decode``, and both type every way of calling the task. Calling the
    task itself checks and encodes the arguments and gives a :class:`Call`.

    Attributes:
        name: The Hub's name of the task, such as ``"fill-mask"``.
        encode: Arguments to payload; pure, raises EncodeError. Its first parameter is ``inputs``.
        decode: Answer to output; pure, raises DecodeError.
        domain: ``"nlp"``, ``"cv"``, ``"audio"``, ``"tabular"``, ``"multimodal"``, or a plugin's own.
        example: Arguments of a call that makes sense, for documentation and contract tests.
        encode_many: Several payloads of one call each to one payload, for ``map`` with a batch size; EncodeError if these
            cannot travel together. Default: the list of their inputs. None: the server takes one input at a time.
        decode_many: The answer to it, to one output for each input; None if the server takes one input at a time.
        replaces: The distribution whose task of the same name this one takes the place of.
    """

    name: str
    encode: Callable[P, Payload]
    decode: Callable[[Response], O_co]
    domain: str = "custom"
    example: Mapping[str, object] = attrs.field(factory=dict[str, object], eq=False)
    encode_many: Callable[[Sequence[Payload]], Payload] | None = stack
    decode_many: Callable[[Response], Sequence[O_co]] | None = None
    replaces: str | None = None

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Call[O_co]:
        """A call of this task, its arguments checked and encoded.

        Raises:
            TypeError: The arguments do not fit the encoder's signature.
            EncodeError: An argument has a wrong value.
        """
        return Call(self, encoded(self.name, self.encode, *args, **kwargs), args, kwargs)

    @property
    def takes_lists(self) -> bool:
        """Whether several inputs can travel in one request."""
        return self.encode_many is not None and self.decode_many is not None

    def __repr__(self) -> str:
        return f"<Task {self.name}>"


@attrs.frozen(kw_only=True, repr=False)
class StreamTask(_Described, Generic[P, E_co]):
    """A task whose answer comes as a stream of events.

    Attributes:
        name: The Hub's name of the task; the same name may belong to a :class:`Task`.
        encode: Arguments to payload, with ``stream=True``; pure, raises EncodeError.
        decode: One server-sent event to one event; pure, raises DecodeError.
        ends: Whether the events that came, at least one, are a whole stream; asked where the body ends without
            ``[DONE]``, or is cut. A stream that is not whole is broken. None: the end of the body is the end of the
            stream.
        domain: As for :class:`Task`.
        example: As for :class:`Task`.
        replaces: As for :class:`Task`.
    """

    name: str
    encode: Callable[P, Payload]
    decode: Callable[[ServerSentEvent], E_co]
    ends: Callable[[Sequence[Any]], bool] | None = None
    domain: str = "custom"
    example: Mapping[str, object] = attrs.field(factory=dict[str, object], eq=False)
    replaces: str | None = None

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> StreamCall[E_co]:
        """A call of this task, its arguments checked and encoded.

        Raises:
            TypeError: The arguments do not fit the encoder's signature.
            EncodeError: An argument has a wrong value.
        """
        return StreamCall(self, encoded(self.name, self.encode, *args, **kwargs), args, kwargs)

    def __repr__(self) -> str:
        return f"<StreamTask {self.name}>"


@attrs.frozen(repr=False)
class Call(Generic[O_co]):
    """A task with its arguments, encoded: the unit of batches, queues and dry runs.

    Attributes:
        task: The task.
        payload: The encoded arguments.
        args: The arguments that were given by place, before encoding.
        kwargs: The arguments that were given by name, before encoding.
    """

    task: Task[..., O_co]
    payload: Payload
    args: tuple[object, ...] = attrs.field(default=(), eq=False)
    kwargs: Mapping[str, object] = attrs.field(factory=dict[str, object], eq=False)

    @property
    def digest(self) -> str:
        """A stable name of the call's content: 32 hexadecimal digits, equal for equal task and arguments."""
        return _digest(self.task.name, self.payload)

    def __repr__(self) -> str:
        return f"<Call {self.task.name}>"


@attrs.frozen(repr=False)
class StreamCall(Generic[E_co]):
    """A stream task with its arguments, encoded.

    Attributes:
        task: The task.
        payload: The encoded arguments.
        args: The arguments that were given by place, before encoding.
        kwargs: The arguments that were given by name, before encoding.
    """

    task: StreamTask[..., E_co]
    payload: Payload
    args: tuple[object, ...] = attrs.field(default=(), eq=False)
    kwargs: Mapping[str, object] = attrs.field(factory=dict[str, object], eq=False)

    @property
    def digest(self) -> str:
        """A stable name of the call's content: 32 hexadecimal digits, equal for equal task and arguments."""
        return _digest(self.task.name + " stream", self.payload)

    def __repr__(self) -> str:
        return f"<StreamCall {self.task.name}>"


_NO_PAYLOAD = Payload()


def _digest(name: str, payload: Payload) -> str:
    """Over what differs from an empty payload, so that a field that Payload may get one day changes no digest."""
    import hashlib

    total = hashlib.sha256(name.encode())
    for field in attrs.fields(Payload):
        value = getattr(payload, field.name)
        if isinstance(value, Media):
            content = value.content_type.encode() + b"\0" + value.read()
        elif value == getattr(_NO_PAYLOAD, field.name):
            continue
        else:
            content = encode_json(value)
        total.update(b"\0%b\0%d\0%b" % (field.name.encode(), len(content), content))
    return total.hexdigest()[:32]


def encoded(name: str, encode: Callable[P, Payload], *args: P.args, **kwargs: P.kwargs) -> Payload:
    """What an encoder makes of its arguments.

    Raises:
        TypeError: The arguments do not fit its signature.
        EncodeError: The encoder refuses them, or fails in any other way.
    """
    payload: object
    try:
        payload = encode(*args, **kwargs)
    except HfeError:
        raise
    except Exception as error:
        if isinstance(error, TypeError):
            check_arguments(name, encode, args, kwargs)
        problem = f"the encoder of {name!r} failed ({type(error).__name__}: {shorten(str(error), 200)})"
        raise EncodeError("inputs", problem) from error
    if not isinstance(payload, Payload):
        raise EncodeError("inputs", f"the encoder of {name!r} gave no Payload, but {type(payload).__name__}")
    return payload


def check_arguments(
    name: str, encode: Callable[..., Payload], args: tuple[object, ...], kwargs: Mapping[str, object]
) -> None:
    """Raise TypeError for arguments that do not fit an encoder, in the words of Python's own and with a hint."""
    signature = inspect.signature(encode)
    try:
        signature.bind(*args, **kwargs)
    except TypeError as error:
        raise TypeError(f"{name.replace('-', '_')}() {_complaint(signature, kwargs, error)}") from None


def _complaint(signature: inspect.Signature, kwargs: Mapping[str, object], error: TypeError) -> str:
    """An unknown keyword first, with the one that may be meant: what is missing, is often what was misspelt."""
    parameters = signature.parameters
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
        return str(error)
    for wrong in kwargs:
        if wrong not in parameters:
            from difflib import get_close_matches

            close = get_close_matches(wrong, parameters, 1)
            hint = f"; did you mean {close[0]!r}?" if close else f"; it takes {', '.join(parameters)}"
            return f"got an unexpected keyword argument {wrong!r}{hint}"
    return str(error)


@attrs.frozen
class TaskRef:
    """A task by its place, imported when it is first used.

    Attributes:
        name: The task's name.
        target: ``"package.module:CONSTANT"``.
        stream: The constant is a :class:`StreamTask`.
        replaces: As for :class:`Task`.
    """

    name: str
    target: str
    stream: bool = attrs.field(default=False, kw_only=True)
    replaces: str | None = attrs.field(default=None, kw_only=True)


AnyTask: TypeAlias = "Task[..., Any] | StreamTask[..., Any]"
"""A task of either kind, its types forgotten."""
