"""The command as a process: terminals, pipes, Ctrl-C, missing packages."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from hfe_core import __version__

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals and terminals")

WAV = b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 40


@pytest.fixture
def environment(tmp_path, secret):
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "HFE_", "COV_"))}
    return {**kept, "HF_HOME": str(tmp_path), "HF_TOKEN": secret, "PYTHONWARNINGS": "error", "COLUMNS": "80"}


def command(*args, module="hfe_core.cli"):
    return [sys.executable, "-m", module, *map(str, args)]


def test_version_from_the_installed_script(environment):
    script = Path(sys.executable).with_name("hfe")
    if not script.exists():
        pytest.skip("hfe is not installed as a script beside this Python")
    done = subprocess.run([script, "--version"], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"hfe {__version__}\n", "")


def test_bytes_to_a_pipe(server, answer, environment):
    server.answer = answer(WAV, content_type="audio/wav")
    args = command("run", "text-to-speech", "--inputs", "hi", "--url", server.url)
    done = subprocess.run(args, env=environment, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, WAV, b"")


def read_all(descriptor):
    pieces = []
    while True:
        try:
            piece = os.read(descriptor, 65536)
        except OSError:
            break
        if not piece:
            break
        pieces.append(piece)
    return b"".join(pieces).decode()


def on_a_terminal(args, environment):
    import pty

    master, slave = pty.openpty()
    process = subprocess.Popen(args, env=environment, stdout=slave, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    os.close(slave)
    shown = read_all(master)
    os.close(master)
    _, errors = process.communicate()
    return process.returncode, shown, errors.decode()


def test_a_terminal_gets_a_table(server, environment):
    server.answer = [{"label": "POSITIVE", "score": 0.75}]
    args = command("run", "text-classification", "--inputs", "x", "--url", server.url)
    status, shown, errors = on_a_terminal(args, environment)
    assert (status, errors) == (0, "")
    assert "0.75" in shown
    assert "{" not in shown


def test_a_terminal_gets_no_bytes_and_the_call_is_not_made(server, environment):
    args = command("run", "text-to-speech", "--inputs", "x", "--url", server.url)
    status, shown, errors = on_a_terminal(args, environment)
    assert (status, shown, server.asked) == (2, "", [])
    assert "give --output FILE" in errors


def test_a_closed_pipe_is_quiet(environment):
    process = subprocess.Popen(
        command("describe", "text-generation"), env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()
    assert (process.wait(), errors) == (1, b"")


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_is_status_130(server, environment):
    asked = threading.Event()

    def wait(_):
        asked.set()
        time.sleep(1)
        return []

    server.answer = wait
    args = command("run", "fill-mask", "--inputs", "x", "--url", server.url)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(args, env=environment, **pipes) as process:
        assert asked.wait(30)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=30)
    assert (process.returncode, output) == (130, "")
    assert "Traceback" not in errors


@pytest.mark.parametrize("missing", ["click", "rich"])
def test_without_the_extra(missing, environment):
    program = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        "from hfe_core.cli import main\n"
        "sys.exit(main(['tasks', '--format', 'table']))"
    )
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f'hfe: the command needs {missing}: pip install "hfe[cli]"\n'


def test_what_the_command_does_not_load(environment):
    heavy = {"rich", "aiohttp", "asyncio", "starlette", "uvicorn", "numpy", "hfe_tasks", "PIL"}
    program = (
        f"import sys\nfrom hfe_core.cli import main\nmain(['--version'])\nprint(sorted({heavy!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[1:] == ["[]"]
