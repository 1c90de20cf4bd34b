"""What hfe asks this plugin: its tasks, and a header for its own requests."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from hfe_core import Request, TaskRef, hookimpl
from hfe_sound_events import __version__

__all__ = ["hfe_prepare", "hfe_register_tasks"]


@hookimpl
def hfe_register_tasks() -> Iterable[TaskRef]:
    """The tasks by their place, so that their module is imported when one of them is used."""
    return [
        TaskRef("sound-events", "hfe_sound_events.tasks:SOUND_EVENTS"),
        TaskRef("sound-events", "hfe_sound_events.tasks:SOUND_EVENTS_STREAM", stream=True),
    ]


@hookimpl
def hfe_prepare(request: Request, task: str | None) -> Request | None:
    """Tell the endpoint which version of this plugin asks, so that its log can tell old callers from new ones."""
    if task != "sound-events":
        return None
    return attrs.evolve(request, headers={**request.headers, "x-sound-events-client": __version__})
