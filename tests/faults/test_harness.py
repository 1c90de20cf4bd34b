"""The harness reports what is wrong: each of these would be a fault of the client's."""

from __future__ import annotations

import os
import re

import pytest

pytest.importorskip("trustme")
if os.name != "posix":
    pytest.skip("the harness hands descriptors to a child", allow_module_level=True)

from tests.faults import broken
from tests.faults.harness import Worker, problems


@pytest.fixture(scope="module")
def worker():
    with Worker("urllib3") as running:
        yield running


@pytest.mark.parametrize(("case", "says"), broken.FAILING, ids=str)
def test_the_harness_reports(case, says, worker):
    found = "\n".join(problems(case, worker, broken.__name__))
    assert re.search(says, found), found
