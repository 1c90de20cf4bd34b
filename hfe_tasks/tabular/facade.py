"""The tabular tasks as methods."""

from __future__ import annotations

import hfe_tasks
from hfe_core import TaskMethod

__all__ = ["TabularTasks"]


class TabularTasks:
    """Methods of the tabular tasks, for a client to mix in."""

    tabular_classification = TaskMethod(lambda: hfe_tasks.TABULAR_CLASSIFICATION)
    tabular_regression = TaskMethod(lambda: hfe_tasks.TABULAR_REGRESSION)
