"""hfe, as an application uses it: typed results, one client, its defaults."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from importlib import invalidate_caches
from pathlib import Path
from typing import Any

from clients.common import FIRST_PATH, LABELS, MAP_PATH, MESSAGES, TEXT, Loop, Run, counted, in_threads, repeated
from hfe_core import Registry, Response, Send
from hfe_tasks import FILL_MASK, AsyncHfInferenceEndpoint, HfInferenceEndpoint

IMPORT = "import hfe_core"
COLD_START = """
from hfe_tasks import HfInferenceEndpoint
assert len(HfInferenceEndpoint("{url}/fill-mask", False).fill_mask(inputs="Paris is the [MASK] of France.")) == 5
"""


class Instant:
    """A transport that has the answer at once."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def send(self, send: Send, /) -> Response:
        """The answer."""
        return Response(200, {"content-type": "application/json"}, self._body, send.request)

    def open(self, send: Send, /) -> Any:
        """There are no streams."""
        raise NotImplementedError

    def close(self) -> None:
        """There is nothing to close."""


def median_time(act: Callable[[], object], count: int) -> float:
    """Microseconds of one call in the middle of ``count``."""
    spent = []
    for _ in range(count):
        start = time.perf_counter_ns()
        act()
        spent.append(time.perf_counter_ns() - start)
    return statistics.median(spent) / 1e3


def facade(count: int) -> float:
    """Microseconds that the method takes beyond ``run``, the two measured in turns."""
    body = b'[{"score": 0.9, "token": 1, "token_str": "capital", "sequence": "Paris is the capital of France."}]'
    endpoint = HfInferenceEndpoint("http://127.0.0.1:9", False, transport=Instant(body))
    method = lambda: endpoint.fill_mask(inputs=TEXT)  # noqa: E731 - as short as the other
    run = lambda: endpoint.run(FILL_MASK, inputs=TEXT)  # noqa: E731
    part = max(20, count // 20)
    return statistics.median(median_time(method, part) - median_time(run, part) for _ in range(20))


def search(place: str, count: int) -> float:
    """Milliseconds in which a new registry has found its plugins among further distributions."""
    spent = []
    sys.path.append(place)
    for _ in range(count):
        invalidate_caches()
        start = time.perf_counter()
        Registry().plugins()
        spent.append(time.perf_counter() - start)
    sys.path.remove(place)
    return sorted(spent)[count // 2] * 1e3


def workloads(url: str, files: dict[str, str]) -> dict[str, Run]:
    """What this client can do."""
    loop = Loop()

    def at(path: str) -> HfInferenceEndpoint:
        return HfInferenceEndpoint(f"{url}/{path}", False)

    fill, classifier, detector, chat = at("fill-mask"), at("token-classification"), at("object-detection"), at("chat")
    embedder, sound, picture, opening = at("embeddings"), at("upload"), at("image-base64"), at(FIRST_PATH)
    delayed, vectors, texts = at(MAP_PATH), at("embeddings-base64"), [TEXT] * int(files["texts"])
    fast = AsyncHfInferenceEndpoint(f"{url}/fill-mask", False)
    slow = AsyncHfInferenceEndpoint(f"{url}/{MAP_PATH}", False)
    writers = {name: at(name) for name in ("tgi-events", "tgi-events-one-by-one", "chat-chunks")}

    def fill_soon() -> Awaitable[Any]:
        return fast.fill_mask(inputs=TEXT)

    def generated(path: str) -> int:
        with writers[path].text_generation_stream(inputs=TEXT) as events:
            return sum(1 for _ in events)

    def chatted() -> int:
        with writers["chat-chunks"].chat_completion_stream(MESSAGES) as events:  # type: ignore[arg-type]
            return sum(1 for _ in events)

    def first() -> int:
        with opening.chat_completion_stream(MESSAGES) as events:  # type: ignore[arg-type]
            next(events)
        return 1

    def mapped(width: int, count: int) -> float:
        outcomes: Iterator[Any] = delayed.with_options(concurrency=width).map(FILL_MASK, [TEXT] * count)
        return sum(len(outcome.output) for outcome in outcomes) / count

    async def mapped_soon(width: int, count: int) -> float:
        outcomes = slow.with_options(concurrency=width).map(FILL_MASK, [TEXT] * count)
        return sum([len(outcome.output) async for outcome in outcomes]) / count

    return {
        "fill-mask": repeated(lambda: fill.fill_mask(inputs=TEXT)),
        "chat": repeated(lambda: chat.chat_completion(inputs=MESSAGES).choices),  # type: ignore[arg-type]
        "threads": in_threads(lambda: fill.fill_mask(inputs=TEXT)),
        "concurrent": loop.dealt(fill_soon, 256),
        "token-classification": repeated(lambda: classifier.token_classification(inputs=TEXT)),
        "object-detection": repeated(lambda: detector.object_detection(inputs=b"\x89PNG\r\n\x1a\n0")),
        "embeddings": counted(lambda: embedder.feature_extraction(inputs=[TEXT]).to_numpy().size),
        "embeddings-base64": counted(lambda: vectors.embeddings(inputs=texts).to_numpy().size),
        "tgi-events": counted(partial(generated, "tgi-events")),
        "tgi-events-one-by-one": counted(partial(generated, "tgi-events-one-by-one")),
        "chat-chunks": counted(chatted),
        "first-token": counted(first),
        "upload": repeated(lambda: {"text": sound.automatic_speech_recognition(inputs=Path(files["upload"])).text}),
        "image-base64": repeated(
            lambda: picture.zero_shot_image_classification(inputs=Path(files["image"]), candidate_labels=LABELS)
        ),
        "map-32": partial(mapped, 32),
        "map-128": partial(mapped, 128),
        "async-map-32": lambda count: loop.wait(mapped_soon(32, count)),
        "async-map-128": lambda count: loop.wait(mapped_soon(128, count)),
        "plugins": partial(search, files["distributions"]),
        "facade": facade,
    }
