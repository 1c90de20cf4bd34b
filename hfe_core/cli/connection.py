"""Where a command's calls go: an endpoint by its URL, or the local endpoint for the time of the command."""

from __future__ import annotations

import os
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, Literal, cast

import attrs
import click

from hfe_core._registry import Registry
from hfe_core.cli.failures import failures
from hfe_core.cli.sources import Sources
from hfe_core.client import Client
from hfe_core.options import Options
from hfe_core.token import Token

__all__ = ["Connection", "connection_options"]

ENDPOINT_VARIABLE = "HFE_ENDPOINT"


def connection_options() -> list[click.Option]:
    """The options that say where to, as whom and how long."""
    return [
        click.Option(["--url"], metavar="URL", help=f"The endpoint. [env: {ENDPOINT_VARIABLE}]"),
        click.Option(["--local"], is_flag=True, help="Start the local endpoint for this command, and use it."),
        click.Option(["--model"], metavar="DIR", help="The model that the local endpoint loads."),
        click.Option(
            ["--token"],
            metavar="@FILE",
            help="A file with the access token, or @- for standard input. Default: HF_TOKEN or the stored login, for "
            "hosts of Hugging Face. The token itself never belongs on a command line.",
        ),
        click.Option(["--no-token"], is_flag=True, help="Send no token."),
        click.Option(
            ["--timeout"],
            type=click.FloatRange(min=0, min_open=True),
            metavar="SECONDS",
            help="For one attempt. Default: 120.",
        ),
        click.Option(
            ["--header"], metavar="NAME=VALUE", multiple=True, help="A further request header; a VALUE may be @FILE."
        ),
    ]


@attrs.frozen(kw_only=True)
class Connection:
    """What the connection options say.

    Attributes:
        url: The endpoint; None for the local one.
        model: The local endpoint's model directory or id, or None.
        token: A token, False for none, None for the user's own.
        options: The client's options.
    """

    url: str | None
    model: str | None
    token: Token | Literal[False] | None
    options: Options = attrs.field(repr=False)

    @classmethod
    def of(cls, values: Mapping[str, object], sources: Sources) -> Connection:
        """The connection in a command's values.

        Raises:
            click.UsageError: They contradict each other, name no endpoint, or hold a token.
        """
        local = bool(values["local"])
        url = cast("str | None", values["url"])
        model = cast("str | None", values["model"])
        if local and url:
            raise click.UsageError("--url and --local exclude each other")
        if model and not local:
            raise click.UsageError("--model goes with --local; a remote endpoint has its model")
        url = None if local else url or os.environ.get(ENDPOINT_VARIABLE)
        if not url and not local:
            raise click.UsageError(f"no endpoint: give --url URL, set {ENDPOINT_VARIABLE}, or use --local")
        changes: dict[str, Any] = {"headers": _headers(cast("Sequence[str]", values["header"]), sources)}
        if values["timeout"] is not None:
            changes["timeout"] = values["timeout"]
        with _values_checked():
            options = Options(**changes)
        return cls(url=url, model=model, token=_token(values, sources), options=options)

    @contextmanager
    def client(self, registry: Registry, task: str, **changes: Any) -> Generator[Client, None, None]:
        """A client of this endpoint, for a block; failures inside it become one line without the token.

        Args:
            registry: Where names are looked up.
            task: The task that the local endpoint has to answer.
            changes: Further options of the client.
        """
        with ExitStack() as stack:
            stack.enter_context(failures(self.token or None))
            url, token = self.url, self.token
            if url is None:
                from hfe_core.serve import serving

                models = {task: self.model} if self.model else None
                url = stack.enter_context(serving(registry.engines(), tasks=[task], models=models))
                token = False
            with _values_checked():
                client = Client(url, token, attrs.evolve(self.options, **changes), registry=registry)
            yield stack.enter_context(client)


def _token(values: Mapping[str, object], sources: Sources) -> Token | Literal[False] | None:
    given = values["token"]
    if values["no_token"]:
        if given is not None:
            raise click.UsageError("--token and --no-token exclude each other")
        return False
    if not isinstance(given, str):
        return None
    if not given.startswith("@"):
        raise click.UsageError(
            "--token takes @FILE: a token on a command line is seen by others; set HF_TOKEN or write it to a file"
        )
    with _values_checked():
        return Token(sources.text(given, "--token"))


def _headers(pairs: Sequence[str], sources: Sources) -> dict[str, str]:
    headers: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise click.UsageError("--header: expected NAME=VALUE")
        headers[name.strip()] = sources.text(value, f"--header {name}=…")
    return headers


@contextmanager
def _values_checked() -> Generator[None, None, None]:
    """Turn the ValueError of a wrong URL, token or header into wrong usage; their texts hold no secret."""
    try:
        yield
    except ValueError as error:
        raise click.UsageError(str(error)) from None
