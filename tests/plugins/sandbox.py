"""Virtual environments in which the plugins are installed for good, and what is installed there."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import os
import subprocess
import sys
import textwrap
import time
import venv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import attrs
import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = (ROOT / "plugins_example" / "hfe-language", ROOT / "plugins_example" / "hfe-sound-events")

needs_async = pytest.mark.skipif(importlib.util.find_spec("aiohttp") is None, reason="the extra async is not installed")
needs_cli = pytest.mark.skipif(importlib.util.find_spec("click") is None, reason="the extra cli is not installed")

PATIENCE = 120.0
"""Seconds that one process may take on a busy machine."""

_BUILD = """
import os, sys
from hatchling.build import build_wheel
target, *projects = sys.argv[1:]
for project in projects:
    os.chdir(project)
    build_wheel(target)
"""


@attrs.frozen
class Sandbox:
    """A virtual environment; its processes see nothing of the checkout and no plugin but those installed in it."""

    root: Path

    @classmethod
    def create(cls, root: Path, *seen: str) -> Sandbox:
        """Make one that also sees these folders of packages, behind its own."""
        venv.create(root, symlinks=os.name != "nt")
        sandbox = cls(root)
        if seen:
            sandbox.see(*seen)
        return sandbox

    @property
    def python(self) -> Path:
        return self._script("python")

    @property
    def site(self) -> Path:
        if os.name == "nt":
            return self.root / "Lib" / "site-packages"
        return self.root / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"

    def _script(self, name: str) -> Path:
        return self.root / ("Scripts" if os.name == "nt" else "bin") / name

    def see(self, *folders: str) -> None:
        """Find what is not installed here in these folders; a line of a .pth file runs no .pth file there."""
        (self.site / "seen.pth").write_text("\n".join(folders) + "\n")

    def outcome(
        self, *command: str | Path, cwd: Path | None = None, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """What a command of this environment, such as ``hfe`` or ``python``, comes to."""
        name, *arguments = command
        return subprocess.run(
            [self._script(str(name)), *arguments],
            check=False,
            cwd=cwd or self.root,
            env=_environment(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=PATIENCE,
        )

    def run(self, *command: str | Path, cwd: Path | None = None, **environment: str) -> str:
        """The output of a command that succeeds without a word on its standard error."""
        done = self.outcome(*command, cwd=cwd, **environment)
        assert done.returncode == 0, f"{command}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert not done.stderr, done.stderr
        return done.stdout

    def told(self, code: str, *arguments: str, **environment: str) -> Any:
        """What a piece of Python prints as JSON."""
        return json.loads(self.run("python", "-W", "error", "-c", textwrap.dedent(code), *arguments, **environment))

    def add(self, distribution: str, code: str, *, name: str | None = None, version: str = "1.0") -> None:
        """Install a distribution of one plugin, as an installer leaves it behind.

        Args:
            distribution: Its name; its module is called after it.
            code: The module.
            name: The name of its entry point. Default: that of the distribution without ``hfe-``.
            version: Its version.
        """
        module = distribution.lower().replace("-", "_").replace(".", "_")
        point = name or distribution.removeprefix("hfe-")
        info = f"{module}-{version}.dist-info"
        files = {
            f"{module}.py": textwrap.dedent(code),
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n",
            f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{info}/INSTALLER": "tests\n",
            f"{info}/entry_points.txt": f"[hfe]\n{point} = {module}\n",
        }
        record = [_recorded(path, content.encode()) for path, content in files.items()]
        files[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,", ""])
        for path, content in files.items():
            target = self.site / path
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(content.encode())


def _recorded(path: str, content: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{path},sha256={digest},{len(content)}"


def _environment(changes: Mapping[str, str]) -> dict[str, str]:
    """The environment without what would lead a process out of the sandbox, or pytest back into this run."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "PYTEST", "HF_", "HFE_", "COV_", "COVERAGE", "MYPY", "VIRTUAL_ENV"))
    }
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8", **changes}


def seen_here() -> list[str]:
    """The folders of packages of the running environment."""
    return [folder for folder in sys.path if Path(folder).name in {"site-packages", "dist-packages"}]


def build_examples(folder: Path) -> Sandbox:
    """Build the wheels of hfe and of the examples, and install them into a new environment with pip."""
    wheels = folder / "wheels"
    wheels.mkdir()
    _checked(sys.executable, "-c", _BUILD, str(wheels), *map(str, (ROOT, *EXAMPLES)))
    sandbox = Sandbox.create(folder / "venv")
    pip = (sys.executable, "-m", "pip", "--python", str(sandbox.python), "--disable-pip-version-check", "--isolated")
    _checked(*pip, "install", "--no-index", "--no-deps", "--no-compile", *map(str, sorted(wheels.iterdir())))
    # Only now: pip would take what it sees for installed.
    sandbox.see(*seen_here())
    return sandbox


def _checked(*command: str) -> None:
    done = subprocess.run(
        command, check=False, cwd=ROOT.anchor, env=_environment({}), capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == 0, f"{command}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"


def once(folder: Path, build: Callable[[Path], object]) -> Path:
    """Let the first of several processes build the content of a folder, and the others wait for it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    built, failed = folder.with_suffix(".built"), folder.with_suffix(".failed")
    try:
        folder.mkdir()
    except FileExistsError:
        deadline = time.monotonic() + 3 * PATIENCE
        while not built.exists():
            assert not failed.exists(), f"another worker could not build it: {failed.read_text()}"
            assert time.monotonic() < deadline, f"another worker did not finish {folder}"
            time.sleep(0.05)
        return folder
    try:
        build(folder)
    except BaseException as error:
        failed.write_text(str(error))
        raise
    built.touch()
    return folder
