"""What becomes of sockets that were reset while TLS was put on them."""

import gc
import socket
import ssl
import warnings

import pytest

from hfe_core._urllib3.dialling import secured
from tests.http_server import reset


def test_a_reset_before_tls_leaves_no_socket_open():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sock = socket.create_connection(listener.getsockname())
        with pytest.raises(ConnectionResetError):
            reset(listener.accept()[0])
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        with pytest.raises(OSError):
            secured(sock, ssl.create_default_context(), "localhost").do_handshake()
        sock.close()
        gc.collect()
    assert warned == []
