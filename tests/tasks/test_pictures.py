"""Pictures out, and words about pictures: shapes beyond those recorded, wrong ones with their places, wrong arguments."""

from __future__ import annotations

import base64
import json
import math

import pytest

from hfe_core import DecodeError, EncodeError, Image, Options, StatusError, Task
from hfe_core.payload import stack
from hfe_core.testing import Reply, fake_client, response_for
from hfe_tasks import (
    IMAGE_TO_IMAGE,
    IMAGE_TO_TEXT,
    TEXT_TO_IMAGE,
    ZERO_SHOT_IMAGE_CLASSIFICATION,
    Classification,
    ImageToTextOutput,
)
from tests.recordings import TOOLKIT, get

GIF = b"GIF89a"
PNG = b"\x89PNG\r\n\x1a\n"
PNG64 = base64.b64encode(PNG).decode()
SOUND64 = base64.b64encode(b"fLaC\0").decode()
CALLS = {
    TEXT_TO_IMAGE.name: {"inputs": "a cat"},
    IMAGE_TO_IMAGE.name: {"inputs": GIF},
    IMAGE_TO_TEXT.name: {"inputs": GIF},
    ZERO_SHOT_IMAGE_CLASSIFICATION.name: {"inputs": GIF, "candidate_labels": ["a", "b"]},
}
WORDS = {"generated_text": "a cat"}
LABEL = {"label": "a", "score": 0.5}
LABELLED = Classification("a", 0.5)


def one(task: Task, answer: object):
    reply = answer if isinstance(answer, Reply) else Reply(answer)
    return task.decode(response_for(task.encode(**CALLS[task.name]), reply))


def many(task: Task, count: int, answer: object):
    return list(task.decode_many(response_for(stack([task.encode(**CALLS[task.name])] * count), Reply(answer))))


def wrong(decode, *arguments: object) -> str:
    with pytest.raises(DecodeError) as caught:
        decode(*arguments)
    return caught.value.path


@pytest.mark.parametrize("task", [TEXT_TO_IMAGE, IMAGE_TO_IMAGE])
class TestPictures:
    @pytest.mark.parametrize(
        ("data", "content_type", "expected"),
        [
            (PNG, "image/png", "image/png"),
            (PNG, "image/jpeg; charset=binary", "image/jpeg"),
            (PNG, "application/octet-stream", "image/png"),
            (GIF, "", "image/gif"),
            (b"\xff\xd8\xff", "text/plain", "image/jpeg"),
            (b"\0\0\0 ftypavif", "image/avif", "image/avif"),
        ],
    )
    def test_files(self, task, data, content_type, expected):
        assert one(task, Reply(data, headers={"content-type": content_type})) == Image(data, expected)

    @pytest.mark.parametrize("text", [PNG64.encode(), PNG64[:20].encode() + b"\r\n" + PNG64[20:].encode()])
    def test_base64_as_plain_text(self, task, text):
        assert one(task, Reply(text, headers={"content-type": "text/plain; charset=utf-8"})) == Image(PNG, "image/png")

    @pytest.mark.parametrize("answer", [PNG64, [PNG64], f"data:image/png;base64,{PNG64}"])
    def test_base64(self, task, answer):
        assert one(task, answer) == Image(PNG, "image/png")

    def test_an_empty_file(self, task):
        with pytest.raises(DecodeError, match="expected an image, but the answer is empty"):
            one(task, Reply(b"", headers={"content-type": "image/png"}))

    @pytest.mark.parametrize(
        ("answer", "path"),
        [
            ("", "$"),
            ("not base64", "$"),
            (PNG64[:-1], "$"),
            (SOUND64, "$"),
            (f"data:audio/flac;base64,{SOUND64}", "$"),
            ("https://there.example/cat.png", "$"),
            (None, "$"),
            (3, "$"),
            ({"image": PNG64}, "$"),
            ([], "$"),
            ([PNG64, PNG64], "$"),
            ([SOUND64], "$[0]"),
            ([[PNG64]], "$[0]"),
        ],
    )
    def test_what_is_no_picture(self, task, answer, path):
        assert wrong(one, task, answer) == path

    @pytest.mark.parametrize("content_type", ["audio/flac", "application/octet-stream", "text/html"])
    def test_other_files(self, task, content_type):
        with pytest.raises(DecodeError):
            one(task, Reply(b"fLaC\0", headers={"content-type": content_type}))

    def test_an_error_that_came_with_200(self, task):
        with pytest.raises(StatusError, match="no paint left"):
            one(task, {"error": "no paint left"})

    def test_several_go_in_json(self, task):
        """The default container makes no image file of a list; the first of a list of descriptions is all it draws."""
        if task is TEXT_TO_IMAGE:
            assert not task.takes_lists
            return
        client, transport = fake_client(Reply([PNG64, PNG64]), options=Options(batch_size=2))
        assert [outcome.output for outcome in client.map(task, [GIF, GIF])] == [Image(PNG, "image/png")] * 2
        assert [request.headers["accept"] for request in transport.requests] == ["*/*"]


