"""The baseline: urllib3 and the standard library's json, giving plain dicts."""

from __future__ import annotations

import base64
import json
import sys
import time
from collections.abc import Iterator
from functools import partial
from importlib import invalidate_caches
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import urllib3

from clients.common import FIRST_PATH, LABELS, MAP_PATH, MESSAGES, TEXT, Run, counted, in_threads, pooled, repeated

IMPORT = "import urllib3"
COLD_START = """
import json, urllib3
answer = urllib3.PoolManager().request("POST", "{url}/fill-mask", json={{"inputs": "Paris is the [MASK] of France."}})
assert len(json.loads(answer.data)) == 5
"""


def call(pool: urllib3.PoolManager, url: str, body: dict[str, object]) -> Any:
    """One call, its answer decoded."""
    return json.loads(pool.request("POST", url, json=body).data)


def events(pool: urllib3.PoolManager, url: str, body: dict[str, object], *, amount: int = 65536) -> Iterator[Any]:
    """The decoded events of a stream."""
    answer = pool.request("POST", url, json=body, preload_content=False)
    rest = b""
    try:
        for piece in answer.stream(amount):
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                if line.startswith(b"data:") and line != b"data: [DONE]":
                    yield json.loads(line[5:])
    finally:
        answer.close()


def search(place: str, count: int) -> float:
    """Milliseconds to ask importlib.metadata for the plugins of hfe among further distributions."""
    spent = []
    sys.path.append(place)
    for _ in range(count):
        invalidate_caches()
        start = time.perf_counter()
        entry_points(group="hfe")
        spent.append(time.perf_counter() - start)
    sys.path.remove(place)
    return sorted(spent)[count // 2] * 1e3


def workloads(url: str, files: dict[str, str]) -> dict[str, Run]:
    """What this client can do."""
    import numpy

    pool = urllib3.PoolManager(maxsize=128)
    fill = partial(call, pool, f"{url}/fill-mask", {"inputs": TEXT})
    delayed = partial(call, pool, f"{url}/{MAP_PATH}", {"inputs": TEXT})
    generation = {"inputs": TEXT, "stream": True}
    chatting = {"messages": MESSAGES, "stream": True}

    def embeddings() -> int:
        return numpy.array(call(pool, f"{url}/embeddings", {"inputs": [TEXT]}), dtype=numpy.float32).size

    def embeddings_base64() -> int:
        answer = call(pool, f"{url}/embeddings-base64/v1/embeddings", {"input": [TEXT], "encoding_format": "base64"})
        rows = [numpy.frombuffer(base64.b64decode(item["embedding"]), dtype="<f4") for item in answer["data"]]
        return numpy.stack(rows).size

    def consumed(path: str, body: dict[str, object]) -> int:
        return len(list(events(pool, f"{url}/{path}", body)))

    def first() -> int:
        stream = events(pool, f"{url}/{FIRST_PATH}", chatting)
        next(stream)
        stream.close()
        return 1

    def upload() -> Any:
        path = Path(files["upload"])
        with path.open("rb") as file:
            length = {"Content-Length": str(path.stat().st_size), "Content-Type": "audio/wav"}
            return json.loads(pool.request("POST", f"{url}/upload", body=file, headers=length).data)

    def image() -> Any:
        data = base64.b64encode(Path(files["image"]).read_bytes()).decode()
        return call(pool, f"{url}/image-base64", {"inputs": data, "parameters": {"candidate_labels": LABELS}})

    return {
        "fill-mask": repeated(fill),
        "chat": repeated(lambda: call(pool, f"{url}/chat/v1/chat/completions", {"messages": MESSAGES})["choices"]),
        "threads": in_threads(fill),
        "token-classification": repeated(partial(call, pool, f"{url}/token-classification", {"inputs": TEXT})),
        "object-detection": repeated(partial(call, pool, f"{url}/object-detection", {"inputs": TEXT})),
        "embeddings": counted(embeddings),
        "embeddings-base64": counted(embeddings_base64),
        "tgi-events": counted(partial(consumed, "tgi-events", generation)),
        "tgi-events-one-by-one": counted(partial(consumed, "tgi-events-one-by-one", generation)),
        "chat-chunks": counted(partial(consumed, "chat-chunks", chatting)),
        "first-token": counted(first),
        "upload": repeated(upload),
        "image-base64": repeated(image),
        "map-32": pooled(delayed, 32),
        "map-128": pooled(delayed, 128),
        "plugins": partial(search, files["distributions"]),
    }
