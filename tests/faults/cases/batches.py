"""Several inputs in one request, and answers that do not fit them: none is lost, none gets another's."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from typing import Any

import attrs

from hfe_core import BadRequest, DecodeError, StatusError
from tests.faults.answers import close, hang_up_after, head, http, silence
from tests.faults.case import IMPATIENT, OK, QUICK, Case, Fails, mapped, request, run
from tests.http_server import HttpServer, Seen

BATCH = attrs.evolve(QUICK, batch_size=4, concurrency=1)


def _label(text: str) -> dict[str, Any]:
    return {"label": text.upper(), "score": 0.5}


def _served(
    for_many: Callable[[list[str]], object], for_one: Callable[[str], object] = lambda text: [_label(text)]
) -> Callable[[Seen, socket.socket], None]:
    """A server that answers lists so, and texts so; an answer that is bytes is the whole HTTP answer."""

    def answer(seen: Seen, connection: socket.socket) -> None:
        inputs = seen.json()["inputs"]
        made = for_many(inputs) if isinstance(inputs, list) else for_one(inputs)
        connection.sendall(made if isinstance(made, bytes) else http(made))

    return answer


def _labels(*texts: str) -> Any:
    """Each outcome is the label of its own input; the name of a class stands for an error."""

    def judge(outcomes: Any) -> bool:
        found = [outcome if isinstance(outcome, str) else outcome[0].label for outcome in outcomes]
        return found == list(texts)

    return judge


def _mapped(name: str, script: Any, expect: Any, texts: str = "abcd", **settings: Any) -> Case:
    settings.setdefault("options", BATCH)
    return Case(
        name,
        script=script if isinstance(script, list) else [script],
        calls=mapped("text-classification", list(texts)),
        expect=expect,
        **settings,
    )


def _right(texts: list[str]) -> list[Any]:
    return [[_label(text)] for text in texts]


def _only(seen_inputs: list[Any]) -> Callable[[HttpServer], None]:
    def judge(server: HttpServer) -> None:
        assert [seen.json()["inputs"] for seen in server.seen] == seen_inputs, [
            seen.json()["inputs"] for seen in server.seen
        ]

    return judge


_WHOLE = _labels("A", "B", "C", "D")
_EACH = [["a", "b", "c", "d"], "a", "b", "c", "d"]
MAPPED = [
    _mapped("a batch that is answered rightly is one request", _served(_right), _WHOLE, requests=1),
    _mapped("a batch that is answered flatly", _served(lambda texts: [_label(text) for text in texts]), _WHOLE),
    _mapped("a last batch that is smaller", _served(_right), _labels("A", "B", "C", "D", "E"), texts="abcde", requests=2),
    *(
        _mapped(f"a batch whose answer {what} is asked for one by one", _served(made), _WHOLE, seen=_only(_EACH))
        for what, made in {
            "has one result too few": lambda texts: _right(texts)[:-1],
            "has one result too many": lambda texts: [*_right(texts), [_label("x")]],
            "has the first result only": lambda texts: _right(texts)[:1],
            "is the first result, bare": lambda texts: [_label(texts[0])],
            "is empty": lambda texts: [],
            "is an object": lambda texts: {"label": "A", "score": 0.5},
            "is null": lambda texts: None,
            "is a number": lambda texts: 7,
            "has an error among its results": lambda texts: [[_label("a")], {"error": "no"}, [_label("c")], [_label("d")]],
            "has a null among its results": lambda texts: [[_label("a")], None, [_label("c")], [_label("d")]],
            "is an error with 200": lambda texts: {"error": "lists are not taken"},
            "is no JSON": lambda texts: http(b"oops", content_type="application/json"),
            "is a page": lambda texts: http(b"<html></html>", content_type="text/html"),
            "is refused with 400": lambda texts: http({"error": "CUDA out of memory"}, 400),
            "is refused with 413": lambda texts: http({"error": "too large"}, 413),
            "is refused with 422": lambda texts: http({"detail": [{"loc": ["body", "inputs"], "msg": "str type expected"}]}, 422),
            "is refused with 500": lambda texts: http({"error": "boom"}, 500),
        }.items()
    ),
    _mapped(
        "one input that fails is alone",
        _served(
            lambda texts: http({"error": "one of them is bad"}, 400),
            lambda text: http({"error": "bad"}, 400) if text == "b" else [_label(text)],
        ),
        _labels("A", "BadRequest", "C", "D"),
    ),
    _mapped(
        "one input whose answer is no answer is alone",
        _served(lambda texts: [], lambda text: http(b"oops") if text == "c" else [_label(text)]),
        _labels("A", "B", "DecodeError", "D"),
    ),
    _mapped("a batch that all is forbidden is not asked for one by one", http({"error": "no"}, 403),
            ["Forbidden"] * 4, requests=1),
    _mapped("a batch without a token is not asked for one by one", http({"error": "no"}, 401), ["Unauthorized"] * 4, requests=1),
    _mapped("a batch that is lost and asked for again", [close, _served(_right)], _WHOLE, requests=2),
    _mapped("a batch that is cut and asked for again",
            [hang_up_after(head(b"content-type: application/json", b"content-length: 500") + b'[[{"label":"A"'), _served(_right)],
            _WHOLE, requests=2),
    _mapped("a batch whose server is gone", close, ["TransportError"] * 4, requests=3),
    _mapped("a batch that takes too long", silence, ["RequestTimeout"] * 4, requests=1,
            options=attrs.evolve(IMPATIENT, batch_size=4, concurrency=1)),
    _mapped("many inputs one by one, some of which fail",
            _served(_right, lambda text: http({"error": "bad"}, 400) if text in "ck" else [_label(text)]),
            _labels(*["BadRequest" if text in "ck" else text.upper() for text in "abcdefghijkl"]), texts="abcdefghijkl",
            options=attrs.evolve(QUICK, concurrency=5), requests=12),
    _mapped("no inputs are no requests", OK, [], texts="", requests=0),
    _mapped("a batch in bad weather", [*[close, _served(_right), http({"error": "busy"}, 503)] * 2, _served(_right)],
            _labels(*"ABCDEFGHIJKL"), texts="abcdefghijkl"),
]  # fmt: skip


SINGLE = [
    Case(
        f"an answer to one input {what} is not cut to its first",
        script=[http(answer)],
        calls=run("text-classification", "x"),
        expect=Fails(DecodeError),
    )
    for what, answer in {
        "with results for two": [[_label("a")], [_label("b")]],
        "with nested results": [[[_label("a")]], [[_label("b")]]],
        "with a result and an error": [[_label("a")], {"error": "no"}],
    }.items()
] + [
    Case("an answer to one input with an error in its list is one", script=[http([{"error": "no such label"}])],
         calls=run("text-classification", "x"), expect=Fails((DecodeError, StatusError))),
    Case("vectors for fewer texts than were sent", script=[http([0.5])], calls=run("sentence-similarity", {"source_sentence": "x", "sentences": ["a", "b"]}),
         expect=Fails(DecodeError)),
    Case("vectors for more texts than were sent", script=[http([0.5, 0.6, 0.7])],
         calls=run("sentence-similarity", {"source_sentence": "x", "sentences": ["a", "b"]}), expect=Fails(DecodeError)),
    Case("scores for fewer labels than there are", script=[http({"sequence": "x", "labels": ["a", "b"], "scores": [0.5]})],
         calls=run("zero-shot-classification", "x", candidate_labels=["a", "b"]), expect=Fails(DecodeError)),
    Case("texts for two inputs where one was sent", script=[http([[{"generated_text": "a"}], [{"generated_text": "b"}]])],
         calls=run("text-generation", "x"), expect=Fails(DecodeError)),
    Case("a list given to request is answered as it is", script=[http([[1], [2], [3]])], calls=request({"inputs": ["a", "b", "c"]}),
         expect=[[1], [2], [3]]),
    Case("a list refused with words for each", script=[http({"error": ["first is bad", "second is bad"]}, 400)],
         calls=request({"inputs": ["a", "b"]}), expect=Fails(BadRequest, "first is bad.*second is bad")),
    Case("an answer of 100,000 results", script=[http(json.loads("[" + ",".join(["[1]"] * 100_000) + "]"))],
         calls=request({"inputs": ["a"]}), expect=lambda value: len(value) == 100_000, megabytes=96),
]  # fmt: skip

CASES = [*MAPPED, *SINGLE]
