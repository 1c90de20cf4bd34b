"""The local endpoint: engines on this machine behind the default container's protocol.

Importing this package, and :class:`Engine` from it, loads no web server; ``create_app``, ``run_server`` and ``serving``
load Starlette and uvicorn (extra ``serve``) on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hfe_core.serve.audio import Waveform, decode_audio
from hfe_core.serve.engine import Engine, EngineError, EngineRequest, FinishReason, Runner, StreamEnd, TokenEvent
from hfe_core.serve.inputs import check_parameters, decode_bytes, decode_image, decode_texts

if TYPE_CHECKING:
    from hfe_core.serve.app import create_app
    from hfe_core.serve.server import run_server, serving

__all__ = [
    "Engine",
    "EngineError",
    "EngineRequest",
    "FinishReason",
    "Runner",
    "StreamEnd",
    "TokenEvent",
    "Waveform",
    "check_parameters",
    "create_app",
    "decode_audio",
    "decode_bytes",
    "decode_image",
    "decode_texts",
    "run_server",
    "serving",
]

_LAZY = {
    "create_app": "hfe_core.serve.app",
    "run_server": "hfe_core.serve.server",
    "serving": "hfe_core.serve.server",
}


def __getattr__(name: str) -> object:
    module = _LAZY.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    try:
        value: object = getattr(importlib.import_module(module), name)
    except ModuleNotFoundError as error:
        if error.name not in ("starlette", "uvicorn"):
            raise
        raise EngineError('the local endpoint needs Starlette and uvicorn: pip install "hfe[serve]"') from error
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
