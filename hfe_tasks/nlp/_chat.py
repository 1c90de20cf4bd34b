"""What chat servers answer, whole or in chunks."""

from __future__ import annotations

import attrs

from hfe_tasks.nlp._messages import ChatMessage

__all__ = [
    "ChatChoice",
    "ChatChunkChoice",
    "ChatCompletion",
    "ChatCompletionChunk",
    "ChatDelta",
    "ChatFunction",
    "ChatFunctionDelta",
    "ChatLogprob",
    "ChatLogprobs",
    "ChatReply",
    "ChatToolCall",
    "ChatToolCallDelta",
    "ChatUsage",
]


@attrs.frozen
class ChatUsage:
    """How many tokens a call took.

    Attributes:
        prompt_tokens: Those of the conversation, with what the model's template adds.
        completion_tokens: Those that were generated.
        total_tokens: Both together.
    """

    prompt_tokens: int
    completion_tokens: int = 0
    total_tokens: int = 0


@attrs.frozen
class ChatLogprob:
    """A token that was chosen, or might have been.

    Attributes:
        token: Its text.
        logprob: Its natural logarithmic probability.
        bytes: The UTF-8 bytes of its text, where the server gives them: a character may span tokens.
        top_logprobs: The likeliest tokens at its place, where ``top_logprobs`` asked for them.
    """

    token: str
    logprob: float
    bytes: tuple[int, ...] | None = None
    top_logprobs: tuple[ChatLogprob, ...] = ()


@attrs.frozen
class ChatLogprobs:
    """How likely the tokens of an answer were.

    Attributes:
        content: One for each token of the message's content; None where the server gives none.
        refusal: One for each token of its refusal.
    """

    content: tuple[ChatLogprob, ...] | None = None
    refusal: tuple[ChatLogprob, ...] | None = None


@attrs.frozen
class ChatFunction:
    """A function that the model wants to be called.

    Attributes:
        name: Its name, one of those in ``tools``.
        arguments: Its arguments: the text of a JSON object, as the model wrote it, so that it may be wrong.
    """

    name: str
    arguments: str = ""


@attrs.frozen
class ChatToolCall:
    """A call that the model wants to be made.

    Attributes:
        id: Its name, for the message that will answer it (``tool_call_id``).
        function: The function and its arguments.
        type: ``"function"``.
    """

    id: str
    function: ChatFunction
    type: str = "function"


@attrs.frozen
class ChatReply:
    """The message that the model wrote.

    Attributes:
        role: ``"assistant"``.
        content: The words; None where it only calls tools.
        tool_calls: The calls that it wants to be made.
        refusal: Why it does not answer, where the server tells that apart.
        reasoning: What it thought before the answer, where the server tells that apart (vLLM).
        reasoning_content: What it thought before the answer, as older vLLM, SGLang and llama.cpp name it.
    """

    role: str = "assistant"
    content: str | None = None
    tool_calls: tuple[ChatToolCall, ...] = ()
    refusal: str | None = None
    reasoning: str | None = None
    reasoning_content: str | None = None

    def as_input(self) -> ChatMessage:
        """The message as one of the next call's ``inputs``."""
        message: ChatMessage = {"role": self.role, "content": self.content}
        if self.tool_calls:
            message["tool_calls"] = [attrs.asdict(call) for call in self.tool_calls]
        return message


@attrs.frozen
class ChatChoice:
    """One answer.

    Attributes:
        message: The message.
        index: Its place among those that ``n`` asked for, from 0.
        finish_reason: Why it ended: ``"stop"``, ``"length"``, ``"tool_calls"``, ``"content_filter"``, or TGI's
            ``"eos_token"`` and ``"stop_sequence"``.
        logprobs: How likely its tokens were, where ``logprobs`` asked for it and the server can tell.
    """

    message: ChatReply
    index: int = 0
    finish_reason: str | None = None
    logprobs: ChatLogprobs | None = None


@attrs.frozen
class ChatCompletion:
    """The answer to a conversation.

    Attributes:
        choices: The answers, one unless ``n`` asked for more.
        id: The server's name for the call; empty from TGI.
        model: The model that answered, as the server calls it.
        created: When, in seconds since 1970.
        object: ``"chat.completion"``.
        system_fingerprint: The server's version and configuration, where it says them.
        usage: How many tokens the call took.
    """

    choices: tuple[ChatChoice, ...]
    id: str = ""
    model: str = ""
    created: int | None = None
    object: str = "chat.completion"
    system_fingerprint: str | None = None
    usage: ChatUsage | None = None

    @property
    def content(self) -> str:
        """The words of the first answer; empty where it has none."""
        return (self.choices[0].message.content or "") if self.choices else ""


@attrs.frozen
class ChatFunctionDelta:
    """What a chunk adds to a function call.

    Attributes:
        name: The function's name, in the first chunk of the call.
        arguments: What is to be put behind the arguments so far.
    """

    name: str | None = None
    arguments: str = ""


@attrs.frozen
class ChatToolCallDelta:
    """What a chunk adds to a tool call.

    Attributes:
        index: Which of the message's calls this is, from 0.
        id: Its name, in the first chunk of the call.
        type: ``"function"``, in the first chunk of the call.
        function: What is new of the function.
    """

    index: int = 0
    id: str | None = None
    type: str | None = None
    function: ChatFunctionDelta | None = None


@attrs.frozen
class ChatDelta:
    """What a chunk adds to a message.

    Attributes:
        role: Who speaks; in the first chunk, from TGI in each.
        content: What is to be put behind the words so far.
        tool_calls: What is new of tool calls.
        refusal: What is to be put behind the refusal so far.
        reasoning: What is to be put behind the thoughts so far (vLLM).
        reasoning_content: What is to be put behind the thoughts so far, as older vLLM, SGLang and llama.cpp name it.
    """

    role: str | None = None
    content: str | None = None
    tool_calls: tuple[ChatToolCallDelta, ...] = ()
    refusal: str | None = None
    reasoning: str | None = None
    reasoning_content: str | None = None


@attrs.frozen
class ChatChunkChoice:
    """What a chunk adds to one answer.

    Attributes:
        delta: What is new.
        index: Which of the answers that ``n`` asked for, from 0.
        finish_reason: Why it ended, in its last chunk.
        logprobs: How likely the new tokens were.
    """

    delta: ChatDelta
    index: int = 0
    finish_reason: str | None = None
    logprobs: ChatLogprobs | None = None


@attrs.frozen
class ChatCompletionChunk:
    """One event of a streamed answer.

    Attributes:
        choices: What is new; empty in a chunk that only says the usage.
        id: The server's name for the call, the same in each chunk; empty from TGI.
        model: The model that answers, as the server calls it.
        created: When, in seconds since 1970.
        object: ``"chat.completion.chunk"``.
        system_fingerprint: The server's version and configuration, where it says them.
        usage: How many tokens the call took, in the last chunk: always from transformers, from others where
            ``stream_options`` asked for it.
    """

    choices: tuple[ChatChunkChoice, ...]
    id: str = ""
    model: str = ""
    created: int | None = None
    object: str = "chat.completion.chunk"
    system_fingerprint: str | None = None
    usage: ChatUsage | None = None

    @property
    def content(self) -> str:
        """What is new in the words of the first answer; empty where nothing is."""
        return "".join(choice.delta.content or "" for choice in self.choices if choice.index == 0)
