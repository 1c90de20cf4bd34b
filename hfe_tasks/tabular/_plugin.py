"""The plugin of the tabular tasks: their names and places; a module is imported when its task is first used."""

from __future__ import annotations

from collections.abc import Iterable

from hfe_core import TaskRef, hookimpl

__all__ = ["hfe_register_tasks"]


@hookimpl
def hfe_register_tasks() -> Iterable[TaskRef]:
    """The tasks of this domain."""
    return [
        TaskRef("tabular-classification", "hfe_tasks.tabular.tabular_classification:TABULAR_CLASSIFICATION"),
        TaskRef("tabular-regression", "hfe_tasks.tabular.tabular_regression:TABULAR_REGRESSION"),
    ]
