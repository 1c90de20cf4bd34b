"""translation: a text in another language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

import attrs

from hfe_core import Decoder, Payload, Response, Task, flag, integer, merge_parameters, one_of, optional_text
from hfe_tasks._alternatives import BestDecoder
from hfe_tasks._parameters import mapping
from hfe_tasks._results import Results, each_best, stack_texts, text_or_list
from hfe_tasks.nlp._truncation import Truncation

__all__ = [
    "TRANSLATION",
    "Translation",
    "Translations",
    "decode_translation",
    "decode_translation_batch",
    "encode_translation",
]


@attrs.frozen
class Translation:
    """A translation of one text.

    Attributes:
        translation_text: The text in the other language.
        alternatives: The further translations of it, where ``num_return_sequences`` asked for more than one.
    """

    translation_text: str
    alternatives: tuple[Translation, ...] = ()


class Translations(Results[Translation]):
    """The translations of the texts of one call, one for each, in their order: a tuple of :class:`Translation`.

    Of one text, ``translation_text`` is the translation itself.
    """

    __slots__ = ()

    @property
    def translation_text(self) -> str:
        """The translation of the only text.

        Raises:
            ValueError: There was not exactly one text.
        """
        return self._only.translation_text


_FLAT = Decoder(list[Translation])
_BEST = BestDecoder(Translation)


def encode_translation(
    inputs: str | Sequence[str],
    *,
    src_lang: str | None = None,
    tgt_lang: str | None = None,
    clean_up_tokenization_spaces: bool | None = None,
    do_sample: bool | None = None,
    generate_kwargs: Mapping[str, object] | None = None,
    generation_parameters: Mapping[str, object] | None = None,
    max_length: int | None = None,
    max_new_tokens: int | None = None,
    num_return_sequences: int | None = None,
    truncation: Truncation | None = None,
    parameters: Mapping[str, object] | None = None,
) -> Payload:
    """Translate a text, or each text of a list.

    Args:
        inputs: A text or a list of texts.
        src_lang: The language of the texts, by the model's own code, such as ``"eng_Latn"`` (NLLB), ``"en_XX"`` (mBART)
            or ``"en"`` (M2M100). Models of many languages need it; models of one pair of languages ignore it.
        tgt_lang: The language to translate to, by the model's own code, such as ``"fra_Latn"`` (NLLB).
        clean_up_tokenization_spaces: Whether to remove spaces that the tokenizer adds, such as before a full stop.
            Default: the tokenizer's own.
        do_sample: Whether tokens are drawn by chance; False takes the likeliest. Default: the model's own.
        generate_kwargs: Further parameters of the generation, by their names (huggingface-inference-toolkit 0.5.6).
        generation_parameters: Further parameters of the generation, as ``generate_kwargs``, which is its other name
            (huggingface-inference-toolkit 0.5.6).
        max_length: The longest translation, in tokens, at least 1. Default: the model's own.
        max_new_tokens: The longest translation, in tokens, by the name that newer models prefer. Default: the
            model's own.
        num_return_sequences: How many translations of each text, at least 1. Default: 1.
        truncation: What happens to a text that is too long for the model: ``"only_first"`` or ``"longest_first"`` cut
            it, ``"do_not_truncate"`` leaves it, which then may fail. Default: ``"do_not_truncate"`` (transformers 4.51).
        parameters: Further parameters, by their wire names.

    Returns:
        One translation for each text; ``translation_text`` of it, where the input was one text.
    """
    return Payload(
        inputs=text_or_list(inputs),
        parameters=merge_parameters(
            parameters,
            src_lang=optional_text("src_lang", src_lang),
            tgt_lang=optional_text("tgt_lang", tgt_lang),
            clean_up_tokenization_spaces=flag("clean_up_tokenization_spaces", clean_up_tokenization_spaces),
            do_sample=flag("do_sample", do_sample),
            generate_kwargs=mapping("generate_kwargs", generate_kwargs),
            generation_parameters=mapping("generation_parameters", generation_parameters),
            max_length=integer("max_length", max_length, minimum=1),
            max_new_tokens=integer("max_new_tokens", max_new_tokens, minimum=0),
            num_return_sequences=integer("num_return_sequences", num_return_sequences, minimum=1),
            truncation=one_of("truncation", truncation, get_args(Truncation)),
        ),
    )


def decode_translation(response: Response) -> Translations:
    """The translations: ``[{…}, …]``, one for each text.

    With ``num_return_sequences``, ``[{…}, …]`` are those of one text, and ``[[{…}, …], …]`` those of a list.
    """
    return Translations(each_best(_FLAT, _BEST, response))


def decode_translation_batch(response: Response) -> list[Translations]:
    """The translations of several texts, apart."""
    return [Translations([each]) for each in decode_translation(response)]


TRANSLATION = Task(
    name="translation",
    domain="nlp",
    encode=encode_translation,
    decode=decode_translation,
    encode_many=stack_texts,
    decode_many=decode_translation_batch,
    example={"inputs": "My name is Wolfgang and I live in Berlin.", "src_lang": "eng_Latn", "tgt_lang": "fra_Latn"},
)
