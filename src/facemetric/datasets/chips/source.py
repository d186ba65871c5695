"""What training reads: encoded pictures by row, and the person each one shows."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray


@runtime_checkable
class ChipSource(Protocol):
    """Encoded pictures and their people, read by row in any order.

    Safe to read from several threads and from processes that were forked after it was opened; it
    can be pickled for those that were spawned.
    """

    @property
    def names(self) -> tuple[str, ...]:
        """The different people, sorted as text."""

    @property
    def labels(self) -> NDArray[np.int64]:
        """``int64 (N,)``: the row of each picture's person in ``names``."""

    @property
    def found(self) -> NDArray[np.bool_]:
        """``bool (N,)``: False where no face was detected and a stand-in area was cut out."""

    def __len__(self) -> int:
        """Return the number of pictures."""

    def encoded(self, row: int) -> bytes:
        """Return a picture's bytes: JPEG, PNG or WebP."""

    def item(self, row: int) -> str:
        """Return what errors call a picture, such as ``Person/Person_0001.jpg``."""
