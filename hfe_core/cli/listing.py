"""``hfe tasks``, ``hfe describe``, ``hfe plugins``: what is installed."""

from __future__ import annotations

from typing import cast

import click

from hfe_core._json import JsonValue
from hfe_core.cli.description import class_text, described_classes, example_line, signature_text
from hfe_core.cli.failures import Failure, say
from hfe_core.cli.jsonable import dumps, jsonable
from hfe_core.cli.output import Output, format_option
from hfe_core.cli.run import registry_of, task_flags, tasks_named
from hfe_core.cli.terminal import write_line
from hfe_core.docstrings import plain
from hfe_core.schema import parameters_schema
from hfe_core.task import AnyTask

__all__ = ["describe", "plugins", "tasks"]

_Row = dict[str, JsonValue]


@click.pass_context
def _tasks(context: click.Context, /, **values: object) -> None:
    registry = registry_of(context)
    rows: list[JsonValue] = []
    for name in sorted({*registry.names(), *registry.names(stream=True)}):
        try:
            task, stream = tasks_named(registry, name)
        except Failure as failure:
            say(f"warning: {failure.message}")
            continue
        one = task or stream
        assert one is not None
        rows.append(
            {
                "name": name,
                "domain": one.domain,
                "run": task is not None,
                "stream": stream is not None,
                "distribution": registry.owner(one),
                "summary": plain(one.summary),
            }
        )
    output = Output.of(values)
    if output.format == "table":
        rows = [_for_people(cast("_Row", row)) for row in rows]
    output.data(rows, ("name", "domain", "stream", "distribution", "summary"))


def _for_people(row: _Row) -> _Row:
    return {**row, "stream": ("yes" if row["run"] else "only") if row["stream"] else ""}


@click.pass_context
def _describe(context: click.Context, /, name: str, stream: bool, **values: object) -> None:
    task, streaming = tasks_named(registry_of(context), name.replace("_", "-"))
    if stream and streaming is None:
        raise click.UsageError(f"{name} has no stream")
    one: AnyTask | None = streaming if stream or task is None else task
    assert one is not None
    schema = parameters_schema(one)
    if Output.of(values).format == "json":
        write_line(dumps(schema, indent=2))
        return
    write_line(f"{one.name} ({one.domain}{', stream' if one is streaming else ''})\n")
    write_line(f"{one.name.replace('-', '_')}{signature_text(one)}\n")
    write_line(plain(one.doc))
    for kind in described_classes(one):
        write_line(f"\n{class_text(kind)}")
    write_line(f"\nExample:\n    {example_line(one, task_flags(task, streaming))}")


@click.pass_context
def _plugins(context: click.Context, /, **values: object) -> None:
    registry = registry_of(context)
    registry.engines()
    rows: list[JsonValue] = [jsonable(one) for one in registry.plugins()]
    Output.of(values).data(rows, ("name", "distribution", "version", "hooks", "problem"))


tasks = click.Command("tasks", params=[format_option()], callback=_tasks, help="List the tasks of all plugins.")
describe = click.Command(
    "describe",
    params=[
        click.Argument(["name"]),
        click.Option(["--stream"], is_flag=True, help="The stream task of this name."),
        format_option(),
    ],
    callback=_describe,
    help="Show a task's signature and documentation; with --format json the JSON Schema of its arguments.",
    short_help="Show a task's signature, documentation, JSON Schema.",
)
plugins = click.Command(
    "plugins", params=[format_option()], callback=_plugins, help="List all plugins, broken ones too."
)
