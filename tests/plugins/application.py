"""An application of the installed plugins: run against servers, and checked by type checkers.

``python application.py SPELLING LANGUAGES SOUNDS FILE`` prints what it got, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import assert_type

import attrs
from hfe_language import LANGUAGE_IDENTIFICATION, LanguageTasks
from hfe_sound_events.tasks import SOUND_EVENTS, SOUND_EVENTS_STREAM, SoundEvent, SoundTasks

from hfe_core import AsyncStream, BinaryInput, Client, Outcome, Stream
from hfe_tasks import AsyncHfInferenceEndpoint, HfInferenceEndpoint, MaskFill


class Endpoint(LanguageTasks, SoundTasks, HfInferenceEndpoint):
    """Every built-in task and those of the plugins, as methods."""


class AsyncEndpoint(LanguageTasks, SoundTasks, AsyncHfInferenceEndpoint):
    """The same for asyncio."""


def by_name(languages: str, sounds: str, file: Path) -> object:
    """Tasks by their names; the plugins are found by their entry points."""
    with Client(languages) as language, Client(sounds) as sound:
        codes = language.run("language-identification", inputs="Wo ist der Zug", top_k=1)
        events = sound.run("sound-events", inputs=file)
        return {"language": codes, "events": [attrs.asdict(event) for event in events]}


def by_value(languages: str, sounds: str, file: Path) -> object:
    """Tasks as values, and calls of them."""
    with Client(languages) as language, Client(sounds) as sound:
        codes = assert_type(language.run(LANGUAGE_IDENTIFICATION, inputs="Wo ist der Zug", top_k=1), dict[str, float])
        events = assert_type(sound.send(SOUND_EVENTS(file, threshold=-20)), list[SoundEvent])
        return {"language": codes, "events": [attrs.asdict(event) for event in events]}


def facade(languages: str, sounds: str, file: Path) -> object:
    """Tasks as methods, beside the built-in ones."""
    with Endpoint(languages) as language, Endpoint(sounds) as sound:
        codes = assert_type(language.identify_language("Wo ist der Zug", top_k=1), dict[str, float])
        events = assert_type(sound.sound_events(inputs=file, min_silence=0.5), list[SoundEvent])
        return {"language": codes, "events": [attrs.asdict(event) for event in events]}


def facade_async(languages: str, sounds: str, file: Path) -> object:
    """The same façades on the asynchronous client."""

    async def main() -> object:
        async with AsyncEndpoint(languages) as language, AsyncEndpoint(sounds) as sound:
            codes = assert_type(await language.identify_language("Wo ist der Zug", top_k=1), dict[str, float])
            events = assert_type(await sound.sound_events(file), list[SoundEvent])
            stream = assert_type(sound.sound_events_stream(file), AsyncStream[SoundEvent])
            assert events == [event async for event in stream]
            assert events == await sound.run("sound-events", file)
            return {"language": codes, "events": [attrs.asdict(event) for event in events]}

    return asyncio.run(main())


def stream(_: str, sounds: str, file: Path) -> object:
    """Streams by name, by value and as a method."""
    with Endpoint(sounds) as sound:
        named = list(sound.stream("sound-events", file))
        valued = list(assert_type(sound.stream(SOUND_EVENTS_STREAM, file), Stream[SoundEvent]))
        with sound.sound_events_stream(file, threshold=-20) as loud:
            assert list(assert_type(loud, Stream[SoundEvent])) == valued[:1]
        assert named == valued
        return [attrs.asdict(event) for event in valued]


def mapped(languages: str, sounds: str, file: Path) -> object:
    """Many inputs, in order."""
    texts = ["Where is the train", "Wo ist der Zug", "Le train est la", "Where is it"]
    with Endpoint(languages) as language, Endpoint(sounds) as sound:
        outcomes = [
            assert_type(outcome, Outcome[dict[str, float]])
            for outcome in language.map(LANGUAGE_IDENTIFICATION, texts, top_k=1)
        ]
        recordings: list[BinaryInput] = [file, b"OggS", file]
        broken = list(sound.map(SOUND_EVENTS, recordings))
        return {
            "languages": [code for outcome in outcomes for code in outcome.output],
            "sounds": [len(outcome.output) if outcome.ok else type(outcome.error).__name__ for outcome in broken],
        }


def built_in(endpoint: Endpoint) -> list[MaskFill]:
    """The façade of the plugins leaves the built-in methods as they are; checked, not run."""
    return assert_type(endpoint.fill_mask(inputs="Paris is [MASK]."), list[MaskFill])


SPELLINGS: dict[str, Callable[[str, str, Path], object]] = {
    function.__name__: function for function in (by_name, by_value, facade, facade_async, stream, mapped)
}

if __name__ == "__main__":
    spelling, languages_url, sounds_url, path = sys.argv[1:]
    json.dump(SPELLINGS[spelling](languages_url, sounds_url, Path(path)), sys.stdout)
