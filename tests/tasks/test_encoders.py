"""What the encoders say, and what they refuse before anything is sent."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import pytest

import hfe_tasks
from hfe_core import EncodeError, Media, Options, Payload
from hfe_core.payload import stack
from hfe_core.prepare import Preparer
from hfe_core.values import Endpoint
from hfe_tasks import (
    AUTOMATIC_SPEECH_RECOGNITION,
    FEATURE_EXTRACTION,
    FILL_MASK,
    IMAGE_CLASSIFICATION,
    QUESTION_ANSWERING,
    TABULAR_CLASSIFICATION,
    TEXT_CLASSIFICATION,
    TEXT_GENERATION,
    TEXT_GENERATION_STREAM,
    TEXT_TO_SPEECH,
    VISUAL_QUESTION_ANSWERING,
)

PREPARER = Preparer(Endpoint("https://endpoint.test"), Options())
PNG = b"\x89PNG\r\n\x1a\n"
FLAC = b"fLaC\0"

GOOD: dict[str, Any] = {
    "AUTOMATIC_SPEECH_RECOGNITION": FLAC,
    "FEATURE_EXTRACTION": "a",
    "FILL_MASK": "a [MASK]",
    "IMAGE_CLASSIFICATION": PNG,
    "QUESTION_ANSWERING": {"question": "q", "context": "c"},
    "TABULAR_CLASSIFICATION": {"data": {"a": ["1"]}},
    "TEXT_CLASSIFICATION": "a",
    "TEXT_GENERATION": "a",
    "TEXT_GENERATION_STREAM": "a",
    "TEXT_TO_SPEECH": "a",
    "VISUAL_QUESTION_ANSWERING": {"image": PNG, "question": "q"},
}


def task_of(name: str) -> Any:
    return getattr(hfe_tasks, name)


def body(payload: Payload) -> Any:
    request = PREPARER.request(payload)
    assert request.headers["content-type"] == "application/json"
    assert isinstance(request.body, bytes)
    return json.loads(request.body)


class TestParameters:
    @pytest.mark.parametrize("name", GOOD)
    def test_none_is_not_sent(self, name):
        task = task_of(name)
        nothing = dict.fromkeys(list(task.signature.parameters)[1:])
        payload = task.encode(GOOD[name], **nothing)
        assert payload.parameters == {}
        assert payload == task.encode(GOOD[name])

    @pytest.mark.parametrize("name", GOOD)
    def test_an_unknown_keyword_is_pythons_type_error(self, name):
        with pytest.raises(TypeError, match="no_such_keyword"):
            task_of(name).encode(GOOD[name], no_such_keyword=1)
        with pytest.raises(TypeError, match="no_such_keyword"):
            task_of(name)(GOOD[name], no_such_keyword=1)

    @pytest.mark.parametrize("name", GOOD)
    def test_inputs_are_needed(self, name):
        with pytest.raises(TypeError, match="inputs"):
            task_of(name).encode()

    @pytest.mark.parametrize("name", GOOD)
    def test_further_parameters(self, name):
        payload = task_of(name).encode(GOOD[name], parameters={"new": [1], "top_k": None})
        assert body(payload)["parameters"] == {"new": [1], "top_k": None}

    @pytest.mark.parametrize("name", GOOD)
    def test_parameters_are_a_mapping_of_names(self, name):
        for wrong in ([], "top_k", 3, {1: 2}):
            with pytest.raises(EncodeError) as caught:
                task_of(name).encode(GOOD[name], parameters=wrong)
            assert caught.value.parameter == "parameters"

    def test_null_is_sent_where_it_is_asked_for(self):
        assert body(TEXT_CLASSIFICATION.encode("a", parameters={"top_k": None})) == {
            "inputs": "a",
            "parameters": {"top_k": None},
        }

    @pytest.mark.parametrize(
        ("task", "inputs", "name", "value"),
        [
            (FILL_MASK, "a", "top_k", 2),
            (TEXT_GENERATION, "a", "return_full_text", False),
            (AUTOMATIC_SPEECH_RECOGNITION, FLAC, "return_timestamps", True),
            (TEXT_TO_SPEECH, "a", "forward_params", {}),
        ],
        ids=repr,
    )
    def test_a_name_given_twice(self, task, inputs, name, value):
        with pytest.raises(EncodeError, match="give it once") as caught:
            task.encode(inputs, **{name: value}, parameters={name: value})
        assert caught.value.parameter == name
        assert task.encode(inputs, **{name: None}, parameters={name: value}).parameters == {name: value}

    def test_false_and_zero_are_values(self):
        payload = TEXT_GENERATION.encode("a", do_sample=False, max_new_tokens=0, temperature=0, seed=0, top_p=0.0)
        assert body(payload)["parameters"] == {
            "do_sample": False,
            "max_new_tokens": 0,
            "temperature": 0,
            "seed": 0,
            "top_p": 0.0,
        }

    @pytest.mark.parametrize(
        ("name", "parameter", "wrong"),
        [
            *[
                (task, "top_k", wrong)
                for task in (
                    "FILL_MASK",
                    "TEXT_CLASSIFICATION",
                    "IMAGE_CLASSIFICATION",
                    "QUESTION_ANSWERING",
                    "VISUAL_QUESTION_ANSWERING",
                    "TEXT_GENERATION",
                )
                for wrong in (0, -1, 1.5, 2.0, "2", True, [2], -(10**5000))
            ],
            *[
                (task, "function_to_apply", wrong)
                for task in ("TEXT_CLASSIFICATION", "IMAGE_CLASSIFICATION")
                for wrong in ("SOFTMAX", "", 1, True, ["softmax"])
            ],
            *[("FILL_MASK", "targets", wrong) for wrong in ([], [1], 3, b"a", {"a": 1})],
            *[
                ("QUESTION_ANSWERING", name, wrong)
                for name in ("max_answer_len", "max_seq_len", "max_question_len")
                for wrong in (0, "1", 1.0)
            ],
            *[("QUESTION_ANSWERING", "doc_stride", wrong) for wrong in (-1, None.__class__)],
            *[
                ("QUESTION_ANSWERING", name, wrong)
                for name in ("handle_impossible_answer", "align_to_words")
                for wrong in (1, 0, "true")
            ],
            *[
                (task, name, wrong)
                for task in ("TEXT_GENERATION", "TEXT_GENERATION_STREAM")
                for name, wrongs in {
                    "do_sample": (1, "yes"),
                    "max_new_tokens": (-1, 1.5, "1"),
                    "max_time": (-1, "1", float("nan"), float("inf"), 10**400, True),
                    "repetition_penalty": (-0.1, "1"),
                    "return_full_text": (0, "no"),
                    "seed": (-1, 0.5),
                    "stop": ([], [1], 3, b"a"),
                    "temperature": (-1, "hot", float("nan")),
                    "top_p": (-0.1, 1.1, "1"),
                    "truncate": (0, 1.0),
                }.items()
                for wrong in wrongs
            ],
            ("TEXT_GENERATION", "num_return_sequences", 0),
            *[("FEATURE_EXTRACTION", name, wrong) for name in ("normalize", "truncate") for wrong in (1, "true")],
            *[("FEATURE_EXTRACTION", "prompt_name", wrong) for wrong in (1, b"a", ["a"])],
            *[("AUTOMATIC_SPEECH_RECOGNITION", "return_timestamps", wrong) for wrong in (1, "words", "", ["word"])],
            *[
                ("AUTOMATIC_SPEECH_RECOGNITION", name, wrong)
                for name in ("chunk_length_s", "stride_length_s")
                for wrong in (-1, "30", float("nan"), True, [1, 2])
            ],
            *[
                (task, name, wrong)
                for task, names in {
                    "AUTOMATIC_SPEECH_RECOGNITION": ("generate_kwargs", "generation_parameters"),
                    "TEXT_TO_SPEECH": ("generate_kwargs", "forward_params"),
                }.items()
                for name in names
                for wrong in ("language", [("language", "en")], 3, {1: 2})
            ],
        ],
        ids=lambda value: value if isinstance(value, str) else type(value).__name__,
    )
    def test_wrong_values_are_refused_by_name(self, name, parameter, wrong):
        with pytest.raises(EncodeError) as caught:
            task_of(name).encode(GOOD[name], **{parameter: wrong})
        assert caught.value.parameter.split("[")[0] == parameter
        assert len(str(caught.value)) < 200

    def test_numbers_of_numpy(self):
        numpy = pytest.importorskip("numpy")
        payload = TEXT_GENERATION.encode("a", top_k=numpy.int64(3), temperature=numpy.float32(0.5))
        assert body(payload)["parameters"] == {"top_k": 3, "temperature": 0.5}
        for wrong in (numpy.array([1, 2]), numpy.array([1.5])):
            with pytest.raises(EncodeError, match="top_k: expected an int"):
                TEXT_GENERATION.encode("a", top_k=wrong)
        with pytest.raises(EncodeError, match="temperature: expected a number"):
            TEXT_GENERATION.encode("a", temperature=numpy.array([1.0, 2.0]))

    def test_one_stop_text_becomes_a_list(self):
        """TGI takes lists only."""
        assert TEXT_GENERATION.encode("a", stop="\n").parameters == {"stop": ["\n"]}
        assert TEXT_GENERATION.encode("a", stop=("\n", "b")).parameters == {"stop": ["\n", "b"]}

    def test_values_without_a_json_form(self):
        for parameters, path in (
            ({"new": float("nan")}, "parameters.new"),
            ({"new": [object()]}, "parameters.new[0]"),
            ({"new": "\ud800"}, "parameters.new"),
        ):
            with pytest.raises(EncodeError) as caught:
                PREPARER.request(FILL_MASK.encode("a", parameters=parameters))
            assert caught.value.parameter == path

    def test_lists_of_texts_are_not_sent_in_lists(self):
        many = FEATURE_EXTRACTION.encode_many
        assert many([FEATURE_EXTRACTION.encode("a"), FEATURE_EXTRACTION.encode("b")]).inputs == ["a", "b"]
        with pytest.raises(EncodeError):
            many([FEATURE_EXTRACTION.encode("a"), FEATURE_EXTRACTION.encode(["b", "c"])])


class TestTexts:
    TASKS = ("FEATURE_EXTRACTION", "FILL_MASK", "TEXT_CLASSIFICATION", "TEXT_GENERATION", "TEXT_TO_SPEECH")

    @pytest.mark.parametrize("name", TASKS)
    @pytest.mark.parametrize("wrong", [None, 3, b"a", {"text": "a"}, "\ud800"], ids=repr)
    def test_texts_are_str(self, name, wrong):
        with pytest.raises(EncodeError) as caught:
            task_of(name).encode(wrong)
        assert caught.value.parameter.partition(".")[0] == "inputs"

    @pytest.mark.parametrize("name", TASKS)
    def test_a_text_may_be_empty_or_strange(self, name):
        for text in ("", "naïve 🙂", "\x00"):
            assert body(task_of(name).encode(text)) == {"inputs": text}

    def test_lists_of_texts_for_features(self):
        assert body(FEATURE_EXTRACTION.encode(("a", "b"))) == {"inputs": ["a", "b"]}
        with pytest.raises(EncodeError) as caught:
            FEATURE_EXTRACTION.encode(["a", 3])
        assert caught.value.parameter == "inputs[1]"


class TestConversations:
    MESSAGES = ({"role": "system", "content": "Be nice."}, {"role": "user", "content": "Hello"})

    @pytest.mark.parametrize("task", [TEXT_GENERATION, TEXT_GENERATION_STREAM], ids=repr)
    def test_messages_travel_as_they_are(self, task):
        assert body(task.encode(self.MESSAGES))["inputs"] == list(self.MESSAGES)

    def test_content_of_parts_and_further_keys_travel(self):
        message = {"role": "user", "content": [{"type": "text", "text": "a"}], "name": "bot"}
        assert body(TEXT_GENERATION.encode([message]))["inputs"] == [message]

    @pytest.mark.parametrize(
        ("wrong", "parameter"),
        [
            ([], "inputs"),
            (["a prompt", "another"], "inputs[0]"),
            ([{"role": "user"}], "inputs[0]"),
            ([{"role": "user", "content": "a"}, {"content": "a"}], "inputs[1]"),
            ([{"role": 3, "content": "a"}], "inputs[0].role"),
            ([{"role": "user", "content": 3}], "inputs[0].content"),
            ([{"role": "user", "content": None}], "inputs[0].content"),
            ([{"role": "user", "content": "\ud800"}], "inputs[0].content"),
            ({"role": "user", "content": "a"}, "inputs"),
        ],
    )
    def test_wrong_messages(self, wrong, parameter):
        with pytest.raises(EncodeError) as caught:
            TEXT_GENERATION.encode(wrong)
        assert caught.value.parameter == parameter

    def test_the_stream_says_so(self):
        payload = TEXT_GENERATION_STREAM.encode("a", max_new_tokens=3)
        assert payload.stream
        assert body(payload) == {"inputs": "a", "parameters": {"max_new_tokens": 3}, "stream": True}


class TestQuestions:
    @pytest.mark.parametrize(
        ("wrong", "parameter"),
        [
            ("what", "inputs"),
            ([{"question": "q", "context": "c"}], "inputs"),
            ({"question": "q"}, "inputs.context"),
            ({"context": "c"}, "inputs.question"),
            ({}, "inputs.context"),
            ({"question": 3, "context": "c"}, "inputs.question"),
            ({"question": "q", "context": ["c"]}, "inputs.context"),
        ],
    )
    def test_composite_inputs_are_checked(self, wrong, parameter):
        with pytest.raises(EncodeError) as caught:
            QUESTION_ANSWERING.encode(wrong)
        assert caught.value.parameter == parameter

    @pytest.mark.parametrize(
        ("wrong", "parameter"),
        [
            (PNG, "inputs"),
            ({"question": "q"}, "inputs.image"),
            ({"image": PNG}, "inputs.question"),
            ({"image": PNG, "question": 3}, "inputs.question"),
            ({"image": "a.png", "question": "q"}, "inputs.image"),
            ({"image": FLAC, "question": "q"}, "inputs.image"),
            ({"image": b"", "question": "q"}, "inputs.image"),
        ],
    )
    def test_a_question_about_an_image(self, wrong, parameter):
        with pytest.raises(EncodeError) as caught:
            VISUAL_QUESTION_ANSWERING.encode(wrong)
        assert caught.value.parameter == parameter

    def test_the_image_travels_in_base64_without_a_prefix(self):
        assert body(VISUAL_QUESTION_ANSWERING.encode({"image": PNG, "question": "q"})) == {
            "inputs": {"image": base64.b64encode(PNG).decode(), "question": "q"}
        }


class TestMedia:
    BOTH = (("AUTOMATIC_SPEECH_RECOGNITION", FLAC, "audio/flac"), ("IMAGE_CLASSIFICATION", PNG, "image/png"))

    @pytest.mark.parametrize(("name", "data", "content_type"), BOTH)
    def test_raw_without_parameters(self, name, data, content_type, tmp_path):
        path = tmp_path / "media"
        path.write_bytes(data)
        for given in (data, bytearray(data), memoryview(data), io.BytesIO(data), Media(data, content_type)):
            request = PREPARER.request(task_of(name).encode(given))
            assert request.body == data
            assert request.headers["content-type"] == content_type
        request = PREPARER.request(task_of(name).encode(path))
        assert isinstance(request.body, Media)
        assert request.body.read() == data
        assert request.headers["content-type"] == content_type

    @pytest.mark.parametrize(("name", "data", "content_type"), BOTH)
    def test_base64_with_parameters(self, name, data, content_type, tmp_path):
        path = tmp_path / "media"
        path.write_bytes(data)
        expected = {"inputs": base64.b64encode(data).decode(), "parameters": {"new": 1}}
        for given in (data, path, Media(path, content_type)):
            assert body(task_of(name).encode(given, parameters={"new": 1})) == expected

    @pytest.mark.parametrize("name", ["AUTOMATIC_SPEECH_RECOGNITION", "IMAGE_CLASSIFICATION"])
    def test_a_str_is_text_and_never_a_path(self, name):
        for wrong in ("sample.wav", "https://example.org/a.png", ""):
            with pytest.raises(EncodeError, match=r"pathlib\.Path") as caught:
                task_of(name).encode(wrong)
            assert caught.value.parameter == "inputs"

    @pytest.mark.parametrize(
        ("name", "wrong", "problem"),
        [
            ("AUTOMATIC_SPEECH_RECOGNITION", PNG, "expected audio, but this is image/png"),
            ("IMAGE_CLASSIFICATION", FLAC, "expected image, but this is audio/flac"),
            ("IMAGE_CLASSIFICATION", b"", "empty"),
            ("IMAGE_CLASSIFICATION", io.StringIO("text"), "rb"),
            ("IMAGE_CLASSIFICATION", 3, "not int"),
            ("IMAGE_CLASSIFICATION", [PNG], "not list"),
            ("IMAGE_CLASSIFICATION", None, "not NoneType"),
        ],
        ids=lambda value: value if isinstance(value, str) else type(value).__name__,
    )
    def test_what_is_no_such_media(self, name, wrong, problem):
        with pytest.raises(EncodeError, match=problem) as caught:
            task_of(name).encode(wrong)
        assert caught.value.parameter == "inputs"

    def test_a_file_that_is_not_there(self, tmp_path):
        with pytest.raises(EncodeError, match="no file at"):
            AUTOMATIC_SPEECH_RECOGNITION.encode(tmp_path / "nothing.wav")

    def test_images_of_pillow(self):
        image = pytest.importorskip("PIL.Image").new("RGB", (2, 2))
        payload = IMAGE_CLASSIFICATION.encode(image)
        assert isinstance(payload.inputs, Media)
        assert payload.inputs.content_type == "image/png"
        assert payload.inputs.read().startswith(PNG)

    def test_several_images_travel_in_one_json(self):
        payloads = [IMAGE_CLASSIFICATION.encode(PNG, top_k=1)] * 2
        encoded = base64.b64encode(PNG).decode()
        assert body(stack(payloads)) == {"inputs": [encoded, encoded], "parameters": {"top_k": 1}}


class TestTables:
    def test_cells_travel_as_text(self):
        table = {"a": [5.1, 6, "x", None, True], "b": (each for each in "12345")}
        assert body(TABULAR_CLASSIFICATION.encode({"data": table})) == {
            "inputs": {"data": {"a": ["5.1", "6", "x", None, "True"], "b": ["1", "2", "3", "4", "5"]}}
        }

    def test_cells_of_numpy(self):
        numpy = pytest.importorskip("numpy")
        payload = TABULAR_CLASSIFICATION.encode(
            {"data": {"a": numpy.array([1.5, 2.0]), "b": [numpy.int8(3), numpy.True_]}}
        )
        assert payload.inputs == {"data": {"a": ["1.5", "2.0"], "b": ["3", "True"]}}

    @pytest.mark.parametrize(
        ("wrong", "parameter"),
        [
            ([[1, 2]], "inputs"),
            ({}, "inputs"),
            ({"data": {}}, "inputs.data"),
            ({"data": [[1, 2]]}, "inputs.data[0]"),
            ({"data": 3}, "inputs.data"),
            ({"a": [1], "b": {2}}, "inputs.b"),
            ({"data": {"a": "text"}}, "inputs.data.a"),
            ({"data": {"a": 3}}, "inputs.data.a"),
            ({"data": {"a": [1], "b": [1, 2]}}, "inputs.data"),
            ({"data": {"a": ["x", object()]}}, "inputs.data.a[1]"),
            ({"data": {"a": [[1]]}}, "inputs.data.a[0]"),
            ({"data": {"a": ["\ud800"]}}, "inputs.data.a[0]"),
            ({"data": {"a": [10**5000]}}, "inputs.data.a[0]"),
            ({"data": {1: ["x"]}}, "inputs.data"),
            ({"data": {"a": {0: 1, 1: 2}}}, "inputs.data.a"),
            ({"data": {"a": {1, 2}}}, "inputs.data.a"),
        ],
        ids=lambda value: f"{value:.20}" if isinstance(value, str) else type(value).__name__,
    )
    def test_wrong_tables(self, wrong, parameter):
        with pytest.raises(EncodeError) as caught:
            TABULAR_CLASSIFICATION.encode(wrong)
        assert caught.value.parameter == parameter

    def test_what_to_dict_gives_is_shown_the_way(self):
        with pytest.raises(EncodeError, match=r'not dict; give the data frame itself, or df\.to_dict\("list"\)'):
            TABULAR_CLASSIFICATION.encode({"data": {"a": {0: 5.1}}})

    def test_cells_of_several_dimensions(self):
        numpy = pytest.importorskip("numpy")
        for wrong in (numpy.array([[1.0, 2.0]]), [numpy.array([1.0])]):
            with pytest.raises(
                EncodeError, match=r"inputs\.data\.a\[0\]: expected a str, a number or None, not ndarray"
            ):
                TABULAR_CLASSIFICATION.encode({"data": {"a": wrong}})
