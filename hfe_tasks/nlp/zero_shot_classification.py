"""zero-shot-classification: which of some labels, chosen with the call, fits a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

import attrs

from hfe_core import (
    Decoder,
    EncodeError,
    JsonValue,
    Payload,
    Response,
    Task,
    flag,
    json_value,
    merge_parameters,
    unexpected,
)
from hfe_tasks._classification import Classification
from hfe_tasks._parameters import hypothesis, labels
from hfe_tasks._results import Results, parts, stack_texts, text_or_list

__all__ = [
    "ZERO_SHOT_CLASSIFICATION",
    "ZeroShotClassification",
    "ZeroShotClassifications",
    "decode_zero_shot_classification",
    "decode_zero_shot_classification_batch",
    "encode_zero_shot_classification",
]


@attrs.frozen
class ZeroShotClassification:
    """How well each label fits one text: ``scores[i]`` is the score of ``labels[i]``.

    Attributes:
        sequence: The text.
        labels: The labels, best first.
        scores: Their probabilities, 0 to 1, which add up to 1, or are each on its own with ``multi_label``; NaN if the
            model computed NaN.
    """

    sequence: str
    labels: tuple[str, ...]
    scores: tuple[float, ...]


class ZeroShotClassifications(Results[ZeroShotClassification]):
    """The labels of the texts of one call, in the order of the texts: a tuple of :class:`ZeroShotClassification`.

    Of one text, ``sequence``, ``labels`` and ``scores`` are those of the text itself.
    """

    __slots__ = ()

    @property
    def sequence(self) -> str:
        """The only text.

        Raises:
            ValueError: There was not exactly one text.
        """
        return self._only.sequence

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of the only text, best first.

        Raises:
            ValueError: There was not exactly one text.
        """
        return self._only.labels

    @property
    def scores(self) -> tuple[float, ...]:
        """The scores of :attr:`labels`.

        Raises:
            ValueError: There was not exactly one text.
        """
        return self._only.scores


_ONE = Decoder(ZeroShotClassification)
_LABELS = Decoder(list[Classification])


def encode_zero_shot_classification(
    inputs: str | Sequence[str],
    *,
    candidate_labels: Sequence[str],
    hypothesis_template: str | None = None,
    multi_label: bool | None = None,
    parameters: Mapping[str, object] | None = None,
) -> Payload:
    """Tell how well each of some labels fits a text, or each text of a list.

    Args:
        inputs: A text or a list of at least one text.
        candidate_labels: The labels, at least one. The serverless API of 2023 allowed 10.
        hypothesis_template: A sentence with ``{}`` where a label goes; the model tells how well it follows from the
            text. Default: ``"This example is {}."``.
        multi_label: Whether each label is scored on its own, since several may fit. Default: False.
        parameters: Further parameters, by their wire names.

    Returns:
        The labels of each text, best first; ``labels`` and ``scores`` of it, where the input was one text. Defaults are
        those of transformers 4.51.
    """
    sequences = text_or_list(inputs)
    if sequences == []:
        raise EncodeError("inputs", "expected at least one text")
    return Payload(
        inputs=sequences,
        parameters=merge_parameters(
            parameters,
            candidate_labels=labels("candidate_labels", candidate_labels),
            hypothesis_template=hypothesis(hypothesis_template),
            multi_label=flag("multi_label", multi_label),
        ),
    )


def decode_zero_shot_classification(response: Response) -> ZeroShotClassifications:
    """The labels of each text: ``{"sequence", "labels", "scores"}``, or a list of them, also for one text.

    Of one text, ``[{"label", "score"}, …]`` is read, too, as newer serverless APIs answer.
    """
    inputs = response.payload.inputs
    sequences = cast("list[str]", inputs if isinstance(inputs, list) else [inputs])
    value = json_value(response)
    several = [(value, "$")] if len(sequences) == 1 and _are_labels(value) else parts(value, response)
    return ZeroShotClassifications(
        _one(part, sequence, response, path) for (part, path), sequence in zip(several, sequences, strict=True)
    )


def decode_zero_shot_classification_batch(response: Response) -> list[ZeroShotClassifications]:
    """The labels of several texts, apart."""
    return [ZeroShotClassifications([each]) for each in decode_zero_shot_classification(response)]


def _one(value: JsonValue, sequence: str, response: Response, path: str) -> ZeroShotClassification:
    if isinstance(value, list) and len(value) == 1 and not _are_labels(value):
        value, path = value[0], f"{path}[0]"
    if _are_labels(value):
        found = _LABELS.value(value, response, path=path)
        return ZeroShotClassification(
            sequence, tuple(each.label for each in found), tuple(each.score for each in found)
        )
    one = _ONE.value(value, response, path=path)
    if len(one.labels) != len(one.scores):
        unexpected(
            list(one.scores),
            f"as many scores as labels, which are {len(one.labels)}",
            response,
            path=f"{path}.scores",
        )
    return one


def _are_labels(value: JsonValue) -> bool:
    """Whether it is a list of labels with their scores, of one text."""
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict) and "label" in value[0]


ZERO_SHOT_CLASSIFICATION = Task(
    name="zero-shot-classification",
    domain="nlp",
    encode=encode_zero_shot_classification,
    decode=decode_zero_shot_classification,
    encode_many=stack_texts,
    decode_many=decode_zero_shot_classification_batch,
    example={
        "inputs": "My phone needs to be repaired as soon as possible.",
        "candidate_labels": ["urgent", "not urgent", "phone", "tablet"],
    },
)
