"""Engines of the local endpoint that come with hfe, found by the plugin hook like anybody's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from hfe_core import hookimpl

if TYPE_CHECKING:
    from hfe_core.serve.engine import Engine

__all__ = ["hfe_register_engines"]


@hookimpl
def hfe_register_engines() -> Iterable[Engine]:
    """The built-in engines. Nothing heavy is imported; each engine loads its packages at its first request."""
    from hfe_tasks.local import iris, minilm, nanotts, sphinx, transformers, vader

    return [module.ENGINE for module in (vader, minilm, iris, sphinx, nanotts, transformers)]
