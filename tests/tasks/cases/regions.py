"""image-segmentation and object-detection."""

from __future__ import annotations

import base64
from typing import Any

import attrs
from hypothesis import strategies as st

from hfe_tasks import DetectedObject, ImageSegment
from tests.recordings import TOOLKIT, Recording
from tests.tasks.case import ANY_NUMBER, IMAGE, NUMBER, SCORE, TEXT, VALUES, Case, arguments, is_list, rows
from tests.tasks.cases.classification import image

SHARE = st.floats(0, 1) | st.integers(0, 1)
MASK = st.sampled_from([b"\x89PNG\r\n\x1a\n", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"]).map(
    lambda data: base64.b64encode(data).decode()
)
SEGMENT = st.fixed_dictionaries({"label": TEXT, "mask": MASK}, optional={"score": SCORE, "unknown": VALUES})
BOX = st.fixed_dictionaries(dict.fromkeys(("xmin", "ymin", "xmax", "ymax"), ANY_NUMBER))
OBJECT = st.fixed_dictionaries({"label": TEXT, "score": SCORE, "box": BOX}, optional={"unknown": VALUES})


def write_segments(value: Any, recording: Recording) -> object:
    def write(segments: list[ImageSegment]) -> list[object]:
        assert all(segment.mask.content_type == "image/png" for segment in segments)
        return [
            {"score": segment.score, "label": segment.label, "mask": base64.b64encode(segment.mask.data).decode()}
            for segment in segments
        ]

    return list(map(write, value)) if is_list(recording.inputs) else write(value)


def write_objects(value: Any, recording: Recording) -> object:
    def write(objects: list[DetectedObject]) -> list[object]:
        return [{"score": each.score, "label": each.label, "box": attrs.asdict(each.box)} for each in objects]

    return list(map(write, value)) if is_list(recording.inputs) else write(value)


ADDRESS = "an address; hfe sends the image itself"
DATA_URL = "a second spelling of the same input"
NOTHING = "no input; hfe sends nothing for nothing"
CASES = [
    Case(
        constant="IMAGE_SEGMENTATION",
        call={"inputs": b"GIF89a"},
        arguments=arguments(
            IMAGE,
            subtask=st.sampled_from(["semantic", "instance", "panoptic"]),
            threshold=SHARE,
            mask_threshold=SHARE,
            overlap_mask_area_threshold=SHARE,
        ),
        answer=rows(0, SEGMENT) | st.tuples(rows(0, SEGMENT)),
        each=rows(0, SEGMENT),
        recordings={(TOOLKIT, "image-segmentation"): 14, (TOOLKIT, "image-segmentation_panoptic"): 17},
        write=write_segments,
        item=image,
        encoded=26,
        inexpressible={
            f"{TOOLKIT}/image-segmentation/e10_inputs_empty_list": NOTHING,
            f"{TOOLKIT}/image-segmentation/s2_json_data_url": DATA_URL,
            f"{TOOLKIT}/image-segmentation_panoptic/e10_inputs_empty_list": NOTHING,
            f"{TOOLKIT}/image-segmentation_panoptic/s2_json_data_url": DATA_URL,
            f"{TOOLKIT}/image-segmentation_panoptic/s2_json_http_url": ADDRESS,
        },
    ),
    Case(
        constant="OBJECT_DETECTION",
        call={"inputs": b"GIF89a"},
        arguments=arguments(IMAGE, threshold=NUMBER),
        answer=rows(0, OBJECT) | st.tuples(rows(0, OBJECT)),
        each=rows(0, OBJECT),
        recordings={(TOOLKIT, "object-detection"): 14},
        write=write_objects,
        item=image,
        encoded=11,
        inexpressible={
            f"{TOOLKIT}/object-detection/e10_inputs_empty_list": NOTHING,
            f"{TOOLKIT}/object-detection/s2_json_data_url": DATA_URL,
            f"{TOOLKIT}/object-detection/s2_json_http_url": ADDRESS,
        },
    ),
]
