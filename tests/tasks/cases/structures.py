"""Tasks on tables, on conversations, on documents, and sentence-similarity."""

from __future__ import annotations

import base64
from typing import Any

from hypothesis import strategies as st

from hfe_tasks import ConversationalOutput, DocumentAnswer, TableAnswer
from tests.recordings import COMMUNITY, TOOLKIT, Recording
from tests.tasks.case import FLAG, IMAGE, INT, MESSAGES, NUMBER, SCORE, TEXT, Case, arguments, is_list, rows
from tests.tasks.cases.classification import TABLE

A_TABLE = {"a": ["1", "2"], "b": ["x", "y"]}
CELL_AT = st.tuples(st.integers(), st.integers())
TABLE_ANSWER = st.fixed_dictionaries(
    {"answer": TEXT},
    optional={
        "coordinates": st.lists(CELL_AT, max_size=2),
        "cells": st.lists(TEXT, max_size=2),
        "aggregator": st.none() | TEXT,
    },
)
SAID = st.lists(TEXT, max_size=2)
LEGACY_REPLY = st.fixed_dictionaries(
    {"generated_text": TEXT},
    optional={
        "conversation": st.none() | st.fixed_dictionaries({"past_user_inputs": SAID, "generated_responses": SAID}),
        "warnings": st.none() | SAID,
    },
)
REPLY = st.fixed_dictionaries({"generated_text": TEXT | MESSAGES})
DOCUMENT_ANSWER = st.fixed_dictionaries(
    {"answer": st.none() | TEXT},
    optional={"score": SCORE, "start": st.none() | st.integers(), "end": st.none() | st.integers()},
)
SIDE = st.integers(0, 1000) | st.floats(0, 1000)
WORD_BOXES = st.lists(st.tuples(TEXT, st.tuples(SIDE, SIDE, SIDE, SIDE)), max_size=2)


def are_several_queries(inputs: Any) -> bool:
    """Several questions about one table are a list under ``query``."""
    return isinstance(inputs, dict) and isinstance(inputs.get("query"), list)


def write_table_answers(value: Any, recording: Recording) -> object:
    def one(answer: TableAnswer) -> object:
        found = {
            "answer": answer.answer,
            "coordinates": None if answer.coordinates is None else [list(each) for each in answer.coordinates],
            "cells": None if answer.cells is None else list(answer.cells),
            "aggregator": answer.aggregator,
        }
        return {name: part for name, part in found.items() if part is not None}

    if not are_several_queries(recording.inputs):
        return one(value)
    written = [one(answer) for answer in value]
    return written[0] if len(written) == 1 else written


def write_replies(value: ConversationalOutput, recording: Recording) -> object:
    if recording.server == COMMUNITY:
        assert value.conversation is not None
        assert not value.warnings
        return {
            "generated_text": value.generated_text,
            "conversation": {
                "past_user_inputs": list(value.conversation.past_user_inputs),
                "generated_responses": list(value.conversation.generated_responses),
            },
        }
    text: object = value.generated_text
    if value.messages:
        assert value.messages[-1]["content"] == value.generated_text
        text = [dict(message) for message in value.messages]
    return [{"generated_text": text}]


def write_document_answers(value: Any, recording: Recording) -> object:
    def one(answer: DocumentAnswer) -> object:
        if recording.task.endswith("donut"):
            assert (answer.score, answer.start, answer.end) == (None, None, None)
            return {"answer": answer.answer}
        return {"score": answer.score, "answer": answer.answer, "start": answer.start, "end": answer.end}

    def write(answer: DocumentAnswer) -> object:
        if answer == DocumentAnswer() and not recording.task.endswith("donut"):
            return []
        return [one(answer), *map(one, answer.alternatives)]

    return [write(answer) for answer in value] if is_list(recording.inputs) else write(value)


def about_an_image(inputs: Any) -> Any:
    return {**inputs, "image": base64.b64decode(inputs["image"], validate=True)}


