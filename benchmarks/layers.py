"""What each layer of one small call costs: microseconds, and instructions where valgrind is installed.

python benchmarks/layers.py                     a Markdown table
python benchmarks/layers.py --instructions      with instructions, which takes some minutes
python benchmarks/layers.py --json FILE         the figures as JSON, too
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from answers import fills, prepared
from clients import urllib3_json
from clients.common import TEXT
from clients.hfe_client import Instant
from report import machine
from server import Server

from hfe_core import Endpoint, Options, Registry, Response, Send, Task
from hfe_core.exchange import exchange
from hfe_core.prepare import Preparer
from hfe_tasks import FILL_MASK, HfInferenceEndpoint

Act = Callable[[], object]
WHOLE = "the whole call"
EXPLAINED = {
    "resolve": "a task by its name",
    "encode": "arguments checked, made a payload",
    "prepare": "URL, headers and JSON body",
    "exchange": "retry policy, deadline, budget and observers, for an answer that is good",
    "transport": "the request sent, the answer read, over a kept connection",
    "decode": "JSON to typed values",
    "run without transport": "all of these but the transport, by name of the value",
    "façade without transport": "the same by the method",
    WHOLE: "by the method, against the server",
    "urllib3 + json": "the baseline: no types, no retries",
}


def layers(url: str) -> dict[str, Act]:
    """Each layer as a function of no arguments."""
    body = json.dumps(fills()).encode()
    endpoint, options, registry = Endpoint.of(f"{url}/fill-mask", False), Options(), Registry()
    preparer = Preparer(endpoint, options)
    payload = FILL_MASK(inputs=TEXT).payload
    request = preparer.request(payload)
    response = Response(200, {"content-type": "application/json"}, body, request)
    instant = HfInferenceEndpoint(endpoint.url, False, transport=Instant(body))
    client = HfInferenceEndpoint(endpoint.url, False)
    transport = client._transport  # noqa: SLF001 - what sends has no public name
    pool = urllib3_json.urllib3.PoolManager()
    task: Task[..., object] = FILL_MASK

    def exchanged() -> None:
        steps = exchange(request, options, task=task.name, host=endpoint.host)
        next(steps)
        try:
            steps.send(response)
        except StopIteration:
            return

    return {
        "resolve": partial(registry.task, "fill-mask"),
        "encode": lambda: task(inputs=TEXT),
        "prepare": partial(preparer.request, payload),
        "exchange": exchanged,
        "transport": partial(transport.send, Send(request, timeout=options.timeout)),
        "decode": partial(task.decode, response),
        "run without transport": lambda: instant.run(task, inputs=TEXT),
        "façade without transport": lambda: instant.fill_mask(inputs=TEXT),
        WHOLE: lambda: client.fill_mask(inputs=TEXT),
        "urllib3 + json": partial(urllib3_json.call, pool, endpoint.url, {"inputs": TEXT}),
    }


def spent(act: Act, count: int) -> float:
    """Microseconds of one call, of ``count`` in a row."""
    start = time.perf_counter()
    for _ in range(count):
        act()
    return (time.perf_counter() - start) / count * 1e6


def times(acts: dict[str, Act], rounds: int, count: int) -> dict[str, float]:
    """The median of each layer, over interleaved rounds."""
    for act in acts.values():
        spent(act, max(3, count // 10))
    found: dict[str, list[float]] = {name: [] for name in acts}
    for _ in range(rounds):
        for name, act in acts.items():
            found[name].append(spent(act, count))
    return {name: statistics.median(values) for name, values in found.items()}


def instructions(url: str, name: str, count: int = 100) -> float | None:
    """Instructions of one call: what ``count`` more of them add under callgrind."""

    def collected(number: int) -> int | None:
        tool = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
        command = [*tool, sys.executable, __file__, "--only", name, "--url", url, "--count", str(number)]
        environment = {**os.environ, "PYTHONHASHSEED": "0"}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        found = re.search(r"Collected : (\d+)", done.stderr)
        return int(found[1]) if found and not done.returncode else None

    less, more = collected(count), collected(2 * count)
    return None if less is None or more is None else (more - less) / count


def main() -> None:
    """Measure, and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--instructions", action="store_true")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--only", help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.only:
        spent(layers(given.url)[given.only], given.count)
        return
    with Server(prepared(quick=True).directory) as server:
        rounds, count = (2, 20) if given.quick else (given.rounds, given.count)
        found = times(layers(server.url), rounds, count)
        counts: dict[str, float | None] = {}
        if given.instructions and shutil.which("valgrind"):
            counts = {name: instructions(server.url, name) for name in found}
    print("| layer | µs | of the whole |" + (" thousand instructions |" if counts else "") + " what it does |")
    print("| --- | --- | --- |" + (" --- |" if counts else "") + " --- |")
    for name, value in found.items():
        cells = [name, f"{value:.1f}", f"{value / found[WHOLE]:.0%}"]
        if counts:
            number = counts[name]
            cells.append("-" if number is None else f"{number / 1e3:,.0f}")
        print(f"| {' | '.join([*cells, EXPLAINED[name]])} |")
    print("\n" + "; ".join(machine()))
    if given.json:
        given.json.write_text(json.dumps({"microseconds": found, "instructions": counts}, indent=1))


if __name__ == "__main__":
    main()
