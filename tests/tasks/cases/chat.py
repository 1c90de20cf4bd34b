"""chat-completion."""

from __future__ import annotations

from typing import Any

import attrs
from hypothesis import strategies as st

from hfe_tasks import ChatCompletion
from tests.recordings import TRANSFORMERS, Recording
from tests.tasks.case import FLAG, INT, MAPPING, MESSAGES, NUMBER, SCORE, TEXT, Case, arguments, rows

__all__ = ["CASES", "without_nothing"]

MAYBE_TEXT = st.none() | TEXT
TOLD = MESSAGES | rows(
    1,
    st.fixed_dictionaries(
        {"role": TEXT, "content": st.none() | rows(0, st.fixed_dictionaries({"type": st.just("text"), "text": TEXT}))},
        optional={"name": TEXT, "tool_call_id": TEXT, "tool_calls": rows(0, MAPPING)},
    ),
)
PENALTY = st.floats(-2, 2)
FUNCTION = st.fixed_dictionaries({"name": TEXT, "arguments": TEXT | MAPPING}, optional={"description": MAYBE_TEXT})
CALL = st.fixed_dictionaries({"id": TEXT | st.integers(), "function": FUNCTION}, optional={"type": st.just("function")})
TOP = st.fixed_dictionaries({"token": TEXT, "logprob": SCORE}, optional={"bytes": st.none() | st.lists(INT)})
LOGPROB = st.tuples(TOP, rows(0, TOP)).map(lambda both: {**both[0], "top_logprobs": both[1]})
CHOICE = st.fixed_dictionaries(
    {
        "index": st.integers(0, 3),
        "message": st.fixed_dictionaries(
            {"role": TEXT},
            optional={
                "content": MAYBE_TEXT,
                "tool_calls": st.none() | CALL | rows(0, CALL),
                "refusal": st.none(),
                "reasoning": MAYBE_TEXT,
            },
        ),
    },
    optional={
        "finish_reason": MAYBE_TEXT,
        "logprobs": st.none() | st.fixed_dictionaries({"content": st.none() | rows(0, LOGPROB)}),
    },
)
COUNTS = {name: st.integers(0) for name in ("prompt_tokens", "completion_tokens", "total_tokens")}
CHAT = f"{TRANSFORMERS}/chat-completion"
STREAMS = ("e18_stream_generation_error", "s2_stream")
ANSWERS = (
    *("e11_bad_role", "s10_auth_header_ignored", "s14_tools", "s15_n2", "s16_logprobs", "s17_response_format"),
    *("s4_max_completion_tokens", "s6_content_parts", "s9_request_id_header"),
)


def without_nothing(value: Any) -> Any:
    """As the server writes it: what is None or empty is left out."""
    if isinstance(value, dict):
        return {name: without_nothing(part) for name, part in value.items() if part is not None and part != ()}
    return [without_nothing(part) for part in value] if isinstance(value, list | tuple) else value


def write_completion(value: ChatCompletion, _: Recording) -> object:
    return without_nothing(attrs.asdict(value))


CASES = [
    Case(
        constant="CHAT_COMPLETION",
        call={"inputs": [{"role": "user", "content": "a"}]},
        arguments=arguments(
            TOLD,
            frequency_penalty=PENALTY,
            logit_bias=st.dictionaries(TEXT, st.floats(-100, 100), max_size=2),
            logprobs=FLAG,
            max_completion_tokens=INT,
            max_tokens=INT,
            model=TEXT,
            n=INT,
            presence_penalty=PENALTY,
            response_format=MAPPING,
            seed=st.integers(),
            stop=st.lists(TEXT, min_size=1, max_size=2),
            stream_options=MAPPING,
            temperature=NUMBER,
            tool_choice=TEXT | MAPPING,
            tool_prompt=TEXT,
            tools=rows(0, MAPPING),
            top_logprobs=INT | st.just(0),
            top_p=st.floats(0, 1),
        ),
        answer=st.fixed_dictionaries(
            {"choices": rows(0, CHOICE)},
            optional={
                "id": TEXT,
                "model": TEXT,
                "created": INT,
                "object": TEXT,
                "system_fingerprint": MAYBE_TEXT,
                "usage": st.none() | st.fixed_dictionaries(COUNTS),
            },
        ),
        recordings={(TRANSFORMERS, "chat-completion"): len(ANSWERS)},
        write=write_completion,
        undecodable={f"{CHAT}/{name}": "an event stream; tests/tasks/test_chat.py reads it" for name in STREAMS},
        encoded=len(ANSWERS),
    )
]
