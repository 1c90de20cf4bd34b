"""embeddings."""

from __future__ import annotations

import base64

from hypothesis import strategies as st

from tests.tasks.case import INT, SCORE, TEXT, Case, arguments

__all__ = ["CASES"]

PACKED = st.lists(st.binary(min_size=4, max_size=4), max_size=3).map(
    lambda parts: base64.b64encode(b"".join(parts)).decode()
)
ITEM = st.fixed_dictionaries(
    {"embedding": PACKED | st.lists(SCORE, max_size=3)},
    optional={"index": st.integers(0, 2), "object": st.just("embedding")},
)
USAGE = st.fixed_dictionaries({}, optional={"prompt_tokens": INT, "total_tokens": INT})

CASES = [
    Case(
        constant="EMBEDDINGS",
        call={"inputs": "a"},
        arguments=arguments(
            TEXT | st.lists(TEXT, max_size=3),
            dimensions=INT,
            encoding_format=st.sampled_from(["base64", "float"]),
            model=TEXT,
            user=TEXT,
        ),
        answer=st.fixed_dictionaries(
            {"data": st.lists(ITEM, min_size=1, max_size=1)},
            optional={"object": st.just("list"), "model": st.none() | TEXT, "usage": st.none() | USAGE},
        ),
        # No recorded server speaks it; its shapes are in test_embeddings.py.
        recordings={},
        write=lambda value, _: value,
        encoded=0,
    )
]
