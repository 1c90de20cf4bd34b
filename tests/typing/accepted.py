"""What the type checkers make of every spelling. Checked by mypy and pyright, never run."""

from __future__ import annotations

import asyncio
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
    Image,
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
    AUDIO_CLASSIFICATION,
    AUDIO_TO_AUDIO,
    AUTOMATIC_SPEECH_RECOGNITION,
    CHAT_COMPLETION,
    CHAT_COMPLETION_STREAM,
    CONVERSATIONAL,
    DOCUMENT_QUESTION_ANSWERING,
    EMBEDDINGS,
    FEATURE_EXTRACTION,
    FILL_MASK,
    IMAGE_CLASSIFICATION,
    IMAGE_SEGMENTATION,
    IMAGE_TO_IMAGE,
    IMAGE_TO_TEXT,
    OBJECT_DETECTION,
    QUESTION_ANSWERING,
    SENTENCE_SIMILARITY,
    SUMMARIZATION,
    TABLE_QUESTION_ANSWERING,
    TABULAR_CLASSIFICATION,
    TABULAR_REGRESSION,
    TEXT_CLASSIFICATION,
    TEXT_GENERATION,
    TEXT_GENERATION_STREAM,
    TEXT_TO_IMAGE,
    TEXT_TO_SPEECH,
    TOKEN_CLASSIFICATION,
    TRANSLATION,
    VISUAL_QUESTION_ANSWERING,
    ZERO_SHOT_CLASSIFICATION,
    ZERO_SHOT_IMAGE_CLASSIFICATION,
    Answer,
    AsyncHfInferenceEndpoint,
    AudioToAudioOutput,
    AutomaticSpeechRecognitionOutput,
    ChatCompletion,
    ChatCompletionChunk,
    Classification,
    ConversationalOutput,
    DetectedObject,
    DocumentAnswer,
    Embeddings,
    Features,
    HfInferenceEndpoint,
    ImageSegment,
    ImageToTextOutput,
    MaskFill,
    SummarizationOutput,
    TableAnswer,
    TextGenerationOutput,
    TextGenerationStreamOutput,
    TokenClassificationOutput,
    Translations,
    VisualAnswer,
    ZeroShotClassifications,
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


