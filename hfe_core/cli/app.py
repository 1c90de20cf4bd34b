"""The command itself: its subcommands, and what becomes of their failures."""

from __future__ import annotations

import importlib
import os
import sys
import warnings
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click

from hfe_core._version import __version__
from hfe_core.cli.failures import FAILED, USAGE, Failure, say, unexpected
from hfe_core.errors import PluginWarning

__all__ = ["HfeGroup", "hfe"]

INTERRUPTED = 130
EXTRA = ("click", "rich")

_COMMANDS = {
    "demo": "hfe_core.cli.demo:demo",
    "describe": "hfe_core.cli.listing:describe",
    "plugins": "hfe_core.cli.listing:plugins",
    "run": "hfe_core.cli.run:run",
    "serve": "hfe_core.cli.serve:serve",
    "tasks": "hfe_core.cli.listing:tasks",
}


class HfeGroup(click.Group):
    """The root command; imports a subcommand when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names of the subcommands."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """A subcommand, imported."""
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def run(self, args: Sequence[str] | None = None, *, obj: object = None) -> int:
        """Run a command line to its end.

        Args:
            args: The command line. Default: that of this process.
            obj: A registry to use instead of the process-wide one.

        Returns:
            The exit status: 0; 1 for a failed call; 2 for wrong usage; 130 for Ctrl-C.
        """
        with _plugin_warnings():
            try:
                result: object = self.main(
                    None if args is None else list(args), prog_name="hfe", standalone_mode=False, obj=obj
                )
                sys.stdout.flush()
            except click.exceptions.NoArgsIsHelpError as error:
                error.show()
                return USAGE
            except click.UsageError as error:
                path = error.ctx.command_path if error.ctx else "hfe"
                say(f"{error.format_message()} (see '{path} --help')")
                return USAGE
            except click.ClickException as error:
                say(error.format_message())
                return error.exit_code
            except (click.Abort, KeyboardInterrupt):
                return INTERRUPTED
            except BrokenPipeError:
                _discard_output()
                return FAILED
            except Exception as error:
                if isinstance(error, ModuleNotFoundError) and (error.name or "").partition(".")[0] in EXTRA:
                    raise
                failure: Failure = unexpected(error)
                say(failure.message)
                return failure.exit_code
        return result if isinstance(result, int) else 0


@contextmanager
def _plugin_warnings() -> Generator[None, None, None]:
    """Broken plugins are told of in one line each."""
    shown = warnings.showwarning

    def show(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        if issubclass(category, PluginWarning):
            say(f"warning: {message}")
        else:
            shown(message, category, filename, lineno, file, line)

    with warnings.catch_warnings():
        warnings.simplefilter("always", PluginWarning)
        warnings.showwarning = show
        yield


def _discard_output() -> None:
    """Let nothing be written to a closed pipe at the end of the process, which Python would complain about."""
    with Path(os.devnull).open("w") as nothing:
        os.dup2(nothing.fileno(), sys.stdout.fileno())


hfe = HfeGroup("hfe", help="Inference endpoints from the command line: every task of every installed plugin.")
click.version_option(__version__, prog_name="hfe", message="%(prog)s %(version)s")(hfe)
