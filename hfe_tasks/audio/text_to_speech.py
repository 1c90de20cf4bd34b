"""text-to-speech: a text read aloud."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import attrs

from hfe_core import (
    Audio,
    DecodeError,
    Decoder,
    EncodeError,
    JsonValue,
    Media,
    Payload,
    Response,
    Task,
    json_value,
    merge_parameters,
    sniff_content_type,
    text,
    unexpected,
)
from hfe_tasks._answers import from_base64, items
from hfe_tasks._parameters import mapping

__all__ = ["TEXT_TO_SPEECH", "decode_text_to_speech", "decode_text_to_speech_batch", "encode_text_to_speech"]


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
        parameters=merge_parameters(
            parameters,
            forward_params=mapping("forward_params", forward_params),
            generate_kwargs=mapping("generate_kwargs", generate_kwargs),
        ),
    )


@attrs.frozen
class _Samples:
    audio: list[object]
    sampling_rate: int


_SAMPLES = Decoder(_Samples)
_MOST_CHANNELS = 0xFFFF
_CHANNEL = Decoder(list[float])
_UNKNOWN = frozenset({"application/octet-stream", "binary/octet-stream"})


def decode_text_to_speech(response: Response) -> Audio:
    """The sound: bytes of a file, or ``{"audio": [[…]], "sampling_rate": …}`` with one to three nested lists.

    ``{"audio": "<base64>"}`` is read, too: the schema of the Hub has it so.
    """
    content_type = response.content_type
    if content_type.startswith("audio/"):
        return _file(response, content_type)
    if content_type in _UNKNOWN or (sniff_content_type(response.body[:64]) or "").startswith("audio/"):
        return _file(response, None)
    value = json_value(response)
    if isinstance(value, list) and len(value) == 1:
        return _audio(value[0], response, "$[0]")
    return _audio(value, response, "$")


def _file(response: Response, content_type: str | None) -> Audio:
    if not response.body:
        raise DecodeError("expected sound, but the answer is empty", request_id=response.request_id)
    try:
        return Audio(file=Media.of(response.body, kind="audio", content_type=content_type))
    except EncodeError as error:
        raise DecodeError(error.problem, request_id=response.request_id) from None


def decode_text_to_speech_batch(response: Response) -> list[Audio]:
    """The sound of several texts: a list of objects."""
    return [_audio(item, response, path) for item, path in items(json_value(response), response)]


@attrs.frozen
class _Encoded:
    audio: str
    sampling_rate: int | None = None


_ENCODED = Decoder(_Encoded)


def _encoded(value: JsonValue, response: Response, path: str) -> Audio:
    found = _ENCODED.value(value, response, path=path)
    data = from_base64(found.audio) or b""
    content_type = sniff_content_type(data[:64]) or ""
    if not content_type.startswith("audio/"):
        unexpected(found.audio, "samples, or sound in base64", response, path=f"{path}.audio")
    return Audio(file=Media(data, content_type), sampling_rate=found.sampling_rate)


def _audio(value: JsonValue, response: Response, path: str) -> Audio:
    if isinstance(value, dict) and isinstance(value.get("audio"), str):
        return _encoded(value, response, path)
    found = _SAMPLES.value(value, response, path=path)
    channels = cast("list[JsonValue]", found.audio)
    # VITS nests [channels][time], MusicGen [1][channels][time], some models [time].
    while len(channels) == 1 and isinstance(inner := channels[0], list) and inner and isinstance(inner[0], list):
        channels = inner
    if channels and not isinstance(channels[0], list):
        channels = [channels]
    samples: list[list[float]] = []
    for index, channel in enumerate(channels):
        where = f"{path}.audio[{index}]"
        samples.append(_CHANNEL.value(channel, response, path=where))
        if len(samples[index]) != len(samples[0]):
            unexpected(channel, "channels of equal length", response, path=where)
    if len(channels) > _MOST_CHANNELS:
        unexpected(channels, f"at most {_MOST_CHANNELS} channels", response, path=f"{path}.audio")
    if not 0 < found.sampling_rate < 1 << 32:
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