def by_task(client: Client, media: bytes) -> None:
    assert_type(client.run(AUDIO_CLASSIFICATION, media, top_k=2), list[Classification])
    assert_type(client.run(AUDIO_TO_AUDIO, media), list[AudioToAudioOutput])
    assert_type(
        client.run(AUTOMATIC_SPEECH_RECOGNITION, media, return_timestamps="word"), AutomaticSpeechRecognitionOutput
    )
    assert_type(client.run(CHAT_COMPLETION, [{"role": "user", "content": "a"}], max_tokens=3), ChatCompletion)
    assert_type(client.run(CONVERSATIONAL, {"text": "a"}, max_length=3), ConversationalOutput)
    assert_type(client.run(DOCUMENT_QUESTION_ANSWERING, {"image": media, "question": "a"}, top_k=2), DocumentAnswer)
    assert_type(client.run(EMBEDDINGS, ["a", "b"], dimensions=3), Embeddings)
    assert_type(client.run(FEATURE_EXTRACTION, ["a", "b"], normalize=True), Features)
    assert_type(client.run(FILL_MASK, "a", top_k=2, targets=["b"]), list[MaskFill])
    assert_type(client.run(IMAGE_CLASSIFICATION, media, function_to_apply="sigmoid"), list[Classification])
    assert_type(client.run(IMAGE_SEGMENTATION, media, subtask="panoptic"), list[ImageSegment])
    assert_type(client.run(IMAGE_TO_IMAGE, media, prompt="a", strength=0.5), Image)
    assert_type(client.run(IMAGE_TO_TEXT, media, max_new_tokens=3), ImageToTextOutput)
    assert_type(client.run(OBJECT_DETECTION, media, threshold=0.5), list[DetectedObject])
    assert_type(client.run(QUESTION_ANSWERING, {"question": "a", "context": "b"}, top_k=2), Answer)
    assert_type(client.run(SENTENCE_SIMILARITY, {"source_sentence": "a", "sentences": ["b"]}), list[float])
    assert_type(client.run(SUMMARIZATION, "a", max_length=3), SummarizationOutput)
    assert_type(client.run(TABLE_QUESTION_ANSWERING, {"query": "a", "table": {"b": ["c"]}}), TableAnswer)
    assert_type(client.run(TABULAR_CLASSIFICATION, {"data": {"a": ["1", 2]}}), list[str | int | float])
    assert_type(client.run(TABULAR_REGRESSION, {"data": {"a": ["1", 2]}}), list[float])
    assert_type(client.run(TEXT_CLASSIFICATION, "a", top_k=2), list[Classification])
    assert_type(client.run(TEXT_GENERATION, "a", max_new_tokens=3), TextGenerationOutput)
    assert_type(client.run(TEXT_TO_IMAGE, "a", width=64, height=64), Image)
    assert_type(client.run(TEXT_TO_SPEECH, "a"), Audio)
    assert_type(client.run(TOKEN_CLASSIFICATION, "a", aggregation_strategy="simple"), list[TokenClassificationOutput])
    assert_type(client.run(TRANSLATION, ["a", "b"], tgt_lang="fr"), Translations)
    assert_type(client.run(VISUAL_QUESTION_ANSWERING, {"image": media, "question": "a"}, top_k=2), VisualAnswer)
    assert_type(client.run(ZERO_SHOT_CLASSIFICATION, "a", candidate_labels=["a"]), ZeroShotClassifications)
    assert_type(client.run(ZERO_SHOT_IMAGE_CLASSIFICATION, media, candidate_labels=["a"]), list[Classification])
    assert_type(client.run(TEXT_GENERATION, [{"role": "user", "content": "a"}]), TextGenerationOutput)
    assert_type(client.run(GEO, (1.0, 2.0), radius_km=3), list[Place])
    assert_type(client.stream(CHAT_COMPLETION_STREAM, [{"role": "user", "content": "a"}]), Stream[ChatCompletionChunk])
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
    assert_type(endpoint.run("audio-classification", inputs="a"), list[Classification])
    assert_type(endpoint.run("audio-to-audio", inputs="a"), list[AudioToAudioOutput])
    assert_type(endpoint.run("automatic-speech-recognition", inputs="a"), AutomaticSpeechRecognitionOutput)
    assert_type(endpoint.run("chat-completion", inputs="a"), ChatCompletion)
    assert_type(endpoint.run("conversational", inputs="a"), ConversationalOutput)
    assert_type(endpoint.run("document-question-answering", inputs="a"), DocumentAnswer)
    assert_type(endpoint.run("embeddings", inputs="a"), Embeddings)
    assert_type(endpoint.run("feature-extraction", inputs="a"), Features)
    assert_type(endpoint.run("fill-mask", inputs="a"), list[MaskFill])
    assert_type(endpoint.run("image-classification", inputs="a"), list[Classification])
    assert_type(endpoint.run("image-segmentation", inputs="a"), list[ImageSegment])
    assert_type(endpoint.run("image-to-image", inputs="a"), Image)
    assert_type(endpoint.run("image-to-text", inputs="a"), ImageToTextOutput)
    assert_type(endpoint.run("object-detection", inputs="a"), list[DetectedObject])
    assert_type(endpoint.run("question-answering", inputs="a"), Answer)
    assert_type(endpoint.run("sentence-similarity", inputs="a"), list[float])
    assert_type(endpoint.run("summarization", inputs="a"), SummarizationOutput)
    assert_type(endpoint.run("table-question-answering", inputs="a"), TableAnswer)
    assert_type(endpoint.run("tabular-classification", inputs="a"), list[str | int | float])
    assert_type(endpoint.run("tabular-regression", inputs="a"), list[float])
    assert_type(endpoint.run("text-classification", inputs="a"), list[Classification])
    assert_type(endpoint.run("text-generation", inputs="a"), TextGenerationOutput)
    assert_type(endpoint.run("text-to-image", inputs="a"), Image)
    assert_type(endpoint.run("text-to-speech", inputs="a"), Audio)
    assert_type(endpoint.run("token-classification", inputs="a"), list[TokenClassificationOutput])
    assert_type(endpoint.run("translation", inputs="a"), Translations)
    assert_type(endpoint.run("visual-question-answering", inputs="a"), VisualAnswer)
    assert_type(endpoint.run("zero-shot-classification", inputs="a"), ZeroShotClassifications)
    assert_type(endpoint.run("zero-shot-image-classification", inputs="a"), list[Classification])
    assert_type(endpoint.stream("chat-completion", inputs="a"), Stream[ChatCompletionChunk])
    assert_type(endpoint.stream("text-generation", inputs="a"), Stream[TextGenerationStreamOutput])
    assert_type(endpoint.run(FILL_MASK, inputs="a"), list[MaskFill])
    assert_type(endpoint.run(GEO, (1.0, 2.0)), list[Place])


