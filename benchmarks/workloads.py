"""What is measured: the workloads, how their figures are told, and what hfe is to reach."""

from __future__ import annotations

from typing import Literal

import attrs

Figure = Literal["wall", "cpu", "ideal", "value"]
Kind = Literal["calls", "process"]


@attrs.frozen
class Workload:
    """One row of the table.

    Attributes:
        name: As on the command line.
        title: In the table.
        goal: What hfe's figure may be at most; None where there is no such bound.
        count: Operations in a round; ``quick`` in the quick mode.
        figure: ``"wall"`` or ``"cpu"`` time per operation, told as the ratio to the baseline; ``"ideal"``: wall time
            as a multiple of what it could be at best; ``"value"``: what the client itself measured, in ``unit``.
        key: The name in the clients' modules, where it is not this one.
        baseline: The client that the others are compared with.
        baseline_key: What that client does, where it is not the same.
        unit: Of absolute figures; empty for ratios.
        memory: How many MB of added peak memory are the goal; None where memory is not looked at.
        kind: ``"process"``: each operation is a process of its own.
        width: Calls in flight.
        without: Modules that cannot be imported meanwhile.
        only: The clients that take part; empty for all that can.
    """

    name: str
    title: str
    goal: float | None
    count: int
    quick: int = 1
    figure: Figure = "cpu"
    key: str = attrs.field(default=attrs.Factory(lambda self: self.name, takes_self=True))
    baseline: str = "urllib3_json"
    baseline_key: str = attrs.field(default=attrs.Factory(lambda self: self.key, takes_self=True))
    unit: str = ""
    memory: float | None = None
    kind: Kind = "calls"
    width: int = 1
    without: tuple[str, ...] = ()
    only: tuple[str, ...] = ()


CALL_SECONDS = 0.02

WORKLOADS = (
    Workload("fill-mask", "small call (fill-mask, 5 items)", 0.65, 300, 20, "wall"),
    Workload("chat", "chat completion", 0.65, 300, 20, "wall"),
    Workload("threads", "16 threads on one client", 0.65, 1600, 160, width=16),
    Workload("concurrent", "256 concurrent, async", 0.95, 2560, 512, baseline="aiohttp_json", width=256),
    Workload("token-classification", "token-classification, many entities", 0.54, 20, 2),
    Workload(
        "token-classification-without-msgspec",
        "the same without msgspec",
        1.0,
        20,
        2,
        key="token-classification",
        without=("msgspec",),
        only=("urllib3_json", "hfe_client"),
    ),
    Workload("object-detection", "object-detection, many boxes", 0.51, 8, 2),
    Workload("embeddings", "embeddings to an array", 0.27, 1),
    Workload("embeddings-base64", "embeddings in base64 to an array", 0.035, 4, baseline_key="embeddings"),
    Workload("tgi-events", "stream of TGI events", 0.46, 1),
    Workload("tgi-events-one-by-one", "the same, each event a chunk", None, 1),
    Workload("chat-chunks", "stream of chat chunks", 0.50, 1),
    Workload("first-token", "time to the first event of a stream", 0.90, 60, 5, "wall"),
    Workload("upload", "upload of a file", 0.65, 1, memory=1),
    Workload("image-base64", "image as base64 in JSON", 0.25, 1, memory=2),
    Workload("import", "import, net", 0.25, 3, 1, kind="process"),
    Workload("cold-start", "cold start to the first result", 1.40, 3, 1, kind="process"),
    Workload("map-32", "map at 32, of the ideal", 1.25, 2000, 64, "ideal", width=32),
    Workload("map-128", "map at 128, of the ideal", 1.40, 2000, 256, "ideal", width=128),
    Workload(
        "async-map-32", "async map at 32, of the ideal", 1.10, 2000, 64, "ideal", baseline="aiohttp_json", width=32
    ),
    Workload(
        "async-map-128", "async map at 128, of the ideal", 1.30, 2000, 256, "ideal", baseline="aiohttp_json", width=128
    ),
    Workload("plugins", "finding plugins among distributions", 4, 5, 1, "value", unit="ms"),
    Workload("facade", "a façade method over run", 2, 2000, 200, "value", unit="µs"),
)
