"""The load that the documentation has figures of, smaller."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.slow
def test_no_call_is_lost_or_given_anothers_answer():
    command = [sys.executable, "-W", "error", "benchmarks/load.py", "--calls", "4", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120, check=False)
    assert done.stderr == ""
    for row in json.loads(done.stdout):
        assert row["faults"] > 10
        assert (row["lost"], row["mixed up"], row["sockets left"]) == (0, 0, 0), row
