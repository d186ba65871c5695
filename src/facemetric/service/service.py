"""A service with its parts, from start to stop."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from facemetric._version import __version__
from facemetric.gallery import Gallery
from facemetric.service.access import Guard
from facemetric.service.allowance import Allowance
from facemetric.service.crowd import Crowd
from facemetric.service.engine import Engine
from facemetric.service.events import log
from facemetric.service.jobs import Jobs
from facemetric.service.keys import Key
from facemetric.service.keystore import KeyStore
from facemetric.service.listeners import Listeners
from facemetric.service.metrics import Metrics
from facemetric.service.reportshelf import ReportShelf
from facemetric.service.settings import Settings
from facemetric.service.workforce import Workforce
from facemetric.vault import AuditLog, Event, open_log
from facemetric.wire import EnrollOut, HealthOut, ServiceOut

State = Literal["starting", "ok", "stopping", "failing"]


class Service:
    """What the routes work with; reached as ``request.app.state.service``.

    Parameters
    ----------
    settings
        How it is set up.
    keys
        The API keys.
    engine
        One that is open already; it is then left open at the end.

    Attributes
    ----------
    crowd
        Bounds the open connections.
    reports
        The evaluation reports, where a folder of them was named.
    state
        What ``/ready`` says.
    """

    def __init__(self, settings: Settings, *, keys: KeyStore, engine: Engine | None = None) -> None:
        self.settings = settings
        self.keys = keys
        self.guard = Guard(keys)
        self.metrics = Metrics()
        self.crowd = Crowd()
        self.workforce = Workforce(
            workers=4 * settings.detectors,
            places=settings.limits.queue,
            deadline_s=settings.limits.deadline_s,
        )
        self.allowance = Allowance(settings.limits.bodies_bytes)
        self.listeners = Listeners(
            most=settings.limits.streams, most_of_key=settings.limits.key_streams
        )
        self.reports = None if settings.reports is None else ReportShelf(settings.reports)
        self.state: State = "starting"
        self.started = datetime.now(UTC)
        self._since = time.monotonic()
        self._given = engine
        self._engine = engine
        self._jobs: Jobs | None = None
        self.audit_log: AuditLog | None = None

    @property
    def engine(self) -> Engine:
        """The recogniser and the galleries; only between start and stop."""
        assert self._engine is not None, "the service was not started"
        return self._engine

    @property
    def jobs(self) -> Jobs:
        """Work in the background; only between start and stop."""
        assert self._jobs is not None, "the service was not started"
        return self._jobs

    def audit(
        self,
        action: str,
        key: Key,
        *,
        gallery: Gallery | None = None,
        subject: str | None = None,
        counts: Mapping[str, int] | None = None,
    ) -> None:
        """Enter what was done into the audit log, where there is one; it is on disk then."""
        if self.audit_log is not None:
            self.audit_log.append(
                Event(
                    action,
                    actor=key.id,
                    gallery=None if gallery is None else gallery.id,
                    subject=subject,
                    counts=counts or {},
                )
            )

    def purge(
        self,
        action: str,
        key: Key,
        *,
        gallery: Gallery,
        subject: str,
        counts: Mapping[str, int] | None = None,
    ) -> bool:
        """Purge a gallery of what was erased and enter it, also where the purge fails.

        Returns
        -------
        bool
            What ``Gallery.purge`` does.
        """
        purged = False
        try:
            purged = gallery.purge()
        finally:
            counts = {**(counts or {}), "purged": int(purged)}
            self.audit(action, key, gallery=gallery, subject=subject, counts=counts)
        return purged

    def audit_enrolment(self, document: EnrollOut, key: Key, *, gallery: Gallery) -> None:
        """Enter an enrolment."""
        added = sum(not sample.duplicate for sample in document.samples)
        portraits = sum(sample.has_portrait for sample in document.samples)
        self.audit(
            "person.enrol",
            key,
            gallery=gallery,
            subject=document.person_id,
            counts={
                "created": int(document.created),
                "samples": added,
                **({"portraits": portraits} if portraits else {}),
            },
        )

    def start(self) -> None:
        """Load the networks and open the galleries; once is enough."""
        if self.state == "ok":
            return
        if self._engine is None:
            self._engine = Engine(self.settings, observe=self.metrics.batch)
        if self.settings.audit is not None:
            is_new = not self.settings.audit.exists()
            self.audit_log = open_log(self.settings.audit, key=self.settings.master_key)
            if is_new:
                log(logging.WARNING, "new audit log", file=str(self.settings.audit.absolute()))
        limits = self.settings.limits
        self._jobs = Jobs(
            self.engine,
            most=limits.jobs,
            most_of_key=limits.key_jobs,
            most_bytes=limits.waiting_bytes,
            most_bytes_of_key=limits.key_waiting_bytes,
        )
        for gallery in self.engine.galleries.values():
            gallery.compared()  # its vectors are read now, not with the first question
        self._warn_of_keys()
        self.state = "ok"
        log(
            logging.INFO,
            "started",
            version=__version__,
            galleries=len(self.engine.galleries),
            seconds=round(time.monotonic() - self._since, 2),
        )

    def _warn_of_keys(self) -> None:
        """Say which keys are for galleries that are not here: each may be a slip of the pen."""
        for key in self.keys.living():
            for name in sorted((key.galleries or frozenset()) - self.engine.galleries.keys()):
                log(
                    logging.WARNING,
                    "key for a gallery that is not served",
                    key=key.id,
                    gallery=name,
                )

    def stop(self) -> None:
        """Finish what is in work and let go of everything."""
        self.state = "stopping"
        if self._jobs is not None:
            self._jobs.close()
        self.workforce.close()
        if self._engine is not None and self._given is None:
            self._engine.close()
            self._engine = None
        self.keys.close()
        log(logging.INFO, "stopped", requests=self.metrics.requests)

    def health(self) -> HealthOut:
        """Return whether it can work."""
        return HealthOut(state=self.state)

    def figures(self) -> ServiceOut:
        """Return what it has done so far."""
        return ServiceOut(
            version=__version__,
            bundle=self.engine.recognizer.bundle.id,
            detector=self.engine.recognizer.detector.name,
            started=self.started.isoformat(),
            uptime_s=round(time.monotonic() - self._since, 1),
            requests=self.metrics.requests,
            refused=self.metrics.refused,
            failed=self.metrics.failed,
            in_work=self.workforce.taken,
            most_in_work=self.workforce.places,
            galleries=len(self.engine.galleries),
            memory_bytes=_memory_bytes(),
        )


def _memory_bytes() -> int | None:
    """Return the process's resident memory, where the system tells."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")
