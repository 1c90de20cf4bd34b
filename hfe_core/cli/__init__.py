"""The command ``hfe``: every registered task from a shell, its flags made from the task's signature.

Needs the extra ``cli`` (click and rich). Data goes to standard output, words to standard error; the exit status is 0 for
success, 1 for a failed call, 2 for wrong usage, 130 for Ctrl-C.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

__all__ = ["main"]


def main(args: Sequence[str] | None = None) -> int:
    """Run the command ``hfe``.

    Args:
        args: The command line behind the program's name. Default: that of this process.

    Returns:
        The exit status.
    """
    try:
        from hfe_core.cli.app import hfe

        return hfe.run(args)
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in {"click", "rich"}:
            raise
        print(f'hfe: the command needs {package}: pip install "hfe[cli]"', file=sys.stderr)  # noqa: T201
        return 2
    except KeyboardInterrupt:
        return 130
