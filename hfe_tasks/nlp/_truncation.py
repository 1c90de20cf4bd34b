"""What a tokenizer does with a text that is too long for the model."""

from __future__ import annotations

from typing import Literal

__all__ = ["TRUNCATIONS", "Truncation"]

Truncation = Literal["do_not_truncate", "longest_first", "only_first", "only_second"]

TRUNCATIONS = ("do_not_truncate", "longest_first", "only_first", "only_second")
"""The values of :data:`Truncation`."""
