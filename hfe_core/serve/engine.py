"""The contract between the local endpoint and what answers in it: an engine is a value and one function."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeAlias

import attrs

from hfe_core.errors import HfeError

__all__ = ["Engine", "EngineError", "EngineRequest", "FinishReason", "Runner", "StreamEnd", "TokenEvent"]

FinishReason: TypeAlias = Literal["length", "eos_token", "stop_sequence"]
"""Why a text ended: its length was reached, the model ended it, or a stop text appeared."""


class EngineError(HfeError):
    """An engine cannot answer: wrong input, unknown parameter, missing package, no engine for a task.

    The local endpoint answers 400 with ``{"error": str(error)}``, so the text is for the caller: it names what would be
    right and never repeats a long input.
    """


@attrs.frozen
class EngineRequest:
    """One inference, as an engine sees it.

    Attributes:
        task: The task's name, as ``fill-mask``. An engine with one task may ignore it.
        inputs: ``inputs`` of the JSON body, or the bytes of a raw image or audio body.
        parameters: ``parameters`` of the JSON body, or else of the query string (ints, bools and strings only).
        stream: The caller wants events; true only for tasks that the engine lists in ``streams``.
    """

    task: str
    inputs: object
    parameters: Mapping[str, object] = attrs.field(factory=dict[str, object])
    stream: bool = False


Runner: TypeAlias = Callable[[EngineRequest], object]
"""A loaded model: request to answer.

The answer is JSON-able (dict, list, str, numbers, None; numpy scalars and arrays, too), or a PIL image, which is sent as
base64 PNG or as the image bytes that ``Accept`` names. For a request with ``stream`` it is an iterator of
:class:`TokenEvent`; where it has a ``close()``, that is called when the caller goes away.
It is called in a worker thread, one call at a time for an engine and model. Any exception becomes a 400.
"""


@attrs.frozen
class StreamEnd:
    """What the last event of a stream adds.

    Attributes:
        generated_text: The whole text, without the prompt.
        finish_reason: Why it ended.
        generated_tokens: How many tokens were generated; None counts the events.
        seed: The seed of the sampling, or None.
    """

    generated_text: str
    finish_reason: FinishReason = "length"
    generated_tokens: int | None = None
    seed: int | None = None


@attrs.frozen
class TokenEvent:
    """One token of a stream, as it is generated.

    Attributes:
        text: The text that this token adds; it may be empty.
        id: The token's number in the vocabulary; 0 where the engine has none.
        logprob: Its natural logarithmic probability; 0.0 where the engine has none.
        special: A control token, which is not part of the text.
        end: Given on the last event. A stream whose last event has none is ended by the endpoint with the texts so far.
    """

    text: str
    id: int = 0
    logprob: float = 0.0
    special: bool = False
    end: StreamEnd | None = None


def _some_names(_engine: object, attribute: attrs.Attribute[Any], value: tuple[str, ...]) -> None:
    if not value or not all(value):
        raise ValueError(f"an engine needs {attribute.name}, as ('fill-mask',), got {value!r}")


@attrs.frozen
class Engine:
    """Something that answers tasks on this machine.

    Attributes:
        name: Short and unique, as ``vader``.
        tasks: The tasks it answers.
        licence: The licence of its code and weights, shown to the user.
        summary: One line: what it is, and how far to trust it.
        load: ``load(task, model)`` gives the :data:`Runner` of one task. Called once, at the task's first request, in a
            worker thread; import heavy packages there. ``model`` is None where ``needs_model`` is false.
        requires: Modules that must be importable, as ``("vaderSentiment",)``. They are looked for, not imported.
        install: The command that installs them, shown where one is missing.
        needs_model: It works only with a model directory or id that the user names; an engine without it never sees one.
        streams: Those of its tasks that can answer with events.
    """

    name: str = attrs.field(validator=attrs.validators.min_len(1))
    tasks: tuple[str, ...] = attrs.field(converter=tuple[str, ...], validator=_some_names)
    licence: str
    summary: str
    load: Callable[[str, str | None], Runner]
    requires: tuple[str, ...] = attrs.field(default=(), converter=tuple[str, ...])
    install: str = ""
    needs_model: bool = False
    streams: tuple[str, ...] = attrs.field(default=(), converter=tuple[str, ...])

    def __attrs_post_init__(self) -> None:
        odd = [task for task in self.streams if task not in self.tasks]
        if odd:
            raise ValueError(f"engine {self.name}: streams names {odd}, which are not among its tasks")

    def missing(self) -> tuple[str, ...]:
        """The required modules that are not installed. Looks for them without importing them."""
        return tuple(name for name in self.requires if not _installed(name))


def _installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):  # a parent package is missing, or a half-imported module is in sys.modules
        return False
