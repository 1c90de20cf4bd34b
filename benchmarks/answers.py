"""The answers that the server gives, as bytes on the wire, and the files that clients send; the same ones every time."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import shutil
import tempfile
from array import array
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import attrs
from server import cache

MIB = 1 << 20


@attrs.frozen
class Sizes:
    """How much there is of each thing.

    Attributes:
        entities: Of token-classification.
        boxes: Of object-detection.
        texts: Of feature-extraction, each with a vector of ``numbers``.
        numbers: In a vector.
        events: In a stream.
        upload: Bytes of the file that is sent as it is.
        image: Bytes of the file that is sent in base64.
        distributions: Installed ones to search for plugins.
    """

    entities: int = 2000
    boxes: int = 5000
    texts: int = 1000
    numbers: int = 1024
    events: int = 20_000
    upload: int = 256 * MIB
    image: int = 50 * MIB
    distributions: int = 300


FULL = Sizes()
QUICK = Sizes(100, 100, 20, 64, 200, 2 * MIB, MIB, 20)


@attrs.frozen
class Prepared:
    """Where the answers and files are.

    Attributes:
        directory: The answers, for the server.
        upload: A sound file.
        image: A picture.
        distributions: A directory of fake installed distributions without plugins.
        sizes: What was made.
    """

    directory: Path
    upload: Path
    image: Path
    distributions: Path
    sizes: Sizes

    @property
    def files(self) -> dict[str, str]:
        """What a client is told."""
        return {
            "upload": str(self.upload),
            "image": str(self.image),
            "distributions": str(self.distributions),
            "texts": str(self.sizes.texts),
        }


def plain(value: object) -> bytes:
    """A JSON answer of known length."""
    body = json.dumps(value).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def streamed(events: Iterable[bytes], together: int = 1) -> bytes:
    """An event stream in chunks of ``together`` events each; the first one is alone."""
    parts = [b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"]
    held: list[bytes] = []
    for index, event in enumerate(events):
        held.append(event)
        if index == 0 or len(held) == together:
            parts.append(_chunk(held))
            held = []
    return b"".join([*parts, _chunk(held) if held else b"", b"0\r\n\r\n"])


def _chunk(events: list[bytes]) -> bytes:
    data = b"".join(events)
    return b"%x\r\n%b\r\n" % (len(data), data)


def fills() -> list[dict[str, object]]:
    """Five fills of a mask."""
    words = ["capital", "heart", "centre", "pride", "birthplace"]
    return [
        {
            "score": 0.9 / 2**index,
            "token": 3007 + index,
            "token_str": word,
            "sequence": f"Paris is the {word} of France.",
        }
        for index, word in enumerate(words)
    ]


def entities(count: int) -> list[dict[str, object]]:
    """Entities of a long text."""
    chance = random.Random(1)
    kinds = ["PER", "LOC", "ORG", "MISC"]
    return [
        {
            "entity_group": kinds[index % 4],
            "score": chance.random(),
            "word": f"word{chance.randrange(10_000)}",
            "start": 12 * index,
            "end": 12 * index + 8,
        }
        for index in range(count)
    ]


def boxes(count: int) -> list[dict[str, object]]:
    """Things in a picture."""
    chance = random.Random(2)
    names = ["cat", "dog", "remote", "traffic light"]
    return [
        {
            "score": chance.random(),
            "label": names[index % 4],
            "box": {side: chance.randrange(2000) for side in ("xmin", "ymin", "xmax", "ymax")},
        }
        for index in range(count)
    ]


def vectors(texts: int, numbers: int) -> list[list[float]]:
    """Vectors of doubles, written with all their digits, as Python servers do."""
    chance = random.Random(3)
    return [[chance.uniform(-0.1, 0.1) for _ in range(numbers)] for _ in range(texts)]


def embeddings(rows: Sequence[object]) -> dict[str, object]:
    """OpenAI's form."""
    data = [{"object": "embedding", "index": index, "embedding": row} for index, row in enumerate(rows)]
    usage = {"prompt_tokens": 5 * len(rows), "total_tokens": 5 * len(rows)}
    return {"object": "list", "data": data, "model": "m", "usage": usage}


def in_base64(row: list[float]) -> str:
    """The numbers as float32."""
    return base64.b64encode(array("f", row).tobytes()).decode()


