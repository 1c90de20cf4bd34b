"""``--batch``: a call for each line of a JSON Lines file, an outcome for each call."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import wraps
from pathlib import Path
from typing import IO, Any

import attrs
import click

from hfe_core import Outcome
from hfe_core._json import JsonValue, loads
from hfe_core.cli.failures import one_line, redacted, say
from hfe_core.cli.jsonable import Binary, dumps, jsonable
from hfe_core.cli.keeping import Keeper, line_writer
from hfe_core.cli.sources import STDIN, Sources, with_media
from hfe_core.client import Client
from hfe_core.errors import EncodeError
from hfe_core.payload import Payload
from hfe_core.schema import Schema
from hfe_core.task import Task
from hfe_core.token import Token

__all__ = ["batch_lines", "run_batch"]


@attrs.frozen
class _NoJson:
    """A line that is not JSON."""

    problem: str


def run_batch(
    client: Client,
    task: Task[..., Any],
    lines: Iterator[bytes],
    shared: Mapping[str, object],
    inputs: Schema,
    path: Path | None = None,
) -> bool:
    """Run a task over lines of JSON and write a line of JSON for each, in order.

    Args:
        client: What sends.
        task: The task.
        lines: One JSON value each; blank lines are left out.
        shared: Parameters, the same for all.
        inputs: The schema of one input: its binary fields are read from ``"@path"``.
        path: The file that the lines go to, files inside them beside it. Default: standard output, without those.

    Returns:
        Whether all succeeded.
    """

    @wraps(task.encode)
    def encode(item: object, /, **parameters: object) -> Payload:
        if isinstance(item, _NoJson):
            raise EncodeError("inputs", item.problem)
        return task.encode(with_media(item, inputs), **parameters)  # type: ignore[arg-type] # a line's JSON

    reading = attrs.evolve(task, encode=encode)
    failed = count = 0
    keeper = Keeper(path)
    with line_writer(path) as write:
        for outcome in client.map(reading, _items(lines), **shared):
            write(dumps(_shown(outcome, client.endpoint.token, keeper)))
            count += 1
            failed += not outcome.ok
    keeper.tell()
    if failed:
        say(f"{failed} of {count} failed")
    return not failed


@contextmanager
def batch_lines(path: str, sources: Sources) -> Generator[Iterator[bytes], None, None]:
    """The lines of a file, or of standard input for ``-``, read as they are needed.

    Raises:
        click.UsageError: The file cannot be opened.
    """
    with ExitStack() as stack:
        if path == STDIN:
            lines: IO[bytes] = sources.stdin_stream("--batch")
        else:
            try:
                lines = stack.enter_context(Path(path).open("rb"))
            except OSError as error:
                hint = "; give the path without @" if path.startswith("@") else ""
                raise click.UsageError(f"--batch: cannot read {path!r}: {error.strerror}{hint}") from None
        yield iter(lines)


def _items(lines: Iterator[bytes]) -> Iterator[JsonValue | _NoJson]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield loads(line)
        except (ValueError, RecursionError) as error:
            yield _NoJson(f"line {number} is not JSON ({error})")


def _shown(outcome: Outcome[object], token: Token | None, keep: Callable[[Binary], Path | None]) -> JsonValue:
    if outcome.error is None:
        return {"index": outcome.index, "output": jsonable(outcome.output, keep)}
    message = one_line(redacted(str(outcome.error), token))
    return {"index": outcome.index, "error": {"type": type(outcome.error).__name__, "message": message}}
