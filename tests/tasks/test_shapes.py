"""Shapes that the servers promise beyond what was recorded, written by hand after their rules, and wrong ones."""

from __future__ import annotations

import math
from typing import ClassVar

import pytest

from hfe_core import Audio, DecodeError, EncodeError, Media, Response, StatusError, Task
from hfe_core.payload import stack
from hfe_core.sse import ServerSentEvent
from hfe_core.testing import Reply, response_for
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
    Answer,
    Classification,
    MaskFill,
    SpeechChunk,
    TextGenerationOutput,
    TextGenerationPrefillToken,
    TextGenerationStreamDetails,
    TextGenerationStreamOutput,
    TextGenerationStreamToken,
    VisualAnswer,
)

INPUTS = {
    AUTOMATIC_SPEECH_RECOGNITION.name: b"fLaC\0",
    FEATURE_EXTRACTION.name: "a",
    FILL_MASK.name: "a [MASK]",
    IMAGE_CLASSIFICATION.name: b"GIF89a",
    QUESTION_ANSWERING.name: {"question": "q", "context": "c"},
    TABULAR_CLASSIFICATION.name: {"data": {"a": ["1", "2"]}},
    TEXT_CLASSIFICATION.name: "a",
    TEXT_GENERATION.name: "a",
    TEXT_TO_SPEECH.name: "a",
    VISUAL_QUESTION_ANSWERING.name: {"image": b"GIF89a", "question": "q"},
}


def one(task: Task, answer: object, **arguments: object):
    reply = answer if isinstance(answer, Reply) else Reply(answer)
    return task.decode(response_for(task.encode(INPUTS[task.name], **arguments), reply))


def batch(task: Task, count: int, answer: object, **arguments: object) -> Response:
    payloads = [task.encode(INPUTS[task.name], **arguments)] * count
    return response_for((task.encode_many or stack)(payloads), Reply(answer))


def many(task: Task, count: int, answer: object, **arguments: object):
    return list(task.decode_many(batch(task, count, answer, **arguments)))


FILL = {"score": 0.5, "token": 7, "token_str": "x", "sequence": "a x"}
FILLED = MaskFill(0.5, 7, "x", "a x")
LABEL = {"label": "a", "score": 0.5}
LABELLED = Classification("a", 0.5)
SPAN = {"score": 0.5, "start": 1, "end": 2, "answer": "b"}
ANSWERED = Answer("b", 0.5, 1, 2)
SEEN = {"score": 0.5, "answer": "b"}


class TestClassification:
    @pytest.mark.parametrize("task", [TEXT_CLASSIFICATION, IMAGE_CLASSIFICATION])
    @pytest.mark.parametrize("answer", [[LABEL], [[LABEL]], LABEL])
    def test_of_one(self, task, answer):
        assert one(task, answer) == [LABELLED]

    @pytest.mark.parametrize("task", [TEXT_CLASSIFICATION, IMAGE_CLASSIFICATION])
    def test_all_labels_of_one(self, task):
        assert one(task, [[LABEL, LABEL]]) == one(task, [LABEL, LABEL]) == [LABELLED, LABELLED]

    def test_nothing_found(self):
        assert one(TEXT_CLASSIFICATION, []) == one(TEXT_CLASSIFICATION, [[]]) == []

    def test_null_is_nan(self):
        assert math.isnan(one(TEXT_CLASSIFICATION, [{"label": "a", "score": None}])[0].score)

    def test_fields_that_a_later_server_adds(self):
        assert one(TEXT_CLASSIFICATION, [{**LABEL, "rank": 1}]) == [LABELLED]

    @pytest.mark.parametrize(
        ("count", "answer", "expected"),
        [
            (1, [LABEL], [[LABELLED]]),
            (1, [[LABEL]], [[LABELLED]]),
            (1, [LABEL, LABEL], [[LABELLED, LABELLED]]),
            (1, [[LABEL, LABEL]], [[LABELLED, LABELLED]]),
            (2, [LABEL, LABEL], [[LABELLED], [LABELLED]]),
            (2, [[LABEL], [LABEL, LABEL]], [[LABELLED], [LABELLED, LABELLED]]),
            (2, [[], [LABEL]], [[], [LABELLED]]),
        ],
    )
    def test_of_several(self, count, answer, expected):
        assert many(TEXT_CLASSIFICATION, count, answer) == expected

    def test_a_count_that_does_not_fit(self):
        with pytest.raises(DecodeError, match="expected 3 results for 3 inputs, got 2"):
            many(TEXT_CLASSIFICATION, 3, [LABEL, LABEL])

    @pytest.mark.parametrize("answer", [[LABEL, LABEL], [[LABEL], [LABEL]]])
    def test_labels_of_several_inputs_are_not_taken_for_those_of_one(self, answer):
        with pytest.raises(DecodeError, match="the answer to 2 inputs, where that to one was expected"):
            TEXT_CLASSIFICATION.decode(batch(TEXT_CLASSIFICATION, 2, answer))

    def test_places_of_mistakes(self):
        for answer, path in (
            ([LABEL, {"label": "a"}], "$[1]"),
            ([[LABEL, {"label": 3, "score": 0.5}]], "$[0][1].label"),
            ({"label": "a", "score": "high"}, "$.score"),
            ([LABEL, [LABEL]], "$[1]"),
            (3, "$"),
        ):
            with pytest.raises(DecodeError) as caught:
                one(TEXT_CLASSIFICATION, answer)
            assert caught.value.path == path


