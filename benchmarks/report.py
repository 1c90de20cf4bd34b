"""The table, and what it was made on."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import attrs
from drivers import HFJS
from measure import Cell
from workloads import Workload

TITLES = {
    "hfe_client": "hfe",
    "urllib3_json": "urllib3 + json",
    "raw": "raw socket",
    "aiohttp_json": "aiohttp + json",
    "hub": "huggingface_hub",
    "openai_client": "openai",
    "hfjs": "hf.js",
}
PACKAGES = ("hfe", "urllib3", "aiohttp", "msgspec", "numpy", "huggingface_hub", "openai")
MARKS = {"wall": "W", "cpu": "C", "ideal": "x ideal", "value": ""}


@attrs.define
class Row:
    """A workload and its cells by client."""

    workload: Workload
    cells: dict[str, Cell]


def machine() -> list[str]:
    """Processor, kernel, Python and the versions of what was measured."""
    cpuinfo = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.+)", cpuinfo.read_text()) if cpuinfo.exists() else None
    lines = [
        f"{found[1] if found else platform.machine()}, {os.cpu_count()} cores",
        f"{platform.system()} {platform.release()}",
        f"{platform.python_implementation()} {platform.python_version()}",
    ]
    for package in PACKAGES:
        try:
            lines.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    if shutil.which("node"):
        node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout.strip()
        lines.append(f"@huggingface/inference {HFJS} on node {node.removeprefix('v')}")
    return lines


def seconds(value: float) -> str:
    """A time with three digits and a unit that suits it."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value * 1e9:.3g} ns"


def _goal(workload: Workload) -> str:
    if workload.goal is None:
        return "-"
    unit = f" {workload.unit}" if workload.unit else ""
    memory = f"; ≤ +{workload.memory:g} MB" if workload.memory is not None else ""
    return f"≤ {workload.goal:g}{unit}{memory}"


def _shown(workload: Workload, client: str, cells: dict[str, Cell]) -> str:
    cell = cells.get(client)
    if cell is None or (cell.figure is None and not cell.problem):
        return "-"
    if cell.problem or cell.figure is None:
        return "failed"
    is_ratio = workload.figure in {"wall", "cpu"}
    if is_ratio and (client, workload.key) == (workload.baseline, workload.baseline_key):
        spent = cell.wall if workload.figure == "wall" else cell.cpu
        text = f"{seconds(spent or 0.0)} = 1"
    else:
        text = f"{cell.figure:.3g}" + (f" {workload.unit}" if workload.unit else "")
    if client == "hfe_client" and cell.low is not None and cell.high is not None and cell.high > cell.low:
        text += f" ({cell.low:.3g} to {cell.high:.3g})"
    if cell.memory is not None:
        text += f"; +{cell.memory:.1f} MB"
    if cell.instructions is not None:
        is_compared = is_ratio and workload.baseline in cells and workload.baseline_key == workload.key
        least = cells[workload.baseline].instructions if is_compared else None
        is_baseline = client == workload.baseline
        text += f"; I {cell.instructions / least:.3g}" if least and not is_baseline else f"; {cell.instructions:.3g} I"
    return text


def met(row: Row) -> bool | None:
    """Whether hfe reached the goal; None where there is no goal or no figure."""
    cell = row.cells.get("hfe_client")
    if row.workload.goal is None or cell is None or cell.figure is None:
        return None
    too_much = row.workload.memory is not None and (cell.memory or 0.0) > row.workload.memory
    return cell.figure <= row.workload.goal and not too_much


def markdown(rows: list[Row], clients: list[str]) -> str:
    """The whole report."""
    ordered = sorted(clients, key=list(TITLES).index)
    heads = ["workload", "goal", *(TITLES[client] for client in ordered)]
    lines = [f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}"]
    for row in rows:
        mark = MARKS[row.workload.figure]
        title = f"{row.workload.title}, {mark}" if mark in {"W", "C"} else row.workload.title
        cells = [_shown(row.workload, client, row.cells) for client in ordered]
        if "hfe_client" in ordered and met(row) is False:
            cells[0] = f"**{cells[0]}**"
        lines.append(f"| {' | '.join([title, _goal(row.workload), *cells])} |")
    legend = (
        "W: wall time, C: CPU time of the client's process, each per operation and as the ratio to the baseline of the "
        "same round; medians, for hfe with quartiles. I: "
        "instructions, by valgrind. Bold: the goal is not met. +MB: added peak memory."
    )
    return "\n".join([*lines, "", legend, "", "; ".join(machine()), ""])


def data(rows: list[Row]) -> str:
    """The same as JSON."""
    table = [
        {
            "name": row.workload.name,
            "title": row.workload.title,
            "figure": row.workload.figure,
            "unit": row.workload.unit,
            "goal": row.workload.goal,
            "memory_goal": row.workload.memory,
            "met": met(row),
            "cells": {client: attrs.asdict(cell) for client, cell in row.cells.items()},
        }
        for row in rows
    ]
    return json.dumps({"machine": machine(), "rows": table}, indent=1)
