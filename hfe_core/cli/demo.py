"""``hfe demo``: five tasks over real HTTP on this machine, no account and no download at run time."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import attrs
import click

from hfe_core._registry import Registry
from hfe_core.audio import Audio
from hfe_core.cli.failures import Failure, failures, one_line, printable
from hfe_core.cli.jsonable import jsonable
from hfe_core.cli.run import registry_of
from hfe_core.client import Client
from hfe_core.errors import HfeError

__all__ = ["demo"]

_SENTENCES = (
    "How do I reset my password?",
    "I cannot log in and forgot my credentials.",
    "The cat sleeps on the warm stove.",
)
_FLOWERS = {
    "sepal length (cm)": [5.1, 6.7],
    "sepal width (cm)": [3.5, 3.0],
    "petal length (cm)": [1.4, 5.2],
    "petal width (cm)": [0.2, 2.3],
}
_SPOKEN = "the weather is very nice today"

_Outputs = Mapping[str, Any]


@attrs.frozen
class Step:
    """One call of the demonstration.

    Attributes:
        task: The task's name.
        call: The arguments as a program writes them.
        inputs: The inputs, made of the outputs so far.
        shown: The output in words.
    """

    task: str
    call: str
    inputs: Callable[[_Outputs], object]
    shown: Callable[[Any], str]


def _label(output: object) -> str:
    best = cast("list[dict[str, Any]]", jsonable(output))[0]
    return f"{best['label']}, score {best['score']:.3f}"


def _similarities(output: object) -> str:
    first, *others = (_vector(row) for row in cast("Any", output).tolist())
    lines = [f"cosine similarity to {_SENTENCES[0]!r}:"]
    lines += [f"{_cosine(first, vector):6.3f}  {text!r}" for vector, text in zip(others, _SENTENCES[1:], strict=True)]
    return "\n".join(lines)


def _vector(value: Sequence[Any]) -> list[float]:
    """The vector of one text; the mean where a server gives one for each token."""
    if not isinstance(value[0], list):
        return list(value)
    vectors = [_vector(row) for row in value]
    return [sum(column) / len(vectors) for column in zip(*vectors, strict=True)]


def _cosine(one: Sequence[float], other: Sequence[float]) -> float:
    product = sum(a * b for a, b in zip(one, other, strict=True))
    return product / ((math.hypot(*one) * math.hypot(*other)) or 1.0)


def _sound(output: Audio) -> str:
    return f"{len(output.data)} bytes of {output.content_type}"


def _text(output: object) -> str:
    return repr(getattr(output, "text", output))


_STEPS = (
    Step(
        "text-classification",
        'inputs="I love this client, it just works."',
        lambda _: "I love this client, it just works.",
        _label,
    ),
    Step(
        "feature-extraction",
        "inputs=[" + ", ".join(map(repr, _SENTENCES)) + "]",
        lambda _: list(_SENTENCES),
        _similarities,
    ),
    Step("tabular-classification", f'inputs={{"data": {_FLOWERS}}}', lambda _: {"data": _FLOWERS}, repr),
    Step("text-to-speech", f'inputs="{_SPOKEN}"', lambda _: _SPOKEN, _sound),
    Step(
        "automatic-speech-recognition",
        "inputs=speech.data  # the sound just made",
        lambda outputs: outputs["text-to-speech"].data,
        _text,
    ),
)


@click.pass_context
def _demo(context: click.Context, /) -> None:
    registry = registry_of(context)
    with failures():
        from hfe_core.serve import serving
        from hfe_core.serve.selection import select

        engines = registry.engines()
        chosen: dict[str, str] = {}
        problems: dict[str, str] = {}
        for step in _STEPS:
            try:
                engine = select(engines, [step.task])[0].engine
                chosen[step.task] = f"{engine.name} ({engine.licence})"
            except HfeError as error:
                problems[step.task] = str(error)
        if not chosen:
            raise Failure('no engine is installed: pip install "hfe[local,serve]"')
        with serving(engines, tasks=chosen) as url:
            click.echo(f"A local endpoint answers at {url}, as an inference endpoint does.\n")
            failed = _run_all(registry, url, chosen, problems)
    if failed:
        raise Failure(f"{failed} of {len(_STEPS)} failed" + (': pip install "hfe[local,serve]"' if problems else ""))


def _run_all(registry: Registry, url: str, engines: Mapping[str, str], problems: Mapping[str, str]) -> int:
    outputs: dict[str, Any] = {}
    failed = 0
    for step in _STEPS:
        click.echo(step.task)
        try:
            if step.task in problems:
                raise Failure(problems[step.task])  # noqa: TRY301 - told like a call that failed
            _run(step, registry, f"{url}/tasks/{step.task}", engines[step.task], outputs)
        except (HfeError, Failure, KeyError) as error:
            failed += 1
            missing = f"needs the output of {error}" if isinstance(error, KeyError) else str(error)
            click.echo(f"  failed: {one_line(missing)}")
        click.echo()
    return failed


def _run(step: Step, registry: Registry, url: str, engine: str, outputs: dict[str, Any]) -> None:
    with Client(url, False, registry=registry) as client:
        inputs = step.inputs(outputs)
        click.echo(f'  >>> client = Client("{url}")\n  >>> client.run("{step.task}", {step.call})')
        start = time.perf_counter()
        outputs[step.task] = client.run(step.task, inputs=inputs)
        loaded = time.perf_counter()
        output = client.run(step.task, inputs=inputs)
        end = time.perf_counter()
    for line in step.shown(output).splitlines():
        click.echo(f"  {printable(line)}")
    first = f"the first call, which loads the engine: {1000 * (loaded - start):.0f} ms"
    click.echo(f"  {engine}: {1000 * (end - loaded):.0f} ms ({first})")


demo = click.Command(
    "demo",
    callback=_demo,
    help="Run five tasks on this machine through a local endpoint: no account, no download.",
    short_help="Run five tasks on this machine.",
)
