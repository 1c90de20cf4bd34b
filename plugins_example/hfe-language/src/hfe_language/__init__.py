"""language-identification: the language that a text is in, from a custom endpoint that answers ``{"en": 0.98, ...}``."""

from hfe_core import AnyTask, Payload, Task, TaskMethod, decode_as, hookimpl, integer, merge_parameters, text


def encode_language_identification(inputs: str, *, top_k: int | None = None) -> Payload:
    """Identify the language of a text: the probabilities of languages, by their ISO 639-1 codes.

    Args:
        inputs: The text.
        top_k: How many languages, at least 1. Default: the endpoint's own.
    """
    return Payload(inputs=text("inputs", inputs), parameters=merge_parameters(None, top_k=integer("top_k", top_k, 1)))


LANGUAGE_IDENTIFICATION = Task(
    name="language-identification", encode=encode_language_identification, decode=decode_as(dict[str, float])
)


class LanguageTasks:
    """Language identification as a method of a client."""

    identify_language = TaskMethod(LANGUAGE_IDENTIFICATION)


@hookimpl
def hfe_register_tasks() -> list[AnyTask]:
    """Name the task of this plugin."""
    return [LANGUAGE_IDENTIFICATION]
