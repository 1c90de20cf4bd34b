"""text-to-image, image-to-image, image-to-text and zero-shot-image-classification."""

from __future__ import annotations

import base64
from typing import Any

from hypothesis import strategies as st

from hfe_tasks import Classification, ImageToTextOutput
from tests.recordings import COMMUNITY, TOOLKIT, Recording
from tests.tasks.case import FLAG, IMAGE, INT, MAPPING, NUMBER, SCORE, TEXT, VALUES, Case, arguments, is_list, rows

WRITTEN = st.fixed_dictionaries({"generated_text": TEXT}, optional={"unknown": VALUES})
LABEL = st.fixed_dictionaries({"label": TEXT, "score": SCORE}, optional={"unknown": VALUES})
LABELS = st.lists(TEXT, min_size=1, max_size=3)
STEPS = INT | st.just(0)
PICTURE = IMAGE.filter(lambda data: data != b"nothing known").map(base64.b64encode).map(bytes.decode)
PICTURES = st.builds(str.__add__, st.sampled_from(["", "data:image/png;base64,"]), PICTURE)

ADDRESS = "an address; hfe sends the image itself"
DATA_URL = "a data URL; hfe sends the same image without its head"
LETTERS = "labels in the address, which the server takes letter by letter"
NOTHING_SENT = "no input; hfe sends nothing for nothing"
SPELLING = "a second spelling of the same input"


def write_image(value: Any, recording: Recording) -> object:
    if isinstance(value, list):
        return [write_image(each, recording) for each in value]
    if not recording.is_json:
        assert value.content_type == recording.headers["content-type"]
        return value.data
    assert value.content_type == "image/png"
    return base64.b64encode(value.data).decode()


def write_texts(value: Any, recording: Recording) -> object:
    def write(output: ImageToTextOutput) -> list[object]:
        return [{"generated_text": each.generated_text} for each in (output, *output.alternatives)]

    return [write(output) for output in value] if is_list(recording.inputs) else write(value)


def write_labels(value: Any, recording: Recording) -> object:
    def write(labels: list[Classification]) -> list[object]:
        return [{"label": label.label, "score": label.score} for label in labels]

    return [write(labels) for labels in value] if is_list(recording.inputs) else write(value)


def image(inputs: Any) -> Any:
    """Images travel in base64 where there are parameters."""
    return base64.b64decode(inputs, validate=True) if isinstance(inputs, str) else inputs


CASES = [
    Case(
        constant="TEXT_TO_IMAGE",
        call={"inputs": "a"},
        arguments=arguments(
            TEXT,
            negative_prompt=TEXT,
            height=INT,
            width=INT,
            num_inference_steps=STEPS,
            guidance_scale=NUMBER,
            seed=STEPS,
            target_size=st.fixed_dictionaries({"width": INT, "height": INT}),
        ),
        answer=PICTURES | st.tuples(PICTURES),
        recordings={(TOOLKIT, "text-to-image"): 13, (COMMUNITY, "text-to-image"): 11},
        write=write_image,
        encoded=21,
        inexpressible={
            f"{TOOLKIT}/text-to-image/s7_prompt_dict": SPELLING,
            f"{COMMUNITY}/text-to-image/e02_bad_json": "no JSON; the server takes any bytes for a text",
            f"{COMMUNITY}/text-to-image/e03_empty_body": "no JSON; the server takes any bytes for a text",
        },
        accept="image/png",
    ),
    Case(
        constant="IMAGE_TO_IMAGE",
        call={"inputs": b"GIF89a"},
        arguments=arguments(
            IMAGE,
            prompt=TEXT,
            negative_prompt=TEXT,
            strength=st.floats(0, 1),
            height=INT,
            width=INT,
            num_inference_steps=STEPS,
            guidance_scale=NUMBER,
            guess_mode=FLAG,
        ),
        answer=PICTURES | st.tuples(PICTURES),
        each=PICTURES,
        recordings={(TOOLKIT, "image-to-image"): 21, (COMMUNITY, "image-to-image"): 4},
        write=write_image,
        item=image,
        encoded=23,
        inexpressible={
            f"{TOOLKIT}/image-to-image/s2_json_http_url": ADDRESS,
            f"{TOOLKIT}/image-to-image/e10_inputs_empty_list": "no input; hfe sends nothing for nothing",
        },
        accept="image/png",
    ),
    Case(
        constant="IMAGE_TO_TEXT",
        call={"inputs": b"GIF89a"},
        arguments=arguments(
            IMAGE, max_new_tokens=INT | st.just(0), generate_kwargs=MAPPING, generation_parameters=MAPPING
        ),
        answer=rows(1, WRITTEN) | WRITTEN | st.tuples(rows(1, WRITTEN)),
        each=rows(1, WRITTEN) | WRITTEN,
        recordings={(TOOLKIT, "image-to-text"): 15},
        write=write_texts,
        item=image,
        encoded=13,
        inexpressible={
            f"{TOOLKIT}/image-to-text/s2_json_data_url": DATA_URL,
            f"{TOOLKIT}/image-to-text/s2_json_http_url": ADDRESS,
        },
    ),
    Case(
        constant="ZERO_SHOT_IMAGE_CLASSIFICATION",
        call={"inputs": b"GIF89a", "candidate_labels": ["cat", "dog"]},
        arguments=st.fixed_dictionaries(
            {"inputs": IMAGE | st.fixed_dictionaries({"image": IMAGE}), "candidate_labels": LABELS},
            optional={
                "hypothesis_template": st.none() | TEXT.map("{} ".__add__),
                "parameters": st.none() | st.just({"x-y": 1}),
            },
        ),
        answer=rows(0, LABEL) | LABEL | st.tuples(rows(1, LABEL)),
        each=rows(1, LABEL),
        recordings={(TOOLKIT, "zero-shot-image-classification"): 19},
        write=write_labels,
        item=image,
        encoded=8,
        inexpressible={
            **{
                f"{TOOLKIT}/zero-shot-image-classification/{name}": LETTERS
                for name in (
                    "s1_raw_accept_json",
                    "s1_raw_image_bmp",
                    "s1_raw_image_jpg",
                    "s1_raw_image_tiff",
                    "s1_raw_predict_path",
                    "s7_raw_query_labels",
                )
            },
            f"{TOOLKIT}/zero-shot-image-classification/e10_inputs_empty_list": NOTHING_SENT,
            f"{TOOLKIT}/zero-shot-image-classification/s2_json_data_url": DATA_URL,
            f"{TOOLKIT}/zero-shot-image-classification/s2_json_http_url": ADDRESS,
            f"{TOOLKIT}/zero-shot-image-classification/s5_inputs_dict": "labels among the inputs",
            f"{TOOLKIT}/zero-shot-image-classification/s9_dict_inputs_only": SPELLING,
        },
    ),
]
