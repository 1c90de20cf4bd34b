"""Parts of images and things in them: shapes beyond those recorded, wrong ones with their places, wrong arguments."""

from __future__ import annotations

import base64
import json
import math

import pytest

from hfe_core import DecodeError, EncodeError, Image, Options, StatusError, Task
from hfe_core.payload import stack
from hfe_core.testing import Reply, fake_client, response_for
from hfe_tasks import IMAGE_SEGMENTATION, OBJECT_DETECTION, BoundingBox, DetectedObject, ImageSegment
from tests.recordings import TOOLKIT, get

GIF = b"GIF89a"
PNG = b"\x89PNG\r\n\x1a\n"
PNG64 = base64.b64encode(PNG).decode()
BOX = {"xmin": -20, "ymin": 24, "xmax": 20, "ymax": 72}
CAT = {"score": 0.5, "label": "cat", "box": BOX}
A_CAT = DetectedObject("cat", 0.5, BoundingBox(-20, 24, 20, 72))
SKY = {"score": None, "label": "sky", "mask": PNG64}
A_SKY = ImageSegment("sky", Image(PNG, "image/png"))
BOTH = [(OBJECT_DETECTION, CAT, A_CAT), (IMAGE_SEGMENTATION, SKY, A_SKY)]


def one(task: Task, answer: object):
    return task.decode(response_for(task.encode(GIF), Reply(answer)))


def many(task: Task, count: int, answer: object):
    return task.decode_many(response_for(stack([task.encode(GIF)] * count), Reply(answer)))


def wrong(decode, *arguments: object) -> str:
    with pytest.raises(DecodeError) as caught:
        decode(*arguments)
    return caught.value.path


@pytest.mark.parametrize(("task", "wire", "value"), BOTH)
class TestNesting:
    def test_one_image(self, task, wire, value):
        assert one(task, [wire, wire]) == one(task, [[wire, wire]]) == [value, value]
        assert one(task, []) == one(task, [[]]) == []

    def test_several_images(self, task, wire, value):
        assert many(task, 2, [[wire], []]) == [[value], []]
        assert many(task, 1, [[wire]]) == [[value]]

    def test_several_images_are_never_taken_for_one(self, task, wire, value):
        assert wrong(one, task, [[wire], [wire]]) == "$[0]"
        assert wrong(many, task, 2, [wire, wire]) == "$[0]"

    def test_fields_of_later_servers(self, task, wire, value):
        assert one(task, [{**wire, "area": [1], "id": None}]) == [value]

    def test_places_of_mistakes(self, task, wire, value):
        assert wrong(one, task, {}) == "$"
        assert wrong(one, task, wire) == "$"
        assert wrong(one, task, [wire, {**wire, "label": 3}]) == "$[1].label"
        assert wrong(one, task, [[wire, {**wire, "label": None}]]) == "$[0][1].label"
        assert wrong(many, task, 2, [[wire], [wire, None]]) == "$[1][1]"

    def test_an_error_that_came_with_200(self, task, wire, value):
        with pytest.raises(StatusError, match="no image left"):
            one(task, {"error": "no image left"})


class TestBoxes:
    def test_numbers_are_kept_as_written(self):
        found = one(OBJECT_DETECTION, [{**CAT, "box": {"xmin": -0.5, "ymin": 1.0, "xmax": 2, "ymax": 10**20}}])[0].box
        assert [repr(side) for side in (found.xmin, found.ymin, found.xmax, found.ymax)] == [
            "-0.5",
            "1.0",
            "2",
            str(10**20),
        ]

    def test_a_score_of_nan(self):
        assert math.isnan(one(OBJECT_DETECTION, [{**CAT, "score": None}])[0].score)

    @pytest.mark.parametrize(
        ("item", "path"),
        [
            ({**CAT, "box": None}, "$[0].box"),
            ({**CAT, "box": [1, 2, 3, 4]}, "$[0].box"),
            ({**CAT, "box": {**BOX, "ymax": "72"}}, "$[0].box.ymax"),
            ({**CAT, "box": {**BOX, "ymin": None}}, "$[0].box.ymin"),
            ({**CAT, "box": {**BOX, "xmax": True}}, "$[0].box.xmax"),
            ({**CAT, "box": {"xmin": 1, "ymin": 2, "xmax": 3}}, "$[0].box"),
            ({**CAT, "score": "0.5"}, "$[0].score"),
            ({"label": "cat", "score": 0.5}, "$[0]"),
        ],
    )
    def test_places_of_mistakes(self, item, path):
        assert wrong(one, OBJECT_DETECTION, [item]) == path
        assert wrong(many, OBJECT_DETECTION, 2, [[CAT], [CAT, item]]) == path.replace("$[0]", "$[1][1]")


