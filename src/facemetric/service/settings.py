"""How a service is set up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from facemetric.errors import InputError
from facemetric.processors import usable_processors
from facemetric.service.allowance import TIMES_PARSED
from facemetric.service.names import check_gallery_name
from facemetric.vault import MasterKey


@dataclass(frozen=True, slots=True)
class Limits:
    """What is refused, so that one caller cannot take the service from the others.

    Attributes
    ----------
    body_bytes
        Largest body of a request.
    job_body_bytes
        The same for background jobs, which take many photographs.
    json_bytes
        The same for documents without photographs: many small values take many times their size.
    bodies_bytes
        The bodies of all requests that are being read or answered; more get 429. Documents without
        photographs count thirtyfold.
    photos, job_photos
        Most photographs in a request, and in a job.
    max_pixels
        Largest photograph, in pixels.
    max_faces
        Most faces of one photograph that are looked at, the most certain first.
    body_s
        Seconds that a body may take to come.
    deadline_s
        Seconds after which a request that has no answer yet gets 504.
    queue
        Requests with photographs that may be in work or wait; more get 429.
    streams, key_streams
        Streams of events that may be open, of all keys and of one.
    jobs, key_jobs
        Background jobs that are kept, waiting, running and done, of all keys and of one.
    waiting_bytes, key_waiting_bytes
        Photographs of background jobs that wait to be looked at, and portraits, of all keys and of
        one.
    """

    body_bytes: int = 20 << 20
    job_body_bytes: int = 200 << 20
    json_bytes: int = 4 << 20
    bodies_bytes: int = 1 << 30
    photos: int = 32
    job_photos: int = 2000
    max_pixels: int = 50_000_000
    max_faces: int = 100
    body_s: float = 30.0
    deadline_s: float = 30.0
    queue: int = 64
    streams: int = 32
    key_streams: int = 16
    jobs: int = 16
    key_jobs: int = 8
    waiting_bytes: int = 1 << 30
    key_waiting_bytes: int = 1 << 29

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if getattr(self, name) <= 0:
                raise InputError(f"expected more than 0, got {getattr(self, name)}", item=name)
        for takes in ("json", "photos", "job"):
            least = self.bytes_of(takes) * TIMES_PARSED.get(takes, 1)
            if self.bodies_bytes < least:
                raise InputError(
                    f"expected room for the largest body, {least:,}, got {self.bodies_bytes:,}",
                    item="bodies_bytes",
                    fix="Allow more (--bodies-mb), or smaller bodies (--body-mb)",
                )
        for name in ("waiting_bytes", "key_waiting_bytes"):
            if getattr(self, name) < self.job_body_bytes:
                raise InputError(
                    f"expected room for the largest job, {self.job_body_bytes:,}, got "
                    f"{getattr(self, name):,}",
                    item=name,
                    fix="Allow more, or smaller jobs (job_body_bytes)",
                )

    def bytes_of(self, takes: str) -> int:
        """Return the largest body of a route that takes ``"json"``, ``"photos"`` or ``"job"``."""
        if takes == "job":
            return self.job_body_bytes
        return min(self.json_bytes, self.body_bytes) if takes == "json" else self.body_bytes


@dataclass(frozen=True, slots=True)
class Settings:
    """What ``create_app`` needs to know.

    Attributes
    ----------
    galleries
        Address of each gallery by its name: lower-case letters, digits, ``. _ -``.
    bundle
        Name or path of the model bundle.
    keys
        The file of API keys; ``None``: keys in memory, which die with the service.
    audit
        The file of the audit log; ``None``: none is kept.
    events
        By a gallery's name, the file that ``facemetric watch --jsonl`` writes.
    reports
        The folder of evaluation reports that are shown; ``None``: none are.
    master_key
        Opens encrypted galleries and encrypts new ones, chains the audit log, signs receipts;
        ``None``: galleries are not encrypted.
    flip
        Average embeddings with the mirrored faces'.
    min_face_px
        Smallest face; see ``Recognizer``.
    provider
        Where the networks run.
    detectors
        Photographs in which faces are looked for at the same time.
    embedding_threads
        Threads of the embedding network.
    create_galleries
        Make galleries that are not there, files in folders that are; the log says which.
    keep_portraits
        Whether those who enrol may ask for a small picture of the face to be kept.
    limits
        What is refused.
    """

    galleries: Mapping[str, str] = field(default_factory=dict)
    bundle: str = "dlib-resnet-v1"
    keys: Path | None = None
    audit: Path | None = None
    events: Mapping[str, Path] = field(default_factory=dict)
    reports: Path | None = None
    master_key: MasterKey | None = field(default=None, repr=False)
    flip: bool = True
    min_face_px: float | None = None
    provider: str = "cpu"
    detectors: int = field(default_factory=usable_processors)
    embedding_threads: int = field(default_factory=lambda: max(1, usable_processors() // 2))
    create_galleries: bool = True
    keep_portraits: bool = False
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        for name in self.galleries:
            check_gallery_name(name, item="gallery")
        for name in set(self.events) - set(self.galleries):
            raise InputError("there is no such gallery", item=f"events {name!r}")
        if self.detectors < 1 or self.embedding_threads < 1:
            raise InputError("expected at least 1", item="detectors, embedding_threads")
