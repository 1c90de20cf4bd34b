"""The cases, a module for each group."""

from __future__ import annotations

import importlib
import pkgutil

from tests.faults.case import Case


def all_cases() -> list[Case]:
    """Every case of every module here, which has them in ``CASES``."""
    return [case for name in modules() for case in importlib.import_module(name).CASES]


def modules() -> list[str]:
    """The names of the modules."""
    return sorted(f"{__name__}.{module.name}" for module in pkgutil.iter_modules(__path__))
