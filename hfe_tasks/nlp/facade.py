"""The nlp tasks as methods."""

from __future__ import annotations

from hfe_core import StreamMethod, TaskMethod
from hfe_tasks.nlp.chat_completion import CHAT_COMPLETION, CHAT_COMPLETION_STREAM
from hfe_tasks.nlp.conversational import CONVERSATIONAL
from hfe_tasks.nlp.feature_extraction import FEATURE_EXTRACTION
from hfe_tasks.nlp.fill_mask import FILL_MASK
from hfe_tasks.nlp.question_answering import QUESTION_ANSWERING
from hfe_tasks.nlp.sentence_similarity import SENTENCE_SIMILARITY
from hfe_tasks.nlp.summarization import SUMMARIZATION
from hfe_tasks.nlp.table_question_answering import TABLE_QUESTION_ANSWERING
from hfe_tasks.nlp.text_classification import TEXT_CLASSIFICATION
from hfe_tasks.nlp.text_generation import TEXT_GENERATION, TEXT_GENERATION_STREAM
from hfe_tasks.nlp.token_classification import TOKEN_CLASSIFICATION
from hfe_tasks.nlp.translation import TRANSLATION
from hfe_tasks.nlp.zero_shot_classification import ZERO_SHOT_CLASSIFICATION

__all__ = ["NlpTasks"]


class NlpTasks:
    """Methods of the nlp tasks, for a client to mix in."""

    chat_completion = TaskMethod(CHAT_COMPLETION)
    chat_completion_stream = StreamMethod(CHAT_COMPLETION_STREAM)
    conversational = TaskMethod(CONVERSATIONAL)
    feature_extraction = TaskMethod(FEATURE_EXTRACTION)
    fill_mask = TaskMethod(FILL_MASK)
    question_answering = TaskMethod(QUESTION_ANSWERING)
    sentence_similarity = TaskMethod(SENTENCE_SIMILARITY)
    summarization = TaskMethod(SUMMARIZATION)
    table_question_answering = TaskMethod(TABLE_QUESTION_ANSWERING)
    text_classification = TaskMethod(TEXT_CLASSIFICATION)
    text_generation = TaskMethod(TEXT_GENERATION)
    text_generation_stream = StreamMethod(TEXT_GENERATION_STREAM)
    token_classification = TaskMethod(TOKEN_CLASSIFICATION)
    translation = TaskMethod(TRANSLATION)
    zero_shot_classification = TaskMethod(ZERO_SHOT_CLASSIFICATION)
