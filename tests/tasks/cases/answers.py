"""question-answering and visual-question-answering."""

from __future__ import annotations

import base64
from typing import Any

from hypothesis import strategies as st

from hfe_tasks import Answer, VisualAnswer
from tests.recordings import COMMUNITY, TOOLKIT, Recording
from tests.tasks.case import FLAG, IMAGE, INT, SCORE, TEXT, Case, arguments, is_list, rows

SPAN = st.fixed_dictionaries({"score": SCORE, "start": st.integers(), "end": st.integers(), "answer": TEXT})
SEEN = st.fixed_dictionaries({"answer": TEXT}, optional={"score": SCORE})


def are_several(inputs: Any) -> bool:
    """Several questions are one object with lists, or a list of objects."""
    if is_list(inputs):
        return True
    return isinstance(inputs, dict) and any(isinstance(inputs.get(name), list) for name in ("question", "context"))


def write_answers(value: Any, recording: Recording) -> object:
    def one(answer: Answer) -> object:
        return {"score": answer.score, "start": answer.start, "end": answer.end, "answer": answer.answer}

    def write(answer: Answer) -> object:
        if answer.alternatives:
            return [one(answer), *map(one, answer.alternatives)]
        return one(answer)

    if not are_several(recording.inputs):
        return write(value)
    written = [write(answer) for answer in value]
    return written[0] if len(written) == 1 else written


def write_visual_answers(value: Any, recording: Recording) -> object:
    def one(answer: VisualAnswer) -> object:
        score = {} if answer.score is None else {"score": answer.score}
        return {**score, "answer": answer.answer}

    def write(answer: VisualAnswer) -> object:
        return [one(answer), *map(one, answer.alternatives)]

    return [write(answer) for answer in value] if are_several(recording.inputs) else write(value)


def about_an_image(inputs: Any) -> Any:
    return {**inputs, "image": base64.b64decode(inputs["image"], validate=True)}


CASES = [
    Case(
        constant="QUESTION_ANSWERING",
        call={"inputs": {"question": "q", "context": "c"}},
        arguments=arguments(
            st.fixed_dictionaries({"question": TEXT, "context": TEXT}),
            top_k=INT,
            doc_stride=INT | st.just(0),
            max_answer_len=INT,
            max_seq_len=INT,
            max_question_len=INT,
            handle_impossible_answer=FLAG,
            align_to_words=FLAG,
        ),
        answer=SPAN | rows(1, SPAN),
        each=SPAN | rows(1, SPAN),
        recordings={(TOOLKIT, "question-answering"): 9, (COMMUNITY, "question-answering"): 6},
        write=write_answers,
        is_many=are_several,
        encoded=13,
        undecodable={
            f"{COMMUNITY}/question-answering/s2_warning": "has `warnings`, which stay with the response; tested by itself"
        },
        inexpressible={
            f"{TOOLKIT}/question-answering/s7_two_questions_one_context": "one context; hfe sends as many as questions",
            f"{COMMUNITY}/question-answering/c09_bare_inputs_no_wrapper": "without the key `inputs`",
        },
    ),
    Case(
        constant="VISUAL_QUESTION_ANSWERING",
        call={"inputs": {"image": b"GIF89a", "question": "q"}},
        arguments=arguments(st.fixed_dictionaries({"image": IMAGE, "question": TEXT}), top_k=INT),
        answer=SEEN | rows(1, SEEN),
        each=rows(1, SEEN),
        recordings={
            (TOOLKIT, "visual-question-answering"): 5,
            (TOOLKIT, "visual-question-answering_blip"): 7,
        },
        write=write_visual_answers,
        item=about_an_image,
        is_many=are_several,
        encoded=8,
        inexpressible={
            f"{TOOLKIT}/visual-question-answering/e53_raw_image_query_question": "a second spelling of the same input",
            f"{TOOLKIT}/visual-question-answering_blip/s6_question_list": "one image; hfe sends as many as questions",
            f"{TOOLKIT}/visual-question-answering/e10_inputs_empty_list": "no input; hfe sends nothing for nothing",
            f"{TOOLKIT}/visual-question-answering_blip/e10_inputs_empty_list": "no input; hfe sends nothing for nothing",
        },
    ),
]
