"""What is looked at in a Parquet file before anybody of it is stored."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from itertools import groupby
from pathlib import Path

import numpy as np

from facemetric.errors import BundleMismatchError, DataError
from facemetric.index import Codec
from facemetric.jobs.parquet.file import batches, damage_told
from facemetric.types import Float32

_KEY_BYTES = 16


def check_stand_together(path: Path) -> None:
    """Raise DataError where somebody's rows do not stand in a row, as after sorting them anew."""
    keys = bytearray()  # 16 bytes stand for an id, whatever the file has there
    with damage_told(path):
        for identity, _ in _people(path):
            keys += _key(identity)
    words = np.frombuffer(keys, np.uint64).reshape(-1, 2)
    ordered = words[np.lexsort(words.T)]
    twice = {one.tobytes() for one in ordered[1:][(ordered[1:] == ordered[:-1]).all(axis=1)]}
    if not twice:
        return
    identity, name = next(one for one in _people(path) if _key(one[0]) in twice)
    raise DataError(
        f"the rows of {name!r} ({identity}) do not stand together",
        item=str(path),
        fix="Sort them by person_id; the samples of each keep their order",
    )


def check_fits_codes(path: Path, codec: Codec) -> None:
    """Raise BundleMismatchError where a gallery of codes does not keep a vector as it is.

    It keeps those that were exported from a gallery of the same codec; others would be rounded.
    """
    with damage_told(path):
        for batch in batches(path, "embedding"):
            values: Float32 = np.asarray(batch.column("embedding").flatten(), np.float32)
            values = values.reshape(-1, codec.dim)
            values = values[np.isfinite(values).all(axis=1)]  # others are told of when stored
            if not np.array_equal(codec.decode(codec.encode(values)), values):
                raise BundleMismatchError(
                    "the gallery keeps one byte a dimension, to which vectors in the file would be "
                    "rounded; nothing was stored",
                    item=str(path),
                    fix="Import into a new gallery: searches hold codes in memory either way",
                )


def _key(identity: object) -> bytes:
    return blake2b(str(identity).encode(), digest_size=_KEY_BYTES).digest()


def _people(path: Path) -> Iterator[tuple[object, object]]:
    """Yield (id, name) of everyone whose rows begin."""
    columns = ("person_id", "name")
    rows = (
        row
        for batch in batches(path, *columns)
        for row in zip(*(batch.column(name).to_pylist() for name in columns), strict=True)
    )
    for identity, own in groupby(rows, key=lambda row: row[0]):
        yield identity, next(own)[1]