def test_the_answer_to_several_inputs_is_not_that_to_one():
    for task, answer in (
        (FILL_MASK, [[FILL], [FILL]]),
        (QUESTION_ANSWERING, [SPAN, SPAN]),
        (TEXT_GENERATION, [{"generated_text": "a"}, {"generated_text": "b"}]),
    ):
        with pytest.raises(DecodeError, match="the answer to 2 inputs, where that to one was expected"):
            task.decode(batch(task, 2, answer))


class TestPairs:
    PAIR: ClassVar = {"text": "a", "text_pair": "b"}

    def test_a_pair_travels_in_a_list_of_one(self):
        payload = TEXT_CLASSIFICATION.encode(self.PAIR, top_k=1)
        assert (payload.inputs, payload.parameters) == ([self.PAIR], {"top_k": 1})
        assert TEXT_CLASSIFICATION.decode(response_for(payload, Reply([LABEL]))) == [LABELLED]

    def test_pairs_travel_together(self):
        payloads = [TEXT_CLASSIFICATION.encode(inputs) for inputs in (self.PAIR, "c")]
        merged = TEXT_CLASSIFICATION.encode_many(payloads)
        assert merged.inputs == [self.PAIR, "c"]
        assert list(TEXT_CLASSIFICATION.decode_many(response_for(merged, Reply([LABEL, LABEL])))) == [[LABELLED]] * 2

    @pytest.mark.parametrize(
        ("wrong", "parameter"),
        [({"text": "a"}, "inputs.text_pair"), ({"text": 1, "text_pair": "b"}, "inputs.text"), (("a", "b"), "inputs")],
    )
    def test_wrong_pairs(self, wrong, parameter):
        with pytest.raises(EncodeError) as caught:
            TEXT_CLASSIFICATION.encode(wrong)
        assert caught.value.parameter == parameter


class TestFillMask:
    def test_a_bare_object(self):
        assert one(FILL_MASK, FILL) == [FILLED]

    def test_one_mask(self):
        assert one(FILL_MASK, [FILL]) == [FILLED]

    def test_two_masks(self):
        second = MaskFill(0.5, 7, "x", "a x", mask=1)
        assert one(FILL_MASK, [[FILL, FILL], [FILL]]) == [FILLED, FILLED, second]

    def test_several_texts(self):
        second = MaskFill(0.5, 7, "x", "a x", mask=1)
        assert many(FILL_MASK, 2, [[FILL], [[FILL], [FILL]]]) == [[FILLED], [FILLED, second]]

    def test_a_list_of_one_text_is_answered_like_the_text(self):
        second = MaskFill(0.5, 7, "x", "a x", mask=1)
        assert many(FILL_MASK, 1, [FILL, FILL]) == [[FILLED, FILLED]]
        assert many(FILL_MASK, 1, [[FILL], [FILL]]) == [[FILLED, second]]
        assert many(FILL_MASK, 1, [[FILL]]) == [[FILLED]]

    def test_places_of_mistakes(self):
        with pytest.raises(DecodeError) as caught:
            many(FILL_MASK, 2, [[FILL], [[FILL], [{**FILL, "token": "seven"}]]])
        assert caught.value.path == "$[1][1][0].token"
        with pytest.raises(DecodeError) as caught:
            many(FILL_MASK, 2, {"unexpected": 1})
        assert caught.value.path == "$"


