"""``map``: order, bounds, batches, and what it does when something of the caller's breaks."""

import asyncio
import threading
import time

import attrs
import pytest

from hfe_core import BadRequest, EncodeError, TransportError
from hfe_core.testing import Reply
from tests.core.shout import SHOUT, Shout, async_endpoint, endpoint, upper


def test_map_keeps_order_and_every_failure():
    client, _ = endpoint(concurrency=4)
    outcomes = list(client.map(SHOUT, ["a", "bad", 3, "d"], times=2))
    assert [outcome.index for outcome in outcomes] == [0, 1, 2, 3]
    assert [outcome.ok for outcome in outcomes] == [True, False, False, True]
    assert (outcomes[0].output, outcomes[3].output) == (Shout("AA"), Shout("DD"))
    assert isinstance(outcomes[1].error, BadRequest)
    assert isinstance(outcomes[2].error, EncodeError)
    with pytest.raises(BadRequest):
        _ = outcomes[1].output


def test_map_async():
    async def numbers():
        for number in range(50):
            yield str(number)

    async def main():
        client = async_endpoint(concurrency=4, batch_size=3)
        plain = [outcome.output.loud async for outcome in client.map(SHOUT, ["a", "b"])]
        return plain, [outcome.output.loud async for outcome in client.map(SHOUT, numbers())]

    plain, lazily = asyncio.run(main())
    assert plain == ["A", "B"]
    assert lazily == [str(number) for number in range(50)]


def test_map_sends_batches_and_loses_nobody_with_a_bad_one():
    client, transport = endpoint(batch_size=4, concurrency=1)
    outcomes = list(client.map(SHOUT, ["a", "b", 3, "c", "d", "bad", "e"]))
    assert [outcome.output.loud if outcome.ok else type(outcome.error).__name__ for outcome in outcomes] == [
        "A", "B", "EncodeError", "C", "D", "BadRequest", "E",
    ]  # fmt: skip
    # ["a","b","c"]; then ["d","bad","e"] refused as a whole, and each of them on its own.
    assert len(transport.requests) == 1 + 1 + 3


def test_map_does_not_trust_a_batch_answer_of_another_length():
    client, transport = endpoint(
        Reply([{"loud": "A"}]), Reply({"loud": "A"}), Reply({"loud": "B"}), batch_size=2, concurrency=1
    )
    assert [outcome.output.loud for outcome in client.map(SHOUT, ["a", "b"])] == ["A", "B"]
    assert len(transport.requests) == 3


def test_map_reads_only_as_far_as_needed():
    taken = []

    def endless():
        number = 0
        while True:
            taken.append(number)
            yield str(number)
            number += 1

    client, _ = endpoint(concurrency=2)
    outcomes = client.map(SHOUT, endless())
    assert taken == []
    assert next(outcomes).output == Shout("0")
    assert len(taken) <= 4
    outcomes.close()
    deadline = time.monotonic() + 10
    while [thread for thread in threading.enumerate() if thread.name.startswith("hfe-map")]:
        assert time.monotonic() < deadline, "the threads did not end"
        time.sleep(0.01)


def test_map_refuses_wrong_shared_arguments_at_once():
    client, transport = endpoint()
    with pytest.raises(TypeError, match="shout"):
        client.map(SHOUT, ["a"], time=1)
    assert transport.requests == []


def slow_after(first: int, seconds: float):
    """A server that answers so many requests at once, and later ones late."""
    count = iter(range(1_000_000))
    lock = threading.Lock()

    def serve(request):
        with lock:
            number = next(count)
        if number >= first:
            time.sleep(seconds)
        return upper(request)

    return serve


def failing_after(*items: str):
    yield from items
    raise RuntimeError("the caller's own")


def test_map_by_name():
    client, _ = endpoint()
    assert [outcome.output for outcome in client.map("shout", ["a", "b"], times=2)] == [Shout("AA"), Shout("BB")]

    async def main():
        return [outcome.output async for outcome in async_endpoint().map("shout", ["a", "b"], times=2)]

    assert asyncio.run(main()) == [Shout("AA"), Shout("BB")]


