"""Queue, deadlines and batches, with work that takes as long as the test wants."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Coroutine, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime

import numpy as np
import pytest

from facemetric.embed import Embedder
from facemetric.errors import BusyError, InputError, ServiceError
from facemetric.service.batching import SharedEmbedder
from facemetric.service.clerks import SPARE
from facemetric.service.keys import Key
from facemetric.service.problem import Problem
from facemetric.service.workforce import CLERKS, Deadline, Workforce
from facemetric.types import Chip, Float32


def test_places_are_bounded_and_given_back() -> None:
    workforce = Workforce(workers=1, places=2, deadline_s=1)
    with workforce.place():
        with workforce.place(), pytest.raises(Problem) as caught, workforce.place():
            pass
        assert caught.value.status == 429
        assert int(caught.value.headers["Retry-After"]) >= 1
        with workforce.place():
            assert workforce.taken == 2
    assert workforce.taken == 0
    workforce.close()


def test_what_is_late_is_a_504_and_what_waits_is_never_begun() -> None:
    workforce = Workforce(workers=1, places=9, deadline_s=0.2)
    release, begun = threading.Event(), []

    def slow(deadline: Deadline) -> None:
        release.wait(120)
        with pytest.raises(BusyError):
            deadline.check()

    async def both() -> list[object]:
        waiting = [workforce.photographs(slow), workforce.photographs(begun.append)]
        return await asyncio.gather(*waiting, return_exceptions=True)

    first, second = asyncio.run(both())
    release.set()
    workforce.close()
    for problem in (first, second):
        assert isinstance(problem, Problem) and problem.status == 504
    assert not begun


def test_clerks_do_not_wait_behind_photographs() -> None:
    workforce = Workforce(workers=1, places=9, deadline_s=60)
    release = threading.Event()

    async def both() -> str:
        task = asyncio.create_task(workforce.photographs(lambda deadline: release.wait(120)))
        answer = await workforce.paperwork(a_key("0" * 8), lambda deadline: "done")
        release.set()
        await task
        return answer

    assert asyncio.run(both()) == "done"
    workforce.close()


def a_key(key_id: str) -> Key:
    return Key(key_id, "door", frozenset({"read"}), None, datetime(2030, 1, 1, tzinfo=UTC))


def test_a_key_whose_work_waits_leaves_clerks_to_others() -> None:
    workforce = Workforce(workers=1, places=9, deadline_s=120)
    release, held = threading.Event(), Counter[str]()

    async def all_of_them() -> list[str]:
        def stuck(key: Key) -> Coroutine[object, object, bool]:
            def work(deadline: Deadline) -> bool:
                held[key.id] += 1
                return release.wait(120)

            return workforce.paperwork(key, work)

        greedy = [a_key(letter * 8) for letter in "abc"]
        tasks = []
        for key, share in zip(greedy, (4, 2, 1), strict=True):
            tasks += [asyncio.create_task(stuck(key)) for _ in range(3 * CLERKS)]
            end = time.monotonic() + 120
            while held[key.id] < share:
                assert time.monotonic() < end, "no clerk took its work"
                await asyncio.sleep(0.01)
        answers = [
            await asyncio.wait_for(
                workforce.paperwork(a_key("d" * 8), lambda deadline: "answered"), timeout=60
            )
            for _ in range(3)
        ]
        assert held == {"a" * 8: 4, "b" * 8: 2, "c" * 8: 1}
        release.set()
        assert all(await asyncio.gather(*tasks))
        return answers

    assert asyncio.run(all_of_them()) == ["answered"] * 3
    assert held.total() == 9 * CLERKS
    workforce.close()


def test_writes_of_any_number_of_keys_leave_clerks_to_what_reads() -> None:
    workforce = Workforce(workers=1, places=9, deadline_s=120)
    release, writing = threading.Event(), Counter[str]()
    keys = [a_key(letter * 8) for letter in "abcde"]

    async def all_of_them() -> list[str]:
        def stuck(key: Key, gallery: str) -> Coroutine[object, object, bool]:
            def work(deadline: Deadline) -> bool:
                writing[gallery] += 1
                return release.wait(120)

            return workforce.paperwork(key, work, writes=gallery)

        tasks = []
        # One locked gallery holds half of the clerks, two of them all but those who are spared.
        for gallery, share in (("main", CLERKS // 2), ("other", CLERKS // 2 - SPARE)):
            tasks += [asyncio.create_task(stuck(key, gallery)) for key in keys for _ in range(9)]
            end = time.monotonic() + 120
            while writing[gallery] < share:
                assert time.monotonic() < end, "no clerk took its work"
                await asyncio.sleep(0.01)
        answers = [
            await asyncio.wait_for(
                workforce.paperwork(key, lambda deadline: "answered"), timeout=60
            )
            for key in keys
        ]
        assert writing == {"main": CLERKS // 2, "other": CLERKS // 2 - SPARE}
        release.set()
        assert all(await asyncio.gather(*tasks))
        return answers

    assert asyncio.run(all_of_them()) == ["answered"] * len(keys)
    assert writing == {"main": 45, "other": 45}
    workforce.close()


def test_a_clerk_is_held_until_the_work_ends_whoever_waits_for_it() -> None:
    workforce = Workforce(workers=1, places=9, deadline_s=2)
    release, begun = threading.Event(), []
    key = a_key("a" * 8)

    def stuck(deadline: Deadline) -> None:
        begun.append(1)
        release.wait(120)

    async def late() -> list[object]:
        first = [asyncio.create_task(workforce.paperwork(key, stuck)) for _ in range(CLERKS)]
        while len(begun) < CLERKS // 2:  # a clerk who begins too late has nothing to wait for
            assert not all(one.done() for one in first), "no clerk took its work"
            await asyncio.sleep(0.01)
        refused = await asyncio.gather(*first, return_exceptions=True)
        workforce.deadline_s = 0.2
        more = [workforce.paperwork(key, stuck) for _ in range(CLERKS)]
        return refused + await asyncio.gather(*more, return_exceptions=True)

    refused = asyncio.run(late())
    assert all(isinstance(one, Problem) and one.status == 504 for one in refused)
    assert len(begun) == CLERKS // 2  # nobody is sent after those who wait
    release.set()
    workforce.close()
    assert len(begun) == CLERKS // 2


class Doubling(Embedder):
    """Gives each chip's first value; holds its first batch until told; refuses 13."""

    def __init__(self, like: Embedder) -> None:
        self.bundle, self.flip, self.batch_size = like.bundle, True, 8
        self.busy, self.go = threading.Event(), threading.Event()
        self.batches: list[int] = []

    def embed(self, chips: object) -> Float32:
        assert isinstance(chips, list)
        self.busy.set()
        self.go.wait(60)
        self.batches.append(len(chips))
        values = [int(chip.pixels[0, 0, 0]) for chip in chips]
        if 13 in values:
            raise InputError("unlucky")
        return np.array(values, np.float32)[:, None]


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    from facemetric.bundle import open_bundle

    return Embedder(open_bundle("dlib-resnet-v1"), threads=1)


