"""Which engine answers which task, and the words for a task that none answers."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence

import attrs

from hfe_core.serve.engine import Engine, EngineError

__all__ = ["Served", "explain", "select"]


@attrs.frozen
class Served:
    """One task and what answers it.

    Attributes:
        task: The task's name.
        engine: The engine that answers.
        model: The model directory or id that the user named for it, or None.
    """

    task: str
    engine: Engine
    model: str | None = None


def select(
    engines: Sequence[Engine], tasks: Iterable[str] | None = None, models: Mapping[str, str] | None = None
) -> tuple[Served, ...]:
    """Choose the engines: for each task the first one that is installed.

    Args:
        engines: The engines, the preferred ones first.
        tasks: The tasks to serve, in this order; None serves those of ``models`` and every task with an installed engine.
        models: Task to model directory or id; such a task goes to an engine that needs a model.

    Returns:
        At least one task with its engine.

    Raises:
        EngineError: A task has no engine, an engine's packages are missing, or there is nothing to serve.
    """
    named = dict(models or {})
    if tasks is None:
        ready = [task for engine in engines if not engine.needs_model and not engine.missing() for task in engine.tasks]
        wanted = list(dict.fromkeys([*named, *ready]))
    else:
        wanted = list(dict.fromkeys(tasks))
        stray = [task for task in named if task not in wanted]
        if stray:
            raise EngineError(f"a model is named for {', '.join(stray)}, which is not among the tasks to serve")
    if not wanted:
        hints = sorted({engine.install for engine in engines if engine.install})
        raise EngineError("no engine is installed" + (": " + " or ".join(hints) if hints else ""))
    return tuple(_choose(engines, task, named.get(task)) for task in wanted)


def _choose(engines: Sequence[Engine], task: str, model: str | None) -> Served:
    for engine in engines:
        if task in engine.tasks and engine.needs_model == (model is not None) and not engine.missing():
            return Served(task, engine, model)
    raise explain(engines, task, model)


def explain(engines: Sequence[Engine], task: str, model: str | None = None) -> EngineError:
    """The error for a task that is not served: what to install, or that a model must be named, or similar names."""
    having = [engine for engine in engines if task in engine.tasks]
    if not having:
        known = sorted({name for engine in engines for name in engine.tasks})
        close = difflib.get_close_matches(task, known, n=3, cutoff=0.6)
        hint = f"did you mean {' or '.join(close)}?" if close else f"tasks with an engine: {', '.join(known) or 'none'}"
        return EngineError(f"no engine answers {task[:80]!r}; {hint}")
    ways: list[str] = []
    for engine in having:
        if model is not None and not engine.needs_model:
            continue
        missing = engine.missing()
        steps = (
            [f"install {', '.join(missing)}" + (f" ({engine.install})" if engine.install else "")] if missing else []
        )
        if engine.needs_model and model is None:
            steps.append(f"name a model directory: hfe serve --task {task} --model DIR")
        if steps:
            ways.append(f"engine {engine.name}: " + ", and ".join(steps))
    if ways:
        return EngineError(f"{task} has no engine ready; " + "; or ".join(ways))
    if model is not None:
        return EngineError(f"{task}: its engine {having[0].name} takes no model; leave the model out")
    return EngineError(f"{task} is not served by this process; start it with: hfe serve --task {task}")
