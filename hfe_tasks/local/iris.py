"""Tabular classification by scikit-learn: the iris flowers that it brings, learnt at the first request."""

from __future__ import annotations

import importlib
import math
from collections.abc import Sequence
from typing import Any, cast

from hfe_core.serve import Engine, EngineError, EngineRequest, Runner, check_parameters

__all__ = ["ENGINE"]

_SHAPE = '{"data": {column: [string, ...]}}'


def _load(_task: str, _model: str | None) -> Runner:
    iris: Any = importlib.import_module("sklearn.datasets").load_iris()
    scaler: Any = importlib.import_module("sklearn.preprocessing").StandardScaler()
    regression: Any = importlib.import_module("sklearn.linear_model").LogisticRegression()
    columns = [str(name) for name in iris.feature_names]
    labels = [str(name) for name in iris.target_names]
    regression.fit(scaler.fit_transform(iris.data), iris.target)

    def run(request: EngineRequest) -> object:
        check_parameters(request)
        rows = _rows(request.inputs, columns)
        if not rows:
            return []
        return [labels[int(number)] for number in regression.predict(scaler.transform(rows))]

    return run


def _rows(inputs: object, columns: Sequence[str]) -> list[list[float]]:
    """The table's rows in the order of ``columns``."""
    data = cast("dict[str, object]", inputs).get("data") if isinstance(inputs, dict) else None
    if not isinstance(data, dict):
        raise EngineError(f"inputs: {_SHAPE} is needed, with the columns {', '.join(columns)}")
    cells = {_plain_name(str(name)): value for name, value in cast("dict[object, object]", data).items()}
    wanted = {_plain_name(name): name for name in columns}
    missing = [name for plain, name in wanted.items() if plain not in cells]
    extra = [name[:40] for name in cells if name not in wanted]
    if missing or extra:
        words = [f"missing columns: {', '.join(missing)}"] if missing else []
        words += [f"unknown columns: {', '.join(extra[:5])}"] if extra else []
        raise EngineError(f"inputs.data: {'; '.join(words)}; this model takes {', '.join(columns)}")
    table = [_numbers(wanted[plain], cells[plain]) for plain in wanted]
    if len({len(column) for column in table}) > 1:
        lengths = ", ".join(f"{name} {len(column)}" for name, column in zip(columns, table, strict=True))
        raise EngineError(f"inputs.data: the columns must have equal lengths, got {lengths}")
    return [list(row) for row in zip(*table, strict=True)]


def _numbers(name: str, cells: object) -> list[float]:
    if not isinstance(cells, list):
        raise EngineError(f"inputs.data[{name!r}]: a list of strings is needed")
    numbers: list[float] = []
    for row, cell in enumerate(cast("list[object]", cells)):
        try:
            number = float(cell) if isinstance(cell, str) else math.nan
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise EngineError(f'inputs.data[{name!r}][{row}]: a number as a string is needed, as "5.1"')
        numbers.append(number)
    return numbers


def _plain_name(name: str) -> str:
    """``sepal length (cm)``, ``sepal_length`` and ``Sepal Length`` name one column."""
    return name.lower().replace("(cm)", "").replace("_", " ").strip()


ENGINE = Engine(
    name="iris",
    tasks=("tabular-classification",),
    licence="BSD-3-Clause",
    summary="Logistic regression on scikit-learn's iris flowers: a demonstration with four fixed columns.",
    load=_load,
    requires=("sklearn",),
    install='pip install "hfe[local]"',
)
"""Iris species from ``sepal length (cm)``, ``sepal width (cm)``, ``petal length (cm)`` and ``petal width (cm)``."""
