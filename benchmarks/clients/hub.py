"""huggingface_hub's InferenceClient."""

from __future__ import annotations

from collections.abc import Awaitable
from functools import partial
from typing import Any

from huggingface_hub import AsyncInferenceClient, InferenceClient

from clients.common import (
    FIRST_PATH,
    LABELS,
    MAP_PATH,
    MESSAGES,
    TEXT,
    Loop,
    Run,
    counted,
    in_threads,
    pooled,
    repeated,
)

IMPORT = "from huggingface_hub import InferenceClient"
COLD_START = """
from huggingface_hub import InferenceClient
assert len(InferenceClient(model="{url}/fill-mask").fill_mask("Paris is the [MASK] of France.")) == 5
"""


def workloads(url: str, files: dict[str, str]) -> dict[str, Run]:
    """What this client can do."""
    clients: dict[str, InferenceClient] = {}

    def at(path: str) -> InferenceClient:
        # One that is not kept closes its streams.
        if path not in clients:
            clients[path] = InferenceClient(model=f"{url}/{path}")
        return clients[path]

    loop = Loop()
    fast = AsyncInferenceClient(model=f"{url}/fill-mask")
    slow = AsyncInferenceClient(model=f"{url}/{MAP_PATH}")
    fill = partial(at("fill-mask").fill_mask, TEXT)
    delayed = partial(at(MAP_PATH).fill_mask, TEXT)

    def fill_soon() -> Awaitable[Any]:
        return fast.fill_mask(TEXT)

    def delayed_soon() -> Awaitable[Any]:
        return slow.fill_mask(TEXT)

    def first() -> int:
        stream = at(FIRST_PATH).chat_completion(MESSAGES, stream=True)
        next(iter(stream))
        stream.close()
        return 1

    def generated(path: str) -> int:
        return len(list(at(path).text_generation(TEXT, stream=True, details=True)))

    chat = at("chat")
    return {
        "fill-mask": repeated(fill),
        "chat": repeated(lambda: chat.chat_completion(MESSAGES).choices),
        "threads": in_threads(fill),
        "concurrent": loop.dealt(fill_soon, 256),
        "token-classification": repeated(partial(at("token-classification").token_classification, TEXT)),
        "object-detection": repeated(partial(at("object-detection").object_detection, b"\x89PNG\r\n\x1a\n0")),
        "embeddings": counted(lambda: at("embeddings").feature_extraction([TEXT]).size),  # type: ignore[arg-type]
        "tgi-events": counted(partial(generated, "tgi-events")),
        "tgi-events-one-by-one": counted(partial(generated, "tgi-events-one-by-one")),
        "chat-chunks": counted(lambda: len(list(at("chat-chunks").chat_completion(MESSAGES, stream=True)))),
        "first-token": counted(first),
        "upload": repeated(lambda: {"text": at("upload").automatic_speech_recognition(files["upload"]).text}),
        "image-base64": repeated(
            lambda: at("image-base64").zero_shot_image_classification(files["image"], candidate_labels=LABELS)
        ),
        "map-32": pooled(delayed, 32),
        "map-128": pooled(delayed, 128),
        "async-map-32": loop.dealt(delayed_soon, 32),
        "async-map-128": loop.dealt(delayed_soon, 128),
    }
