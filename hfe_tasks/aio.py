"""The asynchronous client with all built-in tasks as methods."""

from __future__ import annotations

from typing import Any, Literal, ParamSpec, TypeVar, overload

from hfe_core import AsyncClient, AsyncStream, Audio, StreamTask, Task
from hfe_tasks._classification import Classification
from hfe_tasks.audio.automatic_speech_recognition import AutomaticSpeechRecognitionOutput
from hfe_tasks.audio.facade import AudioTasks
from hfe_tasks.cv.facade import CvTasks
from hfe_tasks.multimodal.facade import MultimodalTasks
from hfe_tasks.multimodal.visual_question_answering import VisualAnswer
from hfe_tasks.nlp.facade import NlpTasks
from hfe_tasks.nlp.feature_extraction import Features
from hfe_tasks.nlp.fill_mask import MaskFill
from hfe_tasks.nlp.question_answering import Answer
from hfe_tasks.nlp.text_generation import TextGenerationOutput, TextGenerationStreamOutput
from hfe_tasks.tabular.facade import TabularTasks

__all__ = ["AsyncHfInferenceEndpoint"]

P = ParamSpec("P")
O = TypeVar("O")  # noqa: E741
E = TypeVar("E")


class AsyncHfInferenceEndpoint(AudioTasks, CvTasks, MultimodalTasks, NlpTasks, TabularTasks, AsyncClient):
    """As :class:`~hfe_tasks.endpoint.HfInferenceEndpoint`, for asyncio; needs the extra ``async`` (aiohttp)."""

    @overload  # type: ignore[override]  # mypy: no overload may be inserted between inherited ones
    async def run(self, task: Task[P, O], /, *args: P.args, **kwargs: P.kwargs) -> O: ...
    @overload
    async def run(
        self, task: Literal["automatic-speech-recognition"], /, *args: Any, **kwargs: Any
    ) -> AutomaticSpeechRecognitionOutput: ...
    @overload
    async def run(self, task: Literal["feature-extraction"], /, *args: Any, **kwargs: Any) -> Features: ...
    @overload
    async def run(self, task: Literal["fill-mask"], /, *args: Any, **kwargs: Any) -> list[MaskFill]: ...
    @overload
    async def run(
        self, task: Literal["image-classification"], /, *args: Any, **kwargs: Any
    ) -> list[Classification]: ...
    @overload
    async def run(self, task: Literal["question-answering"], /, *args: Any, **kwargs: Any) -> Answer: ...
    @overload
    async def run(
        self, task: Literal["tabular-classification"], /, *args: Any, **kwargs: Any
    ) -> list[str | int | float]: ...
    @overload
    async def run(self, task: Literal["text-classification"], /, *args: Any, **kwargs: Any) -> list[Classification]: ...
    @overload
    async def run(self, task: Literal["text-generation"], /, *args: Any, **kwargs: Any) -> TextGenerationOutput: ...
    @overload
    async def run(self, task: Literal["text-to-speech"], /, *args: Any, **kwargs: Any) -> Audio: ...
    @overload
    async def run(self, task: Literal["visual-question-answering"], /, *args: Any, **kwargs: Any) -> VisualAnswer: ...
    @overload
    async def run(self, task: str, /, *args: Any, **kwargs: Any) -> Any: ...
    async def run(self, task: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Run a task, given as a value or by name, with the arguments of its encoder."""
        return await super().run(task, *args, **kwargs)

    @overload  # type: ignore[override]
    def stream(self, task: StreamTask[P, E], /, *args: P.args, **kwargs: P.kwargs) -> AsyncStream[E]: ...
    @overload
    def stream(
        self, task: Literal["text-generation"], /, *args: Any, **kwargs: Any
    ) -> AsyncStream[TextGenerationStreamOutput]: ...
    @overload
    def stream(self, task: str, /, *args: Any, **kwargs: Any) -> AsyncStream[Any]: ...
    def stream(self, task: Any, /, *args: Any, **kwargs: Any) -> AsyncStream[Any]:
        """Run a stream task, given as a value or by name."""
        return super().stream(task, *args, **kwargs)
