"""The plugin of the multimodal tasks: their names and places; a module is imported when its task is first used."""

from __future__ import annotations

from collections.abc import Iterable

from hfe_core import TaskRef, hookimpl

__all__ = ["hfe_register_tasks"]


@hookimpl
def hfe_register_tasks() -> Iterable[TaskRef]:
    """The tasks of this domain."""
    return [
        TaskRef(
            "document-question-answering",
            "hfe_tasks.multimodal.document_question_answering:DOCUMENT_QUESTION_ANSWERING",
        ),
        TaskRef(
            "visual-question-answering", "hfe_tasks.multimodal.visual_question_answering:VISUAL_QUESTION_ANSWERING"
        ),
    ]
