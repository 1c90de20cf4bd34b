"""Wrong uses of the installed plugins. A type checker rejects each line that says so, for mypy's reason there, and no other."""

from __future__ import annotations

from hfe_language import LANGUAGE_IDENTIFICATION, LanguageTasks
from hfe_sound_events.tasks import SOUND_EVENTS, SOUND_EVENTS_STREAM, SoundTasks

from hfe_core import Client
from hfe_tasks import AsyncHfInferenceEndpoint, HfInferenceEndpoint


class Endpoint(LanguageTasks, SoundTasks, HfInferenceEndpoint):
    """As an application writes it."""


class AsyncEndpoint(LanguageTasks, SoundTasks, AsyncHfInferenceEndpoint):
    """As an application writes it."""


def wrong(client: Client, endpoint: Endpoint) -> None:
    """Mistakes with the synchronous client."""
    endpoint.identify_language(text="Where is it")  # rejected: call-arg
    endpoint.identify_language("Where is it", 1)  # rejected: call-arg
    endpoint.identify_language("Where is it", top_k="1")  # rejected: arg-type
    endpoint.identify_languages("Where is it")  # rejected: attr-defined
    endpoint.sound_events("door.wav")  # rejected: arg-type
    endpoint.sound_events(b"RIFF", loudness=-3)  # rejected: call-arg
    client.run(SOUND_EVENTS_STREAM, b"RIFF")  # rejected: call-overload
    client.run(LANGUAGE_IDENTIFICATION, inputs=b"Where is it")  # rejected: call-overload
    client.stream(SOUND_EVENTS, b"RIFF")  # rejected: call-overload
    SOUND_EVENTS(b"RIFF", treshold=-3)  # rejected: call-arg
    [outcome.output.start for outcome in client.map(SOUND_EVENTS, [b"RIFF"])]  # rejected: attr-defined
    client.sound_events(b"RIFF")  # rejected: attr-defined


async def wrong_async(endpoint: AsyncEndpoint) -> None:
    """Mistakes with the asynchronous client."""
    endpoint.identify_language("Where is it")  # rejected: unused-coroutine
    len(endpoint.sound_events(b"RIFF"))  # rejected: arg-type
    list(endpoint.sound_events_stream(b"RIFF"))  # rejected: call-overload
