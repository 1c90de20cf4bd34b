"""Nothing of the environment goes along that was not asked for: tokens, netrc, cookies."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hfe_core import (
    AsyncClient,
    Client,
    Unauthorized,
)
from tests.faults.actions import acting
from tests.faults.answers import head, http
from tests.faults.case import OK, TOKEN, Case, Custom, Fails, request
from tests.http_server import HttpServer

GOOD = {"ok": True}


def _authorization(value: str | None) -> Callable[[HttpServer], None]:
    def judge(server: HttpServer) -> None:
        for seen in server.seen:
            assert seen.headers.get("authorization") == value, seen.headers.get("authorization")
            assert "cookie" not in seen.headers

    return judge


def _with_environment(files: dict[str, str], environ: dict[str, str]) -> Custom:
    """A request with these files in a directory and these variables set; ``{dir}`` in both is the directory."""

    def around(call: Callable[[Callable[..., Any]], Any]) -> Callable[[Callable[..., Any]], Any]:
        def act(make: Callable[..., Any]) -> Any:
            before = dict(os.environ)
            with tempfile.TemporaryDirectory() as directory:
                for name, text in files.items():
                    path = Path(directory, name)
                    path.write_text(text)
                    path.chmod(0o600)
                os.environ.update({name: value.replace("{dir}", directory) for name, value in environ.items()})
                try:
                    return call(make)
                finally:
                    os.environ.clear()
                    os.environ.update(before)

        return act

    made = acting(lambda client: client.request({"inputs": "x"}))
    return Custom(around(made.sync), around(made.asynchronous))


_NETRC = "machine 127.0.0.1 login user password hunter2\ndefault login user password hunter2\n"


_OTHERS = (
    "http://huggingface.co/x",
    "https://huggingface.co.evil.example/x",
    "https://evilhuggingface.co/x",
    "https://huggingface.cloud.evil.example",
    "https://evil.example/huggingface.co",
    "https://evil.example?huggingface.co",
    "https://hf.co.evil.example",
    "https://127.0.0.1",
)


_THEIRS = (
    "https://x.us-east-1.aws.endpoints.huggingface.cloud",
    "https://api-inference.huggingface.co/models/x",
    "https://HF.co/x",
)


def _tokens(kind: type[Client] | type[AsyncClient]) -> Callable[[Callable[..., Any]], list[bool]]:
    """Which of these hosts the user's own token would go to."""
    return lambda _: [kind(url).endpoint.token is not None for url in (*_OTHERS, *_THEIRS)]


AMBIENT = [
    Case("HF_TOKEN is for hosts of Hugging Face and none that are named like them", script=[OK], environ={"HF_TOKEN": TOKEN},
         calls=Custom(_tokens(Client), _tokens(AsyncClient)), expect=[False] * len(_OTHERS) + [True] * len(_THEIRS), requests=0),
    Case("HF_TOKEN does not go to a host that is not Hugging Face's", script=[OK], token=None, environ={"HF_TOKEN": TOKEN},
         expect=GOOD, seen=_authorization(None)),
    Case("HF_TOKEN does not go there over TLS either", script=[OK], token=None, environ={"HF_TOKEN": TOKEN}, tls="good",
         expect=GOOD, seen=_authorization(None)),
    Case("access_token=False is no token", script=[OK], token=False, environ={"HF_TOKEN": TOKEN}, expect=GOOD, seen=_authorization(None)),
    Case("an empty token is no token", script=[OK], token="", environ={"HF_TOKEN": TOKEN}, expect=GOOD, seen=_authorization(None)),
    Case("an explicit token goes where it is told", script=[OK], environ={"HF_TOKEN": "hf_another"}, expect=GOOD,
         seen=_authorization(f"Bearer {TOKEN}")),
    Case("a token file does not go to a host that is not Hugging Face's", script=[OK], token=None, expect=GOOD, seen=_authorization(None),
         calls=_with_environment({"token": TOKEN}, {"HF_HOME": "{dir}", "HF_TOKEN_PATH": "{dir}/token"})),
    Case("a token of the environment with a line break does not matter to others", script=[OK], token=None,
         environ={"HF_TOKEN": f"{TOKEN}\nx"}, expect=GOOD, seen=_authorization(None)),
    Case("netrc is not read without a token", script=[OK], token=False, expect=GOOD, seen=_authorization(None),
         calls=_with_environment({".netrc": _NETRC, "_netrc": _NETRC}, {"HOME": "{dir}", "NETRC": "{dir}/.netrc"})),
    Case("netrc does not replace the token", script=[OK], expect=GOOD, seen=_authorization(f"Bearer {TOKEN}"),
         calls=_with_environment({".netrc": _NETRC, "_netrc": _NETRC}, {"HOME": "{dir}", "NETRC": "{dir}/.netrc"})),
    Case("a broken netrc is not read", script=[OK], token=False, expect=GOOD,
         calls=_with_environment({".netrc": "machine machine machine"}, {"HOME": "{dir}", "NETRC": "{dir}/.netrc"})),
    Case("cookies are not kept", script=[http(GOOD, set_cookie="session=1; Path=/; Domain=127.0.0.1"), OK], calls=[request(), request()],
         expect=[GOOD, GOOD], seen=_authorization(f"Bearer {TOKEN}")),
    Case("cookies of an error are not sent with the next attempt", script=[http(b"", 503, set_cookie="a=b; Path=/"), OK], expect=GOOD,
         requests=2, seen=_authorization(f"Bearer {TOKEN}")),
    Case("cookies of a redirect are not kept",
         script=[head(b"location: /x", b"set-cookie: a=b", b"content-length: 0", status=b"307 X"), OK], expect=GOOD, requests=2,
         seen=_authorization(f"Bearer {TOKEN}")),
    Case("a challenge is not answered", script=[http({"error": "no"}, 401, www_authenticate='Basic realm="x", Digest nonce="y"'), OK],
         token=False, expect=Fails(Unauthorized, attempts=1), requests=1,
         calls=request()),
]  # fmt: skip


CASES = [*AMBIENT]
