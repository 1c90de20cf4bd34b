"""``hfe run NAME``: one command for each registered task, its flags made from the task's signature."""

from __future__ import annotations

from typing import Any

import click

from hfe_core._registry import Registry, default_registry
from hfe_core.cli.calls import run_lines, run_once, run_stream
from hfe_core.cli.connection import connection_options
from hfe_core.cli.failures import Failure, Misuse, failures
from hfe_core.cli.flags import Flag, flags_of
from hfe_core.cli.output import output_options
from hfe_core.docstrings import plain
from hfe_core.errors import PluginError, UnknownTaskError
from hfe_core.schema import parameters_schema
from hfe_core.task import AnyTask, StreamTask, Task

__all__ = ["RunGroup", "registry_of", "run", "task_command", "task_flags", "tasks_named"]


def registry_of(context: click.Context) -> Registry:
    """The registry of this command: the one given as click's ``obj``, else the process-wide one."""
    return context.find_object(Registry) or default_registry()


def tasks_named(registry: Registry, name: str) -> tuple[Task[..., Any] | None, StreamTask[..., Any] | None]:
    """The task and the stream task of a name; one of them may be None.

    Raises:
        Failure: There is neither, with close names; or the name's plugin is broken.
    """
    task: Task[..., Any] | None = None
    stream: StreamTask[..., Any] | None = None
    with failures():
        if name in registry.names(stream=True):
            stream = registry.stream_task(name)
        if stream is None or name in registry.names():
            task = registry.task(name)
    return task, stream


class RunGroup(click.Group):
    """The tasks of the registry as commands."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all tasks and stream tasks."""
        registry = registry_of(ctx)
        return sorted({*registry.names(), *registry.names(stream=True)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of one task, made on demand; for an unknown name one that says so."""
        name = cmd_name.replace("_", "-")
        registry = registry_of(ctx)
        if cmd_name in {*registry.names(), *registry.names(stream=True)}:
            name = cmd_name
        try:
            task, stream = tasks_named(registry, name)
        except Failure as failure:
            if isinstance(failure.__cause__, PluginError):
                return _broken(name, failure)
            if isinstance(failure.__cause__, UnknownTaskError):
                raise Misuse(f"{failure.message}; 'hfe tasks' lists them") from None
            raise
        return task_command(task, stream)


class TaskCommand(click.Command):
    """The command of one task; its help parts the task's own flags from those of every task.

    Args:
        name: The task's name.
        flags: The task's own options.
        common: The options of every task.
        settings: As for click.Command.
    """

    def __init__(self, name: str, flags: list[click.Option], common: list[click.Option], **settings: Any) -> None:
        super().__init__(name, params=[*flags, *common], **settings)
        self._flags = flags

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options in two sections."""
        parts: dict[str, list[tuple[str, str]]] = {"The task's flags": [], "Options of every task": []}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                parts["The task's flags" if parameter in self._flags else "Options of every task"].append(record)
        for title, records in parts.items():
            with formatter.section(title):
                formatter.write_dl(records)


def _broken(name: str, failure: Failure) -> click.Command:
    """So that the list of tasks can be shown although one of them is broken."""

    def callback() -> None:
        raise failure

    return click.Command(
        name,
        callback=callback,
        short_help=f"(broken: {failure.message})",
        add_help_option=False,
        context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    )


def task_command(task: Task[..., Any] | None, stream: StreamTask[..., Any] | None) -> click.Command:
    """The command of a task and the stream task of the same name."""
    flags = task_flags(task, stream)

    def callback(**values: object) -> None:
        context = click.get_current_context()
        registry = registry_of(context)
        if task is None or values.get("stream"):
            assert stream is not None
            run_stream(registry, stream, flags, values)
        elif values.get("batch") is not None:
            run_lines(context, registry, task, flags, values)
        else:
            run_once(registry, task, flags, values)

    first = task or stream
    assert first is not None
    return TaskCommand(
        first.name,
        flags=[flag.declare() for flag in flags],
        common=_common_options(task, stream),
        callback=callback,
        help=_help(first),
        short_help=first.summary,
        context_settings={"token_normalize_func": _hyphens, "max_content_width": 100},
    )


def task_flags(task: Task[..., Any] | None, stream: StreamTask[..., Any] | None) -> list[Flag]:
    """The flags of a task and the stream task of the same name, beside the options of every task."""
    common = _common_options(task, stream)
    taken = {spelling for option in common for spelling in (*option.opts, *option.secondary_opts)}
    both: list[AnyTask] = [one for one in (task, stream) if one is not None]
    return _merged([flags_of(parameters_schema(one), taken | {"--help", "--stream"}) for one in both])


def _common_options(task: Task[..., Any] | None, stream: StreamTask[..., Any] | None) -> list[click.Option]:
    return [*_mode_options(task, stream), *connection_options(), *output_options()]


def _hyphens(name: str) -> str:
    """``--top_k`` is ``--top-k``."""
    return name.replace("_", "-")


def _mode_options(task: Task[..., Any] | None, stream: StreamTask[..., Any] | None) -> list[click.Option]:
    options: list[click.Option] = []
    if stream is not None:
        always = " (This task does nothing else.)" if task is None else ""
        options.append(click.Option(["--stream"], is_flag=True, help=f"Show the answer as it comes.{always}"))
    if task is not None:
        options += [
            click.Option(
                ["--batch"],
                metavar="FILE",
                help="Run over a file of JSON Lines, one value for --inputs each (- for standard input), and write a "
                "line of JSON for each.",
            ),
            click.Option(["--concurrency"], type=click.IntRange(1), help="Requests in flight, with --batch."),
            click.Option(["--batch-size"], type=click.IntRange(1), help="Inputs in one request, with --batch."),
        ]
    return options


def _merged(lists: list[list[Flag]]) -> list[Flag]:
    merged: dict[str, Flag] = {}
    for flags in lists:
        for flag in flags:
            merged.setdefault(flag.option, flag)
    return list(merged.values())


def _help(task: AnyTask) -> str:
    return (
        f"{plain(task.summary)}\n\nA value that begins with @ is a file: @path, or @- for standard input; "
        "@@ stands for an @ itself."
    )


run = RunGroup(
    "run",
    help="Run a task. 'hfe run NAME --help' shows the task's own flags.",
    short_help="Run a task.",
    subcommand_metavar="NAME [FLAGS]...",
)
