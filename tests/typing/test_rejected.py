"""Both type checkers reject every wrong call, on its line, and nothing else."""

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
CALLS = Path(__file__).parent / "rejected" / "calls.py"
EXPECTED = {
    number: line.partition("# REJECT: ")[2]
    for number, line in enumerate(CALLS.read_text().splitlines(), 1)
    if "# REJECT: " in line
}


def run(*command: str) -> str:
    done = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 1, done.stderr or done.stdout
    return done.stdout


def compare(found: dict[int, str]) -> None:
    assert len(EXPECTED) > 30
    assert {line: EXPECTED[line] for line in EXPECTED if line not in found} == {}, "accepted"
    assert {line: found[line] for line in found if line not in EXPECTED} == {}, "rejected without need"


@pytest.mark.skipif(importlib.util.find_spec("mypy") is None, reason="needs mypy")
def test_mypy(tmp_path: Path) -> None:
    out = run("mypy", "--strict", f"--cache-dir={tmp_path}", str(CALLS))
    compare({int(match[1]): match[2] for match in re.finditer(r"calls\.py:(\d+): error: (.*)", out)})


@pytest.mark.skipif(importlib.util.find_spec("pyright") is None, reason="needs pyright")
def test_pyright(tmp_path: Path) -> None:
    settings = {"typeCheckingMode": "strict", "pythonVersion": "3.11"}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings))
    (tmp_path / CALLS.name).write_text(CALLS.read_text())
    out = run("pyright", "--outputjson", "--pythonpath", sys.executable, "--project", str(tmp_path))
    found = json.loads(out)["generalDiagnostics"]
    compare(
        {
            entry["range"]["start"]["line"] + 1: f"{entry.get('rule')}: {entry['message']}"
            for entry in found
            if entry["severity"] == "error"
        }
    )
