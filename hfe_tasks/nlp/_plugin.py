"""The plugin of the nlp tasks: their names and places; a module is imported when its task is first used."""

from __future__ import annotations

from collections.abc import Iterable

from hfe_core import TaskRef, hookimpl

__all__ = ["hfe_register_tasks"]


@hookimpl
def hfe_register_tasks() -> Iterable[TaskRef]:
    """The tasks of this domain."""
    return [
        TaskRef("chat-completion", "hfe_tasks.nlp.chat_completion:CHAT_COMPLETION"),
        TaskRef("chat-completion", "hfe_tasks.nlp.chat_completion:CHAT_COMPLETION_STREAM", stream=True),
        TaskRef("conversational", "hfe_tasks.nlp.conversational:CONVERSATIONAL"),
        TaskRef("embeddings", "hfe_tasks.nlp.embeddings:EMBEDDINGS"),
        TaskRef("feature-extraction", "hfe_tasks.nlp.feature_extraction:FEATURE_EXTRACTION"),
        TaskRef("fill-mask", "hfe_tasks.nlp.fill_mask:FILL_MASK"),
        TaskRef("question-answering", "hfe_tasks.nlp.question_answering:QUESTION_ANSWERING"),
        TaskRef("sentence-similarity", "hfe_tasks.nlp.sentence_similarity:SENTENCE_SIMILARITY"),
        TaskRef("summarization", "hfe_tasks.nlp.summarization:SUMMARIZATION"),
        TaskRef("table-question-answering", "hfe_tasks.nlp.table_question_answering:TABLE_QUESTION_ANSWERING"),
        TaskRef("text-classification", "hfe_tasks.nlp.text_classification:TEXT_CLASSIFICATION"),
        TaskRef("text-generation", "hfe_tasks.nlp.text_generation:TEXT_GENERATION"),
        TaskRef("text-generation", "hfe_tasks.nlp.text_generation:TEXT_GENERATION_STREAM", stream=True),
        TaskRef("token-classification", "hfe_tasks.nlp.token_classification:TOKEN_CLASSIFICATION"),
        TaskRef("translation", "hfe_tasks.nlp.translation:TRANSLATION"),
        TaskRef("zero-shot-classification", "hfe_tasks.nlp.zero_shot_classification:ZERO_SHOT_CLASSIFICATION"),
    ]
