"""Every case on both transports."""

from __future__ import annotations

import concurrent.futures
import contextlib
import importlib
import os
import socket
from collections.abc import Iterator

import pytest

pytest.importorskip("trustme")
if os.name != "posix":
    pytest.skip("the harness hands descriptors to a child", allow_module_level=True)

from tests.faults import cases
from tests.faults.case import Case
from tests.faults.harness import Worker, problems


def _has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


HAS_IPV6 = _has_ipv6()
TRANSPORTS = ("urllib3", "aiohttp")
FOUND = [
    pytest.param(case, module, id=f"{module.rpartition('.')[2]}: {case.name}")
    for module in cases.modules()
    for case in importlib.import_module(module).CASES
]


@pytest.fixture(scope="session")
def workers() -> Iterator[list[Worker]]:
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(Worker(transport)) for transport in TRANSPORTS]


@pytest.mark.parametrize(("case", "module"), FOUND)
def test_fault(case: Case, module: str, workers: list[Worker]):
    """On both transports at the same time: most of a case's time is waiting."""
    if case.host == "::1" and not HAS_IPV6:
        pytest.skip("this machine has no IPv6")
    chosen = [worker for worker in workers if case.only in {"", worker.transport}]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        found = pool.map(
            lambda worker: [f"{worker.transport}: {each}" for each in problems(case, worker, module)], chosen
        )
    assert "\n".join(each for several in found for each in several) == ""


def test_each_case_has_a_name_of_its_own_in_its_group():
    for module in cases.modules():
        names = [case.name for case in importlib.import_module(module).CASES]
        assert sorted(set(names)) == sorted(names)
