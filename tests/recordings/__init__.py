"""What real servers answered; README.md beside this file says which."""

from __future__ import annotations

import base64
import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

import attrs

from hfe_core import Media, Payload, Response
from hfe_core.testing import Reply, response_for

FOLDER = Path(__file__).parent
TOOLKIT = "hf-inference-toolkit"
COMMUNITY = "api-inference-community"
TRANSFORMERS = "transformers-serve"


@attrs.frozen
class Recording:
    """One exchange."""

    server: str
    task: str
    case: str
    method: str
    path: str
    request_headers: dict[str, str]
    request_body: bytes = attrs.field(repr=False)
    status: int
    headers: dict[str, str]
    raw_body: bytes = attrs.field(repr=False)

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return f"{self.server}/{self.task}/{self.case}"

    @property
    def body(self) -> bytes:
        """The answer's body as a transport hands it on: decompressed."""
        return gzip.decompress(self.raw_body) if self.headers.get("content-encoding") == "gzip" else self.raw_body

    @property
    def reply(self) -> Reply:
        """The answer for a FakeTransport."""
        return Reply(self.body, status=self.status, headers=self.headers)

    @property
    def is_json(self) -> bool:
        return self.headers.get("content-type", "").startswith("application/json")

    def json(self) -> Any:
        """The answer's JSON."""
        return json.loads(self.body)

    def request_json(self) -> Any:
        """The request's JSON, or None where it is something else."""
        try:
            return json.loads(self.request_body)
        except ValueError:
            return None

    @property
    def inputs(self) -> object:
        """What stood under ``inputs``, or None."""
        body = self.request_json()
        return body.get("inputs") if isinstance(body, dict) else None

    @property
    def parameters(self) -> dict[str, Any]:
        body = self.request_json()
        return (body.get("parameters") or {}) if isinstance(body, dict) else {}

    @property
    def payload(self) -> Payload:
        """The request as an encoder would have said it."""
        body = self.request_json()
        if isinstance(body, dict) and "inputs" in body:
            return Payload(inputs=body["inputs"], parameters=self.parameters)
        return Payload(inputs=Media(self.request_body, self.request_headers.get("content-type", "")))

    @property
    def response(self) -> Response:
        """The answer as a decoder gets it."""
        return response_for(self.payload, self.reply)


@cache
def load(server: str, task: str) -> tuple[Recording, ...]:
    """All exchanges of one file."""
    text = gzip.decompress((FOLDER / server / f"{task}.jsonl.gz").read_bytes()).decode()
    return tuple(_recording(server, task, json.loads(line)) for line in text.splitlines())


def get(server: str, task: str, case: str) -> Recording:
    """One exchange."""
    return next(recording for recording in load(server, task) if recording.case == case)


def files() -> list[tuple[str, str]]:
    """Servers and tasks of all files."""
    return sorted((path.parent.name, path.name.removesuffix(".jsonl.gz")) for path in FOLDER.glob("*/*.jsonl.gz"))


def _recording(server: str, task: str, record: dict[str, Any]) -> Recording:
    request, response = record["request"], record["response"]
    return Recording(
        server,
        task,
        record["case"],
        request["method"],
        request["path"],
        {name.lower(): value for name, value in request["headers"]},
        _bytes(request),
        response["status"],
        {name.lower(): value for name, value in response["headers"]},
        _bytes(response),
    )


def _bytes(side: dict[str, Any]) -> bytes:
    body = side.get("body")
    if body is None:
        return b""
    return base64.b64decode(body) if side["body_encoding"] == "base64" else body.encode()
