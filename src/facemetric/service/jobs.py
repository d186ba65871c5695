"""Work in the background, one job at a time, its results kept in memory for a while."""

from __future__ import annotations

import logging
import queue
import threading
import time
import uuid
from collections import Counter, deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from facemetric.decide import Threshold
from facemetric.errors import FacemetricError, InputError
from facemetric.recognizer import EncodedPhoto
from facemetric.service.clustering import ClusteredFace, Clustering, clustered
from facemetric.service.engine import Engine
from facemetric.service.events import failure, log
from facemetric.service.problem import Problem
from facemetric.types import ItemError

KEPT_S = 3600.0
"""Seconds that a finished job is kept: its embeddings are biometric data that nobody consented to
keep."""

State = Literal["waiting", "running", "done", "failed", "cancelled"]


@dataclass(eq=False, slots=True)
class Job:
    """A clustering of photographs, for the key that asked for it."""

    owner: str
    photos: deque[EncodedPhoto]
    method: str
    threshold: Threshold | None
    people: int | None
    keep_portraits: bool
    total: int
    portrait_bytes: int = 0
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    state: State = "waiting"
    done: int = 0
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    finished: datetime | None = None
    ended_at: float | None = None
    error: ItemError | None = None
    result: Clustering | None = None

    @property
    def ended(self) -> bool:
        """Whether it waits and runs no longer."""
        return self.ended_at is not None

    @property
    def held_bytes(self) -> int:
        """Bytes of the photographs that are not looked at yet, and of portraits."""
        return self.portrait_bytes + sum(len(photo.data) for photo in self.photos.copy())

    def face(self, number: int) -> ClusteredFace:
        """Return a face of the result; a Problem where there is none of that number."""
        if self.result is None:
            raise Problem(
                409,
                "job",
                f"the job is {self.state}, not done",
                field="job_id",
                fix="Ask for the job until its state is done",
            )
        if number >= len(self.result.faces):
            raise Problem(
                422,
                "input",
                f"there is no face {number}",
                field="faces",
                fix="The job's result numbers its faces",
            )
        return self.result.faces[number]

    def end(self, state: State) -> None:
        """Keep the outcome and let go of the photographs; the first end holds."""
        if self.ended:
            return
        self.finished = datetime.now(UTC)
        self.ended_at = time.monotonic()
        self.state = state
        self.photos.clear()
        if state != "done":
            self.portrait_bytes = 0


class Jobs:
    """The jobs of a service and the thread that does them.

    Parameters
    ----------
    engine
        Looks at the photographs.
    most, most_of_key
        Jobs that are kept, of all keys and of one. A new one takes the place of a done one: of its
        own key, or of the key that has the most.
    most_bytes
        Of photographs that wait to be looked at, and of portraits of what is done.
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
        look_s: float = 60.0,
    ) -> None:
        self._engine = engine
        self._look_s = look_s
        self._most = most
        self._most_of_key = most if most_of_key is None else min(most, most_of_key)
        self._most_bytes = most_bytes
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
            held = sum(one.held_bytes for one in self._jobs.values())
            if held + job.held_bytes > self._most_bytes:
                raise _busy(f"photographs and portraits of {held:,} bytes are held for jobs")
            self._make_room(owner)
            self._jobs[job.id] = job
        self._queue.put(job)
        return job

    def _make_room(self, owner: str) -> None:
        """Forget a done job where there are too many; a Problem 429 where none is done."""
        own = [one for one in self._jobs.values() if one.owner == owner]
        if len(own) >= self._most_of_key:
            self._forget_one(own, f"{len(own)} jobs of this key are waiting or running")
        elif len(self._jobs) >= self._most:
            kept = Counter(one.owner for one in self._jobs.values())
            kept[owner] += 1  # with the one that comes
            # Whoever has fewer results than another loses none to it.
            done = [one for one in self._jobs.values() if one.ended]
            done.sort(key=lambda one: (-kept[one.owner], one.owner != owner))
            self._forget_one(done, f"{self._most} jobs are waiting or running")

    def _forget_one(self, jobs: Sequence[Job], otherwise: str) -> None:
        for job in jobs:
            if job.ended:
                del self._jobs[job.id]
                return
        raise _busy(otherwise)

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
            job.portrait_bytes = size
            held = sum(one.held_bytes for one in self.of(None))
            if held > self._most_bytes:
                raise InputError(
                    f"photographs and portraits of {held:,} bytes are held for jobs",
                    item="keep_portraits",
                    fix="Forget jobs that are done, send fewer photographs, or keep no portraits",
                )

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


def _busy(detail: str) -> Problem:
    return Problem(
        429,
        "busy",
        detail,
        fix="Wait for one to end, or cancel it",
        headers={"Retry-After": "30"},
    )
