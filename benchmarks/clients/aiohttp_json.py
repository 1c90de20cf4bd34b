"""The asynchronous baseline: aiohttp and the standard library's json, giving plain dicts."""

from __future__ import annotations

import json
from typing import Any

import aiohttp

from clients.common import MAP_PATH, MESSAGES, TEXT, Loop, Run

IMPORT = "import aiohttp"
COLD_START = """
import asyncio, aiohttp
async def main():
    async with aiohttp.ClientSession() as session:
        async with session.post("{url}/fill-mask", json={{"inputs": "Paris is the [MASK] of France."}}) as answer:
            assert len(await answer.json()) == 5
asyncio.run(main())
"""


def workloads(url: str, files: dict[str, str]) -> dict[str, Run]:  # noqa: ARG001 - as the other clients have it
    """What this client can do."""
    loop = Loop()
    opened: list[aiohttp.ClientSession] = []

    async def call(path: str, body: dict[str, object]) -> Any:
        if not opened:
            opened.append(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=256)))
        async with opened[0].post(f"{url}/{path}", json=body) as answer:
            return json.loads(await answer.read())

    async def fill() -> Any:
        return await call("fill-mask", {"inputs": TEXT})

    async def delayed() -> Any:
        return await call(MAP_PATH, {"inputs": TEXT})

    async def chat() -> Any:
        return (await call("chat/v1/chat/completions", {"messages": MESSAGES}))["choices"]

    return {
        "fill-mask": loop.dealt(fill, 1),
        "chat": loop.dealt(chat, 1),
        "concurrent": loop.dealt(fill, 256),
        "async-map-32": loop.dealt(delayed, 32),
        "async-map-128": loop.dealt(delayed, 128),
    }
