"""text-to-speech: a text read aloud."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import attrs

from hfe_core import (
    Audio,
    DecodeError,
    Decoder,
    JsonValue,
    Media,
    Payload,
    Response,
    Task,
    json_value,
    merge_parameters,
    text,
    unexpected,
)

__all__ = ["TEXT_TO_SPEECH", "decode_text_to_speech", "encode_text_to_speech"]


def encode_text_to_speech(
    inputs: str,
    *,
    forward_params: Mapping[str, object] | None = None,
    generate_kwargs: Mapping[str, object] | None = None,
    parameters: Mapping[str, object] | None = None,
) -> Payload:
    """Read a text aloud.

    Args:
        inputs: The text.
        forward_params: Parameters of the model's forward pass, such as ``{"do_sample": True}`` (default container).
        generate_kwargs: Parameters of the generation; models that do not generate, such as VITS, refuse them.
        parameters: Further parameters, by their wire names.

    Returns:
        The sound: samples from the default container, a file from the others.
    """
    # No audio type in Accept: the default container refuses it after the work is done.
    return Payload(
        inputs=text("inputs", inputs),
        parameters=merge_parameters(parameters, forward_params=forward_params, generate_kwargs=generate_kwargs),
    )


@attrs.frozen
class _Samples:
    audio: list[JsonValue]
    sampling_rate: int


_SAMPLES = Decoder(_Samples)


def decode_text_to_speech(response: Response) -> Audio:
    """The sound: bytes of a file, or ``{"audio": [[…]], "sampling_rate": …}`` with one to three nested lists."""
    content_type = response.content_type
    if content_type.startswith("audio/"):
        if not response.body:
            raise DecodeError("expected sound, but the answer is empty", request_id=response.request_id)
        return Audio(file=Media(response.body, content_type))
    if content_type in {"application/octet-stream", "binary/octet-stream"}:
        return Audio(file=Media.of(response.body, kind="audio"))
    value = json_value(response)
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return _audio(value, response, "$")


def decode_text_to_speech_batch(response: Response) -> list[Audio]:
    """The sound of several texts: a list of objects."""
    value = json_value(response)
    if not isinstance(value, list):
        unexpected(value, "a list", response)
    return [_audio(item, response, f"$[{index}]") for index, item in enumerate(value)]


def _audio(value: JsonValue, response: Response, path: str) -> Audio:
    found = _SAMPLES.value(value, response)
    channels = found.audio
    # VITS nests [channels][time], MusicGen [1][channels][time], some models [time].
    while len(channels) == 1 and isinstance(inner := channels[0], list) and inner and isinstance(inner[0], list):
        channels = inner
    if channels and not isinstance(channels[0], list):
        channels = [channels]
    samples: list[list[float]] = []
    for index, channel in enumerate(channels):
        where = f"{path}.audio[{index}]"
        if not isinstance(channel, list) or not all(type(sample) is float or type(sample) is int for sample in channel):
            unexpected(channel, "a list of numbers", response, path=where)
        samples.append(cast("list[float]", channel))
        if len(samples[index]) != len(samples[0]):
            unexpected(channel, "channels of equal length", response, path=where)
    if found.sampling_rate <= 0:
        unexpected(found.sampling_rate, "samples per second", response, path=f"{path}.sampling_rate")
    return Audio(samples=tuple(samples), sampling_rate=found.sampling_rate)


TEXT_TO_SPEECH = Task(
    name="text-to-speech",
    domain="audio",
    encode=encode_text_to_speech,
    decode=decode_text_to_speech,
    decode_many=decode_text_to_speech_batch,
    example={"inputs": "Hello world, this is a test."},
)
