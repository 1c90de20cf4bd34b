"""The task sound-events and its stream, for an endpoint with the custom handler in ``endpoint/handler.py``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from hfe_core import (
    BinaryInput,
    Decoder,
    Media,
    Payload,
    ServerSentEvent,
    StreamMethod,
    StreamTask,
    Task,
    TaskMethod,
    merge_parameters,
    number,
)

__all__ = [
    "SOUND_EVENTS",
    "SOUND_EVENTS_STREAM",
    "SoundEvent",
    "SoundTasks",
    "decode_sound_event",
    "encode_sound_events",
    "encode_sound_events_stream",
]


@attrs.frozen
class SoundEvent:
    """A part of a recording in which something is to be heard.

    Attributes:
        start: Seconds from the beginning of the recording to that of the event.
        end: Seconds to the end of the event.
        level: How loud it is on average: decibels below full scale, so 0 or less.
    """

    start: float
    end: float
    level: float


def encode_sound_events(
    inputs: BinaryInput,
    *,
    threshold: float | None = None,
    min_silence: float | None = None,
    parameters: Mapping[str, object] | None = None,
) -> Payload:
    """Find where something is to be heard in a recording.

    Args:
        inputs: A WAV file of 16 bits: bytes, ``pathlib.Path``, an open binary file, or an ``Audio``; samples become one by
            ``Audio.of_samples``.
        threshold: Decibels below full scale from which on sound counts, at most 0. Default: -40.
        min_silence: Seconds of silence that part one event from the next. Default: 0.1.
        parameters: Further parameters, by their wire names.

    Returns:
        The events, in the order of time.
    """
    return Payload(
        inputs=Media.of(inputs, kind="audio"),
        parameters=merge_parameters(
            parameters,
            threshold=number("threshold", threshold, maximum=0),
            min_silence=number("min_silence", min_silence, minimum=0),
        ),
    )


def encode_sound_events_stream(
    inputs: BinaryInput,
    *,
    threshold: float | None = None,
    min_silence: float | None = None,
    parameters: Mapping[str, object] | None = None,
) -> Payload:
    """Find where something is to be heard in a recording, and give each event as soon as it is over.

    Args:
        inputs: A WAV file of 16 bits: bytes, ``pathlib.Path``, an open binary file, or an ``Audio``; samples become one by
            ``Audio.of_samples``.
        threshold: Decibels below full scale from which on sound counts, at most 0. Default: -40.
        min_silence: Seconds of silence that part one event from the next. Default: 0.1.
        parameters: Further parameters, by their wire names.

    Returns:
        The events, in the order of time.
    """
    payload = encode_sound_events(inputs, threshold=threshold, min_silence=min_silence, parameters=parameters)
    return attrs.evolve(payload, fields={"stream": True}, stream=True)


_EVENT = Decoder(SoundEvent)


def decode_sound_event(event: ServerSentEvent) -> SoundEvent:
    """One event of the stream."""
    return _EVENT.value(event.json())


def _is_whole(_: Sequence[SoundEvent]) -> bool:
    """No event is known to be the last: only ``[DONE]`` ends the stream, so that one that was cut is noticed."""
    return False


SOUND_EVENTS = Task(name="sound-events", domain="audio", encode=encode_sound_events, decode=Decoder(list[SoundEvent]))

SOUND_EVENTS_STREAM = StreamTask(
    name="sound-events",
    domain="audio",
    encode=encode_sound_events_stream,
    decode=decode_sound_event,
    ends=_is_whole,
)


class SoundTasks:
    """The tasks as methods, for a client to mix in."""

    sound_events = TaskMethod(SOUND_EVENTS)
    sound_events_stream = StreamMethod(SOUND_EVENTS_STREAM)
