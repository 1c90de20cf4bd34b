"""One client under load, against a server that fails often: what is lost, what is mixed up, what is left open.

    python benchmarks/load.py                        64 threads and 512 tasks, 100 calls each, as a Markdown table
    python benchmarks/load.py --calls 5 --json       fewer, for a program to read

The server answers each number with that number; of its answers 5 % are resets, 5 % are 503 and 2 % end in their middle.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import random
import socket
import struct
import threading
import time
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path

from hfe_core import AsyncClient, Client, HfeError, Options, Retry

RESETS, REFUSALS, CUTS = 0.05, 0.05, 0.02
OPTIONS = Options(timeout=30.0, deadline=120.0, retry=Retry(backoff=0.02))


async def serve(pipe: Connection, seed: int) -> None:
    """Answer until the pipe says stop; then say how many requests were met with what."""
    chance = random.Random(seed)
    met: Counter[str] = Counter()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
                number = json.loads(await reader.readexactly(length))["inputs"]
                body = json.dumps({"number": number, "padding": "x" * chance.randrange(2000)}).encode()
                good = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
                fate = chance.random()
                if fate < RESETS:
                    met["reset"] += 1
                    reset = writer.get_extra_info("socket")
                    reset.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    break
                if fate < RESETS + REFUSALS:
                    met["503"] += 1
                    writer.write(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy")
                elif fate < RESETS + REFUSALS + CUTS:
                    met["cut"] += 1
                    writer.write(good + body[: len(body) // 2])
                    break
                else:
                    met["answered"] += 1
                    writer.write(good + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=1024)
    pipe.send(server.sockets[0].getsockname()[1])
    await asyncio.to_thread(pipe.recv)
    server.close()
    pipe.send(dict(met))


def run_server(pipe: Connection, seed: int) -> None:
    """The server's process."""
    asyncio.run(serve(pipe, seed))


class Tally:
    """What became of the calls."""

    def __init__(self) -> None:
        self.good = 0
        self.mixed_up = 0
        self.lost: Counter[str] = Counter()

    def take(self, number: int, answer: object) -> None:
        """Count one answer."""
        if isinstance(answer, dict) and answer.get("number") == number:
            self.good += 1
        else:
            self.mixed_up += 1


def in_threads(url: str, width: int, calls: int, tally: Tally) -> None:
    """``width`` threads on one client, each making ``calls`` calls."""
    lock = threading.Lock()
    with Client(url, False, OPTIONS) as client:

        def work(start: int) -> None:
            for number in range(start, start + calls):
                try:
                    answer = client.request({"inputs": number})
                except HfeError as error:
                    with lock:
                        tally.lost[type(error).__name__] += 1
                else:
                    with lock:
                        tally.take(number, answer)

        threads = [threading.Thread(target=work, args=(index * calls,)) for index in range(width)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


async def in_tasks(url: str, width: int, calls: int, tally: Tally) -> None:
    """``width`` tasks on one client, each making ``calls`` calls."""
    async with AsyncClient(url, False, OPTIONS) as client:

        async def work(start: int) -> None:
            for number in range(start, start + calls):
                try:
                    tally.take(number, await client.request({"inputs": number}))
                except HfeError as error:
                    tally.lost[type(error).__name__] += 1

        async with asyncio.TaskGroup() as group:
            for index in range(width):
                group.create_task(work(index * calls))


def open_sockets() -> int:
    """How many sockets this process has open; 0 where /proc does not say."""
    descriptors = Path("/proc/self/fd")
    found = 0
    for descriptor in descriptors.iterdir() if descriptors.is_dir() else ():
        with contextlib.suppress(OSError):
            found += str(descriptor.readlink()).startswith("socket:")
    return found


def load(kind: str, width: int, calls: int, seed: int) -> dict[str, object]:
    """Run one kind of load, and tell what came of it."""
    context = multiprocessing.get_context("spawn")
    pipe, theirs = context.Pipe()
    server = context.Process(target=run_server, args=(theirs, seed), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{pipe.recv()}"
    tally = Tally()
    before = open_sockets()
    started = time.perf_counter()
    if kind == "threads":
        in_threads(url, width, calls, tally)
    else:
        asyncio.run(in_tasks(url, width, calls, tally))
    seconds = time.perf_counter() - started
    leaked = open_sockets() - before
    pipe.send("stop")
    met = pipe.recv()
    server.join()
    return {
        "load": f"{width} {kind}",
        "calls": width * calls,
        "requests": sum(met.values()),
        "faults": sum(met.values()) - met["answered"],
        "lost": sum(tally.lost.values()),
        "errors": dict(tally.lost),
        "mixed up": tally.mixed_up,
        "sockets left": leaked,
        "calls/s": round(width * calls / seconds),
    }


def main() -> None:
    """Run both kinds of load and print the figures."""
    parser = argparse.ArgumentParser(description="One client under load, against a server that fails often.")
    parser.add_argument("--threads", type=int, default=64)
    parser.add_argument("--tasks", type=int, default=512)
    parser.add_argument("--calls", type=int, default=100, help="by each thread or task")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    rows = [
        load("threads", arguments.threads, arguments.calls, arguments.seed),
        load("tasks", arguments.tasks, arguments.calls, arguments.seed),
    ]
    if arguments.json:
        print(json.dumps(rows))
        return
    columns = [name for name in rows[0] if name != "errors"]
    print("| " + " | ".join(columns) + " |")
    print("| --- |" + " ---: |" * (len(columns) - 1))
    for row in rows:
        print("| " + " | ".join(str(row[name]) for name in columns) + " |")


if __name__ == "__main__":
    main()
