"""The built-in tasks of hfe, one module each, and the client that has them as methods.

Names are imported when they are first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hfe_tasks._classification import Classification
    from hfe_tasks.aio import AsyncHfInferenceEndpoint
    from hfe_tasks.audio.automatic_speech_recognition import (
        AUTOMATIC_SPEECH_RECOGNITION,
        AutomaticSpeechRecognitionOutput,
        SpeechChunk,
    )
    from hfe_tasks.audio.facade import AudioTasks
    from hfe_tasks.audio.text_to_speech import TEXT_TO_SPEECH
    from hfe_tasks.cv.facade import CvTasks
    from hfe_tasks.cv.image_classification import IMAGE_CLASSIFICATION
    from hfe_tasks.endpoint import HfInferenceEndpoint
    from hfe_tasks.multimodal.facade import MultimodalTasks
    from hfe_tasks.multimodal.visual_question_answering import (
        VISUAL_QUESTION_ANSWERING,
        VisualAnswer,
        VisualQuestionInput,
    )
    from hfe_tasks.nlp.facade import NlpTasks
    from hfe_tasks.nlp.feature_extraction import FEATURE_EXTRACTION, Features, NestedFloats
    from hfe_tasks.nlp.fill_mask import FILL_MASK, MaskFill
    from hfe_tasks.nlp.question_answering import QUESTION_ANSWERING, Answer, QuestionInput
    from hfe_tasks.nlp.text_classification import TEXT_CLASSIFICATION
    from hfe_tasks.nlp.text_generation import (
        TEXT_GENERATION,
        TEXT_GENERATION_STREAM,
        ChatMessage,
        TextGenerationOutput,
        TextGenerationStreamDetails,
        TextGenerationStreamOutput,
        TextGenerationStreamToken,
    )
    from hfe_tasks.tabular.facade import TabularTasks
    from hfe_tasks.tabular.tabular_classification import TABULAR_CLASSIFICATION, Cell, Table, TabularInput

_HOMES = {
    "_classification": ("Classification",),
    "aio": ("AsyncHfInferenceEndpoint",),
    "audio.automatic_speech_recognition": (
        "AUTOMATIC_SPEECH_RECOGNITION",
        "AutomaticSpeechRecognitionOutput",
        "SpeechChunk",
    ),
    "audio.facade": ("AudioTasks",),
    "audio.text_to_speech": ("TEXT_TO_SPEECH",),
    "cv.facade": ("CvTasks",),
    "cv.image_classification": ("IMAGE_CLASSIFICATION",),
    "endpoint": ("HfInferenceEndpoint",),
    "multimodal.facade": ("MultimodalTasks",),
    "multimodal.visual_question_answering": (
        "VISUAL_QUESTION_ANSWERING",
        "VisualAnswer",
        "VisualQuestionInput",
    ),
    "nlp.facade": ("NlpTasks",),
    "nlp.feature_extraction": ("FEATURE_EXTRACTION", "Features", "NestedFloats"),
    "nlp.fill_mask": ("FILL_MASK", "MaskFill"),
    "nlp.question_answering": ("QUESTION_ANSWERING", "Answer", "QuestionInput"),
    "nlp.text_classification": ("TEXT_CLASSIFICATION",),
    "nlp.text_generation": (
        "TEXT_GENERATION",
        "TEXT_GENERATION_STREAM",
        "ChatMessage",
        "TextGenerationOutput",
        "TextGenerationStreamDetails",
        "TextGenerationStreamOutput",
        "TextGenerationStreamToken",
    ),
    "tabular.facade": ("TabularTasks",),
    "tabular.tabular_classification": ("TABULAR_CLASSIFICATION", "Cell", "Table", "TabularInput"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "AUTOMATIC_SPEECH_RECOGNITION",
    "FEATURE_EXTRACTION",
    "FILL_MASK",
    "IMAGE_CLASSIFICATION",
    "QUESTION_ANSWERING",
    "TABULAR_CLASSIFICATION",
    "TEXT_CLASSIFICATION",
    "TEXT_GENERATION",
    "TEXT_GENERATION_STREAM",
    "TEXT_TO_SPEECH",
    "VISUAL_QUESTION_ANSWERING",
    "Answer",
    "AsyncHfInferenceEndpoint",
    "AudioTasks",
    "AutomaticSpeechRecognitionOutput",
    "Cell",
    "ChatMessage",
    "Classification",
    "CvTasks",
    "Features",
    "HfInferenceEndpoint",
    "MaskFill",
    "MultimodalTasks",
    "NestedFloats",
    "NlpTasks",
    "QuestionInput",
    "SpeechChunk",
    "Table",
    "TabularInput",
    "TabularTasks",
    "TextGenerationOutput",
    "TextGenerationStreamDetails",
    "TextGenerationStreamOutput",
    "TextGenerationStreamToken",
    "VisualAnswer",
    "VisualQuestionInput",
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