SIMILARITY = f"{TOOLKIT}/sentence-similarity"
CASES = [
    Case(
        constant="CONVERSATIONAL",
        call={"inputs": [{"role": "user", "content": "a"}]},
        arguments=arguments(
            MESSAGES
            | st.fixed_dictionaries({"text": TEXT}, optional={"past_user_inputs": SAID, "generated_responses": SAID}),
            do_sample=FLAG,
            max_length=INT,
            max_new_tokens=INT | st.just(0),
            max_time=NUMBER,
            min_length=INT | st.just(0),
            num_return_sequences=INT,
            repetition_penalty=NUMBER,
            return_full_text=FLAG,
            temperature=NUMBER,
            top_k=INT,
            top_p=st.floats(0, 1),
        ),
        answer=LEGACY_REPLY | rows(1, REPLY) | st.tuples(rows(1, REPLY)),
        each=rows(1, REPLY),
        recordings={(TOOLKIT, "conversational"): 5, (COMMUNITY, "conversational"): 5},
        write=write_replies,
        encoded=9,
        inexpressible={f"{TOOLKIT}/conversational/s6_plain_text": "a text, which text-generation sends"},
    ),
    Case(
        constant="DOCUMENT_QUESTION_ANSWERING",
        call={"inputs": {"image": b"GIF89a", "question": "q"}},
        arguments=arguments(
            st.fixed_dictionaries({"image": IMAGE, "question": TEXT}, optional={"word_boxes": WORD_BOXES}),
            top_k=INT,
            doc_stride=INT | st.just(0),
            max_answer_len=INT,
            max_seq_len=INT,
            max_question_len=INT,
            handle_impossible_answer=FLAG,
            lang=TEXT,
            tesseract_config=TEXT,
        ),
        answer=rows(0, DOCUMENT_ANSWER) | DOCUMENT_ANSWER | st.tuples(rows(0, DOCUMENT_ANSWER)),
        each=rows(0, DOCUMENT_ANSWER),
        recordings={
            (TOOLKIT, "document-question-answering"): 9,
            (TOOLKIT, "document-question-answering_donut"): 7,
        },
        write=write_document_answers,
        item=about_an_image,
        encoded=14,
        inexpressible={
            f"{TOOLKIT}/document-question-answering/s3_url": "an address; hfe sends the image itself",
            f"{TOOLKIT}/document-question-answering_donut/e10_inputs_empty_list": "no input; hfe sends nothing for nothing",
        },
    ),
    Case(
        constant="SENTENCE_SIMILARITY",
        call={"inputs": {"source_sentence": "a", "sentences": ["a", "b"]}},
        arguments=arguments(st.fixed_dictionaries({"source_sentence": TEXT, "sentences": rows(1, TEXT)})),
        answer=(similarities := st.lists(SCORE, min_size=2, max_size=2))
        | st.fixed_dictionaries({"similarities": similarities}),
        recordings={
            (TOOLKIT, "sentence-similarity"): 6,
            (COMMUNITY, "sentence-similarity_docker-sentence_transformers"): 2,
        },
        write=lambda value, recording: {"similarities": value} if recording.server == TOOLKIT else value,
        encoded=7,
        inexpressible={f"{SIMILARITY}/s3_sentences_string": "a second spelling of the same input"},
    ),
    Case(
        constant="TABLE_QUESTION_ANSWERING",
        call={"inputs": {"query": "q", "table": A_TABLE}},
        arguments=arguments(
            st.fixed_dictionaries({"query": TEXT, "table": TABLE.filter(lambda table: any(table.values()))}),
            sequential=FLAG,
            padding=FLAG | st.sampled_from(["longest", "max_length", "do_not_pad"]),
            truncation=FLAG
            | st.sampled_from(["drop_rows_to_fit", "do_not_truncate", "longest_first", "only_first", "only_second"]),
        ),
        answer=TABLE_ANSWER | st.tuples(TABLE_ANSWER),
        each=TABLE_ANSWER,
        recordings={
            (TOOLKIT, "table-question-answering"): 3,
            (TOOLKIT, "table-question-answering_tapex"): 7,
        },
        write=write_table_answers,
        is_many=are_several_queries,
        apart=lambda inputs: [{**inputs, "query": query} for query in inputs["query"]],
        encoded=7,
        inexpressible={
            f"{TOOLKIT}/table-question-answering/s4_table_records": "a second spelling of the same input",
            f"{TOOLKIT}/table-question-answering_tapex/s2_question_key": "a second spelling of the same input",
            f"{TOOLKIT}/table-question-answering_tapex/s8_numeric_cells": "a number in a cell; hfe sends it as text",
        },
    ),
    Case(
        constant="TABULAR_REGRESSION",
        call={"inputs": {"data": {"a": [1, 2]}}},
        arguments=arguments(st.fixed_dictionaries({"data": TABLE}) | TABLE),
        answer=st.lists(SCORE, min_size=2, max_size=2),
        recordings={(COMMUNITY, "tabular-regression_docker-sklearn"): 6},
        write=lambda value, _: value,
        encoded=5,
        inexpressible={
            f"{COMMUNITY}/tabular-regression_docker-sklearn/c09_bare_inputs_no_wrapper": "without the key `inputs`"
        },
    ),
]
