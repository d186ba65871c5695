"""Threads for paperwork, of which no key has more than half of what the others leave."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


class Clerks:
    """Does work in threads, in the order of its coming for each key, keys taking turns.

    A clerk who waits for another program that writes to a gallery is of no use to anybody, so that
    a key gets the first clerk that is free, and another one only while at least as many are free as
    it would then have. With eight: four of one key, two of the next, one each of two more.

    Parameters
    ----------
    number
        Threads.
    """

    def __init__(self, number: int) -> None:
        self._pool = ThreadPoolExecutor(number, "clerk")
        self._free = number
        self._lock = threading.Lock()
        self._held: Counter[str] = Counter()
        self._waiting: dict[str, deque[tuple[Future[Any], Callable[[], Any]]]] = {}

    def submit(self, key_id: str, work: Callable[[], T]) -> Future[T]:
        """Do work for a key as soon as it has a clerk; one that is cancelled by then is dropped."""
        future: Future[T] = Future()
        with self._lock:
            self._waiting.setdefault(key_id, deque()).append((future, work))
            self._begin()
        return future

    def close(self) -> None:
        """Finish what is in work; what waits is dropped."""
        with self._lock:
            dropped = [future for queue in self._waiting.values() for future, _ in queue]
            self._waiting.clear()
        for future in dropped:
            future.cancel()
        self._pool.shutdown(wait=True)

    def _may_have_one(self, key_id: str) -> bool:
        held = self._held[key_id]
        return self._free > held or (self._free > 0 and held == 0)

    def _begin(self) -> None:
        """Give the free clerks away; the lock is held."""
        while key_id := next(filter(self._may_have_one, self._waiting), None):
            queue = self._waiting.pop(key_id)
            future, work = queue.popleft()
            if queue:
                self._waiting[key_id] = queue  # behind the other keys
            self._free -= 1
            self._held[key_id] += 1
            self._pool.submit(self._do, key_id, future, work)

    def _do(self, key_id: str, future: Future[Any], work: Callable[[], Any]) -> None:
        try:
            if future.set_running_or_notify_cancel():
                try:
                    answer = work()
                except BaseException as error:
                    future.set_exception(error)
                else:
                    future.set_result(answer)
        finally:
            with self._lock:
                self._free += 1
                self._held[key_id] -= 1
                self._held += Counter()  # keys without any are forgotten
                self._begin()
