"""automatic-speech-recognition and text-to-speech."""

from __future__ import annotations

import base64
from typing import Any

from hypothesis import strategies as st

from hfe_core import Audio
from tests.recordings import COMMUNITY, TOOLKIT, TRANSFORMERS, Recording
from tests.tasks.case import FLAG, MAPPING, NUMBER, SCORE, SOUND, TEXT, Case, arguments, is_list, rows

CHUNK = st.fixed_dictionaries(
    {"text": TEXT},
    optional={
        "timestamp": st.none() | st.lists(st.none() | st.floats(0, 1e6), min_size=2, max_size=2),
        "language": st.none() | TEXT,
    },
)
SAMPLES = st.integers(1, 3).flatmap(
    lambda length: st.lists(st.lists(SCORE, min_size=length, max_size=length), min_size=1, max_size=2)
)
SOUNDED = st.fixed_dictionaries(
    {"audio": SAMPLES | SAMPLES.map(lambda channels: [channels]), "sampling_rate": st.integers(1, 96000)}
)


def write_transcript(value: Any, recording: Recording) -> object:
    if isinstance(value, list):
        return [write_transcript(each, recording) for each in value]
    written: dict[str, object] = {"text": value.text}
    if value.chunks or recording.parameters.get("return_timestamps"):
        written["chunks"] = [
            {"text": chunk.text, "timestamp": list(chunk.timestamp)}
            | ({"language": chunk.language} if chunk.language else {})
            for chunk in value.chunks
        ]
    return written


def write_sound(value: Any, recording: Recording) -> object:
    if not recording.is_json:
        assert value.content_type == recording.headers["content-type"]
        return value.data

    def write(audio: Audio) -> object:
        assert audio.file is None
        channels = list(map(list, audio.samples))
        return {
            "audio": [channels] if recording.task == "text-to-audio_musicgen" else channels,
            "sampling_rate": audio.sampling_rate,
        }

    return [write(audio) for audio in value] if is_list(recording.inputs) else write(value)


def sound(inputs: Any) -> Any:
    """Sounds travel in base64 where there are parameters."""
    return base64.b64decode(inputs, validate=True) if isinstance(inputs, str) else inputs


WHISPER = f"{TOOLKIT}/automatic-speech-recognition_whisper"
CASES = [
    Case(
        constant="AUTOMATIC_SPEECH_RECOGNITION",
        call={"inputs": b"fLaC"},
        arguments=arguments(
            SOUND,
            return_timestamps=FLAG | st.sampled_from(["word", "char"]),
            chunk_length_s=NUMBER,
            stride_length_s=NUMBER,
            generate_kwargs=MAPPING,
            generation_parameters=MAPPING,
        ),
        answer=st.fixed_dictionaries({"text": TEXT}, optional={"chunks": st.none() | rows(0, CHUNK)}),
        recordings={
            (TOOLKIT, "automatic-speech-recognition"): 17,
            (TOOLKIT, "automatic-speech-recognition_whisper"): 17,
            (COMMUNITY, "automatic-speech-recognition"): 4,
            (TRANSFORMERS, "automatic-speech-recognition"): 3,
        },
        write=write_transcript,
        item=sound,
        encoded=36,
        inexpressible={
            f"{WHISPER}/s7_json_url_no_params": "an address; hfe sends the sound itself",
            f"{WHISPER}/s8_json_list_urls": "addresses; hfe sends the sound itself",
            **{
                f"{TRANSFORMERS}/automatic-speech-recognition/{name}": "a form with a file, on a path of its own"
                for name in ("s2_flac", "s3_mp3", "s5_verbose")
            },
        },
    ),
    Case(
        constant="TEXT_TO_SPEECH",
        call={"inputs": "a"},
        arguments=arguments(TEXT, forward_params=MAPPING, generate_kwargs=MAPPING),
        answer=SOUNDED,
        each=SOUNDED,
        recordings={
            (TOOLKIT, "text-to-audio_musicgen"): 9,
            (TOOLKIT, "text-to-speech"): 4,
            (COMMUNITY, "text-to-speech"): 12,
        },
        write=write_sound,
        encoded=20,
        inexpressible={
            f"{TOOLKIT}/text-to-speech/s5_text_inputs_key": "a second spelling of the same input",
            f"{TOOLKIT}/text-to-audio_musicgen/s5_text_inputs_key": "a second spelling of the same input",
            f"{TOOLKIT}/text-to-speech/e10_inputs_empty_list": "no input; hfe sends nothing for nothing",
            f"{COMMUNITY}/text-to-speech/s3_plain_text": "without the key `inputs`",
            f"{COMMUNITY}/text-to-speech/e03_empty_body": "no JSON; the server takes any bytes for a text",
        },
    ),
]