class TestQuestionAnswering:
    def test_one(self):
        assert one(QUESTION_ANSWERING, SPAN) == one(QUESTION_ANSWERING, [SPAN]) == ANSWERED

    def test_alternatives(self):
        expected = Answer("b", 0.5, 1, 2, alternatives=(ANSWERED,))
        assert one(QUESTION_ANSWERING, [SPAN, SPAN], top_k=2) == expected
        assert one(QUESTION_ANSWERING, [[SPAN, SPAN]], top_k=2) == expected

    def test_an_answer_that_is_impossible(self):
        assert one(QUESTION_ANSWERING, {"score": 1.0, "start": 0, "end": 0, "answer": ""}).answer == ""

    def test_several(self):
        assert many(QUESTION_ANSWERING, 2, [SPAN, SPAN]) == [ANSWERED, ANSWERED]

    def test_several_with_alternatives(self):
        """An answer that has no alternative comes as an object between the lists (transformers 4.51)."""
        best = Answer("b", 0.5, 1, 2, alternatives=(ANSWERED,))
        assert many(QUESTION_ANSWERING, 2, [[SPAN, SPAN], [SPAN, SPAN]], top_k=2) == [best, best]
        assert many(QUESTION_ANSWERING, 3, [SPAN, [SPAN, SPAN], SPAN], top_k=2) == [ANSWERED, best, ANSWERED]

    def test_lists_of_one_question_are_answered_like_the_question(self):
        best = Answer("b", 0.5, 1, 2, alternatives=(ANSWERED,))
        assert many(QUESTION_ANSWERING, 1, SPAN) == [ANSWERED]
        assert many(QUESTION_ANSWERING, 1, [SPAN, SPAN], top_k=2) == [best]
        assert many(QUESTION_ANSWERING, 1, [[SPAN, SPAN]], top_k=2) == [best]

    @pytest.mark.parametrize(("answer", "path"), [([], "$"), ([[]], "$[0]"), ([SPAN, {}], "$[1]")])
    def test_no_answer(self, answer, path):
        with pytest.raises(DecodeError) as caught:
            one(QUESTION_ANSWERING, answer)
        assert caught.value.path == path

    def test_no_answer_among_several(self):
        with pytest.raises(DecodeError) as caught:
            many(QUESTION_ANSWERING, 2, [SPAN, []])
        assert caught.value.path == "$[1]"


class TestTextGeneration:
    def test_one(self):
        expected = TextGenerationOutput("x")
        assert one(TEXT_GENERATION, [{"generated_text": "x"}]) == expected
        assert one(TEXT_GENERATION, {"generated_text": "x"}) == expected

    def test_details_of_tgi(self):
        details = {"finish_reason": "length", "generated_tokens": 1, "seed": None, "tokens": [{"id": 1}]}
        assert one(TEXT_GENERATION, {"generated_text": "x", "details": details}).details == details

    def test_alternatives(self):
        output = one(TEXT_GENERATION, [{"generated_text": "x"}, {"generated_text": "y"}], num_return_sequences=2)
        assert output == TextGenerationOutput("x", alternatives=(TextGenerationOutput("y"),))

    def test_a_conversation_with_parts(self):
        parts = [{"type": "text", "text": "hi"}]
        messages = [{"role": "user", "content": parts}, {"role": "assistant", "content": "ho", "name": "bot"}]
        output = one(TEXT_GENERATION, [{"generated_text": messages}])
        assert output.generated_text == "ho"
        assert list(output.messages) == messages

    @pytest.mark.parametrize("content", [None, [{"type": "text"}]])
    def test_a_last_message_without_words(self, content):
        output = one(TEXT_GENERATION, [{"generated_text": [{"role": "assistant", "content": content}]}])
        assert output.generated_text == ""
        assert output.messages[0]["content"] == content

    def test_a_last_message_of_parts(self):
        parts = [{"type": "text", "text": "b"}, {"type": "image"}, "c", {"type": "text", "text": "d"}]
        answer = [{"generated_text": [{"role": "assistant", "content": parts}]}]
        assert one(TEXT_GENERATION, answer).generated_text == "bd"

    def test_a_list_of_one_prompt_without_a_list(self):
        assert one(TEXT_GENERATION, [[{"generated_text": "x"}]]) == TextGenerationOutput("x")

    def test_several(self):
        outputs = many(TEXT_GENERATION, 2, [[{"generated_text": "x"}], [{"generated_text": "y"}]])
        assert outputs == [TextGenerationOutput("x"), TextGenerationOutput("y")]
        assert many(TEXT_GENERATION, 1, [[{"generated_text": "x"}]]) == [TextGenerationOutput("x")]
        flat = many(TEXT_GENERATION, 2, [{"generated_text": "x"}, {"generated_text": "y"}])
        assert flat == outputs

    def test_places_of_mistakes(self):
        for answer, path in (
            ([], "$"),
            ([{"generated_text": "x"}, {"generated_text": 3}], "$[1].generated_text"),
            ([{"generated_text": [{"role": "a"}, 3]}], "$[0].generated_text[1]"),
            ([{"generated_token_ids": [1, "x"]}], "$[0].generated_token_ids[1]"),
            ([[{"generated_text": 3}]], "$[0][0].generated_text"),
            ([[]], "$[0]"),
            ({"text": "x"}, "$"),
        ):
            with pytest.raises(DecodeError) as caught:
                one(TEXT_GENERATION, answer)
            assert caught.value.path == path
        with pytest.raises(DecodeError) as caught:
            many(TEXT_GENERATION, 2, [[{"generated_text": "x"}], [{"generated_text": None}]])
        assert caught.value.path == "$[1][0].generated_text"


