"""What a task's command does: the arguments in its flags, one call, a stream, a batch."""

from __future__ import annotations

import typing
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import click

from hfe_core._registry import Registry
from hfe_core.audio import Audio
from hfe_core.cli.batch import batch_lines, run_batch
from hfe_core.cli.connection import Connection
from hfe_core.cli.failures import FAILED, failures
from hfe_core.cli.flags import Flag
from hfe_core.cli.output import Output
from hfe_core.cli.sources import STDIN, Sources
from hfe_core.cli.terminal import write_line
from hfe_core.image import Image
from hfe_core.media import Media
from hfe_core.schema import Schema, alternatives, parameters_schema
from hfe_core.task import AnyTask, StreamTask, Task

__all__ = ["run_lines", "run_once", "run_stream"]

Values = Mapping[str, object]


def _arguments(task: AnyTask, flags: list[Flag], values: Values, sources: Sources) -> dict[str, object]:
    """The task's arguments in the values of its command.

    Raises:
        click.UsageError: A value is given twice, or to a flag of the task's other form, or cannot be read.
    """
    schema = parameters_schema(task)
    known = cast("dict[str, Schema]", schema["properties"])
    arguments: dict[str, object] = {}
    fields: dict[str, object] = {}
    for flag in flags:
        given = values.get(flag.dest)
        if given is None or given == ():
            continue
        if flag.parameter not in known:
            kind = "with" if isinstance(task, StreamTask) else "without"
            raise click.UsageError(f"{flag.option} is not taken {kind} --stream")
        target, key = (fields, flag.field) if flag.field is not None else (arguments, flag.parameter)
        if key in target:
            raise click.UsageError(f"{flag.option}: {key} is given twice")
        target[key] = flag.value(given, sources)
    if "inputs" in known:
        _composite_inputs(known["inputs"], flags, arguments, fields, optional=values.get("batch") is not None)
    for name in cast("list[str]", schema["required"]):
        if name not in arguments and name != "inputs":
            options = [flag.option for flag in flags if flag.parameter == name]
            raise click.UsageError(f"missing {' or '.join(options)}")
    return arguments


def _composite_inputs(
    schema: Schema, flags: list[Flag], arguments: dict[str, object], fields: dict[str, object], *, optional: bool
) -> None:
    """Put the fields of composite inputs together, into the arguments.

    Raises:
        click.UsageError: Inputs are missing, given twice, or lack a field.
    """
    plain = [flag for flag in flags if flag.field is not None and not flag.option.endswith("-json")]
    if fields:
        if "inputs" in arguments:
            raise click.UsageError(f"give --inputs or {_options(flags, fields)}, not both")
        forms = [cast("list[str]", kind["required"]) for kind in alternatives(schema) if "required" in kind]
        missing = [
            flag.option
            for flag in plain
            if forms and flag.field not in fields and all(flag.field in needed for needed in forms)
        ]
        if missing:
            raise click.UsageError(f"missing {', '.join(missing)}")
        arguments["inputs"] = fields
    elif "inputs" not in arguments and not optional:
        options = ", ".join(flag.option for flag in plain)
        raise click.UsageError("missing --inputs" + (f", or {options}" if options else ""))


def _options(flags: list[Flag], fields: Values) -> str:
    return ", ".join(flag.option for flag in flags if flag.field in fields)


def run_once(registry: Registry, task: Task[..., Any], flags: list[Flag], values: Values) -> None:
    """Make one call and show its output."""
    _refuse_batch_options(values)
    sources = Sources()
    output = Output.of(values)
    if _returns_binary(task.decode):
        output.refuse_terminal()
    connection = Connection.of(values, sources)
    with failures():
        call = task(**_arguments(task, flags, values, sources))
    with connection.client(registry, task.name) as client:
        value = client.send(call)
    output.show(value)


def run_stream(registry: Registry, task: StreamTask[..., Any], flags: list[Flag], values: Values) -> None:
    """Run a stream and show its events as they come."""
    if values.get("batch") is not None or values.get("output") is not None:
        raise click.UsageError("a stream goes to standard output: no --batch, no --output")
    _refuse_batch_options(values)
    sources = Sources()
    connection = Connection.of(values, sources)
    with failures():
        arguments = _arguments(task, flags, values, sources)
        task(**arguments)
    write = Output.of(values).events()
    is_open = False
    with connection.client(registry, task.name) as client, client.stream(task, **arguments) as events:
        try:
            for event in events:
                is_open = write(event)
        finally:
            if is_open:
                write_line("")


def run_lines(
    context: click.Context, registry: Registry, task: Task[..., Any], flags: list[Flag], values: Values
) -> None:
    """Make a call for each line of the file of ``--batch``; ends with status 1 if one failed."""
    if values.get("format") == "table":
        raise click.UsageError("--batch writes lines of JSON: no --format table")
    target = Output.of(values).path
    path = str(values["batch"])
    if target is not None and target.exists() and path != STDIN and Path(path).exists() and target.samefile(path):
        raise click.UsageError("--output: this is the file of --batch")
    sources = Sources()
    connection = Connection.of(values, sources)
    shared = _arguments(task, flags, values, sources)
    if "inputs" in shared:
        raise click.UsageError("the inputs are in the file of --batch: no --inputs")
    changes = {name: values[name] for name in ("concurrency", "batch_size") if values.get(name) is not None}
    inputs = cast("dict[str, Schema]", parameters_schema(task)["properties"])["inputs"]
    with (
        batch_lines(path, sources) as lines,
        connection.client(registry, task.name, **changes) as client,
    ):
        fine = run_batch(client, task, lines, shared, inputs, target)
    if not fine:
        context.exit(FAILED)


def _refuse_batch_options(values: Values) -> None:
    for name in ("concurrency", "batch_size"):
        if values.get(name) is not None:
            raise click.UsageError(f"--{name.replace('_', '-')} goes with --batch")


def _returns_binary(decode: Callable[..., object]) -> bool:
    """Whether a decoder says that its output is a file."""
    try:
        return typing.get_type_hints(decode).get("return") in {Audio, Image, Media, bytes}
    except Exception:  # noqa: BLE001 - evaluating a third party's annotations may raise anything
        return False
