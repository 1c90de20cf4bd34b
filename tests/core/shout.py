"""The small task that the tests of the clients call, with a server for it, scripted."""

import json
from collections.abc import Sequence

import attrs

from hfe_core import (
    AsyncClient,
    Client,
    Options,
    Payload,
    Registry,
    Retry,
    ServerSentEvent,
    StreamMethod,
    StreamTask,
    Task,
    TaskMethod,
    decode_as,
    hookimpl,
    text,
)
from hfe_core.testing import AsyncFakeTransport, FakeTransport, Reply


@attrs.frozen
class Shout:
    loud: str


def encode_shout(inputs: str, *, times: int = 1) -> Payload:
    """Shout a text.

    Args:
        inputs: The text.
        times: How often.
    """
    return Payload(inputs=text("inputs", inputs), parameters={"times": times})


def encode_murmur(inputs: str) -> Payload:
    """Murmur a text.

    Args:
        inputs: The text.
    """
    return Payload(inputs=inputs, stream=True)


SHOUT = Task(name="shout", encode=encode_shout, decode=decode_as(Shout), decode_many=decode_as(list[Shout]))


def decode_murmur(event: ServerSentEvent) -> object:
    return event.json()


def is_end(values: Sequence[object]) -> bool:
    return values[-1] == "end"


MURMUR = StreamTask(name="murmur", encode=encode_murmur, decode=decode_murmur, ends=is_end)


class ShoutTasks:
    shout = TaskMethod(SHOUT)
    murmur = StreamMethod(MURMUR)


class Endpoint(ShoutTasks, Client):
    pass


class AsyncEndpoint(ShoutTasks, AsyncClient):
    pass


class Plugin:
    @hookimpl
    def hfe_register_tasks(self):
        return [SHOUT, MURMUR]


REGISTRY = Registry({"mine": Plugin()}, installed=False)


def upper(request):
    """Answer as the server of ``shout`` would, one input or a list."""
    body = json.loads(request.body)
    inputs = body["inputs"]
    if inputs == "bad" or (isinstance(inputs, list) and "bad" in inputs):
        return Reply({"error": "bad input"}, status=400)
    if isinstance(inputs, list):
        return Reply([{"loud": each.upper()} for each in inputs])
    return Reply({"loud": inputs.upper() * body["parameters"]["times"]})


def endpoint(*script, **options) -> tuple[Endpoint, FakeTransport]:
    transport = FakeTransport(*(script or (upper,)))
    given = Options(**{"retry": Retry(attempts=1), **options})
    return Endpoint("https://h", False, given, registry=REGISTRY, transport=transport), transport


def async_endpoint(*script, **options) -> AsyncEndpoint:
    given = Options(**{"retry": Retry(attempts=1), **options})
    return AsyncEndpoint(
        "https://h", False, given, registry=REGISTRY, transport=AsyncFakeTransport(*(script or (upper,)))
    )
