"""A server around ``handler.py``, for a custom container and for trying the handler out: ``python server.py 8080``.

The default container of Inference Endpoints runs ``handler.py`` without it, and gives the whole answer at once; an event
stream takes a container of one's own, such as this.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from handler import EndpointHandler


class SoundServer(ThreadingHTTPServer):
    """Answers POST requests as the default container does, and those with ``"stream": true`` with an event stream.

    Args:
        host: The address to listen at.
        port: The port; 0 for any free one.
        handler: What computes the answers.
    """

    daemon_threads = True

    def __init__(self, host: str = "127.0.0.1", port: int = 0, handler: EndpointHandler | None = None) -> None:
        self.handler = handler or EndpointHandler()
        self.clients: list[str | None] = []
        super().__init__((host, port), _Exchange)

    @property
    def url(self) -> str:
        """Where the server answers."""
        return f"http://{self.server_address[0]!s}:{self.server_port}"


class _Exchange(BaseHTTPRequestHandler):
    server: SoundServer

    def do_POST(self) -> None:
        self.server.clients.append(self.headers.get("x-sound-events-client"))
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        try:
            is_json = self.headers.get_content_type() == "application/json"
            data: Mapping[str, Any] = json.loads(body) if is_json else {"inputs": body}
            if data.get("stream"):
                self._stream(data)
            else:
                self._answer(200, self.server.handler(data))
        except (KeyError, TypeError, ValueError) as error:
            self._answer(400, {"error": str(error)})

    def _answer(self, status: int, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, data: Mapping[str, Any]) -> None:
        events = self.server.handler.events(data)
        first = next(events, None)
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        if first is not None:
            self._send_event(json.dumps(first))
            for event in events:
                self._send_event(json.dumps(event))
        self._send_event("[DONE]")

    def _send_event(self, data: str) -> None:
        self.wfile.write(f"data: {data}\n\n".encode())
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """Keep the terminal clean."""


if __name__ == "__main__":
    SoundServer("0.0.0.0", int(sys.argv[1]) if len(sys.argv) > 1 else 80).serve_forever()  # noqa: S104 - a container
