"""An embedder without networks, that the names of photographs make end its process.

``Fragile(folder)`` can be sent to worker processes, which import this module.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as arrow

from facemetric.errors import DataError
from facemetric.jobs.embedding.shard import AT_ONCE, EmbeddedShard, Shard
from facemetric.types import ItemError


@dataclass(frozen=True)
class Fragile:
    """Makes an embedder.

    Names that begin with ``kill`` end the process, with ``once`` the first time only, with
    ``raise`` raise an expected error, with ``defect`` another one.

    Attributes
    ----------
    folder
        Where it is noted what happened before.
    at_start
        Whether the process ends before the first photograph.
    provider
        As real ones have.
    """

    folder: Path
    at_start: bool = False
    provider: str = "cpu"

    def __call__(self) -> Callable[..., EmbeddedShard]:
        if self.at_start:
            os.kill(os.getpid(), signal.SIGKILL)
        return self._embed

    def _embed(
        self,
        shard: Shard,
        *,
        at_once: int = AT_ONCE,
        passed_over: Mapping[int, ItemError] | None = None,
        tell: Callable[[int], None] = lambda first: None,
    ) -> EmbeddedShard:
        errors = passed_over or {}
        for first in range(0, len(shard.names), at_once):
            tell(first)
            for place, name in enumerate(shard.names[first : first + at_once], first):
                if place not in errors:
                    self._look(name)
        causes = [str(errors[n].cause) if n in errors else None for n in range(len(shard.names))]
        photos = arrow.table({"source": shard.names, "cause": arrow.array(causes, arrow.string())})
        faces = arrow.table({"process": [os.getpid()]})
        return EmbeddedShard(shard.number, faces, photos)

    def _look(self, name: str) -> None:
        mark = self.folder / name
        if name.startswith("kill") or (name.startswith("once") and not mark.exists()):
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if name.startswith("raise"):
            raise DataError("as asked for", item=name)
        if name.startswith("defect"):
            raise RuntimeError("a defect")
