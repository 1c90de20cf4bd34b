"""All tasks with what the tests know of them, one module for related ones."""

from __future__ import annotations

import importlib
import pkgutil

from tests.tasks.case import Case

__all__ = ["CASES", "FILES", "case_of"]

CASES: tuple[Case, ...] = tuple(
    sorted(
        (
            case
            for module in pkgutil.iter_modules(__path__, f"{__name__}.")
            for case in importlib.import_module(module.name).CASES
        ),
        key=lambda case: case.constant,
    )
)

FILES = [(case, server, file) for case in CASES for server, file in case.recordings]
"""Each task with each recorded file of it."""


def case_of(constant: str) -> Case:
    """The case of a task."""
    return next(case for case in CASES if case.constant == constant)
