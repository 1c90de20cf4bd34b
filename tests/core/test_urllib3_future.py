"""Where urllib3-future stands in urllib3's place, as after ``pip install niquests``: that it does, and stays at HTTP/1.1.

The other tests of the synchronous transport run there, too: ``tox run -e urllib3-future``.
"""

import os
import socket
import ssl
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import pytest
import urllib3

from hfe_core import Client, Options, Retry
from hfe_core._urllib3.connection import Connection
from tests.http_server import HttpServer, http

# In the environment of that name nothing is skipped.
replaced = pytest.mark.skipif(
    find_spec("urllib3_future") is None and os.environ.get("TOX_ENV_NAME") != "urllib3-future",
    reason="needs urllib3-future: tox run -e urllib3-future",
)


@replaced
def test_urllib3_is_urllib3_future():
    import urllib3_future
    from urllib3.backend import HfaceBackend

    assert urllib3.__version__ == urllib3_future.__version__ == version("urllib3-future")
    assert urllib3.__version__ != version("urllib3"), "hfe asked for urllib3, and it was replaced"
    assert issubclass(Connection, HfaceBackend)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    """An authority's file, and the context of a server that would rather speak HTTP/2."""
    trustme = pytest.importorskip("trustme")
    ca = trustme.CA()
    bundle = tmp_path_factory.mktemp("tls") / "ca.pem"
    ca.cert_pem.write_to_path(bundle)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(["h2", "http/1.1"])
    ca.issue_cert("127.0.0.1").configure_cert(context)
    return bundle, context


def test_no_newer_http_is_agreed_on(authority: tuple[Path, ssl.SSLContext]):
    bundle, context = authority
    agreed = []
    with HttpServer(context) as server, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as quic:
        quic.bind(("127.0.0.1", 0))
        quic.setblocking(False)

        def answer(_, connection):
            agreed.append(connection.selected_alpn_protocol())
            connection.sendall(http([1], alt_svc=f'h3=":{quic.getsockname()[1]}"; ma=3600'))

        server.answers(answer)
        with Client(server.url, False, Options(ca_bundle=bundle, timeout=10, retry=Retry(attempts=1))) as client:
            assert [client.request(each) for each in range(3)] == [[1]] * 3
        assert agreed == ["http/1.1"] * 3
        assert server.connections == 1
        assert server.arrived[1].startswith(b"POST / HTTP/1.1\r\n")
        with pytest.raises(BlockingIOError):
            quic.recv(1)


@replaced
def test_urllib3_itself_would_agree_on_http_2(authority: tuple[Path, ssl.SSLContext]):
    """Or the test above would prove nothing."""
    bundle, context = authority
    with HttpServer(context) as server, urllib3.PoolManager(ca_certs=str(bundle), retries=False, timeout=10) as pool:
        with pytest.raises(urllib3.exceptions.HTTPError):
            pool.request("POST", server.url, body=b"{}")
        assert server.arrived[1].startswith(b"PRI * HTTP/2.0\r\n")
