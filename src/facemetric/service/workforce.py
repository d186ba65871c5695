"""Threads that do what would block the event loop: bounded, with deadlines."""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from facemetric.errors import BusyError
from facemetric.service.clerks import Clerks
from facemetric.service.keys import Key
from facemetric.service.problem import Problem

P = ParamSpec("P")
T = TypeVar("T")

CLERKS = 8


class Deadline:
    """A moment after which nobody waits for an answer any more."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def left_s(self) -> float:
        """Seconds until then; never negative."""
        return max(self._end - time.monotonic(), 0.0)

    def check(self) -> None:
        """Raise BusyError once it has passed, so that nothing that is late is begun."""
        if not self.left_s:
            raise BusyError("the deadline has passed")


class Workforce:
    """Workers for photographs, of whose requests a bounded number is let in, and a few clerks.

    Parameters
    ----------
    workers
        Threads for photographs.
    places
        Requests with photographs that may be in work or wait.
    deadline_s
        Seconds for each request.
    """

    def __init__(self, *, workers: int, places: int, deadline_s: float) -> None:
        self.places = places
        self.deadline_s = deadline_s
        self.taken = 0
        self._lock = threading.Lock()
        self._recent_s = 0.1
        self._workers = workers
        self._heavy = ThreadPoolExecutor(workers, "worker")
        self._light = Clerks(CLERKS)

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold one of the places; where there is none, a Problem 429 that says when to return."""
        with self._lock:
            if self.taken >= self.places:
                raise Problem(
                    429,
                    "busy",
                    f"{self.places} requests are in work or waiting",
                    fix="Try again after the seconds in Retry-After",
                    headers={"Retry-After": str(self._wait_s())},
                )
            self.taken += 1
        started = time.monotonic()
        try:
            yield
        finally:
            with self._lock:
                self.taken -= 1
                self._recent_s += 0.05 * (time.monotonic() - started - self._recent_s)

    async def photographs(self, work: Callable[[Deadline], T]) -> T:
        """Do work with photographs in a worker."""
        return await self._run(self._heavy.submit, work)

    async def paperwork(
        self, key: Key, work: Callable[[Deadline], T], *, writes: str | None = None
    ) -> T:
        """Do work with a gallery alone in a clerk, who does not wait behind photographs.

        Whatever writes wait for another program, of however many keys, two clerks are left to what
        writes to no gallery; see ``Clerks``.

        Parameters
        ----------
        key
            Whose work it is.
        work
            What is to be done.
        writes
            Name of the gallery that it writes to.
        """
        return await self._run(lambda begin: self._light.submit(key.id, begin, writes=writes), work)

    def close(self) -> None:
        """Finish what is in work; what waits is dropped."""
        self._heavy.shutdown(wait=True, cancel_futures=True)
        self._light.close()

    async def _run(
        self, submit: Callable[[Callable[[], T]], Future[T]], work: Callable[[Deadline], T]
    ) -> T:
        deadline = Deadline(self.deadline_s)

        def begin() -> T:
            deadline.check()
            return work(deadline)

        task = asyncio.wrap_future(submit(begin))
        try:
            return await asyncio.wait_for(asyncio.shield(task), self.deadline_s)
        except (TimeoutError, BusyError) as error:
            task.cancel()
            # Its end is nobody's business any more, and its failure must not be reported as lost.
            task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
            raise Problem(
                504,
                "deadline",
                f"there was no answer within {self.deadline_s:g} s",
                fix="Send fewer or smaller photographs, or try again when there is less to do",
                headers={"Retry-After": str(self._wait_s())},
            ) from error

    def _wait_s(self) -> int:
        return max(1, min(30, math.ceil(self._recent_s)))
