"""The local endpoint as an ASGI application."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping, Sequence

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from hfe_core.serve.chat import DONE, completion, decode_chat, encode_chunks
from hfe_core.serve.engine import Engine, EngineError, EngineRequest
from hfe_core.serve.events import encode_events
from hfe_core.serve.runtime import Slot, slots
from hfe_core.serve.selection import explain, select
from hfe_core.serve.wire import check_accept, decode_call, encode_answer, encode_error

__all__ = ["MAX_BODY", "create_app"]

MAX_BODY = 64 * 1024 * 1024
"""The largest body that is taken by default, in bytes."""

_log = logging.getLogger(__name__)


def create_app(
    engines: Iterable[Engine],
    *,
    tasks: Iterable[str] | None = None,
    models: Mapping[str, str] | None = None,
    default: str | None = None,
    max_body: int = MAX_BODY,
) -> Starlette:
    """The local endpoint: an ASGI application that speaks the default container's protocol.

    ``POST /`` and ``POST /predict`` answer the default task, ``POST /tasks/NAME`` any served one, ``GET /`` and
    ``GET /health`` say ``Ok``, ``GET /tasks`` lists task, engine and licence. ``POST /v1/chat/completions`` is answered
    by the engine of chat-completion, else of text-generation, if it streams. Models load at their first request.

    Args:
        engines: The engines to choose from, the preferred ones first.
        tasks: The tasks to serve; None serves every task that has an installed engine, and those of ``models``.
        models: Task to model directory or id, for engines that need one.
        default: The task of ``POST /``; by default the first served one.
        max_body: The largest body, in bytes; a larger one is answered with 413.

    Raises:
        EngineError: A task has no engine, or an engine's packages are missing; the text says what to install.
    """
    known = tuple(engines)
    served = select(known, tasks, models)
    app = _Endpoint(known, slots(served), default or served[0].task, max_body)
    if app.default not in app.slots:
        raise EngineError(f"the default task {app.default!r} is not served; served are: {', '.join(app.slots)}")
    return Starlette(
        routes=[
            Route("/", app.health, methods=["GET"]),
            Route("/health", app.health, methods=["GET"]),
            Route("/tasks", app.list_tasks, methods=["GET"]),
            Route("/", app.predict, methods=["POST"]),
            Route("/predict", app.predict, methods=["POST"]),
            Route("/tasks/{task}", app.predict, methods=["POST"]),
            Route("/v1/chat/completions", app.chat, methods=["POST"]),
        ]
    )


class _TooLargeError(Exception):
    pass


class _Events(StreamingResponse):
    """A stream that frees its engine when the caller goes away, and not when the collector comes by."""

    def __init__(self, first: bytes, rest: AsyncGenerator[bytes, None]) -> None:
        self._rest = rest
        super().__init__(_chain(first, rest), media_type="text/event-stream", headers={"cache-control": "no-cache"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._rest.aclose()


async def _chain(first: bytes, rest: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    yield first
    async for chunk in rest:
        yield chunk


class _Endpoint:
    def __init__(self, engines: Sequence[Engine], table: dict[str, Slot], default: str, max_body: int) -> None:
        self.engines = engines
        self.slots = table
        self.default = default
        self.max_body = max_body

    async def health(self, _: Request) -> Response:
        return PlainTextResponse("Ok")

    async def list_tasks(self, _: Request) -> Response:
        rows = [
            {"task": task, "engine": slot.served.engine.name, "licence": slot.served.engine.licence}
            for task, slot in self.slots.items()
        ]
        return _json(encode_answer(rows))

    async def predict(self, request: Request) -> Response:
        return await self._respond(request.path_params.get("task", self.default), request, self._answer)

    async def chat(self, request: Request) -> Response:
        task = "chat-completion" if "chat-completion" in self.slots else "text-generation"
        return await self._respond(task, request, self._answer_chat)

    async def _respond(
        self, task: str, request: Request, answer: Callable[[Slot, Request, bytes], Awaitable[Response]]
    ) -> Response:
        slot = self.slots.get(task)
        if slot is None:
            error = explain(self.engines, task)
            if any(task in engine.tasks for engine in self.engines):
                return _json(encode_error(error), 400)
            return PlainTextResponse(f"Not Found: {error}", 404)
        try:
            return await answer(slot, request, await self._body(request))
        except _TooLargeError:
            return _json(encode_error(EngineError(f"the body is larger than {self.max_body} bytes")), 413)
        except ClientDisconnect:
            raise
        except EngineError as error:
            return _json(encode_error(error), 400)
        except Exception as error:  # noqa: BLE001  an engine is anybody's code
            _log.info("%s: engine %s failed", task, slot.served.engine.name, exc_info=True)
            return _json(encode_error(error), 400)

    async def _answer(self, slot: Slot, request: Request, body: bytes) -> Response:
        call = decode_call(request.headers.get("content-type", ""), body, request.query_params.multi_items())
        media_type = check_accept(request.headers.get("accept"), call.stream)
        asked = EngineRequest(slot.served.task, call.inputs, call.parameters, call.stream)
        if call.stream:
            # The first event is awaited before the status goes out, so that bad input is still a plain 400.
            events = encode_events(slot.stream(asked))
            return _Events(await anext(events), events)
        return _json(encode_answer(await slot.run(asked), media_type), media_type=media_type)

    async def _answer_chat(self, slot: Slot, request: Request, body: bytes) -> Response:
        call = decode_chat(request.headers.get("content-type", ""), body)
        check_accept(request.headers.get("accept"), call.stream)
        events = slot.stream(EngineRequest(slot.served.task, call.messages, call.parameters, stream=True))
        if call.stream:
            chunks = encode_events(events, encode_chunks(call.model), DONE)
            return _Events(await anext(chunks), chunks)
        return _json(await completion(events, call.model))

    async def _body(self, request: Request) -> bytes:
        length = request.headers.get("content-length", "")
        if length.isdigit() and int(length) > self.max_body:
            raise _TooLargeError
        parts: list[bytes] = []
        size = 0
        async for part in request.stream():
            size += len(part)
            if size > self.max_body:
                raise _TooLargeError
            parts.append(part)
        return b"".join(parts)


def _json(content: bytes, status: int = 200, media_type: str = "application/json") -> Response:
    return Response(content, status, headers={"content-type": media_type})