class TestStream:
    TOKEN = '{"id":5,"text":" a","logprob":-0.5,"special":false}'

    def event(self, data: str) -> TextGenerationStreamOutput:
        return TEXT_GENERATION_STREAM.decode(ServerSentEvent(data))

    def test_a_token(self):
        event = self.event(
            f'{{"index":1,"token":{self.TOKEN},"generated_text":null,"details":null,"top_tokens":[{self.TOKEN}]}}'
        )
        token = TextGenerationStreamToken(5, " a", -0.5, special=False)
        assert event == TextGenerationStreamOutput(token, index=1, top_tokens=(token,))
        assert not TEXT_GENERATION_STREAM.ends([event])

    def test_the_last_token(self):
        event = self.event(
            f'{{"token":{self.TOKEN},"generated_text":"a a",'
            '"details":{"finish_reason":"length","generated_tokens":2,"seed":42,"input_length":3}}'
        )
        assert event.generated_text == "a a"
        assert event.details == TextGenerationStreamDetails("length", 2, 42, 3)
        assert TEXT_GENERATION_STREAM.ends([event])

    def test_the_last_token_of_2023(self):
        prefill = '[{"id":1,"text":"a","logprob":null}]'
        event = self.event(
            f'{{"token":{self.TOKEN},"generated_text":"","details":{{"finish_reason":"eos_token",'
            f'"generated_tokens":1,"seed":null,"prefill":{prefill},"tokens":[]}}}}'
        )
        prompt = (TextGenerationPrefillToken(1, "a"),)
        assert event.details == TextGenerationStreamDetails("eos_token", 1, prefill=prompt, tokens=())
        assert TEXT_GENERATION_STREAM.ends([event])

    def test_a_token_without_probability(self):
        assert self.event('{"token":{"id":5,"text":"a","logprob":null}}').token.logprob is None

    @pytest.mark.parametrize(
        ("data", "path"),
        [
            ("", "$"),
            ("[DONE", "$"),
            ("[]", "$"),
            ("{}", "$"),
            ('{"token":{"id":"x","text":"a"}}', "$.token.id"),
            ('{"token":{"id":1}}', "$.token"),
            (
                '{"token":{"id":1,"text":"a"},"details":{"finish_reason":1,"generated_tokens":2}}',
                "$.details.finish_reason",
            ),
        ],
    )
    def test_wrong_events(self, data, path):
        with pytest.raises(DecodeError) as caught:
            self.event(data)
        assert caught.value.path == path


