"""text-classification, image-classification and tabular-classification."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from hfe_tasks import Classification
from tests.recordings import COMMUNITY, TOOLKIT, Recording
from tests.tasks.case import ANY_NUMBER, IMAGE, INT, SCORE, TEXT, VALUES, Case, arguments, is_list, rows

APPLY = st.sampled_from(["sigmoid", "softmax", "none"])
LABEL = st.fixed_dictionaries({"label": TEXT, "score": SCORE}, optional={"unknown": VALUES})
TABLE = st.integers(0, 3).flatmap(
    lambda length: st.dictionaries(
        TEXT,
        st.lists(st.none() | TEXT | st.integers() | st.floats(), min_size=length, max_size=length),
        min_size=1,
        max_size=3,
    )
)


def write_classifications(value: Any, recording: Recording) -> object:
    def write(labels: Sequence[Classification]) -> list[object]:
        return [{"label": label.label, "score": label.score} for label in labels]

    if not is_list(recording.inputs):
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


def image(inputs: Any) -> Any:
    """Images travel in base64 where there are parameters."""
    return base64.b64decode(inputs, validate=True) if isinstance(inputs, str) else inputs


SKLEARN = f"{COMMUNITY}/text-classification_docker-sklearn"
CASES = [
    Case(
        constant="TEXT_CLASSIFICATION",
        call={"inputs": "a"},
        arguments=arguments(
            TEXT | st.fixed_dictionaries({"text": TEXT, "text_pair": TEXT}), top_k=INT, function_to_apply=APPLY
        ),
        answer=rows(0, LABEL) | LABEL | st.tuples(rows(1, LABEL)),
        each=rows(1, LABEL),
        recordings={
            (TOOLKIT, "_protocol_text-classification"): 5,
            (TOOLKIT, "text-classification"): 13,
            (TOOLKIT, "text-classification_multi-label"): 8,
            (COMMUNITY, "text-classification_docker-sklearn"): 9,
        },
        write=write_classifications,
        encoded=31,
        inexpressible={
            f"{SKLEARN}/s2_raw_string_json": "without the key `inputs`",
            f"{SKLEARN}/s4_number_body": "no text at all",
            f"{SKLEARN}/e02_bad_json": "no JSON; the server takes any bytes for a text",
            f"{SKLEARN}/e03_empty_body": "no JSON; the server takes any bytes for a text",
        },
    ),
    Case(
        constant="IMAGE_CLASSIFICATION",
        call={"inputs": b"GIF89a"},
        arguments=arguments(IMAGE, top_k=INT, function_to_apply=APPLY),
        answer=rows(0, LABEL) | LABEL | st.tuples(rows(1, LABEL)),
        each=rows(1, LABEL),
        recordings={(TOOLKIT, "image-classification"): 13},
        write=write_classifications,
        item=image,
        encoded=11,
        inexpressible={
            f"{TOOLKIT}/image-classification/s8_inputs_dict_inputs": "a second spelling of the same input",
            f"{TOOLKIT}/image-classification/e10_inputs_empty_list": "no input; hfe sends nothing for nothing",
        },
    ),
    Case(
        constant="TABULAR_CLASSIFICATION",
        call={"inputs": {"data": {"a": [1, 2]}}},
        arguments=arguments(st.fixed_dictionaries({"data": TABLE}) | TABLE),
        answer=st.lists(TEXT, min_size=2, max_size=2) | st.lists(ANY_NUMBER, min_size=2, max_size=2),
        recordings={(COMMUNITY, "tabular-classification_docker-sklearn"): 5},
        write=lambda value, _: value,
        encoded=4,
        inexpressible={
            f"{COMMUNITY}/tabular-classification_docker-sklearn/c09_bare_inputs_no_wrapper": "without the key `inputs`"
        },
    ),
]