class TestDrawing:
    def test_the_same_seed_draws_the_same(self):
        first, second = (
            TEXT_TO_IMAGE.decode(get(TOOLKIT, "text-to-image", name).response) for name in ("s3_seed_a", "s3_seed_b")
        )
        assert first == second

    def test_the_size(self):
        pytest.importorskip("PIL")
        drawn = TEXT_TO_IMAGE.decode(get(TOOLKIT, "text-to-image", "e50_target_size").response)
        assert drawn.to_pil().size == (64, 64)

    def test_what_one_task_draws_another_takes(self):
        payload = IMAGE_TO_IMAGE.encode(one(TEXT_TO_IMAGE, PNG64))
        assert (payload.inputs.read(), payload.inputs.content_type) == (PNG, "image/png")

    @pytest.mark.parametrize(
        ("task", "name", "value", "blamed"),
        [
            (TEXT_TO_IMAGE, "inputs", ["a cat"], "inputs"),
            (TEXT_TO_IMAGE, "inputs", {"prompt": "a cat"}, "inputs"),
            (TEXT_TO_IMAGE, "negative_prompt", ["a dog"], "negative_prompt"),
            (TEXT_TO_IMAGE, "height", 0, "height"),
            (TEXT_TO_IMAGE, "width", 64.0, "width"),
            (TEXT_TO_IMAGE, "num_inference_steps", -1, "num_inference_steps"),
            (TEXT_TO_IMAGE, "guidance_scale", math.inf, "guidance_scale"),
            (TEXT_TO_IMAGE, "seed", "7", "seed"),
            (TEXT_TO_IMAGE, "target_size", (64, 64), "target_size"),
            (TEXT_TO_IMAGE, "target_size", {"width": 64}, "target_size.height"),
            (TEXT_TO_IMAGE, "target_size", {"width": 64, "height": None}, "target_size.height"),
            (TEXT_TO_IMAGE, "target_size", {"width": "64", "height": 64}, "target_size.width"),
            (TEXT_TO_IMAGE, "target_size", {"width": 64, "height": 64, "depth": 1}, "target_size"),
            (IMAGE_TO_IMAGE, "inputs", "cat.png", "inputs"),
            (IMAGE_TO_IMAGE, "inputs", b"fLaC\0", "inputs"),
            (IMAGE_TO_IMAGE, "inputs", b"", "inputs"),
            (IMAGE_TO_IMAGE, "prompt", 3, "prompt"),
            (IMAGE_TO_IMAGE, "strength", 1.5, "strength"),
            (IMAGE_TO_IMAGE, "strength", -0.1, "strength"),
            (IMAGE_TO_IMAGE, "guess_mode", 1, "guess_mode"),
            (IMAGE_TO_IMAGE, "parameters", {"prompt": "b"}, "prompt"),
        ],
    )
    def test_wrong_arguments(self, task, name, value, blamed):
        given = {"prompt": "a"} if name == "parameters" else {}
        with pytest.raises(EncodeError) as caught:
            task.encode(**{**CALLS[task.name], **given, name: value})
        assert caught.value.parameter == blamed