class TestFeatureExtraction:
    @pytest.mark.parametrize(
        ("values", "depth"),
        [([0.5], 1), ([[0.5, 1.0]], 2), ([[[0.5], [1.0]]], 3), ([[[[0.5]]], [[[1.0], [2.0]]]], 4), ([], 1), ([[]], 2)],
    )
    def test_nested(self, values, depth):
        for answer in (values, {"embeddings": values}):
            features = one(FEATURE_EXTRACTION, answer)
            assert features.values == features.tolist() == values
            assert features.depth == depth
            assert len(features) == len(values)

    def test_null_stays_null(self):
        assert one(FEATURE_EXTRACTION, [[None, 1, 0.5]]).values == [[None, 1, 0.5]]

    @pytest.mark.parametrize(
        ("answer", "path"),
        [
            ([[0.5], 1.0], "$[1]"),
            ([1.0, [0.5]], "$[1]"),
            ([[0.5, True]], "$[0][1]"),
            ([[[0.5], ["x"]]], "$[0][1][0]"),
            ([[[[[0.5]]]]], "$[0][0][0][0]"),
            ({"embeddings": [[0.5], None]}, "$.embeddings[1]"),
            ({"embeddings": 1}, "$.embeddings"),
            ({"vectors": []}, "$"),
            ("[]", "$"),
        ],
    )
    def test_places_of_mistakes(self, answer, path):
        with pytest.raises(DecodeError) as caught:
            one(FEATURE_EXTRACTION, answer)
        assert caught.value.path == path

    def test_several(self):
        for answer in ([[0.5], [1.0]], {"embeddings": [[0.5], [1.0]]}):
            assert [features.values for features in many(FEATURE_EXTRACTION, 2, answer)] == [[0.5], [1.0]]

    def test_one_vector_for_several(self):
        for answer, path in (([0.5, 1.0], "$[0]"), ({"embeddings": [0.5, 1.0]}, "$.embeddings[0]")):
            with pytest.raises(DecodeError) as caught:
                many(FEATURE_EXTRACTION, 2, answer)
            assert caught.value.path == path


class TestSpeechRecognition:
    def test_text(self):
        assert one(AUTOMATIC_SPEECH_RECOGNITION, {"text": "a"}).chunks == ()
        assert one(AUTOMATIC_SPEECH_RECOGNITION, [{"text": "a"}]).text == "a"

    def test_times(self):
        chunks = [
            {"text": "a", "timestamp": [0.0, 1]},
            {"timestamp": [1.5, None], "text": "b"},
            {"timestamp": [None, None], "text": "c"},
        ]
        assert one(AUTOMATIC_SPEECH_RECOGNITION, {"text": "abc", "chunks": chunks}, return_timestamps=True).chunks == (
            SpeechChunk("a", (0.0, 1.0)),
            SpeechChunk("b", (1.5, None)),
            SpeechChunk("c", (None, None)),
        )

    def test_null_where_there_are_no_times(self):
        assert one(AUTOMATIC_SPEECH_RECOGNITION, {"text": "a", "chunks": None}).chunks == ()
        chunks = [{"text": "a", "timestamp": None}]
        assert one(AUTOMATIC_SPEECH_RECOGNITION, {"text": "a", "chunks": chunks}).chunks == (SpeechChunk("a"),)

    def test_several(self):
        """A list of addresses is answered so; data cannot be sent so."""
        call = AUTOMATIC_SPEECH_RECOGNITION(b"fLaC")
        answer = Reply([{"text": "a"}, {"text": "b", "chunks": None}])
        outputs = AUTOMATIC_SPEECH_RECOGNITION.decode_many(response_for(call.payload, answer))
        assert [output.text for output in outputs] == ["a", "b"]
        assert not AUTOMATIC_SPEECH_RECOGNITION.takes_lists

    def test_languages(self):
        """``return_language`` of transformers, with times and without."""
        chunks = [
            {"language": "english", "timestamp": [0.0, 1.0], "text": "a"},
            {"language": "english", "text": "b"},
            {"language": None, "text": "c"},
        ]
        assert one(AUTOMATIC_SPEECH_RECOGNITION, {"text": "abc", "chunks": chunks}).chunks == (
            SpeechChunk("a", (0.0, 1.0), "english"),
            SpeechChunk("b", language="english"),
            SpeechChunk("c"),
        )

    @pytest.mark.parametrize(
        ("answer", "path"),
        [
            ({"chunks": []}, "$"),
            ({"text": None}, "$.text"),
            ([{"text": "a"}, {"text": "b"}], "$"),
            ({"text": "a", "chunks": [{"text": "a", "timestamp": ["0", 1]}]}, "$.chunks[0].timestamp[0]"),
            ({"text": "a", "chunks": {}}, "$.chunks"),
        ],
    )
    def test_places_of_mistakes(self, answer, path):
        with pytest.raises(DecodeError) as caught:
            one(AUTOMATIC_SPEECH_RECOGNITION, answer)
        assert caught.value.path == path

    @pytest.mark.parametrize("timestamp", [[], [0.5], [0.5, 1.0, 2.0]])
    def test_times_are_two(self, timestamp):
        with pytest.raises(DecodeError) as caught:
            one(AUTOMATIC_SPEECH_RECOGNITION, {"text": "a", "chunks": [{"text": "a", "timestamp": timestamp}]})
        assert caught.value.path == "$.chunks[0].timestamp"


