"""The process that drives one client: a line of JSON says what to do, a line of JSON what it took.

python -m clients.worker CLIENT URL FILES [BLOCKED ...]        commands on the standard input, until it ends
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from typing import Any


def main() -> None:
    """Do what the lines say."""
    name, url, files, *blocked = sys.argv[1:]
    for module in blocked:
        sys.modules[module] = None  # type: ignore[assignment]  # an import of it now fails
    answers, sys.stdout = sys.stdout, sys.stderr
    known: dict[str, Any] = {}
    problem = ""
    try:
        known = importlib.import_module(f"clients.{name}").workloads(url, json.loads(files))
    except ImportError as error:
        problem = f"{type(error).__name__}: {error}"
    print(json.dumps({"workloads": sorted(known), "problem": problem}), file=answers, flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        reply: dict[str, object]
        try:
            run = known[order["workload"]]
            cpu, wall = time.process_time(), time.perf_counter()
            size = run(order["count"])
            reply = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "size": size}
        except Exception as error:  # noqa: BLE001 - a cell of the table, not the end of it
            reply = {"problem": f"{type(error).__name__}: {error}"[:300]}
        print(json.dumps(reply), file=answers, flush=True)


if __name__ == "__main__":
    main()
