"""Questions about tables and documents, conversations, similarities: shapes beyond those recorded, wrong ones, arguments."""

from __future__ import annotations

import json
import math

import pytest

from hfe_core import DecodeError, EncodeError, Media, Options, StatusError, Task
from hfe_core.payload import stack
from hfe_core.prepare import Preparer
from hfe_core.testing import Reply, fake_client, response_for
from hfe_core.values import Endpoint
from hfe_tasks import (
    CONVERSATIONAL,
    DOCUMENT_QUESTION_ANSWERING,
    SENTENCE_SIMILARITY,
    TABLE_QUESTION_ANSWERING,
    Conversation,
    ConversationalOutput,
    DocumentAnswer,
    TableAnswer,
)
from tests.recordings import COMMUNITY, TOOLKIT, get

GIF = b"GIF89a"
MESSAGES = [{"role": "user", "content": "a"}]
INPUTS = {
    CONVERSATIONAL: MESSAGES,
    DOCUMENT_QUESTION_ANSWERING: {"image": GIF, "question": "q"},
    SENTENCE_SIMILARITY: {"source_sentence": "a", "sentences": ["b", "c"]},
    TABLE_QUESTION_ANSWERING: {"query": "q", "table": {"a": [1]}},
}
TASKS = pytest.mark.parametrize("task", INPUTS, ids=repr)


def one(task: Task, answer: object):
    return task.decode(response_for(task.encode(INPUTS[task]), Reply(answer)))


def many(task: Task, count: int, answer: object):
    payloads = [task.encode(INPUTS[task])] * count
    return list(task.decode_many(response_for((task.encode_many or stack)(payloads), Reply(answer))))


def wrong(decode, *arguments: object) -> str:
    with pytest.raises(DecodeError) as caught:
        decode(*arguments)
    return caught.value.path


def refused(task: Task, inputs: object, **parameters: object) -> str:
    with pytest.raises(EncodeError) as caught:
        task.encode(inputs, **parameters)
    assert len(str(caught.value)) < 300
    return caught.value.parameter


@TASKS
def test_an_error_that_came_with_200(task):
    with pytest.raises(StatusError, match="no words left"):
        one(task, {"error": "no words left"})


@TASKS
@pytest.mark.parametrize("inputs", [None, 3, "text", b"bytes", [], {}, {"a": 1}], ids=repr)
def test_wrong_inputs(task, inputs):
    assert refused(task, inputs).split(".")[0] == "inputs"


FOUND = {"answer": "SUM > 1", "coordinates": [[0, 0]], "cells": ["1"], "aggregator": "SUM"}
SUM = TableAnswer("SUM > 1", ((0, 0),), ("1",), "SUM")


