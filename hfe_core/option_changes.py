"""The options as keywords."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TypedDict

from hfe_core.retry import Retry

__all__ = ["OptionChanges"]


class OptionChanges(TypedDict, total=False):
    """The keywords of ``with_options``: those of :class:`Options`."""

    timeout: float | None
    deadline: float | None
    retry: Retry
    headers: Mapping[str, str]
    max_head: int
    max_body: int
    max_decompressed: int
    max_error_body: int
    max_line: int
    max_event: int
    max_depth: int
    concurrency: int
    batch_size: int
    wait_for_model: bool | None
    use_cache: bool | None
    dont_load_model: bool | None
    use_gpu: bool | None
    retry_on_error: bool | None
    scale_up_timeout: float | None
    ca_bundle: str | os.PathLike[str] | None
