"""Calls that both type checkers must reject, each with the reason. Never run."""

from __future__ import annotations

import asyncio

from hfe_core import AsyncClient, Client, Payload, Response, StreamTask, Task, TaskMethod
from hfe_tasks import (
    FILL_MASK,
    IMAGE_CLASSIFICATION,
    QUESTION_ANSWERING,
    TEXT_GENERATION_STREAM,
    AsyncHfInferenceEndpoint,
    HfInferenceEndpoint,
)


def by_task(client: Client) -> None:
    client.run(FILL_MASK, input="a")  # REJECT: wrong keyword
    client.run(FILL_MASK, inputs=1)  # REJECT: wrong type
    client.run(FILL_MASK)  # REJECT: missing argument
    client.run(FILL_MASK, "a", 3)  # REJECT: keyword-only by place
    client.run(FILL_MASK, inputs="a", timeout=5)  # REJECT: an option is no argument
    client.run(TEXT_GENERATION_STREAM, "a")  # REJECT: a stream is no task
    client.stream(FILL_MASK, "a")  # REJECT: a task is no stream
    client.run(IMAGE_CLASSIFICATION, "cat.png")  # REJECT: a str is no media
    client.run(QUESTION_ANSWERING, {"question": "a"})  # REJECT: a field is missing
    client.run(QUESTION_ANSWERING, {"question": "a", "context": "b", "c": "d"})  # REJECT: a field too many
    client.run(task=FILL_MASK, inputs="a")  # REJECT: the task goes by place


def by_option(client: Client) -> None:
    client.with_options(time_out=5)  # REJECT: misspelt option
    client.with_options(timeout="5")  # REJECT: wrong type


def by_value(client: Client) -> None:
    FILL_MASK(input="a")  # REJECT: wrong keyword
    FILL_MASK("a", top_k="2")  # REJECT: wrong type
    client.send(FILL_MASK)  # REJECT: a task is no call
    client.map(FILL_MASK, [1])  # REJECT: wrong type of item
    client.map(FILL_MASK, ["a"], topk=2)  # REJECT: wrong keyword
    number: int = client.send(FILL_MASK("a"))  # REJECT: wrong output
    print(number)


def by_method(endpoint: HfInferenceEndpoint) -> None:
    endpoint.fill_mask(input="a")  # REJECT: wrong keyword
    endpoint.fill_mask("a", top_k="2")  # REJECT: wrong type
    endpoint.fill_masks("a")  # REJECT: misspelt method
    endpoint.text_generation_stream()  # REJECT: missing argument
    endpoint.image_classification("cat.png")  # REJECT: a str is no media
    endpoint.fill_mask("a").text  # REJECT: not a field of the output
    endpoint.fill_mask("a")[0].token_string  # REJECT: misspelt field


def by_method_of_the_other_tasks(endpoint: HfInferenceEndpoint) -> None:
    endpoint.zero_shot_classification("a")  # REJECT: labels are missing
    endpoint.zero_shot_image_classification(b"a", candidate_labels=[1])  # REJECT: wrong type of label
    endpoint.token_classification("a", aggregation_strategy="simpel")  # REJECT: no such choice
    endpoint.image_segmentation(b"a", subtask="all")  # REJECT: no such choice
    endpoint.translation("a")[0].summary_text  # REJECT: not a field of the output
    endpoint.sentence_similarity({"source_sentence": "a"})  # REJECT: a field is missing
    endpoint.table_question_answering({"query": "a", "table": 3})  # REJECT: wrong type of field
    endpoint.document_question_answering({"image": "cat.png", "question": "a"})  # REJECT: a str is no media
    endpoint.tabular_regression([1])  # REJECT: a list is no table
    endpoint.chat_completion("a")  # REJECT: a text is no conversation
    endpoint.chat_completion([{"content": "a"}])  # REJECT: a field is missing
    endpoint.text_to_image("a", size=512)  # REJECT: wrong keyword
    endpoint.object_detection(b"a")[0].box.left  # REJECT: not a field of the output


async def asynchronous(client: AsyncClient, endpoint: AsyncHfInferenceEndpoint) -> None:
    endpoint.fill_mask("a")  # REJECT: await forgotten
    client.run(FILL_MASK, inputs="a")  # REJECT: await forgotten
    (await endpoint.fill_mask("a")).text  # REJECT: not a field of the output
    await endpoint.fill_mask(input="a")  # REJECT: wrong keyword
    for _ in endpoint.text_generation_stream("a"):  # REJECT: for over an asynchronous stream
        pass
    asyncio.run(endpoint.text_generation_stream("a"))  # REJECT: a stream is no coroutine


def encode(inputs: str) -> Payload:
    return Payload(inputs=inputs)


async def encode_later(inputs: str) -> Payload:
    return Payload(inputs=inputs)


def decode(response: Response) -> str:
    return response.content_type


Task(name="a", encode=encode_later, decode=decode)  # REJECT: an encoder is no coroutine
Task(name="a", encode=encode)  # REJECT: no decoder
StreamTask(name="a", encode=encode, decode=decode)  # REJECT: a stream decodes events
TaskMethod(TEXT_GENERATION_STREAM)  # REJECT: a stream is no task method
TaskMethod("fill-mask")  # REJECT: a name is no task
