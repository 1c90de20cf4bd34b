"""The page of promises names cases and tests that exist, and all of the cases."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_every_group_of_cases_is_on_the_page():
    page = (ROOT / "docs/explanation/reliability.md").read_text()
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| **")]
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row[1])}
    assert named == {path.stem for path in (ROOT / "tests/faults/cases").glob("[a-z]*.py")}
    for row in rows:
        for name in re.findall(r"`([\w/]+\.py)`", row[2]):
            assert (ROOT / "tests" / name).is_file(), name
