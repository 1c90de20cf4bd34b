"""summarization: a text made short."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

import attrs

from hfe_core import (
    DecodeError,
    Decoder,
    Payload,
    Response,
    Task,
    flag,
    integer,
    merge_parameters,
    number,
    one_of,
    text,
)
from hfe_tasks._alternatives import BestDecoder
from hfe_tasks._results import each_best
from hfe_tasks.nlp._truncation import Truncation

__all__ = [
    "SUMMARIZATION",
    "SummarizationOutput",
    "decode_summarization",
    "decode_summarization_batch",
    "encode_summarization",
]


@attrs.frozen
class SummarizationOutput:
    """A summary.

    Attributes:
        summary_text: Its text.
        alternatives: The further summaries, where ``num_return_sequences`` asked for more than one.
    """

    summary_text: str
    alternatives: tuple[SummarizationOutput, ...] = ()


_FLAT = Decoder(list[SummarizationOutput])
_BEST = BestDecoder(SummarizationOutput)


def encode_summarization(
    inputs: str,
    *,
    clean_up_tokenization_spaces: bool | None = None,
    do_sample: bool | None = None,
    max_length: int | None = None,
    max_new_tokens: int | None = None,
    max_time: float | None = None,
    min_length: int | None = None,
    num_return_sequences: int | None = None,
    repetition_penalty: float | None = None,
    temperature: float | None = None,
    top_k: int | None = None,
    top_p: float | None = None,
    truncation: Truncation | None = None,
    parameters: Mapping[str, object] | None = None,
) -> Payload:
    """Summarize a text.

    Args:
        inputs: The text.
        clean_up_tokenization_spaces: Whether to remove spaces that the tokenizer adds, such as before a full stop.
            Default: the tokenizer's own.
        do_sample: Whether tokens are drawn by chance; False takes the likeliest. Default: the model's own.
        max_length: The longest summary, in tokens, at least 1. Default: the model's own.
        max_new_tokens: The longest summary, in tokens, by the name that newer models prefer. Default: the model's own.
        max_time: Seconds after which to stop. The serverless API allowed 0 to 120. Default: no limit.
        min_length: The shortest summary, in tokens. Default: the model's own.
        num_return_sequences: How many summaries, at least 1. Default: 1.
        repetition_penalty: Above 1 makes repetition less likely; at least 0. The serverless API of 2023 allowed up to 100.
            Default: none.
        temperature: Above 1 makes unlikely tokens likelier; at least 0. The serverless API of 2023 allowed up to 100.
            Default: 1.0.
        top_k: Choose among so many of the likeliest tokens, at least 1. Default: the model's own.
        top_p: Choose among the likeliest tokens whose probabilities add up to this, 0 to 1. Default: the model's own.
        truncation: What happens to a text that is too long for the model: ``"only_first"`` or ``"longest_first"`` cut
            it, ``"do_not_truncate"`` leaves it, which then may fail. Default: ``"do_not_truncate"`` (transformers 4.51).
        parameters: Further parameters, by their wire names. The default container refuses names that it does not know,
            ``generate_kwargs`` among them: parameters of the generation stand beside the others (transformers 4.51).

    Returns:
        The summary; further ones are in its ``alternatives``.
    """
    return Payload(
        inputs=text("inputs", inputs),
        parameters=merge_parameters(
            parameters,
            clean_up_tokenization_spaces=flag("clean_up_tokenization_spaces", clean_up_tokenization_spaces),
            do_sample=flag("do_sample", do_sample),
            max_length=integer("max_length", max_length, minimum=1),
            max_new_tokens=integer("max_new_tokens", max_new_tokens, minimum=0),
            max_time=number("max_time", max_time, minimum=0),
            min_length=integer("min_length", min_length, minimum=0),
            num_return_sequences=integer("num_return_sequences", num_return_sequences, minimum=1),
            repetition_penalty=number("repetition_penalty", repetition_penalty, minimum=0),
            temperature=number("temperature", temperature, minimum=0),
            top_k=integer("top_k", top_k, minimum=1),
            top_p=number("top_p", top_p, minimum=0, maximum=1),
            truncation=one_of("truncation", truncation, get_args(Truncation)),
        ),
    )


def decode_summarization(response: Response) -> SummarizationOutput:
    """The summary of one text: ``[{…}]``, with one object for each of ``num_return_sequences``, or an object."""
    summaries = decode_summarization_batch(response)
    if len(summaries) != 1:
        raise DecodeError(f"the summaries of {len(summaries)} inputs, where that of one was expected")
    return summaries[0]


def decode_summarization_batch(response: Response) -> list[SummarizationOutput]:
    """The summaries of several texts: ``[{…}, …]``, and ``[[{…}, …], …]`` with ``num_return_sequences``."""
    return each_best(_FLAT, _BEST, response)


SUMMARIZATION = Task(
    name="summarization",
    domain="nlp",
    encode=encode_summarization,
    decode=decode_summarization,
    decode_many=decode_summarization_batch,
    example={
        "inputs": "The tower is 324 metres tall, about the same height as an 81-storey building. Its base is square, "
        "measuring 125 metres on each side. It was the first structure in the world to reach 300 metres.",
        "max_length": 20,
    },
)