def by_method(endpoint: HfInferenceEndpoint, media: bytes) -> None:
    assert_type(endpoint.audio_classification(media, top_k=2), list[Classification])
    assert_type(endpoint.audio_to_audio(media), list[AudioToAudioOutput])
    assert_type(
        endpoint.automatic_speech_recognition(media, return_timestamps="word"), AutomaticSpeechRecognitionOutput
    )
    assert_type(endpoint.chat_completion([{"role": "user", "content": "a"}], max_tokens=3), ChatCompletion)
    assert_type(endpoint.conversational({"text": "a"}, max_length=3), ConversationalOutput)
    assert_type(endpoint.document_question_answering({"image": media, "question": "a"}, top_k=2), DocumentAnswer)
    assert_type(endpoint.embeddings(["a", "b"], encoding_format="float"), Embeddings)
    assert_type(endpoint.feature_extraction(["a", "b"], normalize=True), Features)
    assert_type(endpoint.fill_mask("a", top_k=2, targets=["b"]), list[MaskFill])
    assert_type(endpoint.image_classification(media, function_to_apply="sigmoid"), list[Classification])
    assert_type(endpoint.image_segmentation(media, subtask="panoptic"), list[ImageSegment])
    assert_type(endpoint.image_to_image(media, prompt="a", strength=0.5), Image)
    assert_type(endpoint.image_to_text(media, max_new_tokens=3), ImageToTextOutput)
    assert_type(endpoint.object_detection(media, threshold=0.5), list[DetectedObject])
    assert_type(endpoint.question_answering({"question": "a", "context": "b"}, top_k=2), Answer)
    assert_type(endpoint.sentence_similarity({"source_sentence": "a", "sentences": ["b"]}), list[float])
    assert_type(endpoint.summarization("a", max_length=3), SummarizationOutput)
    assert_type(endpoint.table_question_answering({"query": "a", "table": {"b": ["c"]}}), TableAnswer)
    assert_type(endpoint.tabular_classification({"data": {"a": ["1", 2]}}), list[str | int | float])
    assert_type(endpoint.tabular_regression({"data": {"a": ["1", 2]}}), list[float])
    assert_type(endpoint.text_classification("a", top_k=2), list[Classification])
    assert_type(endpoint.text_generation("a", max_new_tokens=3), TextGenerationOutput)
    assert_type(endpoint.text_to_image("a", width=64, height=64), Image)
    assert_type(endpoint.text_to_speech("a"), Audio)
    assert_type(endpoint.token_classification("a", aggregation_strategy="simple"), list[TokenClassificationOutput])
    assert_type(endpoint.translation(["a", "b"], tgt_lang="fr"), Translations)
    assert_type(endpoint.visual_question_answering({"image": media, "question": "a"}, top_k=2), VisualAnswer)
    assert_type(endpoint.zero_shot_classification("a", candidate_labels=["a"]), ZeroShotClassifications)
    assert_type(endpoint.zero_shot_image_classification(media, candidate_labels=["a"]), list[Classification])
    assert_type(endpoint.chat_completion_stream([{"role": "user", "content": "a"}]), Stream[ChatCompletionChunk])
    assert_type(endpoint.text_generation_stream("a"), Stream[TextGenerationStreamOutput])


