"""token-classification: the words of a text that name something, such as persons and places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Literal, TypeAlias, get_args

import attrs

from hfe_core import (
    DecodeError,
    Decoder,
    JsonValue,
    Payload,
    Response,
    Task,
    integer,
    json_value,
    merge_parameters,
    one_of,
    text,
    unexpected,
)
from hfe_tasks._answers import input_count, unnested
from hfe_tasks._parameters import strings
from hfe_tasks._results import parts

__all__ = [
    "TOKEN_CLASSIFICATION",
    "AggregationStrategy",
    "TokenClassificationOutput",
    "decode_token_classification",
    "decode_token_classification_batch",
    "encode_token_classification",
]

AggregationStrategy: TypeAlias = Literal["none", "simple", "first", "average", "max"]
"""How tokens are joined to entities."""


@attrs.frozen
class TokenClassificationOutput:
    """An entity, or one of its tokens: :attr:`label` says of what kind.

    Attributes:
        score: How much the model believes it, 0 to 1; NaN if the model computed NaN.
        word: The text of the entity, as the tokenizer writes it: lower case, or with ``##`` before the rest of a word,
            where the model has it so.
        start: Where it begins: index of its first character in the text. None from slow tokenizers.
        end: Where it ends: index behind its last character. None from slow tokenizers.
        entity_group: The kind of an entity, such as ``"PER"``; None with the strategy ``"none"``.
        entity: The label of a token, such as ``"B-PER"``; None with any other strategy.
        index: Which token of the text it is; None with any strategy but ``"none"``.
    """

    score: float
    word: str
    start: int | None = None
    end: int | None = None
    entity_group: str | None = None
    entity: str | None = None
    index: int | None = None

    @property
    def label(self) -> str:
        """``entity_group`` or ``entity``, whichever is there. Every entity that is decoded has one of them."""
        return self.entity or "" if self.entity_group is None else self.entity_group


_ENTITIES = Decoder(list[TokenClassificationOutput])
_ENTITY = Decoder(TokenClassificationOutput)


def encode_token_classification(
    inputs: str,
    *,
    aggregation_strategy: AggregationStrategy | None = None,
    ignore_labels: Sequence[str] | None = None,
    stride: int | None = None,
    parameters: Mapping[str, object] | None = None,
) -> Payload:
    """Find the words of a text that name something.

    Args:
        inputs: The text.
        aggregation_strategy: How tokens are joined to entities: ``"none"`` gives each token; ``"simple"`` joins
            neighbours of one kind; ``"first"``, ``"average"`` and ``"max"`` keep words whole, too, each with the label
            of its first token, of the best average, or of the best token (fast tokenizers only). Default: ``"none"``
            (default container), ``"simple"`` (serverless API).
        ignore_labels: Labels that are left out; an empty list leaves out none. Default: ``["O"]``, which says that a
            token names nothing.
        stride: Tokens by which the pieces of a long text overlap (fast tokenizers only). Default: a text that is too
            long is cut.
        parameters: Further parameters, by their wire names.

    Returns:
        The entities, in the order of the text; empty if there are none. Defaults are those of transformers 4.51.
    """
    return Payload(
        inputs=text("inputs", inputs),
        parameters=merge_parameters(
            parameters,
            aggregation_strategy=one_of("aggregation_strategy", aggregation_strategy, get_args(AggregationStrategy)),
            ignore_labels=None if ignore_labels is None else strings("ignore_labels", ignore_labels),
            stride=integer("stride", stride, minimum=0),
        ),
    )


def decode_token_classification(response: Response) -> list[TokenClassificationOutput]:
    """The entities of one text: ``[{…}, …]``, or an object for a single one."""
    if (count := input_count(response.payload.inputs)) != 1:
        raise DecodeError(f"the entities of {count} inputs, where those of one were expected")
    found = _ENTITIES.quick(response)
    if found is None:
        return _entities(json_value(response), response)
    return _all_labelled(found, response, "$")


def decode_token_classification_batch(response: Response) -> list[list[TokenClassificationOutput]]:
    """The entities of several texts: a list for each, also for a list of one text (transformers 4.51)."""
    if input_count(response.payload.inputs) == 1:
        return [decode_token_classification(response)]
    batch: list[list[TokenClassificationOutput]] = []
    for part, path in parts(json_value(response), response):
        if not isinstance(part, list):
            unexpected(part, "a list of entities for each input", response, path=path)
        batch.append(_entities(part, response, path))
    return batch


def _entities(value: JsonValue, response: Response, path: str = "$") -> list[TokenClassificationOutput]:
    if isinstance(value, dict):
        return [_labelled(_ENTITY.value(value, response, path=path), response, path)]
    value, path = unnested(value, path)
    return _all_labelled(_ENTITIES.value(value, response, path=path), response, path)


_group_of = attrgetter("entity_group")


def _all_labelled(
    found: list[TokenClassificationOutput], response: Response, path: str
) -> list[TokenClassificationOutput]:
    if None in map(_group_of, found):
        for index, each in enumerate(found):
            _labelled(each, response, f"{path}[{index}]")
    return found


def _labelled(entity: TokenClassificationOutput, response: Response, path: str) -> TokenClassificationOutput:
    if entity.entity_group is None and entity.entity is None:
        raise DecodeError("expected the field 'entity_group' or 'entity'", path=path, request_id=response.request_id)
    return entity


TOKEN_CLASSIFICATION = Task(
    name="token-classification",
    domain="nlp",
    encode=encode_token_classification,
    decode=decode_token_classification,
    decode_many=decode_token_classification_batch,
    example={"inputs": "My name is Wolfgang and I live in Berlin.", "aggregation_strategy": "simple"},
)
