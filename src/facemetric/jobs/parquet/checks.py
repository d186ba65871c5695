"""What is looked at in a Parquet file before anybody of it is stored."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from itertools import groupby
from pathlib import Path

import numpy as np

from facemetric.errors import BundleMismatchError, DataError, InputError, PersonError
from facemetric.gallery.names import clean_name, group_names, is_id
from facemetric.index import Codec
from facemetric.jobs.parquet.file import batches, damage_told
from facemetric.types import Float32

_KEY_BYTES = 16


def check_people(path: Path) -> None:
    """Raise DataError unless everyone has an id, a name as people are given, and rows in a row."""
    keys = bytearray()  # 16 bytes stand for an id
    with damage_told(path):
        for number, identity, name, groups in _people(path):
            _check_person(path, number, identity, name, groups)
            keys += _key(identity)
    words = np.frombuffer(keys, np.uint64).reshape(-1, 2)
    ordered = words[np.lexsort(words.T)]
    twice = {one.tobytes() for one in ordered[1:][(ordered[1:] == ordered[:-1]).all(axis=1)]}
    if not twice:
        return
    _, identity, name, _ = next(one for one in _people(path) if _key(one[1]) in twice)
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


def _check_person(path: Path, number: int, identity: object, name: object, groups: object) -> None:
    if not isinstance(identity, str) or not is_id(identity):
        raise DataError(
            f"row {number} has {_shown(identity)} as person_id, expected a UUID",
            item=str(path),
            fix="Give every row the id of its person; nothing was stored",
        )
    if not isinstance(name, str):
        raise DataError(
            f"row {number}, of person {identity}, has {_shown(name)} as name",
            item=str(path),
            fix="Give every row the name of its person; nothing was stored",
        )
    if not isinstance(groups, list) or not all(isinstance(one, str) for one in groups):
        raise DataError(
            f"row {number}, of person {identity}, has {_shown(groups)} as groups",
            item=str(path),
            fix="Give every row a list of texts, which may be empty; nothing was stored",
        )
    try:
        clean_name(name)
    except PersonError as error:
        raise DataError(
            f"row {number}, of person {identity}: {error.cause} ({name[:40]!r})",
            item=str(path),
            fix="Give that person another name where the file is from (facemetric people rename "
            f"{identity} NAME), and export again; nothing was stored",
        ) from error
    try:
        group_names(groups)
    except InputError as error:
        raise DataError(
            f"row {number}, of person {identity}: {error.cause} (among {groups!r})",
            item=str(path),
            fix="Give that person other groups where the file is from, and export again, or copy "
            "from gallery to gallery; nothing was stored",
        ) from error


def _shown(value: object) -> str:
    return "nothing" if value is None else repr(value)[:60]


def _key(identity: object) -> bytes:
    return blake2b(str(identity).encode(), digest_size=_KEY_BYTES).digest()


def _people(path: Path) -> Iterator[tuple[int, object, object, object]]:
    """Yield (number of the row from 1, id, name, groups) of everyone whose rows begin."""
    columns = ("person_id", "name", "groups")
    rows = (
        row
        for batch in batches(path, *columns)
        for row in zip(*(batch.column(name).to_pylist() for name in columns), strict=True)
    )
    for _, own in groupby(enumerate(rows, start=1), key=lambda numbered: numbered[1][0]):
        number, (identity, name, groups) = next(own)
        yield number, identity, name, groups
