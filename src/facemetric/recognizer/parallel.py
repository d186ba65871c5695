"""Photographs side by side, each on a thread of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import chain, islice

from facemetric.detect import Detector, Select
from facemetric.embed import Embedder
from facemetric.index.in_order import in_order
from facemetric.recognizer.pipeline import Photo, Pipeline, check_several
from facemetric.recognizer.seen import SeenPhoto
from facemetric.types import ItemError


class ParallelPipeline(Pipeline):
    """A pipeline that looks at several photographs at a time.

    The networks are small, and threads that share one wait for each other more than they work:
    as many photographs as cores, one thread each, is two to three times as fast. One photograph
    alone goes through the embedder that has all threads.

    Parameters
    ----------
    detector
        Finds the faces; several threads may call it at once.
    embedder
        Embeds the chips of a photograph that comes alone.
    of_one_thread
        Makes the embedder of several photographs, which has one thread, once there are several.
    workers
        Photographs at a time.
    max_pixels, full
        See ``Pipeline``.
    """

    def __init__(
        self,
        detector: Detector,
        embedder: Embedder,
        of_one_thread: Callable[[], Embedder],
        *,
        workers: int,
        max_pixels: int,
        full: bool = False,
    ) -> None:
        super().__init__(detector, embedder, max_pixels=max_pixels, full=full)
        self._of_one_thread = of_one_thread
        self._workers = workers

    def see(
        self,
        photos: Iterable[Photo],
        *,
        select: Select = "all",
        max_faces: int | None = None,
        portraits: bool = False,
    ) -> Iterator[SeenPhoto | ItemError]:
        """Yield each photograph with its faces, or what was wrong with it, in order.

        Twice as many photographs as workers are taken ahead of the one that is yielded.
        """
        check_several(photos)
        remaining = iter(photos)
        first = list(islice(remaining, 2))
        if len(first) < 2:
            yield from super().see(first, select=select, max_faces=max_faces, portraits=portraits)
            return
        each = self._each  # made before the threads want it

        def look(photo: Photo) -> list[SeenPhoto | ItemError]:
            return list(each.see([photo], select=select, max_faces=max_faces, portraits=portraits))

        for seen in in_order(look, chain(first, remaining), threads=self._workers):
            yield from seen

    @cached_property
    def _each(self) -> Pipeline:
        return Pipeline(
            self.detector, self._of_one_thread(), max_pixels=self.max_pixels, full=self.full
        )
