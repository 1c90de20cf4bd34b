"""The page of what was compared with real servers says what these tests compare, to the last number."""

from __future__ import annotations

from collections import Counter, defaultdict

from tests.docs.generated import check_page
from tests.recordings import COMMUNITY, TOOLKIT, TRANSFORMERS, load
from tests.tasks.cases import CASES
from tests.tasks.wire import successes

SERVERS = (TOOLKIT, COMMUNITY, TRANSFORMERS)


def counts() -> dict[str, dict[str, Counter[str]]]:
    """Answers that decode, requests that are sent again, refusals that are typed: by task and server."""
    found: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for case in CASES:
        for (server, file), answers in case.recordings.items():
            counter = found[case.task.name][server]
            counter["answers"] += answers
            counter["requests"] += sum(each.name not in case.inexpressible for each in successes(case, server, file))
            counter["refusals"] += sum(each.status >= 400 for each in load(server, file))
    return found


def generated() -> str:
    """The table, and the list of what differs."""
    lines = [
        "| task | default container | community containers | transformers serve |",
        "| --- | --- | --- | --- |",
    ]
    for task, servers in sorted(counts().items()):
        cells = [
            f"{servers[server]['answers']} / {servers[server]['requests']} / {servers[server]['refusals']}"
            if server in servers
            else ""
            for server in SERVERS
        ]
        lines.append(f"| {task} | {' | '.join(cells)} |")
    lines += ["", "## Accepted requests that hfe does not make", ""]
    for case in CASES:
        reasons: dict[str, list[str]] = defaultdict(list)
        for name, reason in case.inexpressible.items():
            reasons[reason].append(name.rpartition("/")[2])
        for reason, names in reasons.items():
            lines.append(f"- {case.task.name}: {reason} ({', '.join(f'`{name}`' for name in sorted(set(names)))})")
    lines += ["", "## Answers with status 200 that are none of their task", ""]
    for case in CASES:
        lines += [f"- {case.task.name}: {reason} (`{name}`)" for name, reason in case.undecodable.items()]
    return "\n".join(lines) + "\n"


def test_the_page_says_what_is_compared():
    check_page("servers.md", generated())