class TestTableQuestionAnswering:
    def test_one(self):
        for answer in (FOUND, [FOUND]):
            assert one(TABLE_QUESTION_ANSWERING, answer) == many(TABLE_QUESTION_ANSWERING, 1, answer)[0] == SUM

    def test_what_is_absent_is_not_empty(self):
        assert one(TABLE_QUESTION_ANSWERING, {"answer": "a"}) == TableAnswer("a")
        assert one(TABLE_QUESTION_ANSWERING, {"answer": "a", "cells": None, "new": 1}) == TableAnswer("a")
        empty = {**FOUND, "coordinates": [], "cells": [], "aggregator": None}
        assert one(TABLE_QUESTION_ANSWERING, empty) == TableAnswer("SUM > 1", (), ())

    def test_several(self):
        assert many(TABLE_QUESTION_ANSWERING, 2, [FOUND, {"answer": "a"}]) == [SUM, TableAnswer("a")]

    def test_answers_to_several_are_never_taken_for_one(self):
        assert wrong(one, TABLE_QUESTION_ANSWERING, [FOUND, FOUND]) == "$"
        assert wrong(one, TABLE_QUESTION_ANSWERING, []) == "$"
        assert wrong(many, TABLE_QUESTION_ANSWERING, 2, [FOUND]) == "$"
        assert wrong(many, TABLE_QUESTION_ANSWERING, 2, FOUND) == "$"
        payload = TABLE_QUESTION_ANSWERING.encode_many(
            [TABLE_QUESTION_ANSWERING.encode(INPUTS[TABLE_QUESTION_ANSWERING])] * 2
        )
        with pytest.raises(DecodeError, match="the answers to 2 questions"):
            TABLE_QUESTION_ANSWERING.decode(response_for(payload, Reply([FOUND, FOUND])))

    def test_places_of_mistakes(self):
        assert wrong(one, TABLE_QUESTION_ANSWERING, {"cells": []}) == "$"
        assert (
            wrong(one, TABLE_QUESTION_ANSWERING, {**FOUND, "coordinates": [[0, 0], [0, "1"]]}) == "$.coordinates[1][1]"
        )
        assert wrong(one, TABLE_QUESTION_ANSWERING, {**FOUND, "coordinates": [[0]]}) == "$.coordinates[0]"
        assert wrong(many, TABLE_QUESTION_ANSWERING, 2, [FOUND, {"answer": None}]) == "$[1].answer"

    def test_empty_cells_are_empty_text(self):
        payload = TABLE_QUESTION_ANSWERING.encode({"query": "q", "table": {"a": ["x", None, 3]}})
        assert payload.inputs == {"query": "q", "table": {"a": ["x", "", "3"]}}

    def test_questions_about_one_table_travel_together(self):
        recording = get(TOOLKIT, "table-question-answering_tapex", "s3_query_list")
        sent = recording.request_json()["inputs"]
        client, transport = fake_client(recording.reply)
        client = client.with_options(batch_size=2)
        inputs = [{"query": query, "table": sent["table"]} for query in sent["query"]]
        found = [outcome.output.answer for outcome in client.map(TABLE_QUESTION_ANSWERING, inputs)]
        assert found == [each["answer"] for each in recording.json()]
        assert [json.loads(request.body) for request in transport.requests] == [{"inputs": sent}]

    def test_questions_about_several_tables_go_one_by_one(self):
        client, transport = fake_client(Reply(FOUND), Reply(FOUND))
        client = client.with_options(batch_size=2)
        inputs = [{"query": "q", "table": {"a": [number]}} for number in (1, 2)]
        assert [outcome.output for outcome in client.map(TABLE_QUESTION_ANSWERING, inputs)] == [SUM, SUM]
        assert len(transport.requests) == 2

    def test_wrong_arguments(self):
        table = {"a": [1]}
        assert refused(TABLE_QUESTION_ANSWERING, {"table": table}) == "inputs.query"
        assert refused(TABLE_QUESTION_ANSWERING, {"query": "q"}) == "inputs.table"
        assert refused(TABLE_QUESTION_ANSWERING, {"query": ["q"], "table": table}) == "inputs.query"
        assert refused(TABLE_QUESTION_ANSWERING, {"query": "q", "table": {"a": [[1]]}}) == "inputs.table.a[0]"
        assert refused(TABLE_QUESTION_ANSWERING, {"query": "q", "table": [{"a": "1"}]}) == "inputs.table"
        for parameter, value in (("sequential", 1), ("padding", "long"), ("padding", 1), ("truncation", "rows")):
            assert (
                refused(TABLE_QUESTION_ANSWERING, INPUTS[TABLE_QUESTION_ANSWERING], **{parameter: value}) == parameter
            )


