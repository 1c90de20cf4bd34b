"""What the type checkers make of every spelling. Checked by mypy and pyright, never run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import assert_type

import attrs

from hfe_core import (
    AsyncClient,
    AsyncStream,
    Audio,
    Call,
    Client,
    Outcome,
    Payload,
    Result,
    ServerSentEvent,
    Stream,
    StreamMethod,
    StreamTask,
    Task,
    TaskMethod,
    decode_as,
)
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
    AsyncHfInferenceEndpoint,
    AutomaticSpeechRecognitionOutput,
    Classification,
    Features,
    HfInferenceEndpoint,
    MaskFill,
    TextGenerationOutput,
    TextGenerationStreamOutput,
    VisualAnswer,
)


@attrs.frozen
class Place:
    name: str
    distance: float


def encode_geo(inputs: tuple[float, float], *, radius_km: float = 1.0) -> Payload:
    return Payload(inputs=list(inputs), parameters={"radius_km": radius_km})


def encode_walk(inputs: str) -> Payload:
    return Payload(inputs=inputs, stream=True)


def decode_walk(event: ServerSentEvent) -> Place:
    return Place(event.data, 0.0)


GEO = Task(name="geo", encode=encode_geo, decode=decode_as(list[Place]))
WALK = StreamTask(name="walk", encode=encode_walk, decode=decode_walk)


class GeoTasks:
    geo = TaskMethod(GEO)
    walk = StreamMethod(WALK)


class Endpoint(GeoTasks, HfInferenceEndpoint):
    pass


class AsyncEndpoint(GeoTasks, AsyncHfInferenceEndpoint):
    pass


def by_task(client: Client, image: bytes) -> None:
    assert_type(client.run(FILL_MASK, inputs="a", top_k=2, targets=["b"]), list[MaskFill])
    assert_type(client.run(TEXT_CLASSIFICATION, "a"), list[Classification])
    assert_type(client.run(QUESTION_ANSWERING, {"question": "a", "context": "b"}), Answer)
    assert_type(client.run(TEXT_GENERATION, "a", max_new_tokens=3), TextGenerationOutput)
    assert_type(client.run(TEXT_GENERATION, [{"role": "user", "content": "a"}]), TextGenerationOutput)
    assert_type(client.run(FEATURE_EXTRACTION, ["a", "b"]), Features)
    assert_type(client.run(AUTOMATIC_SPEECH_RECOGNITION, Path("a.wav")), AutomaticSpeechRecognitionOutput)
    assert_type(client.run(TEXT_TO_SPEECH, "a"), Audio)
    assert_type(client.run(IMAGE_CLASSIFICATION, image, function_to_apply="sigmoid"), list[Classification])
    assert_type(client.run(TABULAR_CLASSIFICATION, {"data": {"a": ["1", 2]}}), list[str | int | float])
    assert_type(client.run(VISUAL_QUESTION_ANSWERING, {"image": image, "question": "a"}), VisualAnswer)
    assert_type(client.run(GEO, (1.0, 2.0), radius_km=3), list[Place])
    assert_type(client.stream(TEXT_GENERATION_STREAM, "a"), Stream[TextGenerationStreamOutput])
    assert_type(client.stream(WALK, inputs="a"), Stream[Place])


def by_value(client: Client) -> None:
    call = FILL_MASK(inputs="a", top_k=1)
    assert_type(call, Call[list[MaskFill]])
    assert_type(client.send(call), list[MaskFill])
    assert_type(client.exchange(call), Result[list[MaskFill]])
    assert_type(client.exchange(call).output, list[MaskFill])
    assert_type(client.map(FILL_MASK, ["a"], top_k=2), Iterator[Outcome[list[MaskFill]]])
    assert_type(client.map(GEO, [(1.0, 2.0)]), Iterator[Outcome[list[Place]]])
    assert_type(client.with_options(timeout=1), Client)


def by_name(endpoint: HfInferenceEndpoint) -> None:
    assert_type(endpoint.run("fill-mask", inputs="a"), list[MaskFill])
    assert_type(endpoint.run("text-classification", inputs="a"), list[Classification])
    assert_type(endpoint.run("question-answering", inputs={}), Answer)
    assert_type(endpoint.run("text-generation", inputs="a"), TextGenerationOutput)
    assert_type(endpoint.run("feature-extraction", inputs="a"), Features)
    assert_type(endpoint.run("automatic-speech-recognition", inputs=b"a"), AutomaticSpeechRecognitionOutput)
    assert_type(endpoint.run("text-to-speech", inputs="a"), Audio)
    assert_type(endpoint.run("image-classification", inputs=b"a"), list[Classification])
    assert_type(endpoint.run("tabular-classification", inputs={}), list[str | int | float])
    assert_type(endpoint.run("visual-question-answering", inputs={}), VisualAnswer)
    assert_type(endpoint.stream("text-generation", inputs="a"), Stream[TextGenerationStreamOutput])
    assert_type(endpoint.run(FILL_MASK, inputs="a"), list[MaskFill])
    assert_type(endpoint.run(GEO, (1.0, 2.0)), list[Place])


def by_method(endpoint: HfInferenceEndpoint, image: bytes) -> None:
    assert_type(endpoint.fill_mask("a", top_k=2), list[MaskFill])
    assert_type(endpoint.text_classification(inputs="a"), list[Classification])
    assert_type(endpoint.question_answering({"question": "a", "context": "b"}), Answer)
    assert_type(endpoint.text_generation("a"), TextGenerationOutput)
    assert_type(endpoint.text_generation_stream("a"), Stream[TextGenerationStreamOutput])
    assert_type(endpoint.feature_extraction(["a"]), Features)
    assert_type(
        endpoint.automatic_speech_recognition(image, return_timestamps="word"), AutomaticSpeechRecognitionOutput
    )
    assert_type(endpoint.text_to_speech("a"), Audio)
    assert_type(endpoint.image_classification(image), list[Classification])
    assert_type(endpoint.tabular_classification({"data": {}}), list[str | int | float])
    assert_type(endpoint.visual_question_answering({"image": image, "question": "a"}), VisualAnswer)


async def by_method_async(endpoint: AsyncHfInferenceEndpoint, image: bytes) -> None:
    assert_type(await endpoint.fill_mask("a", top_k=2), list[MaskFill])
    assert_type(await endpoint.text_classification(inputs="a"), list[Classification])
    assert_type(await endpoint.question_answering({"question": "a", "context": "b"}), Answer)
    assert_type(await endpoint.text_generation("a"), TextGenerationOutput)
    assert_type(endpoint.text_generation_stream("a"), AsyncStream[TextGenerationStreamOutput])
    assert_type(await endpoint.feature_extraction(["a"]), Features)
    assert_type(await endpoint.automatic_speech_recognition(image), AutomaticSpeechRecognitionOutput)
    assert_type(await endpoint.text_to_speech("a"), Audio)
    assert_type(await endpoint.image_classification(image), list[Classification])
    assert_type(await endpoint.tabular_classification({"data": {}}), list[str | int | float])
    assert_type(await endpoint.visual_question_answering({"image": image, "question": "a"}), VisualAnswer)


async def by_name_async(endpoint: AsyncHfInferenceEndpoint) -> None:
    assert_type(await endpoint.run("fill-mask", inputs="a"), list[MaskFill])
    assert_type(await endpoint.run("text-to-speech", inputs="a"), Audio)
    assert_type(await endpoint.run(FILL_MASK, inputs="a"), list[MaskFill])
    assert_type(endpoint.stream("text-generation", inputs="a"), AsyncStream[TextGenerationStreamOutput])


async def core_async(client: AsyncClient) -> None:
    assert_type(await client.run(FILL_MASK, inputs="a"), list[MaskFill])
    assert_type(await client.send(FILL_MASK("a")), list[MaskFill])
    assert_type(await client.exchange(FILL_MASK("a")), Result[list[MaskFill]])
    assert_type(client.map(FILL_MASK, ["a"]), AsyncIterator[Outcome[list[MaskFill]]])
    assert_type(client.stream(TEXT_GENERATION_STREAM, "a"), AsyncStream[TextGenerationStreamOutput])
    assert_type(client.with_options(timeout=1), AsyncClient)


def mixed_in(endpoint: Endpoint) -> None:
    assert_type(endpoint.geo((1.0, 2.0), radius_km=2), list[Place])
    assert_type(endpoint.walk("a"), Stream[Place])
    assert_type(endpoint.fill_mask("a"), list[MaskFill])
    assert_type(endpoint.with_options(timeout=1).geo((1.0, 2.0)), list[Place])


async def mixed_in_async(endpoint: AsyncEndpoint) -> None:
    assert_type(await endpoint.geo((1.0, 2.0)), list[Place])
    assert_type(endpoint.walk("a"), AsyncStream[Place])
    assert_type(await endpoint.fill_mask("a"), list[MaskFill])
