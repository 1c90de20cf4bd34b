"""Answers that come before the request is whole, and the large requests that they come to."""

from __future__ import annotations

import socket
import time

from hfe_core import PayloadTooLarge
from tests.faults.answers import Early, drain, http, reset, wait_until_gone
from tests.faults.case import Fails
from tests.http_server import Seen

__all__ = [
    "ENDS",
    "LARGE",
    "REFUSED",
    "TOO_LARGE",
    "early",
    "then_close",
    "then_end",
    "then_linger",
    "then_read",
    "then_reset",
    "then_stall",
]

LARGE = b"a" * 8_000_000
TOO_LARGE = http({"error": "at most 1 MB"}, 413)
REFUSED = Fails(PayloadTooLarge, "at most 1 MB", status=413, attempts=1)


def then_close(connection: socket.socket) -> None:
    """As nginx does: the reset of what was not read may overtake the answer, but for this wait."""
    time.sleep(0.2)
    connection.close()


def then_reset(connection: socket.socket) -> None:
    time.sleep(0.2)
    reset(connection)


def then_end(connection: socket.socket) -> None:
    """The end of file, without reading any more."""
    socket.socket.shutdown(connection, socket.SHUT_WR)
    wait_until_gone(connection, 5)


def then_linger(connection: socket.socket) -> None:
    """The end of file, and what still comes is read."""
    socket.socket.shutdown(connection, socket.SHUT_WR)
    drain(connection, 5)


def then_read(connection: socket.socket) -> None:
    drain(connection, 5)


def then_stall(connection: socket.socket) -> None:
    wait_until_gone(connection, 5)


ENDS = {
    "then closed": then_close,
    "then reset": then_reset,
    "then the end of file": then_end,
    "then the end of file, and the rest is read": then_linger,
    "then the rest is read": then_read,
    "then a stall": then_stall,
}


def early(answer: bytes, then=then_stall, after: int = 0, pieces: int = 1, pause: float = 0.05) -> Early:
    """Answer when the head and so many bytes of the body have been read."""

    def speak(_: Seen, connection: socket.socket) -> None:
        left = after
        while left > 0 and (piece := connection.recv(min(left, 65536))):
            left -= len(piece)
        step = max(1, -(-len(answer) // pieces))
        for at in range(0, len(answer), step):
            if at:
                time.sleep(pause)
            connection.sendall(answer[at : at + step])
        then(connection)

    return Early(speak)
