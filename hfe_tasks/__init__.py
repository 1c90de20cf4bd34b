"""The built-in tasks of hfe, one module each, and the client that has them as methods.

Names are imported when they are first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hfe_tasks._classification import Classification, FunctionToApply
    from hfe_tasks._tables import ArrowTable, Cell, DataFrameLike, Table
    from hfe_tasks.aio import AsyncHfInferenceEndpoint
    from hfe_tasks.audio.audio_classification import AUDIO_CLASSIFICATION
    from hfe_tasks.audio.audio_to_audio import AUDIO_TO_AUDIO, AudioToAudioOutput
    from hfe_tasks.audio.automatic_speech_recognition import (
        AUTOMATIC_SPEECH_RECOGNITION,
        AutomaticSpeechRecognitionOutput,
        SpeechChunk,
    )
    from hfe_tasks.audio.facade import AudioTasks
    from hfe_tasks.audio.text_to_speech import TEXT_TO_SPEECH
    from hfe_tasks.cv.facade import CvTasks
    from hfe_tasks.cv.image_classification import IMAGE_CLASSIFICATION
    from hfe_tasks.cv.image_segmentation import IMAGE_SEGMENTATION, ImageSegment, SegmentationSubtask
    from hfe_tasks.cv.image_to_image import IMAGE_TO_IMAGE
    from hfe_tasks.cv.image_to_text import IMAGE_TO_TEXT, ImageToTextOutput
    from hfe_tasks.cv.object_detection import OBJECT_DETECTION, BoundingBox, DetectedObject
    from hfe_tasks.cv.text_to_image import TEXT_TO_IMAGE, TargetSize
    from hfe_tasks.cv.zero_shot_image_classification import ZERO_SHOT_IMAGE_CLASSIFICATION, ZeroShotImageInput
    from hfe_tasks.endpoint import HfInferenceEndpoint
    from hfe_tasks.multimodal.document_question_answering import (
        DOCUMENT_QUESTION_ANSWERING,
        DocumentAnswer,
        DocumentQuestionInput,
    )
    from hfe_tasks.multimodal.facade import MultimodalTasks
    from hfe_tasks.multimodal.visual_question_answering import (
        VISUAL_QUESTION_ANSWERING,
        VisualAnswer,
        VisualQuestionInput,
    )
    from hfe_tasks.nlp._truncation import Truncation
    from hfe_tasks.nlp.chat_completion import (
        CHAT_COMPLETION,
        CHAT_COMPLETION_STREAM,
        ChatChoice,
        ChatChunkChoice,
        ChatCompletion,
        ChatCompletionChunk,
        ChatContentPart,
        ChatDelta,
        ChatFunction,
        ChatFunctionDelta,
        ChatImageUrl,
        ChatLogprob,
        ChatLogprobs,
        ChatReply,
        ChatToolCall,
        ChatToolCallDelta,
        ChatUsage,
    )
    from hfe_tasks.nlp.conversational import (
        CONVERSATIONAL,
        Conversation,
        ConversationalOutput,
        ConversationInput,
    )
    from hfe_tasks.nlp.embeddings import EMBEDDINGS, Embeddings, EmbeddingsUsage
    from hfe_tasks.nlp.facade import NlpTasks
    from hfe_tasks.nlp.feature_extraction import FEATURE_EXTRACTION, Features, NestedFloats
    from hfe_tasks.nlp.fill_mask import FILL_MASK, MaskFill
    from hfe_tasks.nlp.question_answering import QUESTION_ANSWERING, Answer, QuestionInput
    from hfe_tasks.nlp.sentence_similarity import SENTENCE_SIMILARITY, SentenceSimilarityInput
    from hfe_tasks.nlp.summarization import SUMMARIZATION, SummarizationOutput
    from hfe_tasks.nlp.table_question_answering import (
        TABLE_QUESTION_ANSWERING,
        Padding,
        TableAnswer,
        TableQuestionInput,
        TableTruncation,
    )
    from hfe_tasks.nlp.text_classification import TEXT_CLASSIFICATION, TextPair
    from hfe_tasks.nlp.text_generation import (
        TEXT_GENERATION,
        TEXT_GENERATION_STREAM,
        ChatMessage,
        TextGenerationOutput,
        TextGenerationPrefillToken,
        TextGenerationStreamDetails,
        TextGenerationStreamOutput,
        TextGenerationStreamToken,
    )
    from hfe_tasks.nlp.token_classification import TOKEN_CLASSIFICATION, AggregationStrategy, TokenClassificationOutput
    from hfe_tasks.nlp.translation import TRANSLATION, Translation, Translations
    from hfe_tasks.nlp.zero_shot_classification import (
        ZERO_SHOT_CLASSIFICATION,
        ZeroShotClassification,
        ZeroShotClassifications,
    )
    from hfe_tasks.tabular.facade import TabularTasks
    from hfe_tasks.tabular.tabular_classification import TABULAR_CLASSIFICATION, TabularInput
    from hfe_tasks.tabular.tabular_regression import TABULAR_REGRESSION

_HOMES = {
    "_classification": ("Classification", "FunctionToApply"),
    "_tables": ("ArrowTable", "Cell", "DataFrameLike", "Table"),
    "aio": ("AsyncHfInferenceEndpoint",),
    "audio.audio_classification": ("AUDIO_CLASSIFICATION",),
    "audio.audio_to_audio": ("AUDIO_TO_AUDIO", "AudioToAudioOutput"),
    "audio.automatic_speech_recognition": (
        "AUTOMATIC_SPEECH_RECOGNITION",
        "AutomaticSpeechRecognitionOutput",
        "SpeechChunk",
    ),
    "audio.facade": ("AudioTasks",),
    "audio.text_to_speech": ("TEXT_TO_SPEECH",),
    "cv.facade": ("CvTasks",),
    "cv.image_classification": ("IMAGE_CLASSIFICATION",),
    "cv.image_segmentation": ("IMAGE_SEGMENTATION", "ImageSegment", "SegmentationSubtask"),
    "cv.image_to_image": ("IMAGE_TO_IMAGE",),
    "cv.image_to_text": ("IMAGE_TO_TEXT", "ImageToTextOutput"),
    "cv.object_detection": ("OBJECT_DETECTION", "BoundingBox", "DetectedObject"),
    "cv.text_to_image": ("TEXT_TO_IMAGE", "TargetSize"),
    "cv.zero_shot_image_classification": ("ZERO_SHOT_IMAGE_CLASSIFICATION", "ZeroShotImageInput"),
    "endpoint": ("HfInferenceEndpoint",),
    "multimodal.document_question_answering": (
        "DOCUMENT_QUESTION_ANSWERING",
        "DocumentAnswer",
        "DocumentQuestionInput",
    ),
    "multimodal.facade": ("MultimodalTasks",),
    "multimodal.visual_question_answering": (
        "VISUAL_QUESTION_ANSWERING",
        "VisualAnswer",
        "VisualQuestionInput",
    ),
    "nlp._truncation": ("Truncation",),
    "nlp.chat_completion": (
        "CHAT_COMPLETION",
        "CHAT_COMPLETION_STREAM",
        "ChatChoice",
        "ChatChunkChoice",
        "ChatCompletion",
        "ChatCompletionChunk",
        "ChatContentPart",
        "ChatDelta",
        "ChatFunction",
        "ChatFunctionDelta",
        "ChatImageUrl",
        "ChatLogprob",
        "ChatLogprobs",
        "ChatReply",
        "ChatToolCall",
        "ChatToolCallDelta",
        "ChatUsage",
    ),
    "nlp.conversational": ("CONVERSATIONAL", "Conversation", "ConversationInput", "ConversationalOutput"),
    "nlp.embeddings": ("EMBEDDINGS", "Embeddings", "EmbeddingsUsage"),
    "nlp.facade": ("NlpTasks",),
    "nlp.feature_extraction": ("FEATURE_EXTRACTION", "Features", "NestedFloats"),
    "nlp.fill_mask": ("FILL_MASK", "MaskFill"),
    "nlp.question_answering": ("QUESTION_ANSWERING", "Answer", "QuestionInput"),
    "nlp.sentence_similarity": ("SENTENCE_SIMILARITY", "SentenceSimilarityInput"),
    "nlp.summarization": ("SUMMARIZATION", "SummarizationOutput"),
    "nlp.table_question_answering": (
        "TABLE_QUESTION_ANSWERING",
        "Padding",
        "TableAnswer",
        "TableQuestionInput",
        "TableTruncation",
    ),
    "nlp.text_classification": ("TEXT_CLASSIFICATION", "TextPair"),
    "nlp.text_generation": (
        "TEXT_GENERATION",
        "TEXT_GENERATION_STREAM",
        "ChatMessage",
        "TextGenerationOutput",
        "TextGenerationPrefillToken",
        "TextGenerationStreamDetails",
        "TextGenerationStreamOutput",
        "TextGenerationStreamToken",
    ),
    "nlp.token_classification": ("TOKEN_CLASSIFICATION", "AggregationStrategy", "TokenClassificationOutput"),
    "nlp.translation": ("TRANSLATION", "Translation", "Translations"),
    "nlp.zero_shot_classification": ("ZERO_SHOT_CLASSIFICATION", "ZeroShotClassification", "ZeroShotClassifications"),
    "tabular.facade": ("TabularTasks",),
    "tabular.tabular_classification": ("TABULAR_CLASSIFICATION", "TabularInput"),
    "tabular.tabular_regression": ("TABULAR_REGRESSION",),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "AUDIO_CLASSIFICATION",
    "AUDIO_TO_AUDIO",
    "AUTOMATIC_SPEECH_RECOGNITION",
    "CHAT_COMPLETION",
    "CHAT_COMPLETION_STREAM",
    "CONVERSATIONAL",
    "DOCUMENT_QUESTION_ANSWERING",
    "EMBEDDINGS",
    "FEATURE_EXTRACTION",
    "FILL_MASK",
    "IMAGE_CLASSIFICATION",
    "IMAGE_SEGMENTATION",
    "IMAGE_TO_IMAGE",
    "IMAGE_TO_TEXT",
    "OBJECT_DETECTION",
    "QUESTION_ANSWERING",
    "SENTENCE_SIMILARITY",
    "SUMMARIZATION",
    "TABLE_QUESTION_ANSWERING",
    "TABULAR_CLASSIFICATION",
    "TABULAR_REGRESSION",
    "TEXT_CLASSIFICATION",
    "TEXT_GENERATION",
    "TEXT_GENERATION_STREAM",
    "TEXT_TO_IMAGE",
    "TEXT_TO_SPEECH",
    "TOKEN_CLASSIFICATION",
    "TRANSLATION",
    "VISUAL_QUESTION_ANSWERING",
    "ZERO_SHOT_CLASSIFICATION",
    "ZERO_SHOT_IMAGE_CLASSIFICATION",
    "AggregationStrategy",
    "Answer",
    "ArrowTable",
    "AsyncHfInferenceEndpoint",
    "AudioTasks",
    "AudioToAudioOutput",
    "AutomaticSpeechRecognitionOutput",
    "BoundingBox",
    "Cell",
    "ChatChoice",
    "ChatChunkChoice",
    "ChatCompletion",
    "ChatCompletionChunk",
    "ChatContentPart",
    "ChatDelta",
    "ChatFunction",
    "ChatFunctionDelta",
    "ChatImageUrl",
    "ChatLogprob",
    "ChatLogprobs",
    "ChatMessage",
    "ChatReply",
    "ChatToolCall",
    "ChatToolCallDelta",
    "ChatUsage",
    "Classification",
    "Conversation",
    "ConversationInput",
    "ConversationalOutput",
    "CvTasks",
    "DataFrameLike",
    "DetectedObject",
    "DocumentAnswer",
    "DocumentQuestionInput",
    "Embeddings",
    "EmbeddingsUsage",
    "Features",
    "FunctionToApply",
    "HfInferenceEndpoint",
    "ImageSegment",
    "ImageToTextOutput",
    "MaskFill",
    "MultimodalTasks",
    "NestedFloats",
    "NlpTasks",
    "Padding",
    "QuestionInput",
    "SegmentationSubtask",
    "SentenceSimilarityInput",
    "SpeechChunk",
    "SummarizationOutput",
    "Table",
    "TableAnswer",
    "TableQuestionInput",
    "TableTruncation",
    "TabularInput",
    "TabularTasks",
    "TargetSize",
    "TextGenerationOutput",
    "TextGenerationPrefillToken",
    "TextGenerationStreamDetails",
    "TextGenerationStreamOutput",
    "TextGenerationStreamToken",
    "TextPair",
    "TokenClassificationOutput",
    "Translation",
    "Translations",
    "Truncation",
    "VisualAnswer",
    "VisualQuestionInput",
    "ZeroShotClassification",
    "ZeroShotClassifications",
    "ZeroShotImageInput",
]


def __getattr__(name: str) -> object:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(importlib.import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
