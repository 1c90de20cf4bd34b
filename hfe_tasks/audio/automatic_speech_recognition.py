"""automatic-speech-recognition: what is said in a recording."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import attrs

from hfe_core import (
    BinaryInput,
    Decoder,
    JsonValue,
    Media,
    Payload,
    Response,
    Task,
    json_value,
    merge_parameters,
    number,
    one_of,
)
from hfe_tasks._parameters import mapping

__all__ = [
    "AUTOMATIC_SPEECH_RECOGNITION",
    "AutomaticSpeechRecognitionOutput",
    "SpeechChunk",
    "decode_automatic_speech_recognition",
    "decode_automatic_speech_recognition_batch",
    "encode_automatic_speech_recognition",
]


@attrs.frozen
class SpeechChunk:
    """A part of what was said.

    Attributes:
        text: Its words, or a single word or character.
        timestamp: Beginning and end, in seconds; the end is None where the recording stops in the middle, both are None
            where no times were asked for.
        language: The language that was heard, where ``return_language`` asked for it (Whisper).
    """

    text: str
    timestamp: tuple[float | None, float | None] = (None, None)
    language: str | None = None


@attrs.frozen
class AutomaticSpeechRecognitionOutput:
    """A transcript.

    Attributes:
        text: All that was said.
        chunks: Its parts with their times, where ``return_timestamps`` asked for them.
    """

    text: str
    chunks: tuple[SpeechChunk, ...] = ()


_ONE = Decoder(AutomaticSpeechRecognitionOutput)
_MANY = Decoder(list[AutomaticSpeechRecognitionOutput])


def encode_automatic_speech_recognition(
    inputs: BinaryInput,
    *,
    return_timestamps: bool | Literal["word", "char"] | None = None,
    chunk_length_s: float | None = None,
    stride_length_s: float | None = None,
    generate_kwargs: Mapping[str, object] | None = None,
    generation_parameters: Mapping[str, object] | None = None,
    parameters: Mapping[str, object] | None = None,
) -> Payload:
    """Write down what is said.

    Args:
        inputs: A sound file: bytes, ``pathlib.Path``, an open binary file, or an ``Audio``; samples become one by
            ``Audio.of_samples``. WAV, FLAC, MP3, Ogg, M4A, WebM and AMR are recognised.
        return_timestamps: Give times, too: True for segments and ``"word"`` for words (Whisper), ``"char"`` or
            ``"word"`` (CTC models). Default: none.
        chunk_length_s: Seconds into which a long recording is cut. Default: not cut.
        stride_length_s: Seconds by which the pieces of a long recording overlap on either side. Default: a sixth
            of ``chunk_length_s``.
        generate_kwargs: Parameters of the generation, such as ``{"language": "en"}`` (Whisper).
        generation_parameters: Parameters of the generation, such as ``{"language": "en"}`` (Whisper): ``generate_kwargs``
            under the name that newer containers use.
        parameters: Further parameters, by their wire names.

    Returns:
        The transcript. With parameters the sound travels as base64 in JSON, which the default container takes since
        0.5; without them as it is, which every server takes.
    """
    return Payload(
        inputs=Media.of(inputs, kind="audio"),
        parameters=merge_parameters(
            parameters,
            return_timestamps=one_of("return_timestamps", return_timestamps, (True, False, "word", "char")),
            chunk_length_s=number("chunk_length_s", chunk_length_s, minimum=0),
            stride_length_s=number("stride_length_s", stride_length_s, minimum=0),
            generate_kwargs=mapping("generate_kwargs", generate_kwargs),
            generation_parameters=mapping("generation_parameters", generation_parameters),
        ),
    )


def decode_automatic_speech_recognition(response: Response) -> AutomaticSpeechRecognitionOutput:
    """The transcript: an object, or a list of one."""
    found = _ONE.quick(response)
    if found is not None:
        return found
    value = json_value(response)
    if isinstance(value, list) and len(value) == 1:
        return _ONE.value(_without_nulls(value[0]), response, path="$[0]")
    return _ONE.value(_without_nulls(value), response)


def decode_automatic_speech_recognition_batch(response: Response) -> list[AutomaticSpeechRecognitionOutput]:
    """The transcripts of several recordings: a list of objects."""
    value = json_value(response)
    return _MANY.value([_without_nulls(item) for item in value] if isinstance(value, list) else value, response)


def _without_nulls(value: JsonValue) -> JsonValue:
    """An answer of a server that writes null where it has no chunks, or no time."""
    if not isinstance(value, dict):
        return value
    answer = {name: part for name, part in value.items() if name != "chunks" or part is not None}
    if isinstance(chunks := answer.get("chunks"), list):
        answer["chunks"] = [
            {name: part for name, part in chunk.items() if name != "timestamp" or part is not None}
            if isinstance(chunk, dict)
            else chunk
            for chunk in chunks
        ]
    return answer


AUTOMATIC_SPEECH_RECOGNITION = Task(
    name="automatic-speech-recognition",
    domain="audio",
    encode=encode_automatic_speech_recognition,
    decode=decode_automatic_speech_recognition,
    encode_many=None,  # no server takes recordings in a list; of addresses it does, and answers so
    decode_many=decode_automatic_speech_recognition_batch,
)