class TestSentenceSimilarity:
    def test_both_servers(self):
        assert one(SENTENCE_SIMILARITY, {"similarities": [0.5, 1]}) == one(SENTENCE_SIMILARITY, [0.5, 1]) == [0.5, 1.0]
        assert math.isnan(one(SENTENCE_SIMILARITY, {"similarities": [0.5, None]})[1])

    def test_places_of_mistakes(self):
        assert wrong(one, SENTENCE_SIMILARITY, {"similarities": [0.5, "x"]}) == "$.similarities[1]"
        assert wrong(one, SENTENCE_SIMILARITY, [0.5, [1]]) == "$[1]"
        assert wrong(one, SENTENCE_SIMILARITY, {"scores": [0.5, 1]}) == "$"
        assert wrong(one, SENTENCE_SIMILARITY, {"similarities": None}) == "$.similarities"

    def test_a_number_for_each_sentence(self):
        assert wrong(one, SENTENCE_SIMILARITY, [0.5]) == wrong(one, SENTENCE_SIMILARITY, []) == "$"
        assert wrong(one, SENTENCE_SIMILARITY, {"similarities": [1, 1, 1]}) == "$.similarities"

    def test_inputs(self):
        for sentences in (["b"], ("b",), iter("b"), "b"):
            payload = SENTENCE_SIMILARITY.encode({"source_sentence": "a", "sentences": sentences})
            assert payload.inputs == {"source_sentence": "a", "sentences": ["b"]}
        for inputs, parameter in (
            ({"source_sentence": "a"}, "inputs.sentences"),
            ({"sentences": ["a"]}, "inputs.source_sentence"),
            ({"source_sentence": "a", "sentences": []}, "inputs.sentences"),
            ({"source_sentence": "a", "sentences": None}, "inputs.sentences"),
            ({"source_sentence": "a", "sentences": ["a", 3]}, "inputs.sentences[1]"),
            ({"source_sentence": ["a"], "sentences": ["a"]}, "inputs.source_sentence"),
        ):
            assert refused(SENTENCE_SIMILARITY, inputs) == parameter


LEGACY = {
    "generated_text": "ok",
    "conversation": {"past_user_inputs": ["hi"], "generated_responses": ["ok"]},
    "warnings": ["be careful"],
}