class TestTextToSpeech:
    @pytest.mark.parametrize(
        ("audio", "channels"),
        [
            ([0.5, -0.5], ([0.5, -0.5],)),
            ([[0.5, -0.5]], ([0.5, -0.5],)),
            ([[[0.5, -0.5]]], ([0.5, -0.5],)),
            ([[0.5], [-0.5]], ([0.5], [-0.5])),
            ([[[0.5], [-0.5]]], ([0.5], [-0.5])),
            ([[0, 1]], ([0.0, 1.0],)),
            ([], ()),
            ([[]], ([],)),
            ([[[]]], ([],)),
        ],
    )
    def test_samples(self, audio, channels):
        answer = {"audio": audio, "sampling_rate": 16000}
        assert one(TEXT_TO_SPEECH, answer) == Audio(samples=channels, sampling_rate=16000)
        assert one(TEXT_TO_SPEECH, [answer]) == Audio(samples=channels, sampling_rate=16000)
        assert many(TEXT_TO_SPEECH, 2, [answer, answer]) == [Audio(samples=channels, sampling_rate=16000)] * 2

    def test_base64(self):
        sound = one(TEXT_TO_SPEECH, {"audio": "ZkxhQwA=", "sampling_rate": 16000})
        assert sound == Audio(file=Media(b"fLaC\0", "audio/flac"), sampling_rate=16000)
        assert sound.duration is None
        for wrong in ("", "no base64", "iVBORw0KGgo="):
            with pytest.raises(DecodeError, match="expected samples, or sound in base64") as caught:
                one(TEXT_TO_SPEECH, {"audio": wrong})
            assert caught.value.path == "$.audio"

    def test_null_is_nan(self):
        """A model that computes NaN; the default container writes null."""
        audio = one(TEXT_TO_SPEECH, {"audio": [[None, 0.5]], "sampling_rate": 16000})
        assert math.isnan(audio.samples[0][0])
        assert audio.data.endswith(b"\0\0\0\x40")

    @pytest.mark.parametrize(
        ("given", "content_type", "expected"),
        [
            (b"fLaC\0", "audio/flac", "audio/flac"),
            (b"fLaC\0", "audio/x-wav; codecs=1", "audio/x-wav"),
            (b"fLaC\0", "application/octet-stream", "audio/flac"),
            (b"ID3\0", "binary/octet-stream", "audio/mpeg"),
            (b"????", "application/octet-stream", "audio/x-audio"),
            (b"OggS", "application/ogg", "audio/ogg"),
            (b"RIFF\0\0\0\0WAVE", "", "audio/wav"),
        ],
    )
    def test_files(self, given, content_type, expected):
        audio = one(TEXT_TO_SPEECH, Reply(given, headers={"content-type": content_type}))
        assert audio == Audio(file=Media(given, expected))

    @pytest.mark.parametrize("content_type", ["audio/flac", "application/octet-stream"])
    def test_an_empty_file(self, content_type):
        with pytest.raises(DecodeError, match="empty"):
            one(TEXT_TO_SPEECH, Reply(b"", headers={"content-type": content_type}))

    def test_an_image(self):
        with pytest.raises(DecodeError, match="expected audio, but this is image/png"):
            one(TEXT_TO_SPEECH, Reply(b"\x89PNG\r\n\x1a\n", headers={"content-type": "application/octet-stream"}))

    @pytest.mark.parametrize(
        ("answer", "path"),
        [
            ({"audio": [[0.5, "x"]], "sampling_rate": 1}, "$.audio[0][1]"),
            ({"audio": [[0.5], 1.0], "sampling_rate": 1}, "$.audio[1]"),
            ({"audio": [[0.5], [0.5, 0.5]], "sampling_rate": 1}, "$.audio[1]"),
            ({"audio": [[0.5]], "sampling_rate": 0}, "$.sampling_rate"),
            ({"audio": [[0.5]], "sampling_rate": 1.5}, "$.sampling_rate"),
            ({"audio": [[0.5]]}, "$"),
            ({"audio": "UklGRg==", "sampling_rate": 1}, "$.audio"),
            ([{"audio": [[True]], "sampling_rate": 1}], "$[0].audio[0][0]"),
            ([], "$"),
        ],
    )
    def test_places_of_mistakes(self, answer, path):
        with pytest.raises(DecodeError) as caught:
            one(TEXT_TO_SPEECH, answer)
        assert caught.value.path == path

    def test_places_of_mistakes_among_several(self):
        good = {"audio": [[0.5]], "sampling_rate": 1}
        with pytest.raises(DecodeError) as caught:
            many(TEXT_TO_SPEECH, 2, [good, {"audio": [[0.5]], "sampling_rate": "1"}])
        assert caught.value.path == "$[1].sampling_rate"


