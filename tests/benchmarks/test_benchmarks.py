"""That the benchmarks run and give figures; what the figures are is for a quiet machine to say."""

import importlib.util
import json
import math
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the server uses epoll"),
    pytest.mark.skipif(
        not (shutil.which("cc") or importlib.util.find_spec("ziglang")), reason="there is no C compiler for the server"
    ),
    pytest.mark.skipif(not importlib.util.find_spec("numpy"), reason="embeddings become arrays"),
]


def run(script, place, *arguments):
    command = [sys.executable, f"benchmarks/{script}.py", "--quick", "--json", place / "figures.json", *arguments]
    environment = {**os.environ, "HFE_BENCHMARKS_CACHE": str(place)}
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout, json.loads((place / "figures.json").read_text())


def test_every_workload_has_figures_of_hfe_and_of_the_baseline(tmp_path):
    table, figures = run("run", tmp_path, "--rounds", "1", "--clients", "urllib3_json", "aiohttp_json", "hfe_client")
    assert table.startswith("| workload | goal | hfe |")
    for row in figures["rows"]:
        problems = {client: cell["problem"] for client, cell in row["cells"].items() if cell["problem"]}
        assert not problems, row["name"]
        baseline = "aiohttp_json" if row["name"] in {"concurrent", "async-map-32", "async-map-128"} else "urllib3_json"
        wanted = {"embeddings-base64": {baseline}, "facade": {"hfe_client"}}.get(row["name"], {baseline, "hfe_client"})
        for client in wanted:
            assert math.isfinite(row["cells"][client]["figure"]), (row["name"], client)


def test_every_layer_has_a_time(tmp_path):
    table, figures = run("layers", tmp_path)
    assert table.startswith("| layer |")
    assert all(0 < value < 1e6 for value in figures["microseconds"].values())


def test_growth_has_tables_and_charts(tmp_path):
    table, figures = run("growth", tmp_path, "--plots", str(tmp_path / "plots"))
    assert table.startswith("**Size of the request**")
    for name, growth in figures.items():
        assert all(0 < y < math.inf for points in growth["series"].values() for _, y in points), name
        assert "</svg>" in (tmp_path / "plots" / f"{name}.svg").read_text()


def test_the_page_is_written_whole(tmp_path):
    page = tmp_path / "figures.md"
    command = [sys.executable, "benchmarks/page.py", "--quick", "--rounds", "1", "--page", page]
    environment = {**os.environ, "HFE_BENCHMARKS_CACHE": str(tmp_path)}
    clients = ["--clients", "urllib3_json", "aiohttp_json", "hfe_client"]
    done = subprocess.run([*command, *clients], timeout=240, check=False, env=environment, cwd=ROOT)
    assert done.returncode == 0
    text = page.read_text()
    assert len(re.findall(r"^\| .+\| \*?\*?[0-9.]+", text, re.MULTILINE)) > 30
    charts = re.findall(r"!\[.+?\]\((figures/\w+\.svg)\)", text)
    assert len(charts) == 7
    for chart in charts:
        assert "</svg>" in (tmp_path / chart).read_text()
    assert set(re.findall("^## .+", text, re.MULTILINE)) == {
        "## Beside other clients",
        "## The layers of one small call",
        "## How cost grows",
    }


def test_the_page_of_the_docs_has_all_of_it():
    """Its figures are those of the machine that it names; its rows are those that are measured today."""
    page = (ROOT / "docs" / "reference" / "benchmarks.md").read_text()
    workloads = (ROOT / "benchmarks" / "workloads.py").read_text()
    titles = re.findall(r'^    Workload\(\s*"[^"]+",\s*"([^"]+)"', workloads, re.MULTILINE)
    assert len(titles) > 20
    for title in titles:
        assert f"| {title}" in page
    charts = re.findall(r"!\[.+?\]\((benchmarks/\w+\.svg)\)", page)
    assert len(charts) == 7
    for chart in charts:
        assert (ROOT / "docs" / "reference" / chart).exists()
