"""A job in the background: what is to be done, how far it is, and what came of it."""

from __future__ import annotations

import time
import uuid
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from facemetric.decide import Threshold
from facemetric.recognizer import EncodedPhoto
from facemetric.service.clustering import ClusteredFace, Clustering
from facemetric.service.problem import Problem
from facemetric.types import ItemError

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
    forgot_portraits: bool = False
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

    def check_portraits(self) -> None:
        """Raise a Problem 409 unless its faces have portraits."""
        if self.keep_portraits:
            return
        why = (
            "the job's portraits were let go, to make room for other jobs"
            if self.forgot_portraits
            else "the job was begun without portraits, and its photographs are gone"
        )
        raise Problem(
            409,
            "portraits",
            why,
            field="keep_portraits",
            fix="Leave it out, or group the photographs again with keep_portraits",
        )

    def forget_portraits(self) -> None:
        """Let go of the portraits of a done job; the rest of its result stays."""
        # First: whoever takes faces, and then finds this still set, has them with portraits.
        self.keep_portraits = False
        self.forgot_portraits = True
        self.portrait_bytes = 0
        if self.result is not None:
            self.result = self.result.without_portraits()

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
