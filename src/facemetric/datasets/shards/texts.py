"""Many short texts in one block of bytes: a million names cost what their letters cost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from facemetric.types import UInt8


class Texts:
    """An unchangeable list of texts.

    Parameters
    ----------
    blob
        ``uint8``: their UTF-8 bytes, one after the other.
    ends
        ``int64 (N,)``: where each ends, rising.
    """

    def __init__(self, blob: UInt8, ends: NDArray[np.int64]) -> None:
        if ends.ndim != 1 or blob.ndim != 1 or np.any(np.diff(ends, prepend=0) < 0):
            raise ValueError("the ends do not rise")
        if (int(ends[-1]) if len(ends) else 0) != len(blob):
            raise ValueError("the ends do not fit the bytes")
        self.blob = blob
        self.ends = ends

    @classmethod
    def of(cls, texts: Iterable[str]) -> Texts:
        """Pack texts."""
        encoded = [text.encode("utf-8", "surrogateescape") for text in texts]
        ends = np.cumsum([len(text) for text in encoded], dtype=np.int64)
        return cls(np.frombuffer(b"".join(encoded), np.uint8), ends)

    @classmethod
    def joined(cls, parts: Sequence[Texts]) -> Texts:
        """Return the texts of several lists as one."""
        starts = np.cumsum([0, *(len(part.blob) for part in parts)])
        ends = [part.ends + start for part, start in zip(parts, starts, strict=False)]
        empty = np.zeros(0, np.int64)
        blobs = [np.zeros(0, np.uint8), *(part.blob for part in parts)]
        return cls(np.concatenate(blobs), np.concatenate([empty, *ends]))

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, row: int) -> str:
        start = int(self.ends[row - 1]) if row else 0
        return bytes(self.blob[start : int(self.ends[row])]).decode("utf-8", "surrogateescape")
