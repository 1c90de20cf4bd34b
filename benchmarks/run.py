"""hfe beside other clients, against a server that costs nothing: times, memory and instructions as a Markdown table.

    python benchmarks/run.py                                  everything
    python benchmarks/run.py --workload chat --rounds 20      one row, more exactly
    python benchmarks/run.py --quick --json figures.json      small answers and few operations, to see that all works

Each client has a process of its own; rounds are interleaved and in random order. Needs Linux and a C compiler
(or ziglang); peers that are not installed have a "-". Compiled and prepared things are kept in HFE_BENCHMARKS_CACHE.
"""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path

from answers import prepared
from clients import NAMES
from drivers import Drivers
from measure import Measuring
from report import Row, data, markdown
from server import Server
from workloads import WORKLOADS


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = [workload.name for workload in WORKLOADS]
    parser.add_argument("--workload", nargs="+", choices=names, default=names, metavar="W", help=", ".join(names))
    parser.add_argument("--clients", nargs="+", choices=NAMES, default=list(NAMES), metavar="C", help=", ".join(NAMES))
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--quick", action="store_true", help="small answers and few operations")
    parser.add_argument(
        "--instructions", action="store_true", help="of hfe and the baseline, by valgrind, too; takes some minutes"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the order of clients")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the table there, too")
    return parser.parse_args()


def main() -> None:
    """Measure, and tell."""
    given = arguments()
    made = prepared(quick=given.quick)
    rounds = min(given.rounds, 2) if given.quick else given.rounds
    chance = random.Random(given.seed)
    rows: list[Row] = []
    with Server(made.directory) as server, Drivers(server.url, made, install=not given.quick) as drivers:
        for workload in WORKLOADS:
            if workload.name not in given.workload:
                continue
            print(f"{workload.name} ...", file=sys.stderr, flush=True)
            measuring = Measuring(workload, drivers, given.clients, made.sizes, quick=given.quick)
            measuring.run(rounds, chance)
            if given.instructions:
                measuring.count_instructions()
            rows.append(Row(workload, measuring.cells))
        problems = [f"{client}: {problem}" for client, problem in drivers.problems.items()]
    problems += [
        f"{client} on {row.workload.name}: {cell.problem}"
        for row in rows
        for client, cell in row.cells.items()
        if cell.problem
    ]
    table = markdown(rows, given.clients)
    print(table)
    for problem in problems:
        print(problem, file=sys.stderr)
    if given.json:
        given.json.write_text(data(rows))
    if given.output:
        given.output.write_text(table)


if __name__ == "__main__":
    main()
