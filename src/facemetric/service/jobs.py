"""Work in the background, one job at a time, its results kept in memory for a while."""

from __future__ import annotations

import logging
import queue
import threading
import time
import uuid
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from facemetric.decide import Threshold
from facemetric.errors import FacemetricError, ServiceError
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
    total: int
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    state: State = "waiting"
    done: int = 0
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    finished: datetime | None = None
    ended_at: float | None = None
    error: ItemError | None = None
    result: Clustering | None = None

    def face(self, number: int) -> ClusteredFace:
        """Return a face of the result; a Problem where there is none of that number."""
        if self.result is None:
            raise Problem(409, "job", f"the job is {self.state}, not done", field="job_id")
        if number >= len(self.result.faces):
            raise Problem(422, "input", f"there is no face {number}", field="faces")
        return self.result.faces[number]

    def end(self, state: State) -> None:
        """Keep the outcome and let go of the photographs."""
        self.state = state
        self.finished = datetime.now(UTC)
        self.ended_at = time.monotonic()
        self.photos.clear()


class Jobs:
    """The jobs of a service and the thread that does them.

    Parameters
    ----------
    engine
        Looks at the photographs.
    most
        Jobs that are kept.
    look_s
        Seconds between looks for jobs that are to be forgotten, while there is no work.
    """

    def __init__(self, engine: Engine, *, most: int, look_s: float = 60.0) -> None:
        self._engine = engine
        self._look_s = look_s
        self._most = most
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
    ) -> Job:
        """Begin a job; a Problem 429 where too many wait."""
        job = Job(owner, deque(photos), method, threshold, people, len(photos))
        with self._lock:
            self._forget_old()
            ended = [one.id for one in self._jobs.values() if one.ended_at is not None]
            if len(self._jobs) >= self._most and ended:
                del self._jobs[ended[0]]
            if len(self._jobs) >= self._most:
                raise Problem(
                    429,
                    "busy",
                    f"{self._most} jobs are waiting or running",
                    fix="Wait for one to end, or cancel it",
                    headers={"Retry-After": "30"},
                )
            self._jobs[job.id] = job
        self._queue.put(job)
        return job

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
        raise Problem(404, "job", "there is no such job", field="job_id")

    def cancel(self, job: Job) -> None:
        """Stop a job, or forget its result."""
        with self._lock:
            if job.ended_at is None:
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
        if job.state == "cancelled":
            return
        job.state = "running"

        def count(done: int) -> None:
            job.done = done
            if self._stopping or job.state == "cancelled":
                raise ServiceError("cancelled")

        result: Clustering | None = None
        with suppress(ServiceError):
            try:
                result = clustered(
                    self._engine,
                    job.photos,
                    method=job.method,
                    threshold=job.threshold,
                    people=job.people,
                    count=count,
                )
            except ServiceError:
                raise
            except FacemetricError as error:
                job.error = ItemError.of(error, item=error.item or "job")
        with self._lock:
            if job.ended_at is not None:
                return
            job.result = result
            job.end("failed" if result is None else "done")
