"""Runs a case in a child process, bounds it from outside, and says what is wrong with what came of it."""

from __future__ import annotations

import base64
import contextlib
import multiprocessing
import os
import pickle
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

from hfe_core import HfeError, StreamBroken
from tests.faults import cases, tls
from tests.faults.case import CANCELLED, TOKEN, Case, Either, Fails, Place
from tests.faults.report import Job, Outcome, Report
from tests.http_server import HttpServer, http

__all__ = ["Worker", "problems"]

ROOT = Path(__file__).parents[2]
CASES = [
    Case("warm-up", script=[http([1])], expect=[1]),
    Case("warm-up, TLS", script=[http([1])], tls="good", expect=[1]),
]
_LONGEST_TEXT = 2000
_PATIENCE = 2.5  # what a machine with other work may take longer
_KEPT = 24  # megabytes that an allocator may keep
_STARTING = 60.0
_ROOM = 512  # megabytes that the suite's own formatting of errors may take; the child itself counts without it
_CHILD = "from tests.faults.worker import main; main()"


class Worker:
    """A child process that makes calls over one transport; started when it is first needed, and again after a kill."""

    def __init__(self, transport: str) -> None:
        self.transport = transport
        self._process: subprocess.Popen[bytes] | None = None
        self._directory = tempfile.TemporaryDirectory()
        self._output = Path(self._directory.name, "output")
        self.bundle = Path(self._directory.name, "ca.pem")
        self.bundle.write_bytes(tls.bundle())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._directory.cleanup()

    def kill(self) -> None:
        """End the child."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._pipe.close()
            self._process = None

    def ask(self, job: Job, seconds: float, megabytes: float) -> tuple[Report | None, str, list[str]]:
        """What the child reports of a job, what it printed, and what was wrong with how it did it."""
        if self._process is None:
            self._start()
        assert self._process is not None
        before = self._memory(reset=True)
        output_from = self._output.stat().st_size
        started = time.monotonic()
        self._pipe.send(job)
        report: Report | None = None
        wrong: list[str] = []
        peak = 0
        while True:
            left = started + seconds - time.monotonic()
            peak = max(peak, self._memory())
            if before and peak - before > (megabytes + _ROOM) * 1024:
                wrong.append(self._end(f"grew by {peak - before >> 10} MB and more; {megabytes:g} are allowed"))
                break
            if left <= 0:
                wrong.append(self._end(f"did not end within {seconds:g} s"))
                break
            if self._pipe.poll(min(left, 0.25)):
                try:
                    report = pickle.loads(self._pipe.recv_bytes())
                except EOFError:
                    wrong.append(self._end("the process died"))
                    break
                assert report is not None
                if report.grown > (megabytes + _KEPT) * 1024:
                    wrong.append(f"grew by {report.grown >> 10} MB; {megabytes:g} are allowed")
                break
        return report, self._output.read_text("utf-8", "replace")[output_from:], wrong

    def _end(self, problem: str) -> str:
        """Kill the child; the problem, and where its threads were."""
        assert self._process is not None
        before = self._output.stat().st_size
        with contextlib.suppress(OSError):
            self._process.send_signal(signal.SIGUSR1)
            time.sleep(0.2)
        where = self._output.read_bytes()[before:].decode("utf-8", "replace")
        self.kill()
        return f"{problem}\n{where[-3000:]}"

    def _start(self) -> None:
        ours, theirs = multiprocessing.Pipe()
        environ = {
            name: value
            for name, value in os.environ.items()
            if not name.lower().endswith("_proxy") and not name.startswith(("HF_", "HFE_"))
        }
        environ["HF_HOME"] = self._directory.name
        environ["MALLOC_ARENA_MAX"] = "2"  # each arena of a thread takes 64 MB of address space, which is limited
        with theirs, self._output.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _CHILD, self.transport, str(theirs.fileno())],
                cwd=ROOT,
                env=environ,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self._pipe = ours
        self._pipe.send(cases.modules())
        for case in CASES:
            wrong = problems(case, self, __name__, name="warm-up" if not case.tls else case.name)
            if wrong:
                raise RuntimeError(f"the worker does not work: {wrong} {self._output.read_text()[-3000:]}")

    def _memory(self, *, reset: bool = False) -> int:
        """The peak of the child's memory in KiB since the last reset (of memory now, if it is reset); 0 if unknown."""
        assert self._process is not None
        try:
            if reset:
                Path(f"/proc/{self._process.pid}/clear_refs").write_text("5")
            status = Path(f"/proc/{self._process.pid}/status").read_text()
        except OSError:
            return 0
        found = re.search(r"VmRSS:\s+(\d+)" if reset else r"VmHWM:\s+(\d+)", status)
        return int(found.group(1)) if found else 0


@contextlib.contextmanager
def _servers(case: Case, bundle: Path) -> Iterator[tuple[list[HttpServer], Place]]:
    with contextlib.ExitStack() as stack:
        running = [
            stack.enter_context(HttpServer(tls.context(kind) if kind else None, case.host))
            for kind, wanted in ((case.tls, True), (case.other_tls, case.other is not None))
            if wanted
        ]
        trusted = str(bundle) if case.tls or case.other_tls else ""
        place = Place(running[0].url, running[1].url if len(running) > 1 else "", trusted)
        running[0].answers(*case.servers_script(place))
        if len(running) > 1:
            running[1].answers(*case.others_script(place))
        yield running, place


