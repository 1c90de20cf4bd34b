"""Every failure that hfe reports.

::

    HfeError
    +-- UnknownTaskError (LookupError)
    +-- EncodeError (ValueError)
    +-- DecodeError (ValueError)
    +-- PluginError
    +-- TransportError
    |   +-- ConnectError
    |   +-- RequestTimeout (TimeoutError)
    |   +-- StreamBroken
    |   +-- AnswerTooLarge
    +-- StatusError
        +-- BadRequest 400, Unauthorized 401, Forbidden 403, NotFound 404, Gone 410
        +-- PayloadTooLarge 413, Unprocessable 422
        +-- RateLimited 429
        +-- ServerError 5xx
            +-- EndpointNotReady 503
                +-- EndpointPaused

Data is on the error, words are in ``str(error)``. Every error pickles with its data, without its cause and traceback,
and none of them ever holds an access token.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hfe_core._names import shorten

__all__ = [
    "AnswerTooLarge",
    "BadRequest",
    "ConnectError",
    "DecodeError",
    "EncodeError",
    "EndpointNotReady",
    "EndpointPaused",
    "Forbidden",
    "Gone",
    "HfeError",
    "NotFound",
    "PayloadTooLarge",
    "PluginError",
    "PluginWarning",
    "RateLimited",
    "RequestTimeout",
    "ServerError",
    "StatusError",
    "StreamBroken",
    "TransportError",
    "Unauthorized",
    "UnknownTaskError",
    "Unprocessable",
]


class HfeError(Exception):
    """Base of everything that hfe raises on purpose.

    Attributes:
        attempts: How many requests were sent before this was raised; 0 when nothing was sent.
        elapsed: Seconds from the start of the call to the error, waits included.
    """

    attempts: int = 0
    elapsed: float = 0.0

    def __init__(self, words: str = "") -> None:
        # A server's text may hold lone surrogates, which no terminal or log file takes.
        super().__init__(words if words.isascii() else words.encode("utf-8", "backslashreplace").decode())

    def __reduce__(self) -> tuple[object, ...]:
        return _restore, (type(self), self.args, dict(self.__dict__))


def _restore(kind: type[HfeError], args: tuple[object, ...], state: dict[str, object]) -> HfeError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class UnknownTaskError(HfeError, LookupError):
    """No installed plugin registers a task of this name.

    Attributes:
        name: The name that was asked for.
        close: Registered names that look like it, best first.
        broken: Descriptions of the plugins that could not be loaded; one of them may hold the task.
    """

    def __init__(self, name: str, *, close: Sequence[str] = (), broken: Sequence[str] = (), kind: str = "task") -> None:
        self.name = name
        self.close = tuple(close)
        self.broken = tuple(broken)
        words = [f"no {kind} is called {name!r}"]
        if self.close:
            words.append("did you mean " + " or ".join(repr(other) for other in self.close) + "?")
        if self.broken:
            words.append("plugins that could not be loaded: " + ", ".join(self.broken))
        super().__init__("; ".join(words))


class EncodeError(HfeError, ValueError):
    """An argument cannot be sent; raised before anything is sent.

    Attributes:
        parameter: The name of the argument, with a path inside it where there is one (``inputs.question``).
        problem: What is wrong and what would be right.
    """

    def __init__(self, parameter: str, problem: str) -> None:
        self.parameter = parameter
        self.problem = problem
        super().__init__(f"{parameter}: {problem}")


class DecodeError(HfeError, ValueError):
    """The server answered with success, and the answer is not what the task promises.

    Attributes:
        problem: What was expected or what is wrong.
        path: Where in the answer, as a JSON path (``$[0].score``).
        excerpt: The beginning of the answer, or of the part that is wrong.
        request_id: The server's name for this exchange, or None.
        status: The HTTP status of the answer, or None.
    """

    status: int | None = None

    def __init__(self, problem: str, *, path: str = "$", excerpt: str = "", request_id: str | None = None) -> None:
        self.problem = problem
        self.path = path
        self.excerpt = excerpt
        self.request_id = request_id
        words = f"{problem} at {path}"
        if excerpt:
            words += f", got {excerpt}"
        if request_id:
            words += f" (request {request_id})"
        super().__init__(words)


class PluginError(HfeError):
    """A plugin is broken, or two plugins contradict each other.

    Attributes:
        distributions: The installed distributions that are to blame.
    """

    def __init__(self, problem: str, *, distributions: Sequence[str] = ()) -> None:
        self.distributions = tuple(distributions)
        super().__init__(problem)


class PluginWarning(UserWarning):
    """A plugin could not be loaded; hfe works on without it."""


class TransportError(HfeError):
    """No usable answer came back. ``__cause__`` is the library's own error, where there is one.

    Attributes:
        unanswered: No byte of an answer had arrived, so that the request may be sent again.
        cut: A part of the answer had arrived, and the connection was lost.
    """

    def __init__(self, problem: str, *, unanswered: bool = False, cut: bool = False) -> None:
        self.unanswered = unanswered
        self.cut = cut
        super().__init__(problem)


class ConnectError(TransportError):
    """No connection to the server could be made: name, address, TLS or proxy.

    ``unanswered`` is False where another attempt cannot help: the server's certificate is not trusted.
    """

    def __init__(self, problem: str, *, unanswered: bool = True) -> None:
        super().__init__(problem, unanswered=unanswered)


class RequestTimeout(TransportError, TimeoutError):
    """The server took longer than the timeout allows.

    Attributes:
        phase: ``"connect"``, ``"read"``, or ``"deadline"`` when the time for all attempts ran out.
    """

    def __init__(self, problem: str, *, phase: str) -> None:
        self.phase = phase
        super().__init__(problem, unanswered=phase == "connect")


class StreamBroken(TransportError):
    """A stream ended before the server had said that it was complete.

    Attributes:
        received: Everything that had arrived: decoded events of a typed stream, bytes of a plain body.
    """

    def __init__(self, problem: str, *, received: Sequence[object] = ()) -> None:
        self.received = received
        super().__init__(problem, cut=True)


class AnswerTooLarge(TransportError):
    """The answer is larger than an option of the client allows.

    Attributes:
        option: Which one: ``"max_body"`` and its like, of :class:`~hfe_core.options.Limits`.
        limit: Its value.
    """

    def __init__(self, option: str, limit: int) -> None:
        self.option = option
        self.limit = limit
        super().__init__(f"the answer is larger than options.{option} = {limit} bytes")


class StatusError(HfeError):
    """The server answered with a status that is not a success, or with a success that says ``{"error": ...}``.

    Attributes:
        status: The HTTP status.
        message: The server's own words, at their full length.
        headers: The answer's headers, names in lower case.
        body: The answer's body.
        request_id: The server's name for this exchange, or None.
        asked: Method and path of the request, where the server has nothing there (404, 405); else empty.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        request_id: str | None = None,
        asked: str = "",
    ) -> None:
        self.status = status
        self.message = message
        self.headers = dict(headers or {})
        self.body = body
        self.request_id = request_id
        self.asked = asked
        words = f"{status}: {shorten(message)}" if message else f"{status}"
        words += f" at {shorten(asked, 120)}" if asked else ""
        super().__init__(words + (f" (request {request_id})" if request_id else ""))


