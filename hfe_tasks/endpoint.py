"""The synchronous client with all built-in tasks as methods."""

from __future__ import annotations

from typing import Any, Literal, ParamSpec, TypeVar, overload

import hfe_core
import hfe_tasks
from hfe_core import Client, StreamTask, Task
from hfe_tasks.audio.facade import AudioTasks
from hfe_tasks.cv.facade import CvTasks
from hfe_tasks.multimodal.facade import MultimodalTasks
from hfe_tasks.nlp.facade import NlpTasks
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
    def run(
        self, task: Literal["audio-classification"], /, *args: Any, **kwargs: Any
    ) -> list[hfe_tasks.Classification]: ...
    @overload
    def run(
        self, task: Literal["audio-to-audio"], /, *args: Any, **kwargs: Any
    ) -> list[hfe_tasks.AudioToAudioOutput]: ...
    @overload
    def run(
        self, task: Literal["automatic-speech-recognition"], /, *args: Any, **kwargs: Any
    ) -> hfe_tasks.AutomaticSpeechRecognitionOutput: ...
    @overload
    def run(self, task: Literal["chat-completion"], /, *args: Any, **kwargs: Any) -> hfe_tasks.ChatCompletion: ...
    @overload
    def run(self, task: Literal["conversational"], /, *args: Any, **kwargs: Any) -> hfe_tasks.ConversationalOutput: ...
    @overload
    def run(
        self, task: Literal["document-question-answering"], /, *args: Any, **kwargs: Any
    ) -> hfe_tasks.DocumentAnswer: ...
    @overload
    def run(self, task: Literal["embeddings"], /, *args: Any, **kwargs: Any) -> hfe_tasks.Embeddings: ...
    @overload
    def run(self, task: Literal["feature-extraction"], /, *args: Any, **kwargs: Any) -> hfe_tasks.Features: ...
    @overload
    def run(self, task: Literal["fill-mask"], /, *args: Any, **kwargs: Any) -> list[hfe_tasks.MaskFill]: ...
    @overload
    def run(
        self, task: Literal["image-classification"], /, *args: Any, **kwargs: Any
    ) -> list[hfe_tasks.Classification]: ...
    @overload
    def run(
        self, task: Literal["image-segmentation"], /, *args: Any, **kwargs: Any
    ) -> list[hfe_tasks.ImageSegment]: ...
    @overload
    def run(self, task: Literal["image-to-image"], /, *args: Any, **kwargs: Any) -> hfe_core.Image: ...
    @overload
    def run(self, task: Literal["image-to-text"], /, *args: Any, **kwargs: Any) -> hfe_tasks.ImageToTextOutput: ...
    @overload
    def run(
        self, task: Literal["object-detection"], /, *args: Any, **kwargs: Any
    ) -> list[hfe_tasks.DetectedObject]: ...
    @overload
    def run(self, task: Literal["question-answering"], /, *args: Any, **kwargs: Any) -> hfe_tasks.Answer: ...
    @overload
    def run(self, task: Literal["sentence-similarity"], /, *args: Any, **kwargs: Any) -> list[float]: ...
    @overload
    def run(self, task: Literal["summarization"], /, *args: Any, **kwargs: Any) -> hfe_tasks.SummarizationOutput: ...
    @overload
    def run(self, task: Literal["table-question-answering"], /, *args: Any, **kwargs: Any) -> hfe_tasks.TableAnswer: ...
    @overload
    def run(self, task: Literal["tabular-classification"], /, *args: Any, **kwargs: Any) -> list[str | int | float]: ...
    @overload
    def run(self, task: Literal["tabular-regression"], /, *args: Any, **kwargs: Any) -> list[float]: ...
    @overload
    def run(
        self, task: Literal["text-classification"], /, *args: Any, **kwargs: Any
    ) -> list[hfe_tasks.Classification]: ...
    @overload
    def run(self, task: Literal["text-generation"], /, *args: Any, **kwargs: Any) -> hfe_tasks.TextGenerationOutput: ...
    @overload
    def run(self, task: Literal["text-to-image"], /, *args: Any, **kwargs: Any) -> hfe_core.Image: ...
    @overload
    def run(self, task: Literal["text-to-speech"], /, *args: Any, **kwargs: Any) -> hfe_core.Audio: ...
    @overload
    def run(
        self, task: Literal["token-classification"], /, *args: Any, **kwargs: Any
    ) -> list[hfe_tasks.TokenClassificationOutput]: ...
    @overload
    def run(self, task: Literal["translation"], /, *args: Any, **kwargs: Any) -> hfe_tasks.Translations: ...
    @overload
    def run(
        self, task: Literal["visual-question-answering"], /, *args: Any, **kwargs: Any
    ) -> hfe_tasks.VisualAnswer: ...
    @overload
    def run(
        self, task: Literal["zero-shot-classification"], /, *args: Any, **kwargs: Any
    ) -> hfe_tasks.ZeroShotClassifications: ...
    @overload
    def run(
        self, task: Literal["zero-shot-image-classification"], /, *args: Any, **kwargs: Any
    ) -> list[hfe_tasks.Classification]: ...
    @overload
    def run(self, task: str, /, *args: Any, **kwargs: Any) -> Any: ...
    def run(self, task: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Run a task, given as a value or by name, with the arguments of its encoder."""
        return super().run(task, *args, **kwargs)

    @overload  # type: ignore[override]
    def stream(self, task: StreamTask[P, E], /, *args: P.args, **kwargs: P.kwargs) -> hfe_core.Stream[E]: ...
    @overload
    def stream(
        self, task: Literal["chat-completion"], /, *args: Any, **kwargs: Any
    ) -> hfe_core.Stream[hfe_tasks.ChatCompletionChunk]: ...
    @overload
    def stream(
        self, task: Literal["text-generation"], /, *args: Any, **kwargs: Any
    ) -> hfe_core.Stream[hfe_tasks.TextGenerationStreamOutput]: ...
    @overload
    def stream(self, task: str, /, *args: Any, **kwargs: Any) -> hfe_core.Stream[Any]: ...
    def stream(self, task: Any, /, *args: Any, **kwargs: Any) -> hfe_core.Stream[Any]:
        """Run a stream task, given as a value or by name."""
        return super().stream(task, *args, **kwargs)
