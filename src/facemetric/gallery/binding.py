"""What ties a gallery to one bundle, and the comparison with the bundle in use."""

from __future__ import annotations

import sqlite3
from typing import Protocol
from uuid import uuid4

import numpy as np

from facemetric.errors import BundleMismatchError, InputError
from facemetric.index import Codec


class Bound(Protocol):
    """Anything that holds embeddings of one bundle."""

    bundle: str
    dim: int
    codec: Codec | None


def check_new(bundle: str | None, dim: int | None, codec: Codec | None, *, item: str) -> None:
    """Raise InputError unless a new gallery can be bound to these."""
    if not bundle or dim is None or dim < 2:
        raise InputError(
            f"a new gallery is bound to a bundle, got bundle={bundle!r}, dim={dim}",
            item=item,
            fix="Pass bundle and dim",
        )
    if codec is not None and codec.dim != dim:
        raise InputError(f"the codec has {codec.dim} dimensions, wanted {dim}", item=item)


def fill_new(
    connection: sqlite3.Connection,
    bundle: str | None,
    dim: int | None,
    codec: Codec | None,
    *,
    at: str,
) -> None:
    """Write the one row that says what a new gallery is bound to."""
    check_new(bundle, dim, codec, item="gallery")
    low = None if codec is None else codec.low.astype("<f8").tobytes()
    step = None if codec is None else codec.step.astype("<f8").tobytes()
    connection.execute("INSERT INTO bundles VALUES (?, ?, ?, ?, ?)", (bundle, dim, low, step, at))
    connection.execute(
        "INSERT INTO gallery (only, id, bundle, created) VALUES (1, ?, ?, ?)",
        (str(uuid4()), bundle, at),
    )


def stored_codec(low: bytes | None, step: bytes | None) -> Codec | None:
    """Return the codec that a gallery keeps its vectors with; ``None`` for floats."""
    if low is None or step is None:
        return None
    return Codec(np.frombuffer(low, dtype="<f8"), np.frombuffer(step, dtype="<f8"))


def compare(
    bound: Bound, bundle: str | None, dim: int | None, codec: Codec | None, *, item: str
) -> None:
    """Raise BundleMismatchError where something is given that the gallery is not bound to."""
    if bundle is not None and bundle != bound.bundle:
        raise BundleMismatchError(
            f"holds embeddings of bundle {bound.bundle!r}, not of {bundle!r}",
            item=item,
            fix=f"Use bundle {bound.bundle!r}, or enrol the photographs into a new gallery",
        )
    if dim is not None and dim != bound.dim:
        raise BundleMismatchError(
            f"holds embeddings of {bound.dim} dimensions, not of {dim}",
            item=item,
            fix="Use the bundle that it was made with, or enrol into a new gallery",
        )
    if codec is not None and codec != bound.codec:
        stored = "floats" if bound.codec is None else "codes of another codec"
        raise BundleMismatchError(
            f"holds {stored}", item=item, fix="Open it without codec, or enrol into a new one"
        )