class BadRequest(StatusError):
    """400: the server refuses the input. The default container answers so to any failure of the model, too."""


class Unauthorized(StatusError):
    """401: the access token is missing, wrong or expired."""


class Forbidden(StatusError):
    """403: the token is known and has no right to this endpoint."""


class NotFound(StatusError):
    """404: nothing is at this path."""


class Gone(StatusError):
    """410: the endpoint or the model is not served any more."""


class PayloadTooLarge(StatusError):
    """413: the request is larger than the server or its proxy takes."""


class Unprocessable(StatusError):
    """422: the server understood the JSON, and its fields are wrong."""


class RateLimited(StatusError):
    """429: too many requests.

    Attributes:
        retry_after: Seconds that the server asks to wait, or None.
    """

    retry_after: float | None = None


class ServerError(StatusError):
    """5xx: the server or its proxy failed."""


class EndpointNotReady(ServerError):
    """503: the model is loading, or the endpoint is being scaled up from zero, or has no capacity.

    Attributes:
        estimated_time: Seconds until the model is ready as the server guesses, or None.
        retry_after: Seconds that the server asks to wait, or None.
    """

    estimated_time: float | None = None
    retry_after: float | None = None


class EndpointPaused(EndpointNotReady):
    """The endpoint says that it is paused, by 503 or 400: somebody has to resume it, waiting does not help."""