def completion() -> dict[str, object]:
    """A chat completion as TGI and vLLM give it."""
    message = {"role": "assistant", "content": "The capital of France is Paris. It lies on the Seine."}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_760_000_000,
        "model": "m",
        "system_fingerprint": "3.3.4-sha",
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 17, "completion_tokens": 14, "total_tokens": 31},
    }


def tokens(count: int) -> Iterator[bytes]:
    """TGI's own events; the last one has the text and details."""
    chance = random.Random(4)
    for index in range(1, count + 1):
        token = {
            "id": chance.randrange(32_000),
            "text": f" word{index % 97}",
            "logprob": -chance.random(),
            "special": False,
        }
        details = {"finish_reason": "length", "generated_tokens": count, "seed": None, "input_length": 5}
        text, rest = ("The whole text.", details) if index == count else (None, None)
        event = {"index": index, "token": token, "generated_text": text, "details": rest}
        yield b"data:" + json.dumps(event, separators=(",", ":")).encode() + b"\n\n"


def chunks(count: int) -> Iterator[bytes]:
    """Chunks of a chat completion, and [DONE]."""
    for index in range(count):
        delta = {"role": "assistant", "content": f" word{index % 97}", "tool_calls": None}
        reason = "stop" if index == count - 1 else None
        chunk = {
            "object": "chat.completion.chunk",
            "id": "chatcmpl-1",
            "created": 1_760_000_000,
            "model": "m",
            "system_fingerprint": "3.3.4-sha",
            "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}],
            "usage": None,
        }
        yield b"data: " + json.dumps(chunk, separators=(",", ":")).encode() + b"\n\n"
    yield b"data: [DONE]\n\n"


def distributions(place: Path, count: int) -> None:
    """Installed distributions with console scripts and no plugin of hfe, as most are."""
    for index in range(count):
        directory = place / f"fake_{index}-1.0.dist-info"
        directory.mkdir(parents=True)
        (directory / "METADATA").write_text(f"Metadata-Version: 2.1\nName: fake-{index}\nVersion: 1.0\n")
        (directory / "RECORD").write_text("")
        if index % 3 == 0:
            (directory / "entry_points.txt").write_text(f"[console_scripts]\nfake{index} = fake:main\n")


def _make(place: Path, sizes: Sizes) -> None:
    rows = vectors(sizes.texts, sizes.numbers)
    served = {
        "fill-mask": plain(fills()),
        "chat": plain(completion()),
        "token-classification": plain(entities(sizes.entities)),
        "object-detection": plain(boxes(sizes.boxes)),
        "embeddings": plain(rows),
        "embeddings-openai": plain(embeddings(rows)),
        "embeddings-base64": plain(embeddings([in_base64(row) for row in rows])),
        "tgi-events": streamed(tokens(sizes.events), 64),
        "tgi-events-one-by-one": streamed(tokens(sizes.events)),
        "chat-chunks": streamed(chunks(sizes.events), 64),
        "first-token": streamed(chunks(20)),
        "upload": plain({"text": "silence"}),
        "image-base64": plain([{"label": "cat", "score": 0.9}, {"label": "dog", "score": 0.1}]),
    }
    (place / "served").mkdir()
    for name, answer in served.items():
        (place / "served" / name).write_bytes(answer)
    for name, size, head in (
        ("sound.wav", sizes.upload, b"RIFF\0\0\0\0WAVEfmt "),
        ("image.png", sizes.image, b"\x89PNG\r\n\x1a\n"),
    ):
        with (place / name).open("wb") as file:
            file.write(head)
            file.truncate(size)
    (place / "installed").mkdir()
    distributions(place / "installed", sizes.distributions)


def prepared(*, quick: bool = False) -> Prepared:
    """The answers, made where they are not there yet."""
    sizes = QUICK if quick else FULL
    digest = hashlib.sha256(Path(__file__).read_bytes() + repr(sizes).encode()).hexdigest()[:16]
    place = cache() / f"answers-{digest}"
    if not place.exists():
        with tempfile.TemporaryDirectory(dir=place.parent) as temporary:
            made = Path(temporary, "answers")
            made.mkdir()
            _make(made, sizes)
            shutil.move(made, place)
    return Prepared(place / "served", place / "sound.wav", place / "image.png", place / "installed", sizes)