def problems(case: Case, worker: Worker, module: str, name: str | None = None) -> list[str]:
    """Everything that is wrong with what the client makes of a case; empty if all is well."""
    seconds = _PATIENCE * case.seconds if name is None else _STARTING
    megabytes = case.megabytes if name is None else 1000
    with _servers(case, worker.bundle) as (running, place):
        job = Job(module=module, name=name or case.name, place=place)
        report, output, wrong = worker.ask(job, seconds, megabytes)
        server = running[0]
        if report is not None:
            wrong += report.noise
            wrong += _judged(case, report.outcomes)
            wrong += _leaks(report, output, running[1:], exposed=case.exposed)
            if output.strip():
                wrong.append(f"printed: {output[-2000:]}")
            wrong += [f"the server: {mistake}" for each in running for mistake in each.mistakes]
            if case.requests is not None and len(server.seen) != case.requests:
                wrong.append(f"{len(server.seen)} requests arrived instead of {case.requests}")
            if case.connections is not None and server.connections != case.connections:
                wrong.append(f"{server.connections} connections were made instead of {case.connections}")
            if case.seen is not None:
                try:
                    case.seen(*running)
                except AssertionError as error:
                    wrong.append(f"what arrived is wrong: {error}")
    return wrong


def _judged(case: Case, outcomes: list[Outcome]) -> list[str]:
    expected = case.expected
    if len(outcomes) != len(expected):
        return [f"{len(expected)} outcomes are expected, {len(outcomes)} came: {outcomes!r:.3000}"]
    wrong: list[str] = []
    for number, (want, outcome) in enumerate(zip(expected, outcomes, strict=True), 1):
        wrong += [f"call {number}: {problem}" for problem in _judged_one(want, outcome)]
    return wrong


def _judged_one(want: Any, outcome: Outcome) -> Iterator[str]:
    if isinstance(want, Either):
        judged = [list(_judged_one(one, outcome)) for one in want.outcomes]
        if all(judged):
            yield " / ".join(found[0] for found in judged)
        return
    if outcome.kind:
        yield f"escaped or is broken: {outcome.kind:.500}\n{outcome.text[-3000:]}"
        return
    if outcome.error is None:
        if isinstance(want, Fails):
            yield f"gave {outcome.value!r:.300} instead of {want.kinds[0].__name__}"
        elif not _is_value(want, outcome.value):
            yield f"gave {outcome.value!r:.300} instead of {want!r:.300}"
        return
    error: HfeError = pickle.loads(outcome.error)
    yield from _shape_problems(error, outcome)
    if isinstance(want, Fails):
        yield from _error_problems(want, error)
    else:
        yield f"raised {type(error).__name__}({error}) {vars(error)!r:.600} instead of {want!r:.300}"


def _shape_problems(error: HfeError, outcome: Outcome) -> Iterator[str]:
    """What holds of every error."""
    if str(error) not in outcome.text or repr(error) not in outcome.text:
        yield f"is another error when pickled: {error!r}"
    if len(str(error)) > _LONGEST_TEXT:
        yield f"has a text of {len(str(error))} characters"
    if isinstance(error, StreamBroken) and outcome.value is not None:
        yield from _received_problems(error, outcome.value)


def _received_problems(error: StreamBroken, handed_out: Any) -> Iterator[str]:
    received = [_data(event) for event in error.received]
    # What ``then`` made of typed events is not to be compared.
    if all(isinstance(event, str | bytes) for event in received) and received != handed_out:
        yield f"received is {received!r:.300}, handed out was {handed_out!r:.300}"


def _is_value(want: Any, value: Any) -> bool:
    if callable(want):
        return bool(want(value))
    if want is CANCELLED or isinstance(want, float | str | bool | None):
        return type(value) is type(want) and (value == want or value != value)
    return bool(value == want) or repr(value) == repr(want)  # NaN is not equal to itself


def _data(event: Any) -> Any:
    return event.data if hasattr(event, "data") else event


def _error_problems(want: Fails, error: HfeError) -> Iterator[str]:
    shown = f"{type(error).__name__}({error}) {vars(error)!r:.600}"
    if type(error) not in want.kinds:
        yield f"raised {shown} instead of {' or '.join(kind.__name__ for kind in want.kinds)}"
        return
    if want.says and not re.search(want.says, str(error), re.IGNORECASE):
        yield f"does not say {want.says!r}: {shown}"
    for name, value in want.attributes.items():
        actual = getattr(error, name, "<missing>")
        if name == "received":
            actual = [_data(event) for event in actual]
        if not (value(actual) if callable(value) else actual == value):
            yield f"{name} is {actual!r:.300}, not {'right' if callable(value) else repr(value)}: {shown}"


def _leaks(report: Report, output: str, others: list[HttpServer], *, exposed: bool) -> Iterator[str]:
    for token in (TOKEN, base64.b64encode(f"user:{TOKEN}".encode()).decode()):
        for outcome in report.outcomes:
            if token in outcome.text:
                at = outcome.text.index(token)
                yield f"the token is in the error, its repr or its traceback: …{outcome.text[max(0, at - 300) : at + 60]}…"
            if token.encode() in (outcome.error or b""):
                yield "the token is in the pickled error"
        if token in report.log:
            at = report.log.index(token)
            yield f"the token is in the log: …{report.log[max(0, at - 200) : at + 60]}…"
        if token in output:
            yield "the token was printed"
    for other in others:
        if not exposed and any(TOKEN.encode() in arrived for arrived in other.arrived.values()):
            yield "the token arrived at the second server"
