"""fill-mask: what may stand where a text says ``[MASK]``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from hfe_core import (
    Decoder,
    JsonValue,
    Payload,
    Response,
    Task,
    integer,
    json_value,
    merge_parameters,
    text,
    texts,
)
from hfe_tasks._answers import check_one, input_count, items

__all__ = ["FILL_MASK", "MaskFill", "decode_fill_mask", "decode_fill_mask_batch", "encode_fill_mask"]


@attrs.frozen
class MaskFill:
    """One way to fill a mask.

    Attributes:
        score: Its probability, 0 to 1.
        token: The token's id in the model's vocabulary.
        token_str: The token as text.
        sequence: The whole text with the mask filled; where it has several masks, with this one filled.
        mask: Which mask this fills, from 0, in the order of the text.
    """

    score: float
    token: int
    token_str: str
    sequence: str
    mask: int = 0


_ONE = Decoder(MaskFill)
_FLAT = Decoder(list[MaskFill])
_NESTED = Decoder(list[list[MaskFill]])


def encode_fill_mask(
    inputs: str,
    *,
    top_k: int | None = None,
    targets: Sequence[str] | str | None = None,
    parameters: Mapping[str, object] | None = None,
) -> Payload:
    """Predict the tokens that fill the mask in a text.

    Args:
        inputs: A text with the model's mask token, ``[MASK]`` or ``<mask>``, once or several times.
        top_k: How many fills for each mask, at least 1. Default: 5 (transformers 4.51).
        targets: Fill with these words only, scored among each other and the rest of the vocabulary; a word the model
            does not know is replaced by its first token.
        parameters: Further parameters, by their wire names.

    Returns:
        The fills, best first; those of the first mask before those of the second.
    """
    return Payload(
        inputs=text("inputs", inputs),
        parameters=merge_parameters(
            parameters, top_k=integer("top_k", top_k, minimum=1), targets=texts("targets", targets)
        ),
    )


def decode_fill_mask(response: Response) -> list[MaskFill]:
    """The fills of one text: ``[{…}]`` or an object for one mask, ``[[{…}], [{…}]]`` for several (transformers 4.51)."""
    check_one(response)
    found = _FLAT.quick(response)
    return _fills(json_value(response), response) if found is None else found


def decode_fill_mask_batch(response: Response) -> list[list[MaskFill]]:
    """The fills of several texts. A list of one text is answered like the text itself (transformers 4.51)."""
    value = json_value(response)
    if input_count(response.payload.inputs) == 1:
        return [_fills(value, response)]
    return [_fills(item, response, path) for item, path in items(value, response)]


def _fills(value: JsonValue, response: Response, path: str = "$") -> list[MaskFill]:
    if isinstance(value, dict):
        return [_ONE.value(value, response, path=path)]
    if not (isinstance(value, list) and value and isinstance(value[0], list)):
        return _FLAT.value(value, response, path=path)
    masks = _NESTED.value(value, response, path=path)
    return [attrs.evolve(fill, mask=index) for index, fills in enumerate(masks) for fill in fills]


FILL_MASK = Task(
    name="fill-mask",
    domain="nlp",
    encode=encode_fill_mask,
    decode=decode_fill_mask,
    decode_many=decode_fill_mask_batch,
    example={"inputs": "Paris is the [MASK] of France.", "top_k": 3},
)
