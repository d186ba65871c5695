"""A process's rows of a tensor that is spread over the processes."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from facemetric.errors import InputError


@dataclass(frozen=True)
class Shard:
    """Consecutive rows of a larger tensor.

    Parameters
    ----------
    rows
        ``(n, ...)``, this process's; may be none.
    first
        Where they begin in the whole.
    total
        Rows of the whole.
    """

    rows: Tensor
    first: int
    total: int

    def __post_init__(self) -> None:
        if self.rows.ndim == 0:
            raise InputError("rows must have at least one dimension, got a scalar", item="shard")
        if not 0 <= self.first <= self.first + len(self.rows) <= self.total:
            raise InputError(
                f"rows {self.first} to {self.first + len(self.rows)} are not among {self.total}",
                item="shard",
            )

    def like(self, rows: Tensor) -> Shard:
        """Return the same rows of another tensor, such as their momentum."""
        return Shard(rows, self.first, self.total)
