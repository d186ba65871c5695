"""Faces of several requests through the network at once."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future

import numpy as np

from facemetric.embed import Embedder
from facemetric.errors import FacemetricError, ServiceError
from facemetric.types import Chip, Float32, UInt8

_Waiting = tuple[list[Chip], "Future[Float32]"]


class SharedEmbedder(Embedder):
    """An embedder that many threads may call at once.

    One thread runs the network. While it is at it others queue, and what is there when it comes
    back goes through together: batches grow with the load, and nobody waits for company.

    Parameters
    ----------
    embedder
        Runs the network.
    observe
        Called with the number of chips of each batch.
    """

    def __init__(
        self, embedder: Embedder, *, observe: Callable[[int], None] = lambda chips: None
    ) -> None:
        self.bundle = embedder.bundle
        self.flip = embedder.flip
        self.batch_size = embedder.batch_size
        self._embedder = embedder
        self._observe = observe
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="embedding", daemon=True)
        self._thread.start()

    def embed(self, chips: Sequence[Chip] | UInt8) -> Float32:
        """Embed chips; see ``Embedder.embed``. Waits for the thread that does it."""
        if not len(chips):
            return np.empty((0, self.dim), np.float32)
        if isinstance(chips, np.ndarray):
            template = self.bundle.manifest.alignment.template
            chips = [Chip(pixels, template) for pixels in chips]
        if self._closed:
            raise ServiceError("the service is stopping")
        waiting: Future[Float32] = Future()
        self._queue.put((list(chips), waiting))
        return waiting.result()

    def close(self) -> None:
        """Finish what was asked for, then stop."""
        self._closed = True
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        stop = False
        while not stop:
            first = self._queue.get()
            if first is None:
                break
            batch = [first]
            while sum(len(chips) for chips, _ in batch) < self.batch_size:
                try:
                    more = self._queue.get_nowait()
                except queue.Empty:
                    break
                if more is None:
                    stop = True
                    break
                batch.append(more)
            self._answer(batch)

    def _answer(self, batch: Sequence[_Waiting]) -> None:
        together = [chip for chips, _ in batch for chip in chips]
        try:
            vectors = self._embedder.embed(together)
        except Exception as error:
            if len(batch) > 1 and isinstance(error, FacemetricError):
                # One of them may spoil it for all.
                for alone in batch:
                    self._answer([alone])
                return
            for _, waiting in batch:
                waiting.set_exception(error)
            return
        self._observe(len(together))
        start = 0
        for chips, waiting in batch:
            waiting.set_result(vectors[start : start + len(chips)])
            start += len(chips)
