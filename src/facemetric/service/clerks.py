"""Threads for paperwork, of which no key and no gallery's writes have more than their share."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")
_Kind: TypeAlias = tuple[str, str | None]  # a key's id, and the gallery that is written to

SPARE = 2
"""Clerks who are never given to writes."""


class Clerks:
    """Does work in threads, in the order of its coming for each key, keys taking turns.

    A key gets the first clerk that is free, and another one only while at least as many are free as
    it would then have. With eight: four of one key, two of the next, one each of two more.

    A clerk who waits for another program that writes to a gallery is of no use to anybody. Writes
    to one gallery therefore hold at most half of the clerks, and those to all galleries together
    leave ``SPARE`` of them, whichever keys they are of. What a key writes does not count against
    its share of clerks who read, nor does it stand before them.

    Parameters
    ----------
    number
        Threads, more than ``SPARE``.
    """

    def __init__(self, number: int) -> None:
        self._pool = ThreadPoolExecutor(number, "clerk")
        self._number = self._free = number
        self._lock = threading.Lock()
        self._held: Counter[tuple[str, bool]] = Counter()
        self._writing: Counter[str] = Counter()
        self._waiting: dict[_Kind, deque[tuple[Future[Any], Callable[[], Any]]]] = {}

    def submit(self, key_id: str, work: Callable[[], T], *, writes: str | None = None) -> Future[T]:
        """Do work for a key as soon as it has a clerk; one that is cancelled by then is dropped.

        Parameters
        ----------
        key_id
            Whose.
        work
            What.
        writes
            The gallery that it writes to; ``None`` for what writes to none.
        """
        future: Future[T] = Future()
        with self._lock:
            self._waiting.setdefault((key_id, writes), deque()).append((future, work))
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

    def _may_have_one(self, kind: _Kind) -> bool:
        gallery = kind[1]
        if gallery is not None and (
            self._writing[gallery] >= self._number // 2
            or self._writing.total() >= self._number - SPARE
        ):
            return False
        held = self._held[_share(kind)]
        return self._free > held or (self._free > 0 and held == 0)

    def _begin(self) -> None:
        """Give the free clerks away; the lock is held."""
        while kind := next(filter(self._may_have_one, self._waiting), None):
            queue = self._waiting.pop(kind)
            future, work = queue.popleft()
            if queue:
                self._waiting[kind] = queue  # behind the other keys
            self._count(kind, 1)
            self._pool.submit(self._do, kind, future, work)

    def _count(self, kind: _Kind, more: int) -> None:
        gallery = kind[1]
        self._free -= more
        self._held[_share(kind)] += more
        self._held += Counter()  # keys without any are forgotten
        if gallery is not None:
            self._writing[gallery] += more

    def _do(self, kind: _Kind, future: Future[Any], work: Callable[[], Any]) -> None:
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
                self._count(kind, -1)
                self._begin()


def _share(kind: _Kind) -> tuple[str, bool]:
    """Return of what a key has a share: clerks who read, or who write, to whatever gallery."""
    key_id, gallery = kind
    return key_id, gallery is None