class TestConversational:
    def test_the_shape_of_2023(self):
        expected = ConversationalOutput("ok", Conversation(("hi",), ("ok",)), warnings=("be careful",))
        assert one(CONVERSATIONAL, LEGACY) == one(CONVERSATIONAL, [LEGACY]) == expected
        assert one(CONVERSATIONAL, {"generated_text": "ok", "warnings": None}) == ConversationalOutput("ok")

    def test_messages(self):
        spoken = [*MESSAGES, {"role": "assistant", "content": "b"}]
        expected = ConversationalOutput("b", messages=tuple(spoken))
        for answer in ([{"generated_text": spoken}], [[{"generated_text": spoken}]], {"generated_text": spoken}):
            assert one(CONVERSATIONAL, answer) == expected
        assert many(CONVERSATIONAL, 2, [[{"generated_text": spoken}], [{"generated_text": "c"}]]) == [
            expected,
            ConversationalOutput("c"),
        ]

    def test_a_last_message_without_words(self):
        message = {"role": "assistant", "content": None, "tool_calls": []}
        assert one(CONVERSATIONAL, [{"generated_text": [message]}]) == ConversationalOutput(messages=(message,))
        assert one(CONVERSATIONAL, [{"generated_text": []}]) == ConversationalOutput()

    def test_alternatives(self):
        expected = ConversationalOutput("a", alternatives=(ConversationalOutput("b"),))
        assert one(CONVERSATIONAL, [{"generated_text": "a"}, {"generated_text": "b"}]) == expected

    def test_places_of_mistakes(self):
        assert wrong(one, CONVERSATIONAL, []) == "$"
        assert wrong(one, CONVERSATIONAL, [[]]) == "$[0]"
        assert wrong(one, CONVERSATIONAL, {"text": "a"}) == "$"
        assert wrong(one, CONVERSATIONAL, [{"generated_text": ["a"]}]) == "$[0].generated_text[0]"
        assert wrong(one, CONVERSATIONAL, {**LEGACY, "conversation": {"past_user_inputs": []}}) == "$.conversation"
        assert wrong(one, CONVERSATIONAL, {**LEGACY, "warnings": [1]}) == "$.warnings[0]"
        assert wrong(many, CONVERSATIONAL, 2, {"generated_text": "a"}) == "$"
        assert wrong(many, CONVERSATIONAL, 2, [[{"generated_text": "a"}], []]) == "$[1]"

    def test_what_came_back_goes_on(self):
        """The output's conversation has the fields of the next input."""
        recording = get(COMMUNITY, "conversational", "s1")
        output = CONVERSATIONAL.decode(recording.response)
        payload = CONVERSATIONAL.encode(
            {
                "text": "and now?",
                "past_user_inputs": output.conversation.past_user_inputs,
                "generated_responses": output.conversation.generated_responses,
            }
        )
        assert payload.inputs == {"text": "and now?", "past_user_inputs": ["hi"], "generated_responses": ["ok"]}
        messages = one(CONVERSATIONAL, [{"generated_text": MESSAGES}]).messages
        assert CONVERSATIONAL.encode([*messages, *MESSAGES]).inputs == MESSAGES * 2

    def test_the_lists_of_a_new_conversation_are_sent(self):
        """The community container misses them (api-inference-community 0.0.37)."""
        assert CONVERSATIONAL.encode({"text": "hi"}).inputs == {
            "text": "hi",
            "past_user_inputs": [],
            "generated_responses": [],
        }

    def test_conversations_of_2023_go_one_by_one(self):
        client, transport = fake_client(Reply(LEGACY), Reply(LEGACY))
        client = client.with_options(batch_size=2)
        assert len(list(client.map(CONVERSATIONAL, [{"text": "a"}, {"text": "b"}]))) == 2
        assert [json.loads(request.body)["inputs"]["text"] for request in transport.requests] == ["a", "b"]

    def test_wrong_arguments(self):
        for inputs, parameter in (
            ({"past_user_inputs": []}, "inputs.text"),
            ({"text": 3}, "inputs.text"),
            ({"text": "a", "past_user_inputs": "b"}, "inputs.past_user_inputs"),
            ({"text": "a", "past_user_inputs": ["b", None]}, "inputs.past_user_inputs[1]"),
            ({"text": "a", "generated_responses": None}, "inputs.generated_responses"),
            ([{"role": "user"}], "inputs[0]"),
            ([{"role": "user", "content": 3}], "inputs[0].content"),
        ):
            assert refused(CONVERSATIONAL, inputs) == parameter
        for parameter, values in {
            "do_sample": (1, "yes"),
            "max_length": (0, 1.5),
            "max_new_tokens": (-1, "1"),
            "max_time": (-1, True),
            "min_length": (-1,),
            "num_return_sequences": (0,),
            "repetition_penalty": (-0.1,),
            "return_full_text": (0,),
            "temperature": (-1, math.nan),
            "top_k": (0,),
            "top_p": (-0.1, 1.1),
        }.items():
            for value in values:
                assert refused(CONVERSATIONAL, MESSAGES, **{parameter: value}) == parameter


READ = {"score": 0.5, "answer": "a", "start": 1, "end": 2}
READ_ANSWER = DocumentAnswer("a", 0.5, 1, 2)


