"""audio-classification: labels for a recording."""

from __future__ import annotations

from collections.abc import Mapping

from hfe_core import BinaryInput, Media, Payload, Task
from hfe_tasks._classification import (
    FunctionToApply,
    classification_parameters,
    decode_classification_batch,
    decode_classifications,
)

__all__ = ["AUDIO_CLASSIFICATION", "encode_audio_classification"]


def encode_audio_classification(
    inputs: BinaryInput,
    *,
    top_k: int | None = None,
    function_to_apply: FunctionToApply | None = None,
    parameters: Mapping[str, object] | None = None,
) -> Payload:
    """Classify a recording.

    Args:
        inputs: A sound file: bytes, ``pathlib.Path``, an open binary file, or an ``Audio``; samples become one by
            ``Audio.of_samples``. WAV, FLAC, MP3, Ogg, M4A, WebM and AMR are recognised.
        top_k: How many labels, at least 1. Default: all that the model has (transformers 4.51), 5 in older versions.
        function_to_apply: What makes scores of the model's numbers: ``"softmax"``, ``"sigmoid"`` or ``"none"``.
            Default: ``"softmax"`` (transformers 4.51).
        parameters: Further parameters, by their wire names.

    Returns:
        The labels, best first from the default container; community containers may give them in another order. With
        parameters the sound travels as base64 in JSON, which the default container takes (huggingface-inference-toolkit
        0.5.6); without them as it is, which every server takes (api-inference-community 0.0.37 takes nothing else).
    """
    return Payload(
        inputs=Media.of(inputs, kind="audio"),
        parameters=classification_parameters(parameters, top_k, function_to_apply),
    )


AUDIO_CLASSIFICATION = Task(
    name="audio-classification",
    domain="audio",
    encode=encode_audio_classification,
    decode=decode_classifications,
    encode_many=None,  # no server takes recordings in a list; of addresses it does, and answers so
    decode_many=decode_classification_batch,
)
