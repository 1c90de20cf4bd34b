"""audio-classification and audio-to-audio."""

from __future__ import annotations

import base64

from hypothesis import strategies as st

from tests.recordings import COMMUNITY, TOOLKIT
from tests.tasks.case import INT, SOUND, TEXT, VALUES, Case, arguments, rows
from tests.tasks.cases.audio import sound
from tests.tasks.cases.classification import APPLY, LABEL

BLOB = SOUND.map(lambda data: base64.b64encode(data).decode())
TRACK = st.fixed_dictionaries(
    {"label": TEXT, "blob": BLOB},
    optional={
        "content-type": st.none() | st.sampled_from(["audio/flac", "audio/mp3", "application/octet-stream", ""]),
        "unknown": VALUES,
    },
)


CASES = [
    Case(
        constant="AUDIO_CLASSIFICATION",
        call={"inputs": b"fLaC"},
        arguments=arguments(SOUND, top_k=INT, function_to_apply=APPLY),
        answer=rows(0, LABEL) | LABEL | st.tuples(rows(1, LABEL)),
        recordings={(TOOLKIT, "audio-classification"): 15, (COMMUNITY, "audio-classification"): 5},
        write=lambda value, _: [{"label": label.label, "score": label.score} for label in value],
        item=sound,
        encoded=20,
    ),
    Case(
        constant="AUDIO_TO_AUDIO",
        call={"inputs": b"fLaC"},
        arguments=arguments(SOUND),
        answer=rows(0, TRACK) | TRACK,
        recordings={(COMMUNITY, "audio-to-audio"): 6},
        write=lambda value, _: [
            {
                "label": each.label,
                "blob": base64.b64encode(each.blob.data).decode(),
                "content-type": each.content_type,
            }
            for each in value
        ],
        item=sound,
        encoded=6,
    ),
]
