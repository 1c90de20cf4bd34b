"""Interleaved rounds in random order, and the figures that they give."""

from __future__ import annotations

import math
import random
import statistics
import sys
from typing import Any

import attrs
from answers import Sizes
from drivers import Drivers, NoAnswerError, process_cpu
from workloads import CALL_SECONDS, Workload

UNCHECKED = -1


@attrs.define
class Cell:
    """One client on one workload.

    Attributes:
        figure: Median: the ratio to the baseline of the same round, or the absolute figure where there is no baseline.
        low: Its lower quartile.
        high: Its upper quartile.
        wall: Seconds per operation, median.
        cpu: Seconds per operation, median.
        memory: MB of added peak memory.
        instructions: Per operation.
        problem: Why there is no figure.
    """

    figure: float | None = None
    low: float | None = None
    high: float | None = None
    wall: float | None = None
    cpu: float | None = None
    memory: float | None = None
    instructions: float | None = None
    problem: str = ""


def expected_size(workload: str, sizes: Sizes) -> float:
    """What a client that reads a whole answer finds in it."""
    sized: dict[str, int] = {
        "chat": 1,
        "token-classification": sizes.entities,
        "object-detection": sizes.boxes,
        "embeddings": sizes.texts * sizes.numbers,
        "embeddings-base64": sizes.texts * sizes.numbers,
        "tgi-events": sizes.events,
        "tgi-events-one-by-one": sizes.events,
        "chat-chunks": sizes.events,
        "first-token": 1,
        "upload": 1,
        "image-base64": 2,
    }
    return sized.get(workload, 5)


Participant = tuple[str, str]
"""Client and workload; the workload differs from the row's for a baseline that is another."""


class Measuring:
    """One workload, by all clients that can do it.

    Args:
        workload: Which.
        drivers: The clients.
        clients: Their names.
        sizes: Of the answers.
        quick: Few operations.
    """

    def __init__(self, workload: Workload, drivers: Drivers, clients: list[str], sizes: Sizes, *, quick: bool) -> None:
        self._workload = workload
        self._drivers = drivers
        self._sizes = sizes
        self._count = workload.quick if quick else workload.count
        self.cells: dict[str, Cell] = {}
        self._rounds: list[dict[Participant, dict[str, Any]]] = []
        self._participants = [(client, workload.key) for client in workload.only or clients if client in clients]
        self._baseline = workload.baseline, workload.baseline_key
        if self._baseline not in self._participants and workload.baseline in clients:
            self._participants.append(self._baseline)

    def run(self, rounds: int, chance: random.Random) -> dict[str, Cell]:
        """Warm up, measure, and sum up."""
        if self._workload.kind == "calls":
            self._participants = [each for each in self._participants if self._can(each)]
            for each in list(self._participants):
                self._operate(each, min(self._count, max(self._workload.width, 5)), {})
        for _ in range(rounds):
            order = list(self._participants)
            chance.shuffle(order)
            found: dict[Participant, dict[str, Any]] = {}
            bare = self._bare()
            for each in order:
                if self._workload.kind == "process":
                    self._begin(each, bare, found)
                else:
                    self._operate(each, self._count, found)
            self._rounds.append(found)
        if self._workload.memory is not None:
            self._weigh()
        self._sum_up()
        return self.cells

    def count_instructions(self) -> None:
        """Instructions per operation beside the times of hfe and the baseline, where they can be had."""
        workload = self._workload
        if workload.kind != "calls" or workload.figure not in {"wall", "cpu"} or workload.memory or workload.without:
            return
        # What Python itself does at a start varies by millions of them; the warm-up opens all connections.
        count = min(self._count, 20)
        if workload.figure == "wall" or workload.width > 1:
            count = max(300, 4 * workload.width)
        for client, cell in self.cells.items():
            if cell.figure is not None and client in {"hfe_client", workload.baseline}:
                cell.instructions = self._drivers.instructions(client, workload.key, count, warm_up=2 * workload.width)

    def _can(self, each: Participant) -> bool:
        driver = self._drivers.of(each[0], self._workload.without)
        return driver is not None and each[1] in driver.workloads

    def _operate(self, each: Participant, count: int, found: dict[Participant, dict[str, Any]]) -> None:
        client, name = each
        driver = self._drivers.of(client, self._workload.without)
        if driver is None:
            return
        try:
            reply = driver.run(name, count)
        except (NoAnswerError, BrokenPipeError) as error:
            self._drivers.lost(client, self._workload.without)
            reply = {"problem": str(error)}
        if "problem" not in reply and self._workload.figure != "value":
            expected = expected_size(name, self._sizes)
            if reply["size"] not in {expected, UNCHECKED}:
                reply = {"problem": f"{reply['size']:g} of {expected:g} came"}
        if "problem" in reply:
            self._fail(each, reply["problem"])
        else:
            found[each] = {**reply, "wall": reply["wall"] / count, "cpu": reply["cpu"] / count}

    def _bare(self) -> float:
        if self._workload.name != "import":
            return 0.0
        return min(process_cpu([sys.executable, "-c", "pass"]) or 0.0 for _ in range(self._count))

    def _begin(self, each: Participant, bare: float, found: dict[Participant, dict[str, Any]]) -> None:
        command = self._drivers.program(each[0], self._workload.name.replace("-", "_").upper())
        if command is None:
            self._participants.remove(each)
            return
        spent = [process_cpu(command) for _ in range(self._count)]
        if None in spent:
            self._fail(each, "the process failed")
            return
        found[each] = {"cpu": min(filter(None, spent)) - bare, "wall": None}

    def _fail(self, each: Participant, problem: str) -> None:
        self.cells[each[0]] = Cell(problem=problem)
        if each in self._participants:
            self._participants.remove(each)

    def _weigh(self) -> None:
        """In a new process: one that has been at work holds memory that it may use again."""
        for client, name in self._participants:
            self._drivers.lost(client, self._workload.without)
            driver = self._drivers.of(client, self._workload.without)
            if driver is not None:
                driver.run("fill-mask", 2)  # by the second one, what decodes answers is loaded
                self.cells.setdefault(client, Cell()).memory = driver.peak(name)

    def _figure(self, reply: dict[str, Any]) -> float:
        workload = self._workload
        if workload.figure == "ideal":
            batches = math.ceil(self._count / workload.width)
            return float(reply["wall"] * self._count / (batches * CALL_SECONDS))
        return float(reply["size"] if workload.figure == "value" else reply[workload.figure])

    def _sum_up(self) -> None:
        workload = self._workload
        baseline = self._baseline
        is_ratio = workload.figure in {"wall", "cpu"}
        for each in self._participants:
            client, name = each
            if name != workload.key:
                continue
            replies = [found[each] for found in self._rounds if each in found]
            figures = [
                self._figure(found[each]) / (self._figure(found[baseline]) if is_ratio else 1.0)
                for found in self._rounds
                if each in found and (baseline in found or not is_ratio)
            ]
            cell = self.cells.setdefault(client, Cell())
            cell.cpu = _median([reply["cpu"] for reply in replies])
            cell.wall = _median([reply["wall"] for reply in replies])
            if figures:
                cell.low, cell.figure, cell.high = _quartiles(figures)


def _median(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def _quartiles(values: list[float]) -> tuple[float, float, float]:
    if len(values) == 1:
        return values[0], values[0], values[0]
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, middle, high