class TestMasks:
    def test_a_mask_is_an_image(self):
        recording = get(TOOLKIT, "image-segmentation", "c05_accept_star")
        segments = IMAGE_SEGMENTATION.decode(recording.response)
        assert [segment.label for segment in segments] == ["sky", "grass", "tiger", "road"]
        assert {segment.score for segment in segments} == {None}
        pytest.importorskip("PIL")
        masks = [segment.mask.to_pil() for segment in segments]
        assert {(mask.mode, mask.size) for mask in masks} == {("L", (64, 48))}
        assert set(masks[0].tobytes()) == {0, 255}

    def test_a_mask_goes_in_where_an_image_does(self):
        payload = OBJECT_DETECTION.encode(A_SKY.mask)
        assert (payload.inputs.read(), payload.inputs.content_type) == (PNG, "image/png")

    def test_scores(self):
        given = [{**SKY, "score": 1}, {**SKY, "score": 0.25}, {"label": "sky", "mask": PNG64}]
        assert [segment.score for segment in one(IMAGE_SEGMENTATION, given)] == [1.0, 0.25, None]

    def test_a_mask_with_its_type_before_it(self):
        """As browsers write data; no server known does."""
        assert one(IMAGE_SEGMENTATION, [{**SKY, "mask": f"data:image/png;base64,{PNG64}"}]) == [A_SKY]

    @pytest.mark.parametrize("mask", [None, 3, "", "not base64", PNG64[:-1], "aGVsbG8=", [[0, 1], [1, 0]]])
    def test_what_is_no_mask(self, mask):
        item = {**SKY, "mask": mask}
        assert wrong(one, IMAGE_SEGMENTATION, [SKY, item]) == "$[1].mask"
        assert wrong(one, IMAGE_SEGMENTATION, [[SKY, item]]) == "$[0][1].mask"
        assert wrong(many, IMAGE_SEGMENTATION, 2, [[], [item]]) == "$[1][0].mask"


class TestRequests:
    def test_parameters(self):
        payload = IMAGE_SEGMENTATION.encode(
            GIF, subtask="instance", threshold=0, mask_threshold=0.5, overlap_mask_area_threshold=1
        )
        assert payload.parameters == {
            "subtask": "instance",
            "threshold": 0,
            "mask_threshold": 0.5,
            "overlap_mask_area_threshold": 1,
        }
        assert OBJECT_DETECTION.encode(GIF, threshold=0.9, parameters={"x": 1}).parameters == {"threshold": 0.9, "x": 1}

    @pytest.mark.parametrize(
        ("task", "name", "value"),
        [
            (IMAGE_SEGMENTATION, "subtask", "parts"),
            (IMAGE_SEGMENTATION, "subtask", ["semantic"]),
            (IMAGE_SEGMENTATION, "threshold", -0.1),
            (IMAGE_SEGMENTATION, "mask_threshold", 1.5),
            (IMAGE_SEGMENTATION, "overlap_mask_area_threshold", True),
            (OBJECT_DETECTION, "threshold", -0.1),
            (OBJECT_DETECTION, "threshold", math.nan),
            (OBJECT_DETECTION, "threshold", "0.5"),
            (OBJECT_DETECTION, "inputs", "cat.png"),
            (IMAGE_SEGMENTATION, "inputs", b"fLaC\0"),
            (IMAGE_SEGMENTATION, "inputs", b""),
        ],
    )
    def test_wrong_arguments(self, task, name, value):
        with pytest.raises(EncodeError) as caught:
            task.encode(**{"inputs": GIF, name: value})
        assert caught.value.parameter == name

    @pytest.mark.parametrize(("task", "wire", "value"), BOTH)
    def test_several_images_in_one_request(self, task, wire, value):
        client, transport = fake_client(Reply([[wire], []]), options=Options(batch_size=2))
        assert [outcome.output for outcome in client.map(task, [GIF, PNG])] == [[value], []]
        assert json.loads(transport.requests[0].body)["inputs"] == [base64.b64encode(GIF).decode(), PNG64]
