"""summarization, translation, token-classification and zero-shot-classification."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from hypothesis import strategies as st

from hfe_tasks import (
    SummarizationOutput,
    TokenClassificationOutput,
    Translation,
    ZeroShotClassification,
)
from tests.recordings import COMMUNITY, TOOLKIT, Recording
from tests.tasks.case import FLAG, INT, MAPPING, NUMBER, OTHERS, SCORE, TEXT, Case, arguments, is_list, rows

SUMMARY = st.fixed_dictionaries({"summary_text": TEXT})
TRANSLATED = st.fixed_dictionaries({"translation_text": TEXT})
PLACE = st.none() | st.integers(0, 10**6)
NAMED = {"score": SCORE, "word": TEXT, "start": PLACE, "end": PLACE}
ENTITY = st.fixed_dictionaries({**NAMED, "entity_group": TEXT}) | st.fixed_dictionaries(
    {**NAMED, "entity": TEXT, "index": st.integers(0, 512)}
)
SCORED = st.lists(st.tuples(TEXT, SCORE), max_size=3)
ZERO_SHOT = st.builds(
    lambda sequence, scored: {
        "sequence": sequence,
        "labels": [label for label, _ in scored],
        "scores": [score for _, score in scored],
    },
    TEXT,
    SCORED,
)
LABELS = rows(1, st.fixed_dictionaries({"label": TEXT, "score": SCORE}))
TRUNCATION = st.sampled_from(["do_not_truncate", "longest_first", "only_first", "only_second"])
GENERATION = {
    "clean_up_tokenization_spaces": FLAG,
    "do_sample": FLAG,
    "max_length": INT,
    "max_new_tokens": INT | st.just(0),
    "num_return_sequences": INT,
    "truncation": TRUNCATION,
}
NOTHING_FOR_NOTHING = "no input; hfe sends nothing for nothing"


def write_texts(texts: Sequence[Sequence[object]], recording: Recording) -> object:
    """The texts made of each input, as transformers nests them."""
    if not is_list(recording.inputs):
        (only,) = texts
        return list(only)
    if recording.parameters.get("num_return_sequences", 1) > 1:
        return [list(each) for each in texts]
    assert all(len(each) == 1 for each in texts)
    return [each[0] for each in texts]


def write_summaries(value: Any, recording: Recording) -> object:
    outputs: Iterable[SummarizationOutput] = value if is_list(recording.inputs) else [value]
    return write_texts(
        [[{"summary_text": each.summary_text} for each in (output, *output.alternatives)] for output in outputs],
        recording,
    )


def write_translations(value: Sequence[Translation], recording: Recording) -> object:
    return write_texts(
        [[{"translation_text": each.translation_text} for each in (output, *output.alternatives)] for output in value],
        recording,
    )


def write_entities(value: Any, recording: Recording) -> object:
    def one(entity: TokenClassificationOutput) -> object:
        written: dict[str, object] = {
            "score": entity.score,
            "word": entity.word,
            "start": entity.start,
            "end": entity.end,
        }
        if recording.parameters.get("aggregation_strategy", "none") == "none":
            assert entity.entity_group is None
            return {**written, "entity": entity.label, "index": entity.index}
        assert (entity.entity, entity.index) == (None, None)
        return {**written, "entity_group": entity.label}

    return [list(map(one, entities)) for entities in value] if is_list(recording.inputs) else list(map(one, value))


def write_labels(value: Sequence[ZeroShotClassification], recording: Recording) -> object:
    written = [{"sequence": each.sequence, "labels": list(each.labels), "scores": list(each.scores)} for each in value]
    return written if is_list(recording.inputs) else written[0]


ZERO_SHOT_FILE = f"{TOOLKIT}/zero-shot-classification"
CASES = [
    Case(
        constant="SUMMARIZATION",
        call={"inputs": "a"},
        arguments=arguments(
            TEXT,
            **GENERATION,
            max_time=NUMBER,
            min_length=INT | st.just(0),
            repetition_penalty=NUMBER,
            temperature=NUMBER,
            top_k=INT,
            top_p=st.floats(0, 1),
        ),
        answer=rows(1, SUMMARY) | SUMMARY | st.tuples(rows(1, SUMMARY)),
        each=SUMMARY | rows(1, SUMMARY),
        recordings={(TOOLKIT, "summarization"): 11},
        write=write_summaries,
        encoded=10,
        inexpressible={f"{TOOLKIT}/summarization/e10_inputs_empty_list": NOTHING_FOR_NOTHING},
    ),
    Case(
        constant="TOKEN_CLASSIFICATION",
        call={"inputs": "a"},
        arguments=arguments(
            TEXT,
            aggregation_strategy=st.sampled_from(["none", "simple", "first", "average", "max"]),
            ignore_labels=rows(0, TEXT),
            stride=INT | st.just(0),
        ),
        answer=rows(0, ENTITY) | ENTITY | st.tuples(rows(0, ENTITY)),
        each=rows(0, ENTITY),
        recordings={(TOOLKIT, "token-classification"): 6, (TOOLKIT, "token-classification_slow-tokenizer"): 6},
        write=write_entities,
        encoded=12,
    ),
    Case(
        constant="TRANSLATION",
        call={"inputs": "a"},
        arguments=arguments(
            TEXT | st.lists(TEXT, max_size=3),
            **GENERATION,
            src_lang=TEXT,
            tgt_lang=TEXT,
            generate_kwargs=MAPPING,
            generation_parameters=MAPPING,
        ),
        answer=rows(1, TRANSLATED) | TRANSLATED | st.tuples(rows(1, TRANSLATED)),
        each=TRANSLATED | rows(1, TRANSLATED),
        recordings={(TOOLKIT, "translation"): 13, (TOOLKIT, "translation_nllb"): 11},
        write=write_translations,
        is_many=lambda _: False,  # a list of texts is one call
        encoded=24,
    ),
    Case(
        constant="ZERO_SHOT_CLASSIFICATION",
        call={"inputs": "a", "candidate_labels": ["b", "c"]},
        arguments=st.fixed_dictionaries(
            {"inputs": TEXT | rows(1, TEXT), "candidate_labels": rows(1, TEXT)},
            optional={
                "hypothesis_template": st.none() | TEXT.map("{} ".__add__),
                "multi_label": st.none() | FLAG,
                "parameters": st.none() | OTHERS,
            },
        ),
        answer=ZERO_SHOT | st.tuples(ZERO_SHOT) | LABELS | st.tuples(LABELS),
        each=ZERO_SHOT | LABELS,
        recordings={(TOOLKIT, "zero-shot-classification"): 10, (COMMUNITY, "zero-shot-classification"): 1},
        write=write_labels,
        is_many=lambda _: False,
        encoded=7,
        inexpressible={
            f"{ZERO_SHOT_FILE}/s4_candidateLabels": "a second spelling of the parameter",
            f"{ZERO_SHOT_FILE}/s5_labels_comma_string": "labels in one str, which hfe refuses",
            f"{ZERO_SHOT_FILE}/s6_inputs_text_dict": "a second spelling of the same input",
            f"{COMMUNITY}/zero-shot-classification/s3_labels_string": "labels in one str, which hfe refuses",
        },
    ),
]
