"""Run a target under atheris: ``python -m tests.fuzz TARGET --seconds N [--keep FOLDER]``; ``all`` runs each in turn."""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("target")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--keep", help="a folder for what is found, to go on with")
    given = parser.parse_args()
    if importlib.util.find_spec("atheris") is None:
        sys.stdout.write("atheris is not installed: nothing was run\n")
        return 0
    with tempfile.TemporaryDirectory() as temporary:
        return run(given.target, given.seconds, Path(given.keep or temporary))


def run(target: str, seconds: int, folder: Path) -> int:
    import atheris

    with atheris.instrument_imports(include=["hfe_core", "hfe_tasks"]):
        from tests.fuzz.corpus import DICTIONARY, corpus
        from tests.fuzz.targets import TARGETS
    if target == "all":
        # A process each, since libFuzzer ends its own.
        command = [sys.executable, "-m", "tests.fuzz", "--seconds", str(seconds), "--keep", str(folder)]
        return max(subprocess.run([*command, each], check=False).returncode for each in TARGETS)
    inputs = folder / target
    inputs.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(corpus(target)):
        (inputs / f"seed-{number}").write_bytes(data)
    words = folder / "words.dict"
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in DICTIONARY if len(word) <= 64))
    arguments = [sys.argv[0], str(inputs), f"-dict={words}", f"-max_total_time={seconds}"]
    arguments += ["-timeout=10", "-rss_limit_mb=1500", "-max_len=20000", f"-artifact_prefix={folder}/found-{target}-"]
    atheris.Setup(arguments, TARGETS[target])
    atheris.Fuzz()
    return 0


def _escaped(word: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word)


if __name__ == "__main__":
    sys.exit(main())
