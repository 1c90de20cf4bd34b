"""``hfe serve``: the local endpoint in the foreground."""

from __future__ import annotations

from collections.abc import Sequence

import click

from hfe_core.cli.failures import failures, say
from hfe_core.cli.run import registry_of

__all__ = ["serve"]

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@click.pass_context
def _serve(context: click.Context, task: Sequence[str], model: Sequence[str], port: int, host: str) -> None:
    wanted = [name.replace("_", "-") for name in task]
    models = _models(wanted, model)
    if host not in _LOOPBACK:
        say(f"warning: {host} is open to others, and the local endpoint asks nobody for a token")
    with failures():
        from hfe_core.serve import run_server

        engines = registry_of(context).engines()
        run_server(engines, tasks=wanted or None, models=models, host=host, port=port, report=_tell)


def _models(tasks: Sequence[str], given: Sequence[str]) -> dict[str, str]:
    """Task to model: ``TASK=DIR``, or ``DIR`` where there is one task."""
    models: dict[str, str] = {}
    for item in given:
        name, equals, path = item.partition("=")
        if equals and name.replace("_", "-") in tasks:
            models[name.replace("_", "-")] = path
        elif len(tasks) == 1:
            models[tasks[0]] = item
        else:
            raise click.UsageError("--model goes with one --task, or names its task: --model TASK=DIR")
    return models


def _tell(line: str) -> None:
    click.echo(line, err=True)


serve = click.Command(
    "serve",
    params=[
        click.Option(["--task"], multiple=True, metavar="NAME", help="Serve this task. Default: all that can be."),
        click.Option(
            ["--model"], multiple=True, metavar="[TASK=]DIR", help="The model of a task, for engines that need one."
        ),
        click.Option(["--port"], type=click.IntRange(0, 65535), default=8000, show_default=True, help="0: a free one."),
        click.Option(["--host"], default="127.0.0.1", show_default=True, help="The address to listen at."),
    ],
    callback=_serve,
    help="Serve tasks on this machine, over the protocol of inference endpoints. Ctrl-C ends.",
)
