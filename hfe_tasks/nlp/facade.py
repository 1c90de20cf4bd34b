"""The nlp tasks as methods."""

from __future__ import annotations

from hfe_core import StreamMethod, TaskMethod
from hfe_tasks.nlp.feature_extraction import FEATURE_EXTRACTION
from hfe_tasks.nlp.fill_mask import FILL_MASK
from hfe_tasks.nlp.question_answering import QUESTION_ANSWERING
from hfe_tasks.nlp.text_classification import TEXT_CLASSIFICATION
from hfe_tasks.nlp.text_generation import TEXT_GENERATION, TEXT_GENERATION_STREAM

__all__ = ["NlpTasks"]


class NlpTasks:
    """Methods of the nlp tasks, for a client to mix in."""

    feature_extraction = TaskMethod(FEATURE_EXTRACTION)
    fill_mask = TaskMethod(FILL_MASK)
    question_answering = TaskMethod(QUESTION_ANSWERING)
    text_classification = TaskMethod(TEXT_CLASSIFICATION)
    text_generation = TaskMethod(TEXT_GENERATION)
    text_generation_stream = StreamMethod(TEXT_GENERATION_STREAM)
