"""An array that grows at its end."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Value = TypeVar("Value", bound=np.generic)


class Grown(Generic[Value]):
    """Rows in memory with room for some more, so that adding few does not copy all.

    Parameters
    ----------
    values
        The first rows; their type and further axes are those of all.

    Attributes
    ----------
    values
        All rows: a view, until the next `extend`.
    """

    def __init__(self, values: NDArray[Value]) -> None:
        self._room = values
        self.values = values

    def extend(self, rows: NDArray[Any]) -> None:
        """Append rows."""
        count = len(self.values) + len(rows)
        if count > len(self._room) or not self._room.flags.writeable:
            room = np.empty((count + count // 8, *self._room.shape[1:]), self._room.dtype)
            room[: len(self.values)] = self.values
            self._room = room
        self._room[count - len(rows) : count] = rows
        self.values = self._room[:count]
