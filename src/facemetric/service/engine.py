"""The recogniser of a service, shared by its threads, and the galleries that it looks in."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

from facemetric.bundle import open_bundle
from facemetric.embed import Embedder
from facemetric.errors import BusyError, FacemetricError
from facemetric.gallery import Gallery
from facemetric.recognizer import Recognizer, default_detector
from facemetric.service.batching import SharedEmbedder
from facemetric.service.events import log
from facemetric.service.problem import Problem
from facemetric.service.settings import Settings
from facemetric.service.turns import TakingTurns
from facemetric.service.workforce import Deadline


class Engine:
    """What answers questions about faces.

    Parameters
    ----------
    settings
        Of the service.
    observe
        Called with the number of chips of each batch.

    Raises
    ------
    FacemetricError
        The bundle or a gallery cannot be opened.
    """

    def __init__(self, settings: Settings, *, observe: Callable[[int], None]) -> None:
        bundle = open_bundle(settings.bundle)
        embedder = Embedder(
            bundle,
            provider=settings.provider,
            threads=settings.embedding_threads,
            flip=settings.flip,
        )
        detector = default_detector(
            min_face_px=settings.min_face_px, provider=settings.provider, threads=1
        )
        self.limits = settings.limits
        self.full = settings.min_face_px is not None
        self._embedder = SharedEmbedder(embedder, observe=observe)
        self.recognizer = Recognizer(
            detector=TakingTurns(detector, at_once=settings.detectors),
            embedder=self._embedder,
            max_pixels=settings.limits.max_pixels,
            full=self.full,
        )
        self._galleries: dict[str, Gallery] = {}
        self._editing = {name: threading.Lock() for name in settings.galleries}
        try:
            for name, address in settings.galleries.items():
                self._galleries[name] = opened = self._open(address, settings)
                if opened.made is not None:  # told now: what comes next may fail
                    log(logging.WARNING, "new gallery", gallery=name, place=opened.made)
        except BaseException:
            self.close()
            raise

    @property
    def galleries(self) -> Mapping[str, Gallery]:
        """The open galleries by name."""
        return self._galleries

    def gallery(self, name: str) -> Gallery:
        """Return an open gallery; a Problem 404 where there is none of that name."""
        if name not in self._galleries:
            raise Problem(
                404,
                "gallery",
                "there is no such gallery",
                field="gallery",
                fix="GET /v1/galleries lists those of this key",
            )
        return self._galleries[name]

    @contextmanager
    def editing(self, name: str, deadline: Deadline) -> Iterator[None]:
        """Let no other request of this service edit a gallery between what is read and written.

        Raises
        ------
        BusyError
            Others edit until the deadline.
        """
        if not self._editing[name].acquire(timeout=deadline.left_s):
            raise BusyError("others edited the gallery until the deadline", item=name)
        try:
            yield
        finally:
            self._editing[name].release()

    def close(self) -> None:
        """Finish what was asked for and let go of the files."""
        self._embedder.close()
        for gallery in self._galleries.values():
            with suppress(FacemetricError):
                gallery.close()

    def _open(self, address: str, settings: Settings) -> Gallery:
        return self.recognizer.open_gallery(
            address, create=settings.create_galleries, key=settings.master_key
        )
