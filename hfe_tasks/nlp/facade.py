"""The nlp tasks as methods."""

from __future__ import annotations

import hfe_tasks
from hfe_core import StreamMethod, TaskMethod

__all__ = ["NlpTasks"]


class NlpTasks:
    """Methods of the nlp tasks, for a client to mix in."""

    chat_completion = TaskMethod(lambda: hfe_tasks.CHAT_COMPLETION)
    chat_completion_stream = StreamMethod(lambda: hfe_tasks.CHAT_COMPLETION_STREAM)
    conversational = TaskMethod(lambda: hfe_tasks.CONVERSATIONAL)
    embeddings = TaskMethod(lambda: hfe_tasks.EMBEDDINGS)
    feature_extraction = TaskMethod(lambda: hfe_tasks.FEATURE_EXTRACTION)
    fill_mask = TaskMethod(lambda: hfe_tasks.FILL_MASK)
    question_answering = TaskMethod(lambda: hfe_tasks.QUESTION_ANSWERING)
    sentence_similarity = TaskMethod(lambda: hfe_tasks.SENTENCE_SIMILARITY)
    summarization = TaskMethod(lambda: hfe_tasks.SUMMARIZATION)
    table_question_answering = TaskMethod(lambda: hfe_tasks.TABLE_QUESTION_ANSWERING)
    text_classification = TaskMethod(lambda: hfe_tasks.TEXT_CLASSIFICATION)
    text_generation = TaskMethod(lambda: hfe_tasks.TEXT_GENERATION)
    text_generation_stream = StreamMethod(lambda: hfe_tasks.TEXT_GENERATION_STREAM)
    token_classification = TaskMethod(lambda: hfe_tasks.TOKEN_CLASSIFICATION)
    translation = TaskMethod(lambda: hfe_tasks.TRANSLATION)
    zero_shot_classification = TaskMethod(lambda: hfe_tasks.ZERO_SHOT_CLASSIFICATION)
