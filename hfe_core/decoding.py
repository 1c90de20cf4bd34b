"""From an answer to typed values, or to one error that names the place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NoReturn, TypeVar, cast, overload

from hfe_core._json import JsonValue, NestedTooDeep, beyond_int, decoded_text, loads
from hfe_core._names import shorten, type_name
from hfe_core.errors import DecodeError
from hfe_core.server_errors import ERROR_KEYS, status_error
from hfe_core.values import Response

if TYPE_CHECKING:
    from hfe_core._structure import FastDecoder, Structurer

__all__ = ["Decoder", "decode_as", "json_value", "unexpected"]

T = TypeVar("T")

_MANY = 8
"""Events that are worth a look at the first of them."""
_SMALL = 1 << 14
"""Bytes of an answer that are read sooner than msgspec is loaded."""


def json_value(response: Response) -> JsonValue:
    """The JSON in an answer.

    What Python servers send beyond the standard (NaN, Infinity, duplicate keys, a byte order mark, a charset, a content
    type that says text) is read.

    Raises:
        StatusError: The answer says ``{"error": ...}`` in spite of its status.
        DecodeError: It is not JSON: empty, HTML, binary, cut, nested deeper than ``options.max_depth``.
    """
    value = _loads(response)
    if isinstance(value, dict) and "error" in value and value["error"] and value.keys() <= ERROR_KEYS:
        raise status_error(response)
    return value


def _loads(response: Response) -> JsonValue:
    body, max_depth = response.body, response.request.limits.max_depth
    try:
        return loads(body, max_depth)
    except ValueError as error:
        problem = str(error) if isinstance(error, NestedTooDeep) else f"expected JSON ({error})"
    charset = response.charset
    is_new = charset is not None and charset.lower() not in {"utf-8", "utf8"}
    if is_new and (text := decoded_text(body, charset)) is not None:
        try:
            return loads(text, max_depth)
        except ValueError as error:
            problem = f"expected JSON ({error})"
    if not body.strip():
        problem = "expected JSON, but the answer is empty"
    elif body.lstrip()[:1] == b"<" or response.content_type in {"text/html", "application/xhtml+xml"}:
        problem = "expected JSON, but this is a web page"
    raise DecodeError(problem, excerpt=_excerpt_bytes(response), request_id=response.request_id)


def _excerpt_bytes(response: Response) -> str:
    head = response.body[:4000]
    if (token := response.request.token) is not None:
        head = token.redact_bytes(head)
    text = head[:400].decode("utf-8", "backslashreplace")
    return repr(shorten(text, 200)) if text else ""


class Decoder(Generic[T]):
    """Decodes answers of one type: ``Decoder(list[Place])(response)``.

    The type is made of attrs classes, ``list``, ``tuple``, ``dict``, ``str``, ``int``, ``float``, ``bool``, unions with
    None, and ``int | float`` for a number as the server wrote it. Fields that the class does not know are ignored; they
    stay reachable through ``client.exchange``. ``null`` where a float is expected becomes NaN, since the default
    container writes NaN so.

    Args:
        kind: The type.
    """

    __slots__ = ("_fast", "_is_prepared", "_kind", "_structure")

    def __init__(self, kind: type[T]) -> None:
        self._kind = kind
        self._structure: Structurer[T] | None = None
        self._fast: FastDecoder[T] | None = None
        self._is_prepared = False

    @property
    def kind(self) -> object:
        """The type that it decodes."""
        return self._kind

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Decoder) and self.kind == other.kind

    def __hash__(self) -> int:
        return hash((Decoder, self._kind))

    def __reduce__(self) -> tuple[object, ...]:
        return Decoder, (self._kind,)

    def __call__(self, response: Response) -> T:
        """The typed value of an answer.

        Raises:
            StatusError: The answer says ``{"error": ...}``.
            DecodeError: It is not JSON, or not of this type; the error has the path.
        """
        found = self.quick(response)
        return self.value(json_value(response), response) if found is None else found

    def quick(self, response: Response) -> T | None:
        """The value where msgspec is installed and takes the answer as it is; None where :meth:`value` must decide.

        For decoders of answers with several shapes: try the likely one so, before reading the JSON.
        """
        body, max_depth = response.body, response.request.limits.max_depth
        if not self._is_prepared and not self._prepare(body):
            return None
        if self._fast is None:
            return None
        try:
            if not body.isascii():
                body.decode()  # msgspec skips fields that the type lacks without a look at their bytes
            return None if beyond_int(body) else self._fast.decode(body, max_depth)
        except Exception:  # noqa: BLE001 - whatever the fast path refuses is decided, and worded, by the full one
            return None

    def quick_run(self, run: bytes) -> list[T] | None:
        """The values of a run of events, as :meth:`EventParser.runs` gives it; None where each must be looked at.

        The run is known to be UTF-8, and to nest no deeper than it may.
        """
        from hfe_core.sse import split_run

        if not self._is_prepared:
            self._prepare()
        if self._fast is None or beyond_int(run):
            return None
        data = split_run(run)
        if len(data) >= _MANY and self._fast.fill_events is not None:
            data = split_run(self._fast.fill_events(run, data[0]))
        try:
            return list(map(self._fast.decode_event, data))
        except Exception:  # noqa: BLE001 - as in quick
            return None

    def value(self, value: JsonValue, response: Response | None = None, *, path: str = "$") -> T:
        """As a call, for JSON that is decoded already.

        Args:
            value: Decoded JSON.
            response: The answer that it is from, for errors to name.
            path: Where in the answer the value stands.
        """
        try:
            return self._structurer()(value)
        except RecursionError:
            problem = "the JSON is nested deeper than can be read here"
            unexpected(value, self._kind, response, path=path, problem=problem)
        except Exception as error:  # noqa: BLE001 - whatever cattrs raises is a wrong answer
            from hfe_core._structure import blame

            place, problem, part = blame(value, self._kind, error)
            unexpected(part, self._kind, response, path=path + place.removeprefix("$"), problem=problem)

    def _structurer(self) -> Structurer[T]:
        if self._structure is None:
            from hfe_core._structure import Structurer

            self._structure = Structurer(self._kind)
        return self._structure

    def _prepare(self, body: bytes = b"") -> bool:
        """Load msgspec, unless a program that makes one call would be over sooner without."""
        if self._structure is None and 0 < len(body) < _SMALL and self._structurer().by_columns:
            return False
        from hfe_core._structure import fast_decoder

        self._fast = fast_decoder(self._kind)
        self._is_prepared = True
        return True


@overload
def decode_as(kind: type[T], response: None = None) -> Decoder[T]: ...
@overload
def decode_as(kind: type[T], response: Response) -> T: ...
def decode_as(kind: type[T], response: Response | None = None) -> Decoder[T] | T:
    """A decoder of this type, for ``Task(decode=decode_as(list[Place]))``; with a response, its value at once.

    Args:
        kind: As for :class:`Decoder`.
        response: An answer to decode now.
    """
    return Decoder(kind) if response is None else Decoder(kind)(response)


def unexpected(
    value: object,
    expected: object,
    response: Response | None = None,
    *,
    path: str = "$",
    problem: str | None = None,
) -> NoReturn:
    """Raise the DecodeError of a value that is not what was expected, or the StatusError that it tells of instead.

    Args:
        value: The part that is wrong.
        expected: A type, or words.
        response: The answer that it is from.
        path: Where it stands.
        problem: Words for the whole error instead of "expected …".
    """
    if response is not None and path == "$" and _says_error(value):
        raise status_error(response)
    token = response.request.token if response is not None else None
    text = repr(value) if isinstance(value, str | int | float | bool | None) else _outline(value)
    text = shorten(token.redact(text) if token else text, 160)
    words = problem or f"expected {expected if isinstance(expected, str) else type_name(expected)}"
    raise DecodeError(
        words, path=path, excerpt=text, request_id=response.request_id if response is not None else None
    ) from None


def _says_error(value: object) -> bool:
    """Whether a whole answer that is not what was expected tells why."""
    if not isinstance(value, dict):
        return False
    answer = cast("dict[str, object]", value)
    return bool(answer.get("error")) or (answer.get("object") == "error" and "message" in answer)


def _outline(value: object) -> str:
    if isinstance(value, dict):
        keys = ", ".join(map(str, list(cast("dict[object, object]", value))[:8]))
        return f"an object with the keys {keys}" if keys else "an empty object"
    if isinstance(value, list):
        items = cast("list[object]", value)
        return f"a list of {len(items)} items" if items else "an empty list"
    return type(value).__name__
