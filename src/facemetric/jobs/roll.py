"""A roll of people: a few bytes for each, by which they are called up again elsewhere."""

from __future__ import annotations

import hashlib
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

_ID_BYTES, _DIGEST_BYTES = 16, 32
_HASHED_AT_ONCE = 1 << 14

Int64 = NDArray[np.int64]


class Roll:
    """Ids of people and a digest of each; 57 bytes a person, where a `dict` takes 210.

    Add all of them first, then take them.
    """

    def __init__(self) -> None:
        self._ids = bytearray()
        self._digests = bytearray()
        self._order: Int64 | None = None
        self._taken = bytearray()

    def __len__(self) -> int:
        return len(self._taken)

    def add(self, identity: str, digest: bytes) -> None:
        """Add a person by a uuid, who is not in it yet, with a digest of 32 bytes."""
        self._order = None
        self._ids += UUID(identity).bytes
        self._digests += digest
        self._taken.append(0)

    def get(self, identity: str) -> bytes | None:
        """Return a person's digest; `None` where there is no such person."""
        place = self._place(identity)
        return None if place is None else self._digest(place)

    def take(self, identity: str) -> bytes | None:
        """Do as `get`, and note that the person was found; `None` too where that was noted."""
        place = self._place(identity)
        if place is None or self._taken[place]:
            return None
        self._taken[place] = 1
        return self._digest(place)

    def left(self) -> tuple[int, str | None]:
        """Return how many were not taken, and the id of the first that was added."""
        place = self._taken.find(0)
        if place < 0:
            return 0, None
        start = place * _ID_BYTES
        identity = UUID(bytes=bytes(self._ids[start : start + _ID_BYTES]))
        return self._taken.count(0), str(identity)

    def checksum(self) -> str:
        """Return a hex digest of all the digests, whatever their order."""
        digests = np.frombuffer(self._digests, f"S{_DIGEST_BYTES}")
        self._order = None  # two orders at a time are not needed
        order = digests.argsort()
        hashed = hashlib.sha256()
        for start in range(0, len(order), _HASHED_AT_ONCE):
            hashed.update(digests[order[start : start + _HASHED_AT_ONCE]].tobytes())
        return hashed.hexdigest()

    def _digest(self, place: int) -> bytes:
        start = place * _DIGEST_BYTES
        return bytes(self._digests[start : start + _DIGEST_BYTES])

    def _place(self, identity: str) -> int | None:
        wanted = UUID(identity).bytes
        ids = np.frombuffer(self._ids, f"S{_ID_BYTES}")
        if self._order is None:
            self._order = ids.argsort()
        key = np.frombuffer(wanted, ids.dtype)
        place = int(ids.searchsorted(key, sorter=self._order)[0])
        if place == len(ids):
            return None
        found = int(self._order[place])
        start = found * _ID_BYTES
        return found if self._ids[start : start + _ID_BYTES] == wanted else None
