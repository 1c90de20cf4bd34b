"""Access tokens: kept out of every text, and sent only where they belong."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Literal, NoReturn, final
from urllib.parse import urlsplit

from hfe_core.errors import EncodeError

__all__ = ["Token", "Unsendable", "ambient_token", "checked_token", "resolve_token"]

_HUGGING_FACE_DOMAINS = ("huggingface.co", "huggingface.cloud", "hf.co")


@final
class Token:
    """An access token that does not show itself.

    ``repr`` and ``str`` are masked, pickling and copying into JSON are refused; only :meth:`reveal` gives the value.

    Args:
        value: The token.

    Raises:
        EncodeError: It is empty, or holds a character that cannot stand in a header. The value is not shown.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        if problem := _problem(value):
            del value  # A traceback with locals would show it.
            raise EncodeError("access_token", problem)
        self._value = value

    def reveal(self) -> str:
        """The token itself. Do not keep it in a variable: tracebacks with locals would show it."""
        return self._value

    def redact(self, text: str) -> str:
        """The text with every occurrence of the token replaced by ``***``, be it escaped for a URL, JSON or HTML."""
        return re.sub(self._pattern(), "***", text)

    def redact_bytes(self, data: bytes) -> bytes:
        """As :meth:`redact`, for bytes."""
        return re.sub(self._pattern().encode(), b"***", data)

    def _pattern(self) -> str:
        return "".join(map(_escapes, self._value))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Token) and other._value == self._value

    def __hash__(self) -> int:
        return hash((Token, self._value))

    def __repr__(self) -> str:
        return "Token(***)"

    __str__ = __repr__

    def __reduce__(self) -> NoReturn:
        raise TypeError("an access token is not pickled; resolve it again where it is needed")


def _escapes(character: str) -> str:
    """A pattern of all that a server may make of a character of the token in its answer."""
    if character.isalnum():
        return character
    import html

    code = f"{ord(character):02x}"
    forms = {
        re.escape(character),
        re.escape("\\" + character),
        re.escape(html.escape(character)),
        f"%(?i:{code})",
        rf"\\u00(?i:{code})",
        f"&#(?:{ord(character)}|x(?i:{code}));",
    }
    return f"(?:{'|'.join(sorted(forms))})"


def _problem(value: str) -> str:
    """What is wrong with a token; empty if it can be sent."""
    if not value.strip():
        return "it is empty; give None for the default or False for no token"
    if not (value.isascii() and value.isprintable() and " " not in value):
        return "only printable ASCII characters without spaces and line ends can be sent"
    return ""


class Unsendable:
    """Stands for a token that cannot be sent, without holding it.

    Args:
        problem: What is wrong with it.
    """

    def __init__(self, problem: str) -> None:
        self.problem = problem


def checked_token(given: str | Token | Literal[False] | None) -> Token | Unsendable | Literal[False] | None:
    """The token in a form that hides it, before anything can fail and a traceback with locals show it."""
    if not isinstance(given, str):
        return given
    if not given:
        return False
    problem = _problem(given)
    return Unsendable(problem) if problem else Token(given)


def resolve_token(url: str, given: str | Token | Unsendable | Literal[False] | None) -> Token | None:
    """The token to send to this URL.

    Args:
        url: The endpoint.
        given: A token; False or ``""`` for none; None for the user's own (:func:`ambient_token`), which is only
            ever sent over https to a host of Hugging Face.

    Raises:
        EncodeError: It cannot be sent.
    """
    given = checked_token(given) if isinstance(given, str) else given
    if isinstance(given, Unsendable):
        raise EncodeError("access_token", given.problem)
    if isinstance(given, Token):
        return given
    if not (given is None or given is False):
        raise TypeError(f"access_token: a str, None or False, not {type(given).__name__}")
    return ambient_token() if given is None and _belongs_to_hugging_face(url) else None


def ambient_token() -> Token | None:
    """The user's token, found as huggingface_hub 2.4 finds it.

    In this order: ``HF_TOKEN``; the file ``HF_TOKEN_PATH``; ``$HF_HOME/token``; ``~/.cache/huggingface/token``. None
    where there is no token or ``HF_HUB_DISABLE_IMPLICIT_TOKEN`` is set.
    """
    environ = os.environ
    if environ.get("HF_HUB_DISABLE_IMPLICIT_TOKEN", "").upper() in {"1", "ON", "YES", "TRUE"}:
        return None
    found = checked_token(environ.get("HF_TOKEN", "").strip())
    if isinstance(found, Unsendable):
        raise EncodeError("HF_TOKEN", found.problem)
    if isinstance(found, Token):
        return found
    home = environ.get("HF_HOME") or Path(environ.get("XDG_CACHE_HOME") or "~/.cache", "huggingface")
    path = Path(environ.get("HF_TOKEN_PATH") or Path(home, "token"))
    try:
        found = checked_token(path.expanduser().read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError, RuntimeError):
        return None
    if isinstance(found, Unsendable):
        raise EncodeError("access_token", f"{path}: {found.problem}")
    return found or None


def _belongs_to_hugging_face(url: str) -> bool:
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".").lower()
    return parts.scheme == "https" and any(
        host == domain or host.endswith("." + domain) for domain in _HUGGING_FACE_DOMAINS
    )
