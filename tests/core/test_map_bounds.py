"""``map`` over much: how far it reads, how many calls it makes at once, what it keeps, and what it leaves behind."""

import asyncio
import io
import itertools
import json
import sys
import threading
import time

import pytest

from hfe_core import Response
from hfe_core._async_workers import AsyncWorkers
from hfe_core._workers import Workers
from hfe_core.testing import AsyncFakeTransport, Reply
from hfe_tasks import AUTOMATIC_SPEECH_RECOGNITION, AsyncHfInferenceEndpoint
from tests.core.shout import REGISTRY, SHOUT, AsyncEndpoint, Endpoint, Shout, endpoint, upper

NARROW = {"concurrency": 2, "batch_size": 50}


class Counting:
    """Answers, and counts the calls that are in flight; keeps none."""

    def __init__(self):
        self.now = self.most = 0
        self._lock = threading.Lock()

    def change(self, by: int) -> None:
        with self._lock:
            self.now += by
            self.most = max(self.most, self.now)

    def answer(self, send):
        return upper(send.request).response(send)

    def close(self):
        pass


class Sync(Counting):
    def send(self, send):
        self.change(1)
        time.sleep(0.001)
        self.change(-1)
        return self.answer(send)


class Soon(Counting):
    async def send(self, send):
        self.change(1)
        try:
            # Later inputs may be done earlier.
            await asyncio.sleep(0.002 if len(send.request.body) % 2 else 0.001)
        finally:
            self.change(-1)
        return self.answer(send)

    async def close(self):
        pass


class Instant:
    """Answers at once, without a look at what was asked but for how much."""

    def send(self, send):
        count = len(json.loads(send.request.body)["inputs"])
        body = b"[" + b'{"loud":"A"},' * (count - 1) + b'{"loud":"A"}]'
        return Response(200, {"content-type": "application/json"}, body, send.request)

    def close(self):
        pass


class InstantSoon(Instant):
    async def send(self, send):
        return super().send(send)


def numbers(taken: list[int]):
    for number in itertools.count():
        taken.append(number)
        yield str(number)


async def numbers_soon(taken: list[int]):
    for number in numbers(taken):
        await asyncio.sleep(0)
        yield number


def test_as_many_calls_at_once_as_asked_for_and_in_order():
    transport = Sync()
    client = Endpoint("https://h", False, registry=REGISTRY, transport=transport).with_options(concurrency=5)
    assert [outcome.output.loud for outcome in client.map(SHOUT, map(str, range(100)))] == [str(n) for n in range(100)]
    assert 1 < transport.most <= 5


def test_as_many_calls_at_once_as_asked_for_and_in_order_async():
    transport = Soon()

    async def main():
        client = AsyncEndpoint("https://h", False, registry=REGISTRY, transport=transport).with_options(concurrency=5)
        return [outcome.output.loud async for outcome in client.map(SHOUT, ["a" * (n % 7) for n in range(100)])]

    assert asyncio.run(main()) == ["A" * (n % 7) for n in range(100)]
    assert transport.most == 5


@pytest.mark.parametrize("source", [numbers, numbers_soon])
def test_map_async_reads_only_as_far_as_needed_and_leaves_nothing_behind(source):
    transport = Soon()
    taken: list[int] = []

    async def main():
        client = AsyncEndpoint("https://h", False, registry=REGISTRY, transport=transport).with_options(concurrency=3)
        outcomes = client.map(SHOUT, source(taken))
        assert taken == []
        for number in range(20):
            assert (await anext(outcomes)).output == Shout(str(number))
            assert len(taken) <= number + 1 + 2 * 3
        await outcomes.aclose()
        assert transport.now == 0
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(main())


def check_constant(blocks: list[int]) -> None:
    """Of all that is allocated, seen at every tenth of the way: not one block is kept for each of 100,000 inputs."""
    assert len(blocks) == 10
    assert max(blocks[1:]) < blocks[0] + 20_000


