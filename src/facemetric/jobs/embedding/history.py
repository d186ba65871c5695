"""What happened to a shard whose workers were killed, and what to do about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from facemetric.errors import WorkerError
from facemetric.jobs.embedding.shard import AT_ONCE
from facemetric.types import ItemError

MOST_DEATHS = 5
"""Of workers over one shard, before the run gives up."""


class ShardHistory:
    """Remembers where the workers of one shard ended.

    After the first end the shard is done again, photograph by photograph; a photograph at which
    two workers then ended is passed over, and its record says so.

    Parameters
    ----------
    shard
        Its number.
    names
        Its photographs.

    Attributes
    ----------
    at
        Place of the first photograph in work; ``None`` before any.
    passed_over
        Errors of photographs that are not touched again, by place.
    """

    def __init__(self, shard: int, names: Sequence[str]) -> None:
        self._shard, self._names = shard, names
        self._careful = False
        self._ends: Counter[int] = Counter()
        self.at: int | None = None
        self.passed_over: dict[int, ItemError] = {}

    @property
    def at_once(self) -> int:
        """How many photographs to embed together."""
        return 1 if self._careful else AT_ONCE

    def worker_ended(self, how: str) -> None:
        """Take note that the worker ended, where ``at`` says.

        Raises
        ------
        WorkerError
            Two ended before the first photograph, or `MOST_DEATHS` at several photographs.
        """
        place, self.at = self.at, None
        if place is None:
            self._ends[-1] += 1
            if self._ends[-1] >= 2:
                raise WorkerError(
                    f"two workers ended ({how}) before the first photograph",
                    item="workers",
                    fix="Each holds networks of its own: try fewer workers",
                )
            return
        if not self._careful:
            self._careful = True
            return
        self._ends[place] += 1
        if self._ends[place] == 2:
            self.passed_over[place] = ItemError(
                self._names[place],
                WorkerError.code,
                f"two workers ended ({how}) at this photograph",
                "Try it alone. Is it very large?",
            )
        elif self._ends.total() - 2 * len(self.passed_over) >= MOST_DEATHS:
            raise WorkerError(
                f"workers ended ({how}) at {MOST_DEATHS} photographs of shard {self._shard}",
                item=self._names[place],
                fix="Is the memory short? Try fewer workers; finished shards are kept",
            )
