"""How a failure reaches the user: one line on standard error, an exit status, never a token."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Generator
from contextlib import contextmanager

import click

from hfe_core.errors import EncodeError, HfeError, UnknownTaskError
from hfe_core.token import Token, ambient_token

__all__ = ["FAILED", "USAGE", "Failure", "Misuse", "failures", "one_line", "printable", "redacted", "say", "unexpected"]

USAGE = 2
FAILED = 1


class Failure(click.ClickException):
    """A call that failed, in words.

    Args:
        message: What went wrong.
    """

    exit_code = FAILED


class Misuse(Failure):
    """A call that cannot be made as it is written: wrong arguments, an unknown task."""

    exit_code = USAGE


@contextmanager
def failures(token: Token | None = None) -> Generator[None, None, None]:
    """Turn what hfe raises on purpose into a :class:`Failure`.

    Args:
        token: A token that must not be shown, beside the user's own.
    """
    try:
        yield
    except HfeError as error:
        kind = Misuse if isinstance(error, EncodeError | UnknownTaskError) else Failure
        raise kind(redacted(str(error), token) or type(error).__name__) from error


def redacted(text: str, token: Token | None = None) -> str:
    """The text without this token and without the user's own."""
    try:
        known = [token, ambient_token()]
    except ValueError:
        known = [token]
    for one in known:
        text = one.redact(text) if one is not None else text
    return text


def unexpected(error: BaseException) -> Failure:
    """The failure that stands for an error nobody foresaw; ``HFE_TRACEBACK=1`` lets it through with its traceback."""
    if os.environ.get("HFE_TRACEBACK", "0") not in {"", "0"}:
        raise error
    return Failure(redacted(f"unexpected {type(error).__name__}: {error}; HFE_TRACEBACK=1 shows where"))


def say(message: str) -> None:
    """Write one line to standard error."""
    click.echo(f"hfe: {one_line(message)}", err=True)


def one_line(text: str) -> str:
    """The text on one line, safe for a terminal."""
    return printable(" ".join(text.split()))


def printable(text: str) -> str:
    """The text with its control characters shown instead of obeyed: servers' words must not steer a terminal."""
    if text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character in "\n\t" or unicodedata.category(character) not in {"Cc", "Cs"}:
        return character
    return character.encode("unicode_escape").decode("ascii")