class TestVisualQuestionAnswering:
    def test_one(self):
        assert one(VISUAL_QUESTION_ANSWERING, [SEEN]) == VisualAnswer("b", 0.5)
        assert one(VISUAL_QUESTION_ANSWERING, [[SEEN]]) == VisualAnswer("b", 0.5)
        assert one(VISUAL_QUESTION_ANSWERING, SEEN) == VisualAnswer("b", 0.5)
        assert one(VISUAL_QUESTION_ANSWERING, [{"answer": "b"}]) == VisualAnswer("b")

    def test_alternatives(self):
        expected = VisualAnswer("b", 0.5, alternatives=(VisualAnswer("b", 0.5),))
        assert one(VISUAL_QUESTION_ANSWERING, [SEEN, SEEN]) == expected
        assert many(VISUAL_QUESTION_ANSWERING, 2, [[SEEN, SEEN], [SEEN, SEEN]]) == [expected, expected]
        assert many(VISUAL_QUESTION_ANSWERING, 1, [[SEEN, SEEN]]) == [expected]

    @pytest.mark.parametrize(("answer", "path"), [([], "$"), ([[]], "$[0]"), ([{"score": 1.0}], "$[0]"), (3, "$")])
    def test_places_of_mistakes(self, answer, path):
        with pytest.raises(DecodeError) as caught:
            one(VISUAL_QUESTION_ANSWERING, answer)
        assert caught.value.path == path

    def test_places_of_mistakes_among_several(self):
        with pytest.raises(DecodeError) as caught:
            many(VISUAL_QUESTION_ANSWERING, 2, [[SEEN], [SEEN, {"answer": None}]])
        assert caught.value.path == "$[1][1].answer"


class TestTabularClassification:
    @pytest.mark.parametrize("answer", [["a", "b"], [1, 0], [1.5, 2.5], [True, False], ["a", 1]])
    def test_labels(self, answer):
        assert one(TABULAR_CLASSIFICATION, answer) == answer

    @pytest.mark.parametrize(
        ("answer", "path"), [(["a", None], "$[1]"), ([["a"], ["b"]], "$[0]"), ({"data": []}, "$"), ("ab", "$")]
    )
    def test_places_of_mistakes(self, answer, path):
        with pytest.raises(DecodeError) as caught:
            one(TABULAR_CLASSIFICATION, answer)
        assert caught.value.path == path

    def test_a_label_for_each_row(self):
        with pytest.raises(DecodeError, match="expected 2 labels for 2 rows, got 1"):
            one(TABULAR_CLASSIFICATION, ["a"])


@pytest.mark.parametrize("name", INPUTS)
def test_an_error_that_came_with_200(name):
    task = next(each for each in globals().values() if isinstance(each, Task) and each.name == name)
    with pytest.raises(StatusError, match="no words left") as caught:
        one(task, {"error": "no words left"})
    assert caught.value.status == 200
