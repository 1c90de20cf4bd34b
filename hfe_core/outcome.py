"""Outputs with what surrounds them: the answer they came from, or the error in their place."""

from __future__ import annotations

from typing import Generic, TypeVar, cast

import attrs

from hfe_core.errors import HfeError
from hfe_core.values import Response

__all__ = ["Outcome", "Result"]

O_co = TypeVar("O_co", covariant=True)


@attrs.frozen
class Result(Generic[O_co]):
    """An output with the answer that it was decoded from.

    Attributes:
        output: The typed output.
        response: Status, headers, body (with every field that the typed output leaves out), request id, time.
    """

    output: O_co
    response: Response


@attrs.frozen(repr=False)
class Outcome(Generic[O_co]):
    """What became of one item of ``map``.

    Attributes:
        index: The item's place in the input, from 0.
        error: Why it failed, or None.
    """

    index: int
    _output: O_co | None = attrs.field(default=None, alias="output")
    error: HfeError | None = None

    def __repr__(self) -> str:
        what = f"output={self._output!r}" if self.error is None else f"error={self.error!r}"
        return f"Outcome(index={self.index}, {what})"

    @property
    def ok(self) -> bool:
        """Whether there is an output."""
        return self.error is None

    @property
    def output(self) -> O_co:
        """The output.

        Raises:
            HfeError: The item failed; this is its error.
        """
        if self.error is not None:
            raise self.error
        return cast("O_co", self._output)
