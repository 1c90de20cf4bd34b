"""The plugin of the nlp tasks: their names and places; a module is imported when its task is first used."""

from __future__ import annotations

from collections.abc import Iterable

from hfe_core import TaskRef, hookimpl

__all__ = ["hfe_register_tasks"]


@hookimpl
def hfe_register_tasks() -> Iterable[TaskRef]:
    """The tasks of this domain."""
    return [
        TaskRef("feature-extraction", "hfe_tasks.nlp.feature_extraction:FEATURE_EXTRACTION"),
        TaskRef("fill-mask", "hfe_tasks.nlp.fill_mask:FILL_MASK"),
        TaskRef("question-answering", "hfe_tasks.nlp.question_answering:QUESTION_ANSWERING"),
        TaskRef("text-classification", "hfe_tasks.nlp.text_classification:TEXT_CLASSIFICATION"),
        TaskRef("text-generation", "hfe_tasks.nlp.text_generation:TEXT_GENERATION"),
        TaskRef("text-generation", "hfe_tasks.nlp.text_generation:TEXT_GENERATION_STREAM", stream=True),
    ]
