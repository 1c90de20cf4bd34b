"""The synchronous client with all built-in tasks as methods."""

from __future__ import annotations

from typing import Any, Literal, ParamSpec, TypeVar, overload

from hfe_core import Audio, Client, Image, Stream, StreamTask, Task
from hfe_tasks._classification import Classification
from hfe_tasks.audio.audio_to_audio import AudioToAudioOutput
from hfe_tasks.audio.automatic_speech_recognition import AutomaticSpeechRecognitionOutput
from hfe_tasks.audio.facade import AudioTasks
from hfe_tasks.cv.facade import CvTasks
from hfe_tasks.cv.image_segmentation import ImageSegment
from hfe_tasks.cv.image_to_text import ImageToTextOutput
from hfe_tasks.cv.object_detection import DetectedObject
from hfe_tasks.multimodal.document_question_answering import DocumentAnswer
from hfe_tasks.multimodal.facade import MultimodalTasks
from hfe_tasks.multimodal.visual_question_answering import VisualAnswer
from hfe_tasks.nlp.chat_completion import ChatCompletion, ChatCompletionChunk
from hfe_tasks.nlp.conversational import ConversationalOutput
from hfe_tasks.nlp.facade import NlpTasks
from hfe_tasks.nlp.feature_extraction import Features
from hfe_tasks.nlp.fill_mask import MaskFill
from hfe_tasks.nlp.question_answering import Answer
from hfe_tasks.nlp.summarization import SummarizationOutput
from hfe_tasks.nlp.table_question_answering import TableAnswer
from hfe_tasks.nlp.text_generation import TextGenerationOutput, TextGenerationStreamOutput
from hfe_tasks.nlp.token_classification import TokenClassificationOutput
from hfe_tasks.nlp.translation import Translations
from hfe_tasks.nlp.zero_shot_classification import ZeroShotClassifications
from hfe_tasks.tabular.facade import TabularTasks

__all__ = ["HfInferenceEndpoint"]

P = ParamSpec("P")
O = TypeVar("O")  # noqa: E741
E = TypeVar("E")


class HfInferenceEndpoint(AudioTasks, CvTasks, MultimodalTasks, NlpTasks, TabularTasks, Client):
    """A client of one Hugging Face inference endpoint, with every built-in task as a typed method.

    ``endpoint.fill_mask(inputs=...)``, ``endpoint.run("fill-mask", inputs=...)`` and ``endpoint.run(FILL_MASK,
    inputs=...)`` are the same call. The constructor is that of :class:`~hfe_core.client.Client`.
    """

    @overload  # type: ignore[override]  # mypy: no overload may be inserted between inherited ones
    def run(self, task: Task[P, O], /, *args: P.args, **kwargs: P.kwargs) -> O: ...
    @overload
    def run(self, task: Literal["audio-classification"], /, *args: Any, **kwargs: Any) -> list[Classification]: ...
    @overload
    def run(self, task: Literal["audio-to-audio"], /, *args: Any, **kwargs: Any) -> list[AudioToAudioOutput]: ...
    @overload
    def run(
        self, task: Literal["automatic-speech-recognition"], /, *args: Any, **kwargs: Any
    ) -> AutomaticSpeechRecognitionOutput: ...
    @overload
    def run(self, task: Literal["chat-completion"], /, *args: Any, **kwargs: Any) -> ChatCompletion: ...
    @overload
    def run(self, task: Literal["conversational"], /, *args: Any, **kwargs: Any) -> ConversationalOutput: ...
    @overload
    def run(self, task: Literal["document-question-answering"], /, *args: Any, **kwargs: Any) -> DocumentAnswer: ...
    @overload
    def run(self, task: Literal["feature-extraction"], /, *args: Any, **kwargs: Any) -> Features: ...
    @overload
    def run(self, task: Literal["fill-mask"], /, *args: Any, **kwargs: Any) -> list[MaskFill]: ...
    @overload
    def run(self, task: Literal["image-classification"], /, *args: Any, **kwargs: Any) -> list[Classification]: ...
    @overload
    def run(self, task: Literal["image-segmentation"], /, *args: Any, **kwargs: Any) -> list[ImageSegment]: ...
    @overload
    def run(self, task: Literal["image-to-image"], /, *args: Any, **kwargs: Any) -> Image: ...
    @overload
    def run(self, task: Literal["image-to-text"], /, *args: Any, **kwargs: Any) -> ImageToTextOutput: ...
    @overload
    def run(self, task: Literal["object-detection"], /, *args: Any, **kwargs: Any) -> list[DetectedObject]: ...
    @overload
    def run(self, task: Literal["question-answering"], /, *args: Any, **kwargs: Any) -> Answer: ...
    @overload
    def run(self, task: Literal["sentence-similarity"], /, *args: Any, **kwargs: Any) -> list[float]: ...
    @overload
    def run(self, task: Literal["summarization"], /, *args: Any, **kwargs: Any) -> SummarizationOutput: ...
    @overload
    def run(self, task: Literal["table-question-answering"], /, *args: Any, **kwargs: Any) -> TableAnswer: ...
    @overload
    def run(self, task: Literal["tabular-classification"], /, *args: Any, **kwargs: Any) -> list[str | int | float]: ...
    @overload
    def run(self, task: Literal["tabular-regression"], /, *args: Any, **kwargs: Any) -> list[float]: ...
    @overload
    def run(self, task: Literal["text-classification"], /, *args: Any, **kwargs: Any) -> list[Classification]: ...
    @overload
    def run(self, task: Literal["text-generation"], /, *args: Any, **kwargs: Any) -> TextGenerationOutput: ...
    @overload
    def run(self, task: Literal["text-to-image"], /, *args: Any, **kwargs: Any) -> Image: ...
    @overload
    def run(self, task: Literal["text-to-speech"], /, *args: Any, **kwargs: Any) -> Audio: ...
    @overload
    def run(
        self, task: Literal["token-classification"], /, *args: Any, **kwargs: Any
    ) -> list[TokenClassificationOutput]: ...
    @overload
    def run(self, task: Literal["translation"], /, *args: Any, **kwargs: Any) -> Translations: ...
    @overload
    def run(self, task: Literal["visual-question-answering"], /, *args: Any, **kwargs: Any) -> VisualAnswer: ...
    @overload
    def run(
        self, task: Literal["zero-shot-classification"], /, *args: Any, **kwargs: Any
    ) -> ZeroShotClassifications: ...
    @overload
    def run(
        self, task: Literal["zero-shot-image-classification"], /, *args: Any, **kwargs: Any
    ) -> list[Classification]: ...
    @overload
    def run(self, task: str, /, *args: Any, **kwargs: Any) -> Any: ...
    def run(self, task: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Run a task, given as a value or by name, with the arguments of its encoder."""
        return super().run(task, *args, **kwargs)

    @overload  # type: ignore[override]
    def stream(self, task: StreamTask[P, E], /, *args: P.args, **kwargs: P.kwargs) -> Stream[E]: ...
    @overload
    def stream(self, task: Literal["chat-completion"], /, *args: Any, **kwargs: Any) -> Stream[ChatCompletionChunk]: ...
    @overload
    def stream(
        self, task: Literal["text-generation"], /, *args: Any, **kwargs: Any
    ) -> Stream[TextGenerationStreamOutput]: ...
    @overload
    def stream(self, task: str, /, *args: Any, **kwargs: Any) -> Stream[Any]: ...
    def stream(self, task: Any, /, *args: Any, **kwargs: Any) -> Stream[Any]:
        """Run a stream task, given as a value or by name."""
        return super().stream(task, *args, **kwargs)
