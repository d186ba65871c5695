"""Work in the background, one job at a time, its results kept in memory for a while."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import Counter, deque
from collections.abc import Sequence
from contextlib import suppress

from facemetric.decide import Threshold
from facemetric.errors import FacemetricError, InputError
from facemetric.recognizer import EncodedPhoto
from facemetric.service.clustering import Clustering, clustered
from facemetric.service.engine import Engine
from facemetric.service.events import failure, log
from facemetric.service.job import Job
from facemetric.service.problem import Problem
from facemetric.types import ItemError

KEPT_S = 3600.0
"""Seconds that a finished job is kept: its embeddings are biometric data that nobody consented to
keep."""


class Jobs:
    """The jobs of a service and the thread that does them.

    Parameters
    ----------
    engine
        Looks at the photographs.
    most, most_of_key
        Jobs that are kept, of all keys and of one. A new one takes the place of a done one: of its
        own key, or of the key that has the most.
    most_bytes, most_bytes_of_key
        Of photographs that wait to be looked at and of portraits, of all keys and of one. Portraits
        of done jobs go first: the oldest of the key that holds most. A job that runs may go beyond
        with its portraits, up to one key's share: what others send makes none fail.
    look_s
        Seconds between looks for jobs that are to be forgotten, while there is no work.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        most: int,
        most_of_key: int | None = None,
        most_bytes: int = 1 << 30,
        most_bytes_of_key: int | None = None,
        look_s: float = 60.0,
    ) -> None:
        self._engine = engine
        self._look_s = look_s
        self._most = most
        self._most_of_key = most if most_of_key is None else min(most, most_of_key)
        self._most_bytes = most_bytes
        self._most_bytes_of_key = (
            most_bytes if most_bytes_of_key is None else min(most_bytes, most_bytes_of_key)
        )
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)
        self._thread.start()

    def add(
        self,
        photos: Sequence[EncodedPhoto],
        *,
        owner: str,
        method: str,
        threshold: Threshold | None,
        people: int | None,
        keep_portraits: bool = False,
    ) -> Job:
        """Begin a job; a Problem 429 where too many wait."""
        job = Job(owner, deque(photos), method, threshold, people, keep_portraits, len(photos))
        with self._lock:
            self._forget_old()
            self._check_bytes(owner, job.held_bytes)
            self._make_room(owner)
            self._let_portraits_go(owner, job.held_bytes)
            self._jobs[job.id] = job
        self._queue.put(job)
        return job

    def _check_bytes(self, owner: str, size: int) -> None:
        """Raise a Problem 429 where a job of that size has no room beside those not ended."""
        going = [one for one in self._jobs.values() if not one.ended]
        own = [one for one in going if one.owner == owner]
        for jobs, most, whose, fix in (
            (own, self._most_bytes_of_key, " of this key", _OWN_FIX),
            (going, self._most_bytes, "", _ANY_FIX),
        ):
            held = sum(one.held_bytes for one in jobs)
            if held + size > most:
                raise _busy(
                    f"jobs{whose} that wait or run hold {held:,} bytes, this one has {size:,}, and "
                    f"{most:,} is the most",
                    fix,
                )

    def _let_portraits_go(self, owner: str, more: int = 0) -> None:
        """Forget portraits of done jobs until ``more`` bytes of a key fit, or none are left."""
        held: Counter[str] = Counter()
        for job in self._jobs.values():
            held[job.owner] += job.held_bytes
        held[owner] += more
        done = [one for one in self._jobs.values() if one.ended and one.portrait_bytes]
        while done:
            own = next((one for one in done if one.owner == owner), None)
            if own is not None and held[owner] > self._most_bytes_of_key:
                job = own
            elif held.total() > self._most_bytes:
                job = max(done, key=lambda one: (held[one.owner], one.owner == owner))
            else:
                return
            done.remove(job)
            held[job.owner] -= job.portrait_bytes
            job.forget_portraits()

    def _make_room(self, owner: str) -> None:
        """Forget a done job where there are too many; a Problem 429 where none is done."""
        own = [one for one in self._jobs.values() if one.owner == owner]
        if len(own) >= self._most_of_key:
            self._forget_one(own, f"{len(own)} jobs of this key are waiting or running", _OWN_FIX)
        elif len(self._jobs) >= self._most:
            kept = Counter(one.owner for one in self._jobs.values())
            kept[owner] += 1  # with the one that comes
            # Whoever has fewer results than another loses none to it.
            done = [one for one in self._jobs.values() if one.ended]
            done.sort(key=lambda one: (-kept[one.owner], one.owner != owner))
            self._forget_one(done, f"{self._most} jobs are waiting or running", _ANY_FIX)

    def _forget_one(self, jobs: Sequence[Job], otherwise: str, fix: str) -> None:
        for job in jobs:
            if job.ended:
                del self._jobs[job.id]
                return
        raise _busy(otherwise, fix)

    def of(self, owner: str | None) -> list[Job]:
        """Return the jobs of a key, or all, in the order of their coming."""
        with self._lock:
            self._forget_old()
            return [one for one in self._jobs.values() if owner in (None, one.owner)]

    def get(self, job_id: str, owner: str | None) -> Job:
        """Return a job of a key; a Problem 404 where there is none, or it is another's."""
        for job in self.of(owner):
            if job.id == job_id:
                return job
        raise Problem(
            404,
            "job",
            "there is no such job",
            field="job_id",
            fix="GET /v1/jobs lists those of this key; they are kept for an hour",
        )

    def cancel(self, job: Job) -> None:
        """Stop a job, or forget its result."""
        with self._lock:
            job.end("cancelled")
            self._jobs.pop(job.id, None)

    def close(self) -> None:
        """Cancel what is there and stop."""
        self._stopping = True
        for job in self.of(None):
            self.cancel(job)
        self._queue.put(None)
        self._thread.join()

    def _forget_old(self) -> None:
        now = time.monotonic()
        for job in list(self._jobs.values()):
            if job.ended_at is not None and now - job.ended_at > KEPT_S:
                del self._jobs[job.id]

    def _run(self) -> None:
        while (job := self._next()) is not None:
            try:
                self._do(job)
            except Exception as error:  # a defect must not end the thread
                with self._lock:
                    if not job.ended:
                        job.error = ItemError("job", "defect", "the service failed")
                        job.end("failed")
                log(logging.ERROR, "job failure", job=job.id, failure=failure(error))

    def _next(self) -> Job | None:
        """Wait for a job, and forget old ones meanwhile, also where nobody asks for them."""
        while True:
            with suppress(queue.Empty):
                return self._queue.get(timeout=self._look_s)
            with self._lock:
                self._forget_old()

    def _do(self, job: Job) -> None:
        with self._lock:
            if job.ended:
                return
            job.state = "running"

        def count(done: int) -> None:
            job.done = done
            if self._stopping or job.ended:
                raise _Cancelled

        def hold(size: int) -> None:
            if size > self._most_bytes_of_key:
                raise InputError(
                    f"portraits of {size:,} bytes so far, and the jobs of a key may hold "
                    f"{self._most_bytes_of_key:,}",
                    item="keep_portraits",
                    fix="Send fewer photographs at a time, or keep no portraits",
                )
            with self._lock:
                job.portrait_bytes = size
                self._let_portraits_go(job.owner)

        result: Clustering | None = None
        failed: ItemError | None = None
        try:
            result = clustered(
                self._engine,
                job.photos,
                method=job.method,
                threshold=job.threshold,
                people=job.people,
                portraits=job.keep_portraits,
                count=count,
                hold=hold,
            )
        except _Cancelled:
            pass
        except FacemetricError as error:
            failed = ItemError.of(error, item=error.item or "job")
        with self._lock:
            if not job.ended:
                job.result, job.error = result, failed
                job.end("failed" if result is None else "done")


class _Cancelled(Exception):
    """Nobody wants the job any more."""


_OWN_FIX = "Wait for one of them to end, or cancel it"
_ANY_FIX = "Wait for one of them to end; this key's own can be cancelled too"


def _busy(detail: str, fix: str) -> Problem:
    return Problem(
        429,
        "busy",
        detail,
        fix=fix,
        headers={"Retry-After": "30"},
    )