def chip(value: int) -> Chip:
    return Chip(np.full((150, 150, 3), value, np.uint8), "dlib-150")


def queued(
    pool: ThreadPoolExecutor, slow: Doubling, shared: SharedEmbedder, values: Sequence[int]
) -> list[Future[Float32]]:
    """Ask for the first alone, which holds the network, then for the others, which wait."""
    futures = [pool.submit(shared.embed, [chip(values[0])])]
    assert slow.busy.wait(60)
    futures += [pool.submit(shared.embed, [chip(value)]) for value in values[1:]]
    end = time.monotonic() + 300
    while shared._queue.qsize() < len(values) - 1:
        assert time.monotonic() < end, "they never queued"
        time.sleep(0.001)
    return futures


def test_batches_grow_while_the_network_is_busy(embedder: Embedder) -> None:
    slow = Doubling(embedder)
    shared = SharedEmbedder(slow)
    with ThreadPoolExecutor(12) as pool:
        futures = queued(pool, slow, shared, range(12))
        slow.go.set()
        assert [float(one.result()[0, 0]) for one in futures] == list(range(12))
    assert slow.batches[0] == 1 and max(slow.batches) == 8
    shared.close()
    with pytest.raises(ServiceError):
        shared.embed([chip(1)])


def test_one_that_fails_fails_alone(embedder: Embedder) -> None:
    slow = Doubling(embedder)
    shared = SharedEmbedder(slow)
    with ThreadPoolExecutor(4) as pool:
        futures = queued(pool, slow, shared, (1, 13, 3, 4))
        slow.go.set()
        failures = [one.exception() for one in futures]
    assert [type(one) for one in failures].count(InputError) == 1
    assert isinstance(failures[1], InputError)
    assert float(futures[3].result()[0, 0]) == 4
    shared.close()


def test_shared_embeddings_are_those_of_the_network(embedder: Embedder) -> None:
    shared = SharedEmbedder(embedder)
    noise = np.random.default_rng(0).integers(0, 256, (3, 150, 150, 3), np.uint8)
    chips = [Chip(pixels, "dlib-150") for pixels in noise]
    assert np.array_equal(shared.embed(chips), embedder.embed(chips))
    assert np.array_equal(shared.embed(noise), embedder.embed(noise))
    assert shared.embed([]).shape == (0, 128)
    shared.close()