class TestImageToText:
    @pytest.mark.parametrize("answer", [[WORDS], WORDS, [[WORDS]], [{**WORDS, "later": 1}]])
    def test_one(self, answer):
        assert one(IMAGE_TO_TEXT, answer) == ImageToTextOutput("a cat")

    def test_alternatives(self):
        expected = ImageToTextOutput("a cat", alternatives=(ImageToTextOutput("a dog"),))
        answer = [WORDS, {"generated_text": "a dog"}]
        assert one(IMAGE_TO_TEXT, answer) == expected
        assert many(IMAGE_TO_TEXT, 2, [answer, [WORDS]]) == [expected, ImageToTextOutput("a cat")]

    def test_several(self):
        assert many(IMAGE_TO_TEXT, 1, [[WORDS]]) == [ImageToTextOutput("a cat")]
        assert many(IMAGE_TO_TEXT, 2, [[WORDS], WORDS]) == [ImageToTextOutput("a cat")] * 2

    @pytest.mark.parametrize(
        ("answer", "path"),
        [
            ([], "$"),
            ([[]], "$[0]"),
            ({}, "$"),
            ("a cat", "$"),
            ([{"generated_text": None}], "$[0].generated_text"),
            ([WORDS, {"text": "a"}], "$[1]"),
        ],
    )
    def test_places_of_mistakes(self, answer, path):
        assert wrong(one, IMAGE_TO_TEXT, answer) == path

    def test_places_of_mistakes_among_several(self):
        assert wrong(many, IMAGE_TO_TEXT, 2, WORDS) == "$"
        assert wrong(many, IMAGE_TO_TEXT, 2, [[WORDS], []]) == "$[1]"
        assert wrong(many, IMAGE_TO_TEXT, 2, [[WORDS], [WORDS, {"generated_text": 3}]]) == "$[1][1].generated_text"

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("max_new_tokens", -1),
            ("max_new_tokens", 1.5),
            ("generate_kwargs", [("do_sample", True)]),
            ("generation_parameters", {1: 2}),
            ("inputs", "cat.png"),
        ],
    )
    def test_wrong_arguments(self, name, value):
        with pytest.raises(EncodeError) as caught:
            IMAGE_TO_TEXT.encode(**{"inputs": GIF, name: value})
        assert caught.value.parameter == name


class TestZeroShotImageClassification:
    @pytest.mark.parametrize("answer", [[LABEL], [[LABEL]], LABEL])
    def test_one(self, answer):
        assert one(ZERO_SHOT_IMAGE_CLASSIFICATION, answer) == [LABELLED]

    def test_several(self):
        assert many(ZERO_SHOT_IMAGE_CLASSIFICATION, 1, [[LABEL, LABEL]]) == [[LABELLED, LABELLED]]
        assert many(ZERO_SHOT_IMAGE_CLASSIFICATION, 2, [[LABEL], [LABEL, LABEL]]) == [[LABELLED], [LABELLED, LABELLED]]

    def test_several_images_are_never_taken_for_one(self):
        assert wrong(one, ZERO_SHOT_IMAGE_CLASSIFICATION, [[LABEL], [LABEL]]) == "$[0]"

    def test_both_spellings_make_the_same_request(self):
        labels = ["cat", "dog"]
        payload = ZERO_SHOT_IMAGE_CLASSIFICATION.encode(GIF, candidate_labels=labels)
        assert ZERO_SHOT_IMAGE_CLASSIFICATION.encode({"image": GIF}, candidate_labels=tuple(labels)) == payload
        assert payload.parameters == {"candidate_labels": labels}

    def test_several_images_in_one_request(self):
        client, transport = fake_client(Reply([[LABEL], [LABEL]]), options=Options(batch_size=2))
        outcomes = client.map(ZERO_SHOT_IMAGE_CLASSIFICATION, [PNG, {"image": PNG}], candidate_labels=["a"])
        assert [outcome.output for outcome in outcomes] == [[LABELLED], [LABELLED]]
        assert json.loads(transport.requests[0].body) == {
            "inputs": [PNG64, PNG64],
            "parameters": {"candidate_labels": ["a"]},
        }

    @pytest.mark.parametrize(
        ("name", "value", "blamed"),
        [
            ("candidate_labels", "cat, dog", "candidate_labels"),
            ("candidate_labels", [], "candidate_labels"),
            ("candidate_labels", None, "candidate_labels"),
            ("candidate_labels", ["cat", 3], "candidate_labels[1]"),
            ("candidate_labels", {"cat": 1}, "candidate_labels"),
            *[("hypothesis_template", value, "hypothesis_template") for value in (["a {}"], "a photo", "")],
            ("parameters", {"candidate_labels": ["cat"]}, "candidate_labels"),
            ("inputs", "cat.png", "inputs"),
            ("inputs", {}, "inputs.image"),
            ("inputs", {"image": "cat.png"}, "inputs.image"),
            ("inputs", {"image": GIF, "candidate_labels": ["cat"]}, "inputs"),
        ],
    )
    def test_wrong_arguments(self, name, value, blamed):
        with pytest.raises(EncodeError) as caught:
            ZERO_SHOT_IMAGE_CLASSIFICATION.encode(**{**CALLS[ZERO_SHOT_IMAGE_CLASSIFICATION.name], name: value})
        assert caught.value.parameter == blamed

    def test_labels_in_one_str_are_refused_with_a_hint(self):
        with pytest.raises(EncodeError, match=r'a list of str, not a str; for one label give \["label"\]'):
            ZERO_SHOT_IMAGE_CLASSIFICATION.encode(GIF, candidate_labels="cat, dog")
