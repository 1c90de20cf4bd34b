"""How cost grows with what is sent and received, with calls in flight, tasks and installed distributions.

    python benchmarks/growth.py                              Markdown tables
    python benchmarks/growth.py --plots DIRECTORY            and a chart of each as SVG
    python benchmarks/growth.py --only entities tasks --json FILE

Figures are CPU time, of calls in flight wall time: the least of several, of hfe and of urllib3 + json, in one process.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib import invalidate_caches
from importlib.metadata import entry_points
from pathlib import Path

import answers
import attrs
import numpy
from clients import urllib3_json
from clients.common import MAP_PATH, TEXT, pooled
from plots import write_chart
from report import machine
from server import Server

from hfe_core import AnyTask, Registry, Task, hookimpl
from hfe_tasks import FILL_MASK, HfInferenceEndpoint

Act = Callable[[], object]
Series = dict[str, list[tuple[float, float]]]


@attrs.frozen
class Growth:
    """One table: what grows, and by what it is measured."""

    title: str
    x_title: str
    y_title: str
    series: Series


def least(act: Act, rounds: int, clock: Callable[[], float] = time.process_time) -> float:
    """The least seconds of one call in several rounds; short ones are repeated within a round."""
    start = clock()
    act()
    count = max(1, min(50, int(0.01 / max(clock() - start, 1e-6))))
    found = math.inf
    for _ in range(rounds):
        gc.collect()
        start = clock()
        for _ in range(count):
            act()
        found = min(found, (clock() - start) / count)
    return found


class Bench:
    """What is measured against one server, with answers of each size.

    Args:
        quick: The two smallest sizes only.
    """

    def __init__(self, *, quick: bool) -> None:
        self._quick = quick
        self._rounds = 1 if quick else 7
        self._pool = urllib3_json.urllib3.PoolManager(maxsize=256)
        self._place = tempfile.TemporaryDirectory()
        served = Path(self._place.name)
        (served / "fill-mask").write_bytes(answers.plain(answers.fills()))
        for count in self._sizes(10, 100, 1000, 10_000):
            (served / f"entities-{count}").write_bytes(answers.plain(answers.entities(count)))
        for count in self._sizes(10, 100, 1000, 10_000):
            (served / f"events-{count}").write_bytes(answers.streamed(answers.tokens(count), 64))
        for count in self._sizes(1, 10, 100, 1000):
            (served / f"vectors-{count}").write_bytes(answers.plain(answers.vectors(count, 1024)))
        self._server = Server(served)

    def close(self) -> None:
        """Stop the server."""
        with self._server:
            self._place.cleanup()

    def sent(self) -> Growth:
        """By the size of the text that is sent."""
        series: Series = {"hfe": [], "urllib3 + json": []}
        client = self._at("fill-mask")
        for size in self._sizes(100, 1000, 10_000, 100_000, 1_000_000, 10_000_000):
            text = "word " * (size // 5)
            self._pair(series, size, lambda text=text: client.fill_mask(inputs=text), "fill-mask", {"inputs": text})
        return Growth("Size of the request", "bytes of text", "ms per call", series)

    def entities(self) -> Growth:
        """By the number of typed values in the answer."""
        series: Series = {"hfe": [], "urllib3 + json": []}
        for count in self._sizes(10, 100, 1000, 10_000):
            client = self._at(f"entities-{count}")
            self._pair(
                series, count, lambda client=client: client.token_classification(inputs=TEXT), f"entities-{count}"
            )
        return Growth("Entities of token-classification", "entities", "ms per call", series)

    def vectors(self) -> Growth:
        """By the number of vectors of 1,024 numbers in the answer."""
        series: Series = {"hfe": [], "urllib3 + json": []}
        for count in self._sizes(1, 10, 100, 1000):
            client, url = self._at(f"vectors-{count}"), f"{self._server.url}/vectors-{count}"
            acts: dict[str, Act] = {
                "hfe": lambda client=client: client.feature_extraction(inputs=[TEXT]).to_numpy(),
                "urllib3 + json": lambda url=url: numpy.array(
                    urllib3_json.call(self._pool, url, {"inputs": [TEXT]}), dtype=numpy.float32
                ),
            }
            self._add(series, count, acts)
        return Growth("Vectors of feature-extraction, 1,024 numbers each", "vectors", "ms per call", series)

    def events(self) -> Growth:
        """By the number of events of a stream."""
        series: Series = {"hfe": [], "urllib3 + json": []}
        body: dict[str, object] = {"inputs": TEXT, "stream": True}
        for count in self._sizes(10, 100, 1000, 10_000):
            client, url = self._at(f"events-{count}"), f"{self._server.url}/events-{count}"

            def typed(client: HfInferenceEndpoint = client) -> int:
                with client.text_generation_stream(inputs=TEXT) as events:
                    return sum(1 for _ in events)

            plain: Act = lambda url=url: len(list(urllib3_json.events(self._pool, url, body)))  # noqa: E731
            self._add(series, count, {"hfe": typed, "urllib3 + json": plain})
        return Growth("Events of a stream", "events", "ms per stream", series)

    def concurrency(self) -> Growth:
        """By the calls of 20 ms in flight: what one call takes of the wall clock."""
        series: Series = {"hfe": [], "urllib3 + json": [], "ideal": []}
        client = self._at(MAP_PATH)
        for width in self._sizes(1, 4, 16, 64, 128):
            count = 8 * width
            wide = client.with_options(concurrency=width)
            plain = pooled(
                lambda: urllib3_json.call(self._pool, f"{self._server.url}/{MAP_PATH}", {"inputs": TEXT}), width
            )
            acts: dict[str, Act] = {
                "hfe": lambda wide=wide, count=count: list(wide.map(FILL_MASK, [TEXT] * count)),
                "urllib3 + json": lambda plain=plain, count=count: plain(count),
            }
            for name, act in acts.items():
                series[name].append((width, least(act, 2, time.perf_counter) / count * 1e3))
            series["ideal"].append((width, 20 / width))
        return Growth("Calls of 20 ms in flight (map, threads)", "in flight", "ms per call", series)

    def tasks(self) -> Growth:
        """By the number of registered tasks: to load them all, and to find one."""
        series: Series = {"load all": [], "find one": []}
        for count in self._sizes(10, 100, 1000, 10_000):
            plugin = Many(count)
            registry = Registry({"many": plugin}, installed=False)
            loaded = least(lambda plugin=plugin: Registry({"many": plugin}, installed=False).names(), self._rounds)
            found = least(lambda registry=registry: [registry.task("task-7") for _ in range(1000)], self._rounds) / 1000
            series["load all"].append((count, loaded * 1e6))
            series["find one"].append((count, found * 1e6))
        return Growth("Registered tasks", "tasks", "µs", series)

    def distributions(self) -> Growth:
        """By the number of further installed distributions: to find the plugins among them."""
        series: Series = {"hfe": [], "importlib.metadata": []}
        for count in self._sizes(1, 10, 30, 100, 300):
            with tempfile.TemporaryDirectory() as place:
                answers.distributions(Path(place), count)
                sys.path.append(place)
                for name, act in (
                    ("hfe", lambda: (invalidate_caches(), Registry().plugins())),
                    ("importlib.metadata", lambda: (invalidate_caches(), entry_points(group="hfe"))),
                ):
                    series[name].append((count, least(act, self._rounds) * 1e3))
                sys.path.remove(place)
        return Growth("Installed distributions, to find plugins in", "further distributions", "ms", series)

    def _sizes(self, *wanted: int) -> list[int]:
        return list(wanted[:2] if self._quick else wanted)

    def _at(self, path: str) -> HfInferenceEndpoint:
        return HfInferenceEndpoint(f"{self._server.url}/{path}", False)

    def _pair(self, series: Series, x: float, act: Act, path: str, body: dict[str, object] | None = None) -> None:
        url = f"{self._server.url}/{path}"
        plain: Act = lambda: urllib3_json.call(self._pool, url, body or {"inputs": TEXT})  # noqa: E731
        self._add(series, x, {"hfe": act, "urllib3 + json": plain})

    def _add(self, series: Series, x: float, acts: dict[str, Act]) -> None:
        for name, act in acts.items():
            series[name].append((x, least(act, self._rounds) * 1e3))


class Many:
    """A plugin with many tasks."""

    def __init__(self, count: int) -> None:
        self._tasks: list[AnyTask] = [
            Task(name=f"task-{index}", encode=FILL_MASK.encode, decode=FILL_MASK.decode) for index in range(count)
        ]

    @hookimpl
    def hfe_register_tasks(self) -> list[AnyTask]:
        """All of them."""
        return self._tasks


NAMES = ("sent", "entities", "vectors", "events", "concurrency", "tasks", "distributions")


def table(growth: Growth, chart: Path | None = None) -> Iterator[str]:
    """The Markdown lines of one table, and of its chart."""
    names = list(growth.series)
    yield f"**{growth.title}**, {growth.y_title}\n"
    if chart is not None:
        yield f"![{growth.title}, {growth.y_title}]({chart})\n"
    yield f"| {growth.x_title} | {' | '.join(names)} |"
    yield f"|{' --- |' * (len(names) + 1)}"
    for index, (x, _) in enumerate(growth.series[names[0]]):
        yield f"| {x:,} | {' | '.join(f'{growth.series[name][index][1]:.3g}' for name in names)} |"
    yield ""


def main() -> None:
    """Measure, and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=NAMES, default=NAMES, metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--plots", type=Path, metavar="DIRECTORY")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    found: dict[str, Growth] = {}
    bench = Bench(quick=given.quick)
    try:
        for name in given.only:
            growth = found[name] = getattr(bench, name)()
            chart = None if given.plots is None else given.plots / f"{name}.svg"
            if chart is not None:
                chart.parent.mkdir(parents=True, exist_ok=True)
                write_chart(chart, growth.title, growth.x_title, growth.y_title, growth.series)
            print("\n".join(table(growth, chart)), flush=True)
    finally:
        bench.close()
    print("; ".join(machine()))
    if given.json:
        given.json.write_text(json.dumps({name: attrs.asdict(growth) for name, growth in found.items()}, indent=1))


if __name__ == "__main__":
    main()
