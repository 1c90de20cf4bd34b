"""What a tokenizer does with a text that is too long for the model."""

from __future__ import annotations

from typing import Literal, TypeAlias

__all__ = ["Truncation"]

Truncation: TypeAlias = Literal["do_not_truncate", "longest_first", "only_first", "only_second"]
"""What happens to a text that is too long for the model."""
