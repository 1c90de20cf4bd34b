"""hfe_core: tasks as typed values, and the clients that run them on any inference endpoint.

A plugin needs little of it::

    from hfe_core import Payload, Task, decode_as

    def encode_shout(inputs: str, *, loud: bool = True) -> Payload:
        return Payload(inputs=inputs, parameters={"loud": loud})

    SHOUT = Task(name="shout", encode=encode_shout, decode=decode_as(str))

Names are imported when they are first used; ``import hfe_core`` itself loads next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from hfe_core._version import __version__

if TYPE_CHECKING:
    from hfe_core._json import JsonValue
    from hfe_core._plugins import PluginInfo
    from hfe_core._registry import Registry, default_registry
    from hfe_core.aio import AsyncClient
    from hfe_core.audio import Audio
    from hfe_core.client import Client
    from hfe_core.decoding import Decoder, decode_as, json_value, unexpected
    from hfe_core.errors import (
        AnswerTooLarge,
        BadRequest,
        ConnectError,
        DecodeError,
        EncodeError,
        EndpointNotReady,
        EndpointPaused,
        Forbidden,
        Gone,
        HfeError,
        NotFound,
        PayloadTooLarge,
        PluginError,
        PluginWarning,
        RateLimited,
        RequestTimeout,
        ServerError,
        StatusError,
        StreamBroken,
        TransportError,
        Unauthorized,
        UnknownTaskError,
        Unprocessable,
    )
    from hfe_core.event_decoder import EventDecoder
    from hfe_core.facade import StreamMethod, TaskMethod
    from hfe_core.hookspecs import hookimpl
    from hfe_core.image import Image
    from hfe_core.media import BinaryInput, HasMedia, Media, PilImage, sniff_content_type
    from hfe_core.observing import Event
    from hfe_core.option_changes import OptionChanges
    from hfe_core.options import Limits, Options
    from hfe_core.outcome import Outcome, Result
    from hfe_core.payload import (
        NOTHING,
        Payload,
        flag,
        integer,
        merge_parameters,
        number,
        one_of,
        optional_text,
        stack,
        streamed,
        text,
        texts,
    )
    from hfe_core.retry import Retry
    from hfe_core.sse import EventParser, ServerSentEvent
    from hfe_core.streams import AsyncStream, Stream
    from hfe_core.task import AnyTask, Call, StreamCall, StreamTask, Task, TaskRef
    from hfe_core.token import Token
    from hfe_core.transport import AsyncResponseStream, AsyncTransport, ResponseStream, Transport
    from hfe_core.values import Body, Endpoint, Request, Response, Send

_HOMES = {
    "_plugins": ("PluginInfo",),
    "_registry": ("Registry", "default_registry"),
    "aio": ("AsyncClient",),
    "audio": ("Audio",),
    "client": ("Client",),
    "decoding": ("Decoder", "decode_as", "json_value", "unexpected"),
    "errors": (
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
    ),
    "event_decoder": ("EventDecoder",),
    "facade": ("StreamMethod", "TaskMethod"),
    "hookspecs": ("hookimpl",),
    "_json": ("JsonValue",),
    "image": ("Image",),
    "media": ("BinaryInput", "HasMedia", "Media", "PilImage", "sniff_content_type"),
    "outcome": ("Outcome", "Result"),
    "payload": (
        "NOTHING",
        "Payload",
        "flag",
        "integer",
        "merge_parameters",
        "number",
        "one_of",
        "optional_text",
        "stack",
        "streamed",
        "text",
        "texts",
    ),
    "retry": ("Retry",),
    "sse": ("EventParser", "ServerSentEvent"),
    "streams": ("AsyncStream", "Stream"),
    "task": ("AnyTask", "Call", "StreamCall", "StreamTask", "Task", "TaskRef"),
    "token": ("Token",),
    "transport": ("AsyncResponseStream", "AsyncTransport", "ResponseStream", "Transport"),
    "option_changes": ("OptionChanges",),
    "options": ("Limits", "Options"),
    "observing": ("Event",),
    "values": ("Body", "Endpoint", "Request", "Response", "Send"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "NOTHING",
    "AnswerTooLarge",
    "AnyTask",
    "AsyncClient",
    "AsyncResponseStream",
    "AsyncStream",
    "AsyncTransport",
    "Audio",
    "BadRequest",
    "BinaryInput",
    "Body",
    "Call",
    "Client",
    "ConnectError",
    "DecodeError",
    "Decoder",
    "EncodeError",
    "Endpoint",
    "EndpointNotReady",
    "EndpointPaused",
    "Event",
    "EventDecoder",
    "EventParser",
    "Forbidden",
    "Gone",
    "HasMedia",
    "HfeError",
    "Image",
    "JsonValue",
    "Limits",
    "Media",
    "NotFound",
    "OptionChanges",
    "Options",
    "Outcome",
    "Payload",
    "PayloadTooLarge",
    "PilImage",
    "PluginError",
    "PluginInfo",
    "PluginWarning",
    "RateLimited",
    "Registry",
    "Request",
    "RequestTimeout",
    "Response",
    "ResponseStream",
    "Result",
    "Retry",
    "Send",
    "ServerError",
    "ServerSentEvent",
    "StatusError",
    "Stream",
    "StreamBroken",
    "StreamCall",
    "StreamMethod",
    "StreamTask",
    "Task",
    "TaskMethod",
    "TaskRef",
    "Token",
    "Transport",
    "TransportError",
    "Unauthorized",
    "UnknownTaskError",
    "Unprocessable",
    "__version__",
    "decode_as",
    "default_registry",
    "flag",
    "hookimpl",
    "integer",
    "json_value",
    "merge_parameters",
    "number",
    "one_of",
    "optional_text",
    "sniff_content_type",
    "stack",
    "streamed",
    "text",
    "texts",
    "unexpected",
]


def __getattr__(name: str) -> object:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(importlib.import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