def test_what_is_kept_does_not_grow_with_the_input():
    client = Endpoint("https://h", False, registry=REGISTRY, transport=Instant()).with_options(**NARROW)
    outcomes = client.map(SHOUT, map(str, itertools.count()))
    blocks = []
    for _ in range(10):
        assert all(outcome.ok for outcome in itertools.islice(outcomes, 10_000))
        blocks.append(sys.getallocatedblocks())
    outcomes.close()
    check_constant(blocks)


def test_what_is_kept_does_not_grow_with_the_input_async():
    async def main():
        client = AsyncEndpoint("https://h", False, registry=REGISTRY, transport=InstantSoon()).with_options(**NARROW)
        outcomes = client.map(SHOUT, map(str, itertools.count()))
        blocks = []
        for _ in range(10):
            for _ in range(10_000):
                assert (await anext(outcomes)).ok
            blocks.append(sys.getallocatedblocks())
        await outcomes.aclose()
        return blocks

    check_constant(asyncio.run(main()))


def test_who_stops_waiting_for_an_outcome_ends_the_calls_in_flight():
    transport = Soon()
    begun = []

    async def main():
        all_begun = asyncio.Event()

        async def forever(send):
            begun.append(send)
            if len(begun) == 4:
                all_begun.set()
            transport.change(1)
            try:
                await asyncio.Event().wait()
            finally:
                transport.change(-1)

        transport.send = forever
        client = AsyncEndpoint("https://h", False, registry=REGISTRY, transport=transport).with_options(concurrency=4)

        async def ask():
            async for _ in client.map(SHOUT, map(str, itertools.count())):
                pytest.fail("nothing was answered")

        asking = asyncio.create_task(ask())
        await asyncio.wait_for(all_begun.wait(), 10)
        await asyncio.sleep(0.05)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(main())
    assert len(begun) == 4
    assert transport.now == 0


def test_a_failure_that_is_no_failure_of_an_input_ends_the_map():
    def broken(request):
        raise KeyboardInterrupt

    client, _ = endpoint(upper, broken, concurrency=1)
    outcomes = client.map(SHOUT, ["a", "b", "c"])
    assert next(outcomes).output == Shout("A")
    with pytest.raises(KeyboardInterrupt):
        next(outcomes)
    assert next(outcomes, None) is None


def test_workers_take_no_call_after_their_end():
    entered, go = threading.Event(), threading.Event()
    done = []

    def work(number):
        entered.set()
        go.wait(10)
        done.append(number)

    workers = Workers(1, work)
    jobs = [workers.submit(number) for number in range(3)]
    entered.wait(10)
    workers.close()
    go.set()
    jobs[0].result()
    for thread in threading.enumerate():
        if thread.name.startswith("hfe-map"):
            thread.join(10)
    assert done == [0]
    assert not jobs[1].is_done


def test_a_task_that_somebody_else_cancelled_is_replaced():
    async def main():
        async def work(number):
            return number

        workers = AsyncWorkers(1, work)
        assert await workers.submit(1) == 1
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert await asyncio.wait_for(workers.submit(2), 10) == 2
        await workers.close()

    asyncio.run(main())


class Sound(io.BytesIO):
    """An open file that knows which threads have read it."""

    def __init__(self) -> None:
        super().__init__(b"RIFF\0\0\0\0WAVEfmt ")
        self.threads: set[int] = set()

    def read(self, size: int | None = -1, /) -> bytes:
        self.threads.add(threading.get_ident())
        return super().read(size)


def test_open_files_are_not_read_by_the_loops_own_thread():
    sounds = [Sound() for _ in range(5)]

    async def main():
        transport = AsyncFakeTransport(Reply({"text": "hello"}))
        async with AsyncHfInferenceEndpoint("https://h", False, transport=transport) as client:
            found = [outcome.output.text async for outcome in client.map(AUTOMATIC_SPEECH_RECOGNITION, sounds)]
        assert found == ["hello"] * 5

    asyncio.run(main())
    assert all(sound.threads and threading.get_ident() not in sound.threads for sound in sounds)
