"""All benchmarks, and the page of the docs that keeps what they found.

    python benchmarks/page.py                            docs/reference/benchmarks.md and its charts; takes an hour
    python benchmarks/page.py --quick --page OTHER.md    in a minute or two, to see that all works

Clients that are not installed have a "-" in the table, and instructions are counted where valgrind is installed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "reference" / "benchmarks.md"
HEAD = """\
# Benchmarks

Written by `python benchmarks/page.py` on the machine that stands below each table. What the rows mean, and why some
fall short of their goals: [performance](../explanation/performance.md).
"""


def measured(script: str, *arguments: str, place: Path) -> str:
    """What one of the benchmarks prints."""
    command = [sys.executable, HERE / f"{script}.py", *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=place).stdout.strip()


def main() -> None:
    """Measure, and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--page", type=Path, default=PAGE, metavar="FILE")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--clients", nargs="*", metavar="CLIENT", help="only these, of run.py's")
    given = parser.parse_args()
    place: Path = given.page.resolve().parent
    quick = ["--quick"] if given.quick else []
    counted = [] if given.quick else ["--instructions"]
    only = ["--clients", *given.clients] if given.clients else []
    clients = measured("run", *quick, *counted, *only, "--rounds", str(given.rounds), place=place)
    layers = measured("layers", *quick, *counted, place=place)
    growth = measured("growth", *quick, "--plots", given.page.stem, place=place)
    sections = (
        "## Beside other clients",
        clients,
        "## The layers of one small call",
        layers,
        "## How cost grows",
        growth,
    )
    given.page.write_text("\n\n".join((HEAD.strip(), *sections)) + "\n")


if __name__ == "__main__":
    main()
