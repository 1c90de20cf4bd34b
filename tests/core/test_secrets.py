"""What is written down, copied or printed of a client never holds its token."""

import copy
import http.client
import pickle

import pytest

from hfe_core import AsyncClient, Client, EncodeError, Endpoint, Options
from tests.core.shout import AsyncEndpoint
from tests.core.shout import Endpoint as ShoutEndpoint
from tests.http_server import HttpServer
from tests.http_server import http as answer

SECRET = "hf_this_must_never_be_seen"
HEADERS = {
    "x-plain": "seen",
    "x-api-key": SECRET,
    "Proxy-Authorization": SECRET,
    "cookie": SECRET,
    "x-my-token": SECRET,
}
KINDS = [Client, AsyncClient, ShoutEndpoint, AsyncEndpoint]


@pytest.mark.parametrize("kind", KINDS)
def test_clients_pickle_as_configuration_without_secrets(kind):
    client = kind("https://h/x", SECRET, Options(timeout=3.0, headers=HEADERS))
    data = pickle.dumps(client)
    again = pickle.loads(data)
    assert SECRET.encode() not in data
    assert SECRET not in repr(client)
    assert (type(again), again.endpoint.url, again.options.timeout) == (kind, "https://h/x", 3.0)
    assert again.endpoint.token is None
    assert dict(again.options.headers) == {"x-plain": "seen"}


def test_the_users_own_token_is_looked_up_again_where_a_client_arrives(monkeypatch):
    monkeypatch.setenv("HF_TOKEN", SECRET)
    url = "https://x.endpoints.huggingface.cloud"
    data = {token: pickle.dumps(Client(url, token)) for token in (None, False)}
    assert SECRET.encode() not in data[None]
    assert pickle.loads(data[None]).endpoint.token.reveal() == SECRET
    assert pickle.loads(data[False]).endpoint.token is None
    monkeypatch.setenv("HF_TOKEN", "hf_that_of_another_machine")
    assert pickle.loads(data[None]).endpoint.token.reveal() == "hf_that_of_another_machine"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_a_copy_in_the_same_process_is_the_same_client(kind, copied):
    client = kind("https://h/x", SECRET, Options(timeout=3.0))
    again = copied(client)
    assert type(again) is kind
    assert again.endpoint == client.endpoint
    assert again.options == client.options
    assert again.endpoint.token.reveal() == SECRET


def test_the_global_debug_switch_of_http_client_prints_nothing(monkeypatch, capfd, server: HttpServer):
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)
    server.answers(answer([1]))
    with Client(server.url, SECRET) as client:
        assert client.request({"inputs": "x"}) == [1]
    assert server.seen[0].headers["authorization"] == f"Bearer {SECRET}"
    printed = capfd.readouterr()
    assert printed.out + printed.err == ""


@pytest.mark.parametrize(
    "name",
    [
        "Content-Length",
        "transfer-encoding",
        "Host",
        "Connection",
        "accept-encoding",
        "TE",
        "Trailer",
        "Upgrade",
        "Expect",
    ],
)
def test_headers_that_frame_a_message_are_not_the_callers(name):
    with pytest.raises(ValueError, match="hfe sets it for each request"):
        Options(headers={name: "1"})


@pytest.mark.parametrize("path", ["../x", "a/../../x", "..", "%2e%2e/x", "a/%2E./x", "a%2f..%2f..", "..\\x"])
def test_a_path_stays_below_the_endpoint(path):
    with pytest.raises((EncodeError, ValueError), match="path"):
        Endpoint("https://h/mine", None).at(path)


def test_a_path_is_no_query():
    assert Endpoint("https://h/mine", None).at("a?b#c") == "https://h/mine/a%3Fb%23c"


def test_a_space_of_a_stranger_gets_no_token(monkeypatch):
    monkeypatch.setenv("HF_TOKEN", SECRET)
    assert Endpoint.of("https://someone-app.hf.space").token is None
    assert Endpoint.of("https://x.us-east-1.aws.endpoints.huggingface.cloud").token is not None