async def by_name_async(endpoint: AsyncHfInferenceEndpoint) -> None:
    assert_type(await endpoint.run("audio-classification", inputs="a"), list[Classification])
    assert_type(await endpoint.run("audio-to-audio", inputs="a"), list[AudioToAudioOutput])
    assert_type(await endpoint.run("automatic-speech-recognition", inputs="a"), AutomaticSpeechRecognitionOutput)
    assert_type(await endpoint.run("chat-completion", inputs="a"), ChatCompletion)
    assert_type(await endpoint.run("conversational", inputs="a"), ConversationalOutput)
    assert_type(await endpoint.run("document-question-answering", inputs="a"), DocumentAnswer)
    assert_type(await endpoint.run("embeddings", inputs="a"), Embeddings)
    assert_type(await endpoint.run("feature-extraction", inputs="a"), Features)
    assert_type(await endpoint.run("fill-mask", inputs="a"), list[MaskFill])
    assert_type(await endpoint.run("image-classification", inputs="a"), list[Classification])
    assert_type(await endpoint.run("image-segmentation", inputs="a"), list[ImageSegment])
    assert_type(await endpoint.run("image-to-image", inputs="a"), Image)
    assert_type(await endpoint.run("image-to-text", inputs="a"), ImageToTextOutput)
    assert_type(await endpoint.run("object-detection", inputs="a"), list[DetectedObject])
    assert_type(await endpoint.run("question-answering", inputs="a"), Answer)
    assert_type(await endpoint.run("sentence-similarity", inputs="a"), list[float])
    assert_type(await endpoint.run("summarization", inputs="a"), SummarizationOutput)
    assert_type(await endpoint.run("table-question-answering", inputs="a"), TableAnswer)
    assert_type(await endpoint.run("tabular-classification", inputs="a"), list[str | int | float])
    assert_type(await endpoint.run("tabular-regression", inputs="a"), list[float])
    assert_type(await endpoint.run("text-classification", inputs="a"), list[Classification])
    assert_type(await endpoint.run("text-generation", inputs="a"), TextGenerationOutput)
    assert_type(await endpoint.run("text-to-image", inputs="a"), Image)
    assert_type(await endpoint.run("text-to-speech", inputs="a"), Audio)
    assert_type(await endpoint.run("token-classification", inputs="a"), list[TokenClassificationOutput])
    assert_type(await endpoint.run("translation", inputs="a"), Translations)
    assert_type(await endpoint.run("visual-question-answering", inputs="a"), VisualAnswer)
    assert_type(await endpoint.run("zero-shot-classification", inputs="a"), ZeroShotClassifications)
    assert_type(await endpoint.run("zero-shot-image-classification", inputs="a"), list[Classification])
    assert_type(endpoint.stream("chat-completion", inputs="a"), AsyncStream[ChatCompletionChunk])
    assert_type(endpoint.stream("text-generation", inputs="a"), AsyncStream[TextGenerationStreamOutput])
    assert_type(await endpoint.run(FILL_MASK, inputs="a"), list[MaskFill])