@pytest.mark.parametrize("items", ["abc", b"abc", bytearray(b"abc"), memoryview(b"abc")])
def test_one_text_or_file_is_not_many_inputs(items):
    client, transport = endpoint()
    with pytest.raises(TypeError, match="map takes many inputs: a list of them, not one"):
        client.map(SHOUT, items)
    with pytest.raises(TypeError, match="map takes many inputs"):
        async_endpoint().map(SHOUT, items)
    assert transport.requests == []


def test_a_task_that_takes_no_lists_keeps_its_concurrency():
    """Though it reads the answer to a list, which others may send."""
    together = threading.Barrier(3, timeout=10)

    def serve(request):
        together.wait()
        return upper(request)

    task = attrs.evolve(SHOUT, encode_many=None)
    assert not task.takes_lists
    assert SHOUT.takes_lists
    client, transport = endpoint(serve, concurrency=3, batch_size=3)
    assert [outcome.output.loud for outcome in client.map(task, ["a", "b", "c"])] == ["A", "B", "C"]
    assert len(transport.requests) == 3


def test_map_is_left_without_waiting_for_calls_in_flight():
    client, _ = endpoint(slow_after(1, 5.0), concurrency=4)
    outcomes = client.map(SHOUT, map(str, range(100)))
    started = time.monotonic()
    assert next(outcomes).output == Shout("0")
    outcomes.close()
    assert time.monotonic() - started < 4.0


def test_map_hands_on_what_is_done_before_it_reads_on():
    """A source that waits for its own results gets them."""
    client, _ = endpoint(concurrency=4)
    done: list[str] = []

    def source():
        yield "a"
        deadline = time.monotonic() + 10
        while len(done) < 1 and time.monotonic() < deadline:
            yield "b"
            time.sleep(0.001)

    for outcome in client.map(SHOUT, source()):
        done.append(outcome.output.loud)
        if len(done) == 1:
            assert outcome.index == 0
    assert done[0] == "A"


@pytest.mark.parametrize("batch_size", [1, 2])
def test_an_iterator_that_fails_does_not_lose_what_was_read(batch_size):
    client, transport = endpoint(batch_size=batch_size)
    found = []
    with pytest.raises(RuntimeError, match="the caller's own"):
        for outcome in client.map(SHOUT, failing_after("a", "b", "c")):
            found.append(outcome.output.loud)
    assert found == ["A", "B", "C"]
    assert len(transport.requests) == 3 if batch_size == 1 else 2


@pytest.mark.parametrize("batch_size", [1, 2])
def test_an_iterator_that_fails_does_not_lose_what_was_read_async(batch_size):
    async def main():
        found = []
        with pytest.raises(RuntimeError, match="the caller's own"):
            async for outcome in async_endpoint(batch_size=batch_size).map(SHOUT, failing_after("a", "b", "c")):
                found.append(outcome.output.loud)
        return found

    assert asyncio.run(main()) == ["A", "B", "C"]


@pytest.mark.parametrize("problem", [EncodeError("inputs", "not together"), RuntimeError("a bug")])
def test_inputs_that_cannot_travel_together_go_one_by_one(problem):
    def refuse(payloads):
        raise problem

    task = attrs.evolve(SHOUT, encode_many=refuse)
    client, transport = endpoint(batch_size=2)
    assert [outcome.output.loud for outcome in client.map(task, ["a", "b"])] == ["A", "B"]
    assert len(transport.requests) == 2


def test_a_batch_that_a_lost_connection_took_is_lost_for_all_in_it():
    client, transport = endpoint(TransportError("gone"), upper, batch_size=2, concurrency=1)
    outcomes = list(client.map(SHOUT, ["a", "b", "c"]))
    assert [outcome.ok for outcome in outcomes] == [False, False, True]
    assert len(transport.requests) == 2


def test_outcomes_show_what_they_are():
    client, _ = endpoint(upper, Reply({"error": "no"}, status=400), concurrency=1)
    good, bad = client.map(SHOUT, ["a", "b"])
    assert repr(good) == "Outcome(index=0, output=Shout(loud='A'))"
    assert repr(bad).startswith("Outcome(index=1, error=BadRequest(")
