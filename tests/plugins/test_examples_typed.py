"""What a type checker makes of the installed plugins, in an application that uses them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.plugins.sandbox import Sandbox

HERE = Path(__file__).parent
_PLACE = re.compile(r"mistakes\.py:(\d+): error: .*\[([\w-]+)\]")


def test_mypy_strict_accepts_the_application_and_rejects_each_mistake(installed: Sandbox, tmp_path: Path) -> None:
    pytest.importorskip("mypy", reason="mypy is not installed")
    for name in ("application.py", "mistakes.py"):
        (tmp_path / name).write_bytes((HERE / name).read_bytes())
    options = ["--strict", "--config-file", "", "--cache-dir", str(tmp_path / "cache")]
    shown = ["--no-color-output", "--no-error-summary", "--hide-error-context"]
    checked = ["-p", "hfe_language", "-p", "hfe_sound_events", "-m", "application", "-m", "mistakes"]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--python-executable", str(installed.python), *options, *shown, *checked],
        check=False,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert not done.stderr, done.stderr
    errors = [line for line in done.stdout.splitlines() if ": error: " in line]
    assert [line for line in errors if not line.startswith("mistakes.py:")] == []
    found = {(int(match[1]), match[2]) for line in errors if (match := _PLACE.fullmatch(line))}
    lines = (HERE / "mistakes.py").read_text().splitlines()
    marked = {
        (number, line.partition("# rejected: ")[2]) for number, line in enumerate(lines, 1) if "# rejected" in line
    }
    assert found == marked, done.stdout
