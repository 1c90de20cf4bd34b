"""Every task that a tiny model can answer, through the typed client: what comes back is what the task promises."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterable
from typing import Any

import attrs
import pytest

pytest.importorskip("starlette", reason="needs the extra serve")
pytest.importorskip("torch", reason="needs torch, to build tiny models")
pytest.importorskip("transformers", reason="needs transformers, to build tiny models")

import hfe_tasks as t
from hfe_core import Audio, Event, Image, Registry, hookimpl

# What transformers and torch deprecate among themselves is not for us to mend.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")
TEXTS = ["My name is Wolfgang and I live in Berlin.", "Paris is the capital of France."]
MASKED = ["Paris is the [MASK] of France.", "I [MASK] this film!"]
CHATS = [[{"role": "user", "content": text}] for text in TEXTS]
TABLE = {"City": ["Berlin", "Paris"], "Metres": ["368", "324"]}
WORDS = [("Total", (0, 0, 90, 20)), ("324", (100, 0, 150, 20)), ("Paris", (0, 30, 80, 50))]
IMAGES, SOUNDS = ["png", "png"], ["wav", "wav"]
SEVERAL = {"num_return_sequences": 2, "do_sample": True, "max_new_tokens": 4}
NAMES = {"candidate_labels": ["sad", "so", "wild"]}
SPAN = {"top_k": 2, "max_answer_len": 5, "max_seq_len": 60, "doc_stride": 0}
ENTITIES = {"aggregation_strategy": "simple", "ignore_labels": []}


def questions(name: str, **others: object) -> list[dict[str, object]]:
    return [{name: text, **others} for text in TEXTS]


CASES: dict[str, tuple[type, list[Any], dict[str, Any]]] = {
    "audio-classification": (t.Classification, SOUNDS, {"top_k": 3}),
    "automatic-speech-recognition": (t.AutomaticSpeechRecognitionOutput, SOUNDS, {"return_timestamps": "word"}),
    "conversational": (t.ConversationalOutput, CHATS, {}),
    "document-question-answering": (t.DocumentAnswer, questions("question", image="png", word_boxes=WORDS), SPAN),
    "feature-extraction": (t.Features, TEXTS, {"truncate": True}),
    "fill-mask": (t.MaskFill, MASKED, {"top_k": 3}),
    "image-classification": (t.Classification, IMAGES, {"top_k": 3}),
    "image-segmentation": (t.ImageSegment, IMAGES, {"subtask": "semantic"}),
    "image-to-image": (Image, IMAGES, {}),
    "image-to-text": (t.ImageToTextOutput, IMAGES, {"max_new_tokens": 3}),
    "object-detection": (t.DetectedObject, IMAGES, {"threshold": 0}),
    "question-answering": (t.Answer, questions("context", question="Where?"), {**SPAN, "max_question_len": 9}),
    "summarization": (t.SummarizationOutput, TEXTS, SEVERAL),
    "table-question-answering": (t.TableAnswer, questions("query", table=TABLE), {"sequential": True}),
    "text-classification": (t.Classification, TEXTS, {"top_k": 3}),
    "text-generation": (t.TextGenerationOutput, TEXTS, SEVERAL),
    "text-to-speech": (Audio, TEXTS, {}),
    "token-classification": (t.TokenClassificationOutput, TEXTS, ENTITIES),
    "translation": (t.Translations, TEXTS, SEVERAL),
    "visual-question-answering": (t.VisualAnswer, questions("question", image="png"), {"top_k": 2}),
    "zero-shot-classification": (t.ZeroShotClassifications, TEXTS, NAMES),
    "zero-shot-image-classification": (t.Classification, IMAGES, NAMES),
}
ALONE = {"audio-classification", "automatic-speech-recognition"}
"""Tasks whose inputs travel one by one."""


def falling(scores: Iterable[float], total: float | None = None) -> bool:
    """Whether these are probabilities, the highest first, with this sum."""
    found = list(scores)
    rounded = total is None or math.isclose(sum(found), total, abs_tol=1e-5)
    return rounded and found[0] <= 1 and found[-1] >= 0 and found == sorted(found, reverse=True)


def check_text(found: Any, asked: Any) -> None:
    match found:
        case t.ConversationalOutput():
            assert found.messages == (*asked, {"role": "assistant", "content": found.generated_text})
        case t.Features():
            assert found.to_numpy().shape == (1, len(found[0]), 32)
            assert len(found[0]) > len(asked.split())
        case t.ImageToTextOutput(text):
            assert (type(text), found.alternatives) == (str, ())
        case t.SummarizationOutput() | t.TextGenerationOutput():
            texts = [attrs.astuple(one)[0] for one in (found, *found.alternatives)]
            assert [type(text) for text in texts] == [str, str]
            assert texts[0].startswith(asked) or type(found) is t.SummarizationOutput
        case t.Translations():
            assert [type(found.translation_text), len(found[0].alternatives)] == [str, 1]
        case t.ZeroShotClassifications():
            assert (found.sequence, sorted(found.labels)) == (asked, NAMES["candidate_labels"])
            assert falling(found.scores, 1)
        case [t.MaskFill(), t.MaskFill(), t.MaskFill()]:
            assert [(one.mask, one.sequence[0]) for one in found] == [(0, asked[0].lower())] * 3
            assert falling(one.score for one in found)
        case [t.TokenClassificationOutput(), *_]:
            assert {one.label for one in found} <= {"O", "PER"}
            assert "".join(asked[one.start : one.end] for one in found).replace(" ", "") == asked.replace(" ", "")
        case _:
            check_choice(found, asked)


def check_choice(found: Any, asked: Any) -> None:
    """What a model chose: one of several labels, answers or cells."""
    match found:
        case [t.Classification(), t.Classification(), *_]:
            assert falling((one.score for one in found), 1)
            names = ({"bad", "so", "good"}, {"cat", "dog", "tiger"}, {"sad", "so", "wild"}, {"yes", "no", "stop"})
            assert {one.label for one in found} in names
        case t.Answer(alternatives=[other]):
            assert [asked["context"][one.start : one.end] for one in (found, other)] == [found.answer, other.answer]
            assert falling([found.score, other.score])
        case t.DocumentAnswer(alternatives=[other]):
            assert found.answer == " ".join(word for word, _ in WORDS[found.start : found.end + 1]) != ""
            assert falling([found.score, other.score])
        case t.VisualAnswer(alternatives=[other]):
            assert len({found.answer, other.answer} & {"yes", "no", "two", "red"}) == 2
            assert falling([found.score, other.score])
        case t.TableAnswer():
            assert found.cells == tuple(list(TABLE.values())[column][row] for row, column in found.coordinates) != ()
            prefix = "" if found.aggregator == "NONE" else f"{found.aggregator} > "
            assert prefix in {"", "SUM > ", "AVERAGE > ", "COUNT > "}
            assert found.answer == prefix + ", ".join(found.cells)
        case _:
            check_media(found)


def check_media(found: Any) -> None:
    match found:
        case [t.ImageSegment(), *_]:
            assert {one.label for one in found} <= {"sky", "grass", "tiger"}
            pixels = sum(one.mask.to_numpy().astype(int) for one in found)
            assert pixels.tolist() == [[255] * 40] * 32  # each belongs to one part
        case [t.DetectedObject(), *_]:
            assert len(found) == 5
            assert all(one.label in {"cat", "dog"} and 0 <= one.score <= 1 for one in found)
            assert all(one.box.xmin <= one.box.xmax and one.box.ymin <= one.box.ymax for one in found)
        case Image(content_type="image/png"):
            assert min(found.to_pil().size) >= 64
        case t.AutomaticSpeechRecognitionOutput():
            assert [chunk.text for chunk in found.chunks] == found.text.split() != []
            assert all(0 <= chunk.timestamp[0] <= chunk.timestamp[1] <= 1.1 for chunk in found.chunks)
        case Audio(sampling_rate=16000):
            assert found.to_numpy().shape == (1, round(found.duration * 16000))
            assert 0 < abs(found.to_numpy()).max() <= 1
        case _:
            pytest.fail(f"unexpected: {found!r:.100}")


class Watcher:
    def __init__(self) -> None:
        self.statuses: list[int | None] = []

    @hookimpl
    def hfe_observe(self, event: Event) -> None:
        if event.kind == "sent":
            self.statuses.append(event.status)


def test_every_tiny_model_is_asked(tiny_models: Any) -> None:
    assert set(CASES) == {
        task for task in tiny_models.BUILDERS if hasattr(t.HfInferenceEndpoint, task.replace("-", "_"))
    }


@pytest.mark.parametrize("task", CASES)
def test_answers_one_and_a_batch(task: str, tiny_url: str, png: bytes, wav: bytes) -> None:
    if task == "table-question-answering":
        pytest.importorskip("pandas", reason="TAPAS needs pandas")
    kind, inputs, parameters = CASES[task]
    if inputs in (IMAGES, SOUNDS):
        inputs = [png if inputs is IMAGES else wav] * 2
    elif "image" in inputs[0]:
        inputs = [{**one, "image": png} for one in inputs]
    watcher = Watcher()
    with t.HfInferenceEndpoint(f"{tiny_url}/tasks/{task}", registry=Registry({"watcher": watcher})) as endpoint:
        single = getattr(endpoint, task.replace("-", "_"))(inputs[0], **parameters)
        outcomes = list(endpoint.with_options(batch_size=2).map(task, inputs, **parameters))
    for found, one in [(single, inputs[0]), *zip((each.output for each in outcomes), inputs, strict=True)]:
        assert {type(part) for part in (found if type(found) is list else [found])} == {kind}
        check_text(found, one)
    assert watcher.statuses == [200] * (3 if task in ALONE else 2)


def test_streams_events(tiny_url: str) -> None:
    with t.HfInferenceEndpoint(f"{tiny_url}/tasks/text-generation") as endpoint:
        *events, last = endpoint.text_generation_stream(TEXTS[0], max_new_tokens=5, seed=1, do_sample=True)
    assert {type(event) for event in (*events, last)} == {t.TextGenerationStreamOutput}
    assert last.generated_text == "".join(event.token.text for event in (*events, last))
    assert last.details is not None
    assert last.details.generated_tokens == len(events) + 1


def test_answers_asynchronously(tiny_url: str, png: bytes) -> None:
    pytest.importorskip("aiohttp", reason="needs the extra async")

    async def main() -> None:
        async with t.AsyncHfInferenceEndpoint(f"{tiny_url}/tasks/image-segmentation") as endpoint:
            check_media(await endpoint.image_segmentation(png))

    asyncio.run(main())
