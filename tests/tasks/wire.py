"""From typed values back to the JSON that the servers promise, written by the servers' rules and without hfe's decoders.

Whatever a typed value lost on its way is missing here, so that a comparison with the recorded JSON finds it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from hfe_core import Audio, Task
from hfe_tasks import (
    AUTOMATIC_SPEECH_RECOGNITION,
    FEATURE_EXTRACTION,
    FILL_MASK,
    IMAGE_CLASSIFICATION,
    QUESTION_ANSWERING,
    TABULAR_CLASSIFICATION,
    TEXT_CLASSIFICATION,
    TEXT_GENERATION,
    TEXT_TO_SPEECH,
    VISUAL_QUESTION_ANSWERING,
    Answer,
    Classification,
    Features,
    MaskFill,
    TextGenerationOutput,
    VisualAnswer,
)
from tests.recordings import COMMUNITY, TOOLKIT, Recording

TASK_OF: dict[tuple[str, str], Task[..., Any]] = {
    (TOOLKIT, "_protocol_text-classification"): TEXT_CLASSIFICATION,
    (TOOLKIT, "automatic-speech-recognition"): AUTOMATIC_SPEECH_RECOGNITION,
    (TOOLKIT, "automatic-speech-recognition_whisper"): AUTOMATIC_SPEECH_RECOGNITION,
    (TOOLKIT, "conversational"): TEXT_GENERATION,
    (TOOLKIT, "feature-extraction"): FEATURE_EXTRACTION,
    (TOOLKIT, "fill-mask"): FILL_MASK,
    (TOOLKIT, "image-classification"): IMAGE_CLASSIFICATION,
    (TOOLKIT, "question-answering"): QUESTION_ANSWERING,
    (TOOLKIT, "sentence-embeddings"): FEATURE_EXTRACTION,
    (TOOLKIT, "text-classification"): TEXT_CLASSIFICATION,
    (TOOLKIT, "text-classification_multi-label"): TEXT_CLASSIFICATION,
    (TOOLKIT, "text-generation"): TEXT_GENERATION,
    (TOOLKIT, "text-to-audio_musicgen"): TEXT_TO_SPEECH,
    (TOOLKIT, "text-to-speech"): TEXT_TO_SPEECH,
    (TOOLKIT, "visual-question-answering"): VISUAL_QUESTION_ANSWERING,
    (TOOLKIT, "visual-question-answering_blip"): VISUAL_QUESTION_ANSWERING,
    (COMMUNITY, "automatic-speech-recognition"): AUTOMATIC_SPEECH_RECOGNITION,
    (COMMUNITY, "feature-extraction_docker-sentence_transformers"): FEATURE_EXTRACTION,
    (COMMUNITY, "question-answering"): QUESTION_ANSWERING,
    (COMMUNITY, "tabular-classification_docker-sklearn"): TABULAR_CLASSIFICATION,
    (COMMUNITY, "text-classification_docker-sklearn"): TEXT_CLASSIFICATION,
    (COMMUNITY, "text-generation"): TEXT_GENERATION,
    (COMMUNITY, "text-to-speech"): TEXT_TO_SPEECH,
}


def is_many(recording: Recording) -> bool:
    """Whether the request carried several inputs."""
    inputs = recording.inputs
    if isinstance(inputs, dict):
        return any(isinstance(value, list) for name, value in inputs.items() if name in {"question", "context"})
    if not isinstance(inputs, list):
        return False
    # A list of messages is one conversation.
    return not (inputs and isinstance(inputs[0], dict) and "role" in inputs[0])


def decode(recording: Recording) -> Any:
    """The typed value, or the list of them where the request carried several inputs."""
    task = TASK_OF[recording.server, recording.task]
    if not is_many(recording):
        return task.decode(recording.response)
    assert task.decode_many is not None, f"{recording.name}: {task!r} takes one input at a time"
    return list(task.decode_many(recording.response))


def same(left: object, right: object) -> bool:
    """Equal as JSON, to the type and the last digit: no 1 for 1.0, no True for 1; NaN stands for null."""
    if isinstance(left, float) and math.isnan(left):
        return right is None or (isinstance(right, float) and math.isnan(right))
    if type(left) is not type(right):
        return False
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return left == right


def to_json(value: Any, recording: Recording) -> Any:
    """The JSON that this server answers with where it means this value (or these, for several inputs)."""
    return _WRITERS[TASK_OF[recording.server, recording.task].name](value, recording)


def _classifications(value: Any, recording: Recording) -> object:
    def write(labels: Sequence[Classification]) -> list[object]:
        return [{"label": label.label, "score": label.score} for label in labels]

    if not is_many(recording):
        labels = write(value)
        if recording.server == COMMUNITY or recording.parameters.get("return_all_scores"):
            return [labels]
        if isinstance(recording.parameters.get("top_k"), str):
            assert len(labels) == 1
            return labels[0]
        return labels
    lists = [write(labels) for labels in value]
    if recording.task.startswith("image") or "top_k" in recording.parameters:
        return lists
    assert all(len(labels) == 1 for labels in lists)
    return [labels[0] for labels in lists]


def _fills(value: Any, recording: Recording) -> object:
    def write(fills: Sequence[MaskFill]) -> list[object]:
        masks: list[list[object]] = [[] for _ in range(1 + max(fill.mask for fill in fills))]
        for fill in fills:
            masks[fill.mask].append(
                {"score": fill.score, "token": fill.token, "token_str": fill.token_str, "sequence": fill.sequence}
            )
        return masks[0] if len(masks) == 1 else list[object](masks)

    if not is_many(recording):
        return write(value)
    lists = [write(fills) for fills in value]
    return lists[0] if len(lists) == 1 else lists


def _answers(value: Any, recording: Recording) -> object:
    def one(answer: Answer) -> object:
        return {"score": answer.score, "start": answer.start, "end": answer.end, "answer": answer.answer}

    def write(answer: Answer) -> object:
        if answer.alternatives:
            return [one(answer), *map(one, answer.alternatives)]
        return one(answer)

    if not is_many(recording):
        return write(value)
    written = [write(answer) for answer in value]
    return written[0] if len(written) == 1 else written


def _visual_answers(value: Any, recording: Recording) -> object:
    def one(answer: VisualAnswer) -> object:
        score = {} if answer.score is None else {"score": answer.score}
        return {**score, "answer": answer.answer}

    def write(answer: VisualAnswer) -> object:
        return [one(answer), *map(one, answer.alternatives)]

    return [write(answer) for answer in value] if is_many(recording) else write(value)


def _texts(value: Any, recording: Recording) -> object:
    def one(output: TextGenerationOutput) -> object:
        if recording.parameters.get("return_tensors"):
            return {"generated_token_ids": list(output.generated_token_ids)}
        details = {} if output.details is None else {"details": output.details}
        text: object = output.generated_text
        if output.messages:
            assert output.messages[-1]["content"] == output.generated_text
            text = [dict(message) for message in output.messages]
        return {"generated_text": text, **details}

    def write(output: TextGenerationOutput) -> object:
        return [one(output), *map(one, output.alternatives)]

    return [write(output) for output in value] if is_many(recording) else write(value)


def _features(value: Any, recording: Recording) -> object:
    assert is_many(recording) == isinstance(value, list)
    lists = [features.values for features in value] if isinstance(value, list) else value.values
    return {"embeddings": lists} if recording.task == "sentence-embeddings" else lists


def _transcript(value: Any, recording: Recording) -> object:
    if isinstance(value, list):
        assert is_many(recording)
        return [_transcript(each, recording) for each in value]
    written: dict[str, object] = {"text": value.text}
    if value.chunks or recording.parameters.get("return_timestamps"):
        written["chunks"] = [
            {"text": chunk.text, "timestamp": list(chunk.timestamp)}
            | ({"language": chunk.language} if chunk.language else {})
            for chunk in value.chunks
        ]
    return written


def _sound(value: Any, recording: Recording) -> object:
    def write(audio: Audio) -> object:
        assert audio.file is None
        channels = list(map(list, audio.samples))
        return {
            "audio": [channels] if recording.task == "text-to-audio_musicgen" else channels,
            "sampling_rate": audio.sampling_rate,
        }

    return [write(audio) for audio in value] if is_many(recording) else write(value)


def _labels(value: Any, _: Recording) -> object:
    return value


_WRITERS: dict[str, Callable[[Any, Recording], object]] = {
    "automatic-speech-recognition": _transcript,
    "feature-extraction": _features,
    "fill-mask": _fills,
    "image-classification": _classifications,
    "question-answering": _answers,
    "tabular-classification": _labels,
    "text-classification": _classifications,
    "text-generation": _texts,
    "text-to-speech": _sound,
    "visual-question-answering": _visual_answers,
}

__all__ = ["TASK_OF", "Features", "decode", "is_many", "same", "to_json"]