class TestDocumentQuestionAnswering:
    def test_one(self):
        for answer in (READ, [READ], [[READ]]):
            assert one(DOCUMENT_QUESTION_ANSWERING, answer) == READ_ANSWER
        assert one(DOCUMENT_QUESTION_ANSWERING, [READ, READ]) == DocumentAnswer("a", 0.5, 1, 2, (READ_ANSWER,))

    def test_nothing_found(self):
        for answer in ([], [[]], [{"answer": None}], {"answer": None, "score": None, "start": None, "end": None}):
            assert one(DOCUMENT_QUESTION_ANSWERING, answer) == DocumentAnswer()
        assert many(DOCUMENT_QUESTION_ANSWERING, 2, [[], [READ]]) == [DocumentAnswer(), READ_ANSWER]

    def test_an_answer_that_is_impossible(self):
        impossible = {"score": 0.5, "answer": "", "start": 0, "end": 0}
        assert one(DOCUMENT_QUESTION_ANSWERING, [impossible]) == DocumentAnswer("", 0.5, 0, 0)

    def test_places_of_mistakes(self):
        assert wrong(one, DOCUMENT_QUESTION_ANSWERING, [READ, {**READ, "start": "1"}]) == "$[1].start"
        assert wrong(one, DOCUMENT_QUESTION_ANSWERING, {**READ, "answer": 3}) == "$.answer"
        assert wrong(one, DOCUMENT_QUESTION_ANSWERING, 3) == "$"
        assert wrong(many, DOCUMENT_QUESTION_ANSWERING, 2, {}) == "$"
        assert wrong(many, DOCUMENT_QUESTION_ANSWERING, 2, [[READ], [READ, None]]) == "$[1][1]"

    def test_word_boxes(self):
        numpy = pytest.importorskip("numpy")
        for box in ([0, 0.5, 100, 1000], (0, 0.5, 100, 1000), numpy.array([0, 0.5, 100, 1000])):
            payload = DOCUMENT_QUESTION_ANSWERING.encode({"image": GIF, "question": "q", "word_boxes": [("a", box)]})
            assert payload.inputs["word_boxes"] == [["a", [0, 0.5, 100, 1000]]]
        assert payload.inputs["image"] == Media(GIF, "image/gif")

    def test_wrong_arguments(self):
        box = (0, 0, 1, 1)
        for word_boxes, parameter in (
            ("a", ""),
            (None, ""),
            ({"a": box}, ""),
            (["a"], "[0]"),
            ([("a", box), ("b",)], "[1]"),
            ([(3, box)], "[0][0]"),
            ([("a", 3)], "[0][1]"),
            ([("a", (0, 0, 1))], "[0][1]"),
            ([("a", (0, 0, 1, 1001))], "[0][1][3]"),
            ([("a", (0, 0, None, 1))], "[0][1][2]"),
            ([("a", (0, -1, 1, 1))], "[0][1][1]"),
        ):
            inputs = {"image": GIF, "question": "q", "word_boxes": word_boxes}
            assert refused(DOCUMENT_QUESTION_ANSWERING, inputs) == f"inputs.word_boxes{parameter}"
        assert refused(DOCUMENT_QUESTION_ANSWERING, {"image": GIF}) == "inputs.question"
        assert refused(DOCUMENT_QUESTION_ANSWERING, {"image": GIF, "question": None}) == "inputs.question"
        assert refused(DOCUMENT_QUESTION_ANSWERING, {"image": "page.png", "question": "q"}) == "inputs.image"
        for parameter, values in {
            "top_k": (0, 1.5),
            "doc_stride": (-1,),
            "max_answer_len": (0,),
            "max_seq_len": (0,),
            "max_question_len": (0,),
            "handle_impossible_answer": (1,),
            "lang": (3, ["eng"]),
            "tesseract_config": (b"--psm 6",),
        }.items():
            for value in values:
                assert (
                    refused(DOCUMENT_QUESTION_ANSWERING, INPUTS[DOCUMENT_QUESTION_ANSWERING], **{parameter: value})
                    == parameter
                )

    def test_the_image_travels_in_the_json(self):
        payload = DOCUMENT_QUESTION_ANSWERING.encode({"image": GIF, "question": "q"}, lang="deu")
        request = Preparer(Endpoint("https://endpoint.test"), Options()).request(payload)
        assert json.loads(request.body) == {
            "inputs": {"image": "R0lGODlh", "question": "q"},
            "parameters": {"lang": "deu"},
        }
