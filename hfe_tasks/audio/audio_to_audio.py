"""audio-to-audio: sounds made of a recording, such as its sources, or itself without noise."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from hfe_core import (
    Audio,
    BinaryInput,
    Decoder,
    EncodeError,
    JsonValue,
    Media,
    Payload,
    Response,
    Task,
    json_value,
    merge_parameters,
    unexpected,
)
from hfe_tasks._answers import from_base64, items

__all__ = ["AUDIO_TO_AUDIO", "AudioToAudioOutput", "decode_audio_to_audio", "encode_audio_to_audio"]


@attrs.frozen
class AudioToAudioOutput:
    """A sound made of a recording.

    Attributes:
        label: Which one it is, as the model names it.
        blob: The sound itself.
    """

    label: str
    blob: Audio

    @property
    def content_type(self) -> str:
        """The media type of the sound, such as ``"audio/flac"``."""
        return self.blob.content_type


@attrs.frozen
class _Sound:
    label: str
    blob: str


_SOUND = Decoder(_Sound)


def encode_audio_to_audio(inputs: BinaryInput, *, parameters: Mapping[str, object] | None = None) -> Payload:
    """Separate, clean or change a recording.

    Args:
        inputs: A sound file: bytes, ``pathlib.Path``, an open binary file, or an ``Audio``; samples become one by
            ``Audio.of_samples``. WAV, FLAC, MP3, Ogg, M4A, WebM and AMR are recognised.
        parameters: Parameters, by their wire names. With any, the sound travels as base64 in JSON, which
            api-inference-community 0.0.37 refuses; it is for containers of one's own.

    Returns:
        The sounds, as FLAC (api-inference-community 0.0.37; the default container has no such task).
    """
    return Payload(inputs=Media.of(inputs, kind="audio"), parameters=merge_parameters(parameters))


def decode_audio_to_audio(response: Response) -> list[AudioToAudioOutput]:
    """The sounds: ``[{"label": …, "blob": base64, "content-type": …}, …]``, or one such object."""
    value = json_value(response)
    if isinstance(value, dict):
        return [_output(value, response, "$")]
    return [_output(item, response, path) for item, path in items(value, response, "a list of sounds")]


def _output(value: JsonValue, response: Response, path: str) -> AudioToAudioOutput:
    found = _SOUND.value(value, response, path=path)
    said = value.get("content-type") if isinstance(value, dict) else None
    if not isinstance(said, str | None):
        unexpected(said, "str", response, path=f"{path}.content-type")
    data = from_base64(found.blob)
    if not data:
        unexpected(found.blob, "sound in base64", response, path=f"{path}.blob")
    try:
        file = Media.of(data, kind="audio", content_type=said if said and said.startswith("audio/") else None)
    except EncodeError as error:
        unexpected(found.blob, "sound", response, path=f"{path}.blob", problem=error.problem)
    return AudioToAudioOutput(found.label, Audio(file=file))


AUDIO_TO_AUDIO = Task(
    name="audio-to-audio",
    domain="audio",
    encode=encode_audio_to_audio,
    decode=decode_audio_to_audio,
)
