"""The plugin's own tests: the contract of every task, and what this one says on the wire."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hfe_language import LANGUAGE_IDENTIFICATION, LanguageTasks

from hfe_core import Client, EncodeError
from hfe_core.testing import FakeTransport, Reply, check_task

Fake = Callable[..., tuple[Client, FakeTransport]]


class Endpoint(LanguageTasks, Client):
    """A client with this plugin's task as a method."""


def body_of(transport: FakeTransport) -> object:
    """The JSON of the first request."""
    body = transport.requests[0].body
    assert isinstance(body, bytes)
    return json.loads(body)


def test_contract() -> None:
    languages = check_task(
        LANGUAGE_IDENTIFICATION, arguments={"inputs": "Guten Tag", "top_k": 2}, answer={"de": 0.97, "nl": 0.02}
    )
    assert languages == {"de": 0.97, "nl": 0.02}


def test_by_name_with_a_parameter(hfe_fake: Fake) -> None:
    client, sent = hfe_fake(Reply({"de": 0.97}))
    assert client.run("language-identification", inputs="Guten Tag", top_k=1) == {"de": 0.97}
    assert body_of(sent) == {"inputs": "Guten Tag", "parameters": {"top_k": 1}}


def test_as_a_method_without_a_parameter() -> None:
    transport = FakeTransport(Reply({"en": 1}))
    with Endpoint("https://endpoint.test", access_token=False, transport=transport) as endpoint:
        assert endpoint.identify_language("Good morning") == {"en": 1.0}
    assert body_of(transport) == {"inputs": "Good morning"}


@pytest.mark.parametrize(
    ("arguments", "parameter"), [({"inputs": b"hi"}, "inputs"), ({"inputs": "hi", "top_k": 0}, "top_k")]
)
def test_wrong_arguments_are_named(arguments: dict[str, object], parameter: str) -> None:
    with pytest.raises(EncodeError) as caught:
        LANGUAGE_IDENTIFICATION.encode(**arguments)  # type: ignore[arg-type]
    assert caught.value.parameter == parameter
