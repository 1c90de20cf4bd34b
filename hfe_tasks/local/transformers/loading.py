"""The one place that imports transformers and torch, which are untyped and heavy, and loads parts of a model."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import Any

from hfe_core.serve import EngineError

__all__ = ["checked_model", "load_model", "load_part", "torch", "transformers"]


def transformers() -> Any:
    """The package transformers, version 4 or 5."""
    return importlib.import_module("transformers")


def torch() -> Any:
    """The package torch."""
    return importlib.import_module("torch")


def checked_model(model: str | None) -> str:
    """The model directory or id as transformers wants it.

    Raises:
        EngineError: None is named, or what looks like a path is no directory.
    """
    if not model:
        raise EngineError("a model directory or id is needed: hfe serve --task TASK --model DIR")
    path = Path(model).expanduser()
    if path.is_dir():
        return str(path)
    if model.startswith((".", "~", os.sep)) or path.exists() or model.count("/") > 1:
        raise EngineError(f"no model directory at {model}")
    return model


def load_model(auto: str, model: str) -> Any:
    """A model in evaluation mode.

    Args:
        auto: The name of an Auto class of transformers, as ``AutoModelForMaskedLM``.
        model: The directory or id.

    Raises:
        EngineError: This version of transformers has no such class, or it does not know the model's kind.
    """
    return load_part(auto, model).eval()


def load_part(auto: str, model: str, **options: object) -> Any:
    """A tokenizer, processor or model; arguments and errors as of :func:`load_model`."""
    package = transformers()
    kind = getattr(package, auto, None)
    if kind is None:
        raise EngineError(f"transformers {package.__version__} has no {auto}; install version 4 or 5")
    try:
        return kind.from_pretrained(model, **options)
    except (OSError, ValueError) as error:
        raise EngineError(f"{auto} cannot load {model}: {error}") from error
