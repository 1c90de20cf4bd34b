"""The openai package."""

from __future__ import annotations

from typing import Any

import numpy
import openai

from clients.common import FIRST_PATH, MESSAGES, TEXT, Run, counted, repeated

IMPORT = "import openai"
COLD_START = """
import openai
client = openai.OpenAI(base_url="{url}/chat/v1", api_key="none")
assert client.chat.completions.create(model="m", messages=[{{"role": "user", "content": "Hello."}}]).choices
"""


def workloads(url: str, files: dict[str, str]) -> dict[str, Run]:  # noqa: ARG001 - as the other clients have it
    """What this client can do."""
    clients: dict[str, openai.OpenAI] = {}

    def at(path: str) -> openai.OpenAI:
        if path not in clients:
            clients[path] = openai.OpenAI(base_url=f"{url}/{path}/v1", api_key="none")
        return clients[path]

    def chat(path: str, *, stream: bool = False) -> Any:
        return at(path).chat.completions.create(model="m", messages=MESSAGES, stream=stream)  # type: ignore[call-overload]

    def first() -> int:
        stream = chat(FIRST_PATH, stream=True)
        next(stream)
        stream.close()
        return 1

    def embeddings(path: str, **given: Any) -> int:
        answer = at(path).embeddings.create(model="m", input=[TEXT], **given)
        return numpy.array([item.embedding for item in answer.data], dtype=numpy.float32).size

    return {
        "chat": repeated(lambda: chat("chat").choices),
        "embeddings": counted(lambda: embeddings("embeddings-openai", encoding_format="float")),
        "embeddings-base64": counted(lambda: embeddings("embeddings-base64")),
        "chat-chunks": counted(lambda: len(list(chat("chat-chunks", stream=True)))),
        "first-token": counted(first),
    }
