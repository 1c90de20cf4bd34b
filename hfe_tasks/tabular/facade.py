"""The tabular tasks as methods."""

from __future__ import annotations

from hfe_core import TaskMethod
from hfe_tasks.tabular.tabular_classification import TABULAR_CLASSIFICATION
from hfe_tasks.tabular.tabular_regression import TABULAR_REGRESSION

__all__ = ["TabularTasks"]


class TabularTasks:
    """Methods of the tabular tasks, for a client to mix in."""

    tabular_classification = TaskMethod(TABULAR_CLASSIFICATION)
    tabular_regression = TaskMethod(TABULAR_REGRESSION)
