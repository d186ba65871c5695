"""Vectors as the SQLite gallery stores them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from facemetric.errors import GalleryError
from facemetric.index import Codec
from facemetric.types import AnyArray


def stored_values(
    rows: Sequence[tuple[int, str, str | None, bytes]], *, dim: int, codec: Codec | None
) -> AnyArray:
    """Return ``(N, D)`` of rows (number, encoding, key, blob): floats, or codes with a codec.

    Raises
    ------
    GalleryError
        A vector has the wrong length or is encrypted.
    """
    encoding, kind = ("f32", "<f4") if codec is None else ("u8", "u1")
    width = dim * np.dtype(kind).itemsize
    for number, form, key, blob in rows:
        if key is not None:
            raise GalleryError("has encrypted vectors, which this version cannot read")
        if len(blob) != width or form != encoding:
            raise GalleryError(
                f"embedding {number} has {len(blob)} bytes of {form}, wanted {width} of {encoding}",
                fix="Remove its sample, or restore the gallery from a copy",
            )
    values = np.frombuffer(b"".join(row[3] for row in rows), kind).reshape(-1, dim)
    return values if codec is not None else values.astype(np.float32, copy=False)