async def by_method_async(endpoint: AsyncHfInferenceEndpoint, media: bytes) -> None:
    assert_type(await endpoint.audio_classification(media, top_k=2), list[Classification])
    assert_type(await endpoint.audio_to_audio(media), list[AudioToAudioOutput])
    assert_type(
        await endpoint.automatic_speech_recognition(media, return_timestamps="word"), AutomaticSpeechRecognitionOutput
    )
    assert_type(await endpoint.chat_completion([{"role": "user", "content": "a"}], max_tokens=3), ChatCompletion)
    assert_type(await endpoint.conversational({"text": "a"}, max_length=3), ConversationalOutput)
    assert_type(await endpoint.document_question_answering({"image": media, "question": "a"}, top_k=2), DocumentAnswer)
    assert_type(await endpoint.embeddings(["a", "b"], encoding_format="float"), Embeddings)
    assert_type(await endpoint.feature_extraction(["a", "b"], normalize=True), Features)
    assert_type(await endpoint.fill_mask("a", top_k=2, targets=["b"]), list[MaskFill])
    assert_type(await endpoint.image_classification(media, function_to_apply="sigmoid"), list[Classification])
    assert_type(await endpoint.image_segmentation(media, subtask="panoptic"), list[ImageSegment])
    assert_type(await endpoint.image_to_image(media, prompt="a", strength=0.5), Image)
    assert_type(await endpoint.image_to_text(media, max_new_tokens=3), ImageToTextOutput)
    assert_type(await endpoint.object_detection(media, threshold=0.5), list[DetectedObject])
    assert_type(await endpoint.question_answering({"question": "a", "context": "b"}, top_k=2), Answer)
    assert_type(await endpoint.sentence_similarity({"source_sentence": "a", "sentences": ["b"]}), list[float])
    assert_type(await endpoint.summarization("a", max_length=3), SummarizationOutput)
    assert_type(await endpoint.table_question_answering({"query": "a", "table": {"b": ["c"]}}), TableAnswer)
    assert_type(await endpoint.tabular_classification({"data": {"a": ["1", 2]}}), list[str | int | float])
    assert_type(await endpoint.tabular_regression({"data": {"a": ["1", 2]}}), list[float])
    assert_type(await endpoint.text_classification("a", top_k=2), list[Classification])
    assert_type(await endpoint.text_generation("a", max_new_tokens=3), TextGenerationOutput)
    assert_type(await endpoint.text_to_image("a", width=64, height=64), Image)
    assert_type(await endpoint.text_to_speech("a"), Audio)
    assert_type(
        await endpoint.token_classification("a", aggregation_strategy="simple"), list[TokenClassificationOutput]
    )
    assert_type(await endpoint.translation(["a", "b"], tgt_lang="fr"), Translations)
    assert_type(await endpoint.visual_question_answering({"image": media, "question": "a"}, top_k=2), VisualAnswer)
    assert_type(await endpoint.zero_shot_classification("a", candidate_labels=["a"]), ZeroShotClassifications)
    assert_type(await endpoint.zero_shot_image_classification(media, candidate_labels=["a"]), list[Classification])
    assert_type(endpoint.chat_completion_stream([{"role": "user", "content": "a"}]), AsyncStream[ChatCompletionChunk])
    assert_type(endpoint.text_generation_stream("a"), AsyncStream[TextGenerationStreamOutput])
    both = await asyncio.gather(endpoint.fill_mask("a"), endpoint.text_generation("a"))
    assert_type(both, tuple[list[MaskFill], TextGenerationOutput])


def media_inputs(endpoint: HfInferenceEndpoint, image: Image, sound: Audio) -> None:
    assert_type(endpoint.image_to_image(image), Image)
    assert_type(endpoint.automatic_speech_recognition(sound), AutomaticSpeechRecognitionOutput)
    assert_type(endpoint.automatic_speech_recognition(Path("a.wav")), AutomaticSpeechRecognitionOutput)
    assert_type(endpoint.translation("a").translation_text, str)


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
