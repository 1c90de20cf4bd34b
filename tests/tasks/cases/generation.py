"""fill-mask, text-generation and feature-extraction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from hfe_tasks import MaskFill, TextGenerationOutput
from tests.recordings import COMMUNITY, TOOLKIT, Recording
from tests.tasks.case import (
    ANY_NUMBER,
    FLAG,
    INT,
    MAPPING,
    MESSAGES,
    NUMBER,
    SCORE,
    TEXT,
    Case,
    arguments,
    is_list,
    rows,
)

FILL = st.fixed_dictionaries({"score": SCORE, "token": st.integers(), "token_str": TEXT, "sequence": TEXT})
WRITTEN = st.fixed_dictionaries({"generated_text": TEXT | MESSAGES}, optional={"details": st.none() | MAPPING})
VECTOR = st.lists(st.none() | ANY_NUMBER, min_size=1, max_size=3)
EMBEDDING = VECTOR | st.lists(VECTOR, min_size=1, max_size=2) | st.lists(st.lists(VECTOR, max_size=2), max_size=2)
GENERATION = {
    "do_sample": FLAG,
    "max_new_tokens": INT | st.just(0),
    "max_time": NUMBER,
    "repetition_penalty": NUMBER,
    "return_full_text": FLAG,
    "seed": INT | st.just(0),
    "stop": st.lists(TEXT, min_size=1, max_size=2),
    "temperature": NUMBER,
    "top_k": INT,
    "top_p": st.floats(0, 1),
    "truncate": INT,
    "num_return_sequences": INT,
}


def write_fills(value: Any, recording: Recording) -> object:
    def write(fills: Sequence[MaskFill]) -> list[object]:
        masks: list[list[object]] = [[] for _ in range(1 + max(fill.mask for fill in fills))]
        for fill in fills:
            masks[fill.mask].append(
                {"score": fill.score, "token": fill.token, "token_str": fill.token_str, "sequence": fill.sequence}
            )
        return masks[0] if len(masks) == 1 else list[object](masks)

    if not is_list(recording.inputs):
        return write(value)
    lists = [write(fills) for fills in value]
    return lists[0] if len(lists) == 1 else lists


def write_texts(value: Any, recording: Recording) -> object:
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

    return [write(output) for output in value] if is_list(recording.inputs) else write(value)


def write_features(value: Any, recording: Recording) -> object:
    lists = [features.values for features in value] if isinstance(value, list) else value.values
    return {"embeddings": lists} if recording.task == "sentence-embeddings" else lists


CASES = [
    Case(
        constant="FILL_MASK",
        call={"inputs": "a"},
        arguments=arguments(TEXT, top_k=INT, targets=TEXT | st.lists(TEXT, min_size=1, max_size=3)),
        answer=rows(0, FILL) | rows(1, rows(1, FILL)) | FILL,
        each=rows(0, FILL) | rows(1, rows(1, FILL)),
        recordings={(TOOLKIT, "fill-mask"): 10},
        write=write_fills,
        encoded=9,
        inexpressible={f"{TOOLKIT}/fill-mask/e10_inputs_empty_list": "no input; hfe sends nothing for nothing"},
    ),
    Case(
        constant="TEXT_GENERATION",
        call={"inputs": "a"},
        arguments=arguments(TEXT | MESSAGES, **GENERATION),
        answer=rows(1, WRITTEN) | st.fixed_dictionaries({"generated_text": TEXT}) | st.tuples(rows(1, WRITTEN)),
        each=rows(1, WRITTEN),
        recordings={
            (TOOLKIT, "conversational"): 5,
            (TOOLKIT, "text-generation"): 11,
            (COMMUNITY, "text-generation"): 7,
        },
        write=write_texts,
        encoded=22,
        inexpressible={f"{COMMUNITY}/text-generation/s3_raw": "without the key `inputs`"},
    ),
    Case(
        constant="FEATURE_EXTRACTION",
        call={"inputs": "a"},
        arguments=arguments(TEXT | st.lists(TEXT, max_size=3), normalize=FLAG, truncate=FLAG, prompt_name=TEXT),
        answer=EMBEDDING | st.fixed_dictionaries({"embeddings": EMBEDDING}),
        each=VECTOR,
        recordings={
            (TOOLKIT, "feature-extraction"): 6,
            (TOOLKIT, "sentence-embeddings"): 9,
            (COMMUNITY, "feature-extraction_docker-sentence_transformers"): 8,
        },
        write=write_features,
        encoded=20,
        beside=("normalize", "truncate", "prompt_name"),
        inexpressible={
            f"{TOOLKIT}/sentence-embeddings/e50_normalize": "the parameter stands beside the inputs, too, for TEI",
            **{
                f"{COMMUNITY}/feature-extraction_docker-sentence_transformers/{name}": "no JSON; the server takes any bytes"
                for name in ("e02_bad_json", "e03_empty_body")
            },
        },
    ),
]
