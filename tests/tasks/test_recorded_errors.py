"""Every refusal that a real server answered becomes the typed error of its status, with the server's own words."""

from __future__ import annotations

import json
import pickle

import pytest

from hfe_core import (
    BadRequest,
    Client,
    HfeError,
    NotFound,
    Options,
    Retry,
    ServerError,
    StatusError,
    Unprocessable,
)
from hfe_core.testing import FakeTransport
from tests.recordings import COMMUNITY, TOOLKIT, TRANSFORMERS, Recording, files, get, load
from tests.tasks.case import Case
from tests.tasks.cases import FILES

CLASSES = {400: BadRequest, 404: NotFound, 405: StatusError, 422: Unprocessable, 500: ServerError}

REFUSED = {TOOLKIT: 583, COMMUNITY: 80, TRANSFORMERS: 12}
"""How many refusals are read."""


def refusals(server: str, task: str) -> list[Recording]:
    return [recording for recording in load(server, task) if recording.status >= 400]


def words(recording: Recording) -> str:
    """The server's own words, read by its own rules."""
    if not recording.is_json:
        return recording.body.decode().strip()
    body = json.loads(recording.body)
    if recording.server == TRANSFORMERS:
        detail = body["detail"]
        if isinstance(detail, str):
            return detail
        return ", ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in detail)
    error = body["error"]
    message = ", ".join(error) if isinstance(error, list) else error
    return f"{message} ({', '.join(body['warnings'])})" if "warnings" in body else message


def client_for(recording: Recording) -> Client:
    return Client(
        f"https://endpoint.test{recording.path}",
        access_token=False,
        options=Options(retry=Retry(attempts=1)),
        transport=FakeTransport(recording.reply),
    )


def check(error: StatusError, recording: Recording) -> None:
    assert type(error) is CLASSES[recording.status], recording.name
    assert error.status == recording.status, recording.name
    assert error.message == words(recording), recording.name
    assert error.message, recording.name
    assert error.body == recording.body, recording.name
    assert error.headers == recording.headers, recording.name
    assert error.attempts == 1, recording.name
    assert 3 < len(str(error)) < 500, recording.name
    assert "\n" not in str(error), recording.name
    assert str(error).startswith(str(recording.status)), recording.name
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error), recording.name
    assert str(again) == str(error), recording.name
    assert vars(again) == vars(error), recording.name


@pytest.mark.parametrize(("server", "task"), files())
def test_refusals_of_the_request_itself(server, task):
    """The very request that was refused, through ``client.request``."""
    for recording in refusals(server, task):
        content_type = recording.request_headers.get("content-type")
        body = None if content_type is None else recording.request_body
        with pytest.raises(HfeError) as caught:
            client_for(recording).request(body, method=recording.method, content_type=content_type)
        assert isinstance(caught.value, StatusError), recording.name
        check(caught.value, recording)


@pytest.mark.parametrize(("case", "server", "file"), FILES, ids=str)
def test_refusals_of_a_task(case: Case, server: str, file: str):
    """The same answers to a call of the task."""
    call = case.task(**case.call)
    for recording in refusals(server, file):
        with pytest.raises(StatusError) as caught:
            client_for(recording).send(call)
        check(caught.value, recording)


def test_every_refusal_is_read():
    assert {server: sum(len(refusals(*key)) for key in files() if key[0] == server) for server in REFUSED} == REFUSED


def test_lists_of_errors_are_joined():
    assert words(get(COMMUNITY, "text-generation", "e24_two_errors")) == (
        "Input should be greater than or equal to 1: received `top_k` in `parameters`, "
        "Input should be less than or equal to 1: received `top_p` in `parameters`"
    )


@pytest.mark.parametrize("size", [1_000, 3_000_000])
def test_an_error_that_echoes_the_whole_input(size):
    """As the default container does (``File name too long: 'UklGR…'``), with sounds larger than were recorded."""
    recording = get(TOOLKIT, "automatic-speech-recognition", "e40_json_b64_no_params")
    assert recording.status == 400
    message = "[Errno 36] File name too long: '" + "UklGR" * (size // 5) + "'"
    transport = FakeTransport(type(recording.reply)({"error": message}, status=400))
    client = Client("https://endpoint.test", access_token=False, transport=transport)
    with pytest.raises(BadRequest) as caught:
        client.run("automatic-speech-recognition", inputs=b"fLaC\0")
    assert caught.value.message == message
    assert len(str(caught.value)) < 500
    assert str(caught.value).startswith("400: [Errno 36] File name too long: 'UklGR")


def test_the_extra_column_of_a_table_is_refused_with_json_inside_a_string():
    """The community container (0.0.37) says so where a table has a column too many."""
    inner = json.dumps({"error": "feature names", "output": ["a"], "warnings": ["unexpected column"]})
    transport = FakeTransport(type(get(COMMUNITY, "text-generation", "s2_params").reply)({"error": inner}, status=400))
    client = Client("https://endpoint.test", access_token=False, transport=transport)
    with pytest.raises(BadRequest) as caught:
        client.run("tabular-classification", inputs={"data": {"a": [1]}})
    assert caught.value.message == inner
