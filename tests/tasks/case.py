"""What the tests know of a task, by the servers' rules and without hfe's own decoders."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs
from hypothesis import strategies as st

import hfe_tasks
from tests.recordings import Recording

__all__ = [
    "ANY_NUMBER",
    "FLAG",
    "IMAGE",
    "INT",
    "MAPPING",
    "MESSAGES",
    "NUMBER",
    "OTHERS",
    "SCORE",
    "SOUND",
    "TEXT",
    "VALUES",
    "Case",
    "arguments",
    "is_list",
    "rows",
    "same",
]

TEXT = st.text(max_size=12)
INT = st.integers(1, 10**6) | st.just(10**30)
NUMBER = st.floats(0, 1e9) | st.integers(0, 10**9)
FLAG = st.booleans()
VALUES = st.recursive(
    st.none() | FLAG | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
"""What JSON can carry."""
MAPPING = st.dictionaries(TEXT, VALUES, max_size=3)
OTHERS = st.dictionaries(TEXT.map("x-".__add__), VALUES, max_size=3)
"""Parameters under names that no task has as a keyword."""
IMAGE = st.sampled_from([b"GIF89a", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"nothing known"]) | st.binary(
    min_size=1, max_size=8
).map(b"BM".__add__)
SOUND = st.sampled_from([b"fLaC", b"OggS", b"ID3", b"RIFF....WAVE", b"nothing known"])
MESSAGES = st.lists(st.fixed_dictionaries({"role": TEXT, "content": TEXT}), min_size=1, max_size=3)
ANY_NUMBER = st.integers() | st.floats()
SCORE = st.none() | ANY_NUMBER.filter(lambda value: abs(value) < 10**300 if isinstance(value, int) else True)


def arguments(inputs: st.SearchStrategy[Any], **keywords: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Any arguments of a task: these inputs, and any of these keywords, None too, and ``parameters``."""
    optional = {name: st.none() | values for name, values in {**keywords, "parameters": OTHERS}.items()}
    return st.fixed_dictionaries({"inputs": inputs}, optional=optional)


def rows(least: int, row: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    """Lists of at least so many and at most three."""
    return st.lists(row, min_size=least, max_size=3)


def is_list(inputs: object) -> bool:
    """Whether recorded inputs are several: a list, but not of messages, which are one conversation."""
    return isinstance(inputs, list) and not (inputs and isinstance(inputs[0], dict) and "role" in inputs[0])


@attrs.frozen(kw_only=True, repr=False, eq=False)
class Case:
    """One task.

    Attributes:
        constant: The name of its value in ``hfe_tasks``.
        call: Arguments of a call that is right.
        arguments: Any arguments that the signature allows.
        answer: Any JSON that a server may answer to ``call``; None where answers are no JSON.
        each: Any JSON that a server may answer to each of two such calls in one request; None where it takes one only.
        recordings: Server and name of each recorded file, and how many of its successes decode.
        write: The JSON (or, where that is no JSON, the bytes) with which the recording's server means this value; these
            values, where the request carried several inputs.
        item: Inputs as they stand in a recorded request, made what a user gives.
        is_many: Whether recorded inputs are several.
        apart: Recorded inputs that are several, each as one call has it.
        undecodable: Recorded successes that are nothing of this task, by name, and why.
        encoded: How many recorded successes hfe sends again as they were.
        inexpressible: Recorded successes whose request hfe does not make, by name, and why.
        accept: The content type that the task asks for.
        beside: Parameters that stand beside the inputs, too.
    """

    constant: str
    call: Mapping[str, Any]
    arguments: st.SearchStrategy[dict[str, Any]]
    answer: st.SearchStrategy[Any] | None
    each: st.SearchStrategy[Any] | None = None
    recordings: Mapping[tuple[str, str], int]
    write: Callable[[Any, Recording], object]
    item: Callable[[Any], object] = lambda inputs: inputs
    is_many: Callable[[object], bool] = is_list
    apart: Callable[[Any], Sequence[object]] = list
    undecodable: Mapping[str, str] = attrs.field(factory=dict)
    encoded: int
    inexpressible: Mapping[str, str] = attrs.field(factory=dict)
    accept: str = "*/*"
    beside: Sequence[str] = ()

    def __str__(self) -> str:
        return self.constant

    @property
    def task(self) -> Any:
        """The task itself."""
        return getattr(hfe_tasks, self.constant)


def same(left: object, right: object) -> bool:
    """Equal as JSON, to the type and the last digit: no 1 for 1.0, no True for 1; NaN stands for null."""
    if isinstance(left, float) and math.isnan(left):
        return right is None or (isinstance(right, float) and math.isnan(right))
    if type(left) is not type(right):
        return False
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return left == right
