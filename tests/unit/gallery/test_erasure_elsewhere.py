"""Where an erased person is gone from: a server's tables, Milvus Lite's files, an export."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pyarrow.parquet
import pytest

from facemetric.gallery import Gallery, NewSample
from facemetric.jobs.copy_gallery import copy_gallery
from facemetric.jobs.parquet import export_gallery
from layouts.postgres import postgres_address, server

DIM, ERASED, KEPT = 16, 7, 8
RNG = np.random.default_rng(0)
VECTORS = RNG.normal(size=(40, DIM)).astype(np.float32)
VECTORS /= np.linalg.norm(VECTORS, axis=1, keepdims=True)


def digest(number: int) -> str:
    return hashlib.sha256(f"picture {number} of this test".encode()).hexdigest()


def traces(number: int) -> tuple[bytes, ...]:
    """Return what tells of a person: name, source, picture, the vector's bytes."""
    return (
        f"Guest {number:03d}".encode(),
        f"unseen-{number:03d}.jpg".encode(),
        digest(number).encode(),
        VECTORS[number].tobytes(),
    )


def enrol_all(gallery: Gallery) -> None:
    people = (
        (f"Guest {n:03d}", [NewSample(VECTORS[n], f"unseen-{n:03d}.jpg", digest(n), flip=True)])
        for n in range(len(VECTORS))
    )
    assert len(list(gallery.enroll_many(people))) == len(VECTORS)


def found_in(files: Iterable[bytes], number: int) -> int:
    """Return how many of a person's traces are in some files."""
    held = list(files)
    return sum(any(trace in data for data in held) for trace in traces(number))


def test_postgresql_tables_hold_nothing_after_the_vacuum() -> None:
    _, folder = server()

    def tables() -> Iterator[bytes]:
        gallery._server.outside("CHECKPOINT")  # type: ignore[attr-defined]
        return (one.read_bytes() for one in (folder / "base").rglob("*") if one.is_file())

    with Gallery.open(postgres_address(), bundle="b", dim=DIM, flip=True) as gallery:
        enrol_all(gallery)
        assert found_in(tables(), ERASED) == 4
        assert gallery.remove(f"Guest {ERASED:03d}").purged
        assert found_in(tables(), ERASED) == 0
        assert found_in(tables(), KEPT) == 4
        gallery.rename(f"Guest {KEPT:03d}", "Other name")
        assert gallery.purge()
        assert found_in(tables(), KEPT) == 3
        gallery.merge("Other name", "Guest 009")
        assert gallery.purge()
        data = b"".join(tables())
        assert b"Guest 009" not in data and b"unseen-009.jpg" in data
        assert gallery.check() == []


def test_milvus_lite_keeps_them_until_the_gallery_is_copied(tmp_path: Path) -> None:
    pytest.importorskip("milvus_lite")

    def files(folder: Path) -> Iterator[bytes]:
        for one in folder.rglob("*"):
            if one.suffix == ".parquet":  # compressed: read what it says
                for row in pyarrow.parquet.read_table(one).to_pylist():
                    vector = np.array(row.pop("vector", None) or [], np.float32)
                    yield str(row).encode() + vector.tobytes()
            elif one.is_file():
                yield one.read_bytes()

    old, new = (f"milvus://{tmp_path}/{name}.db" for name in ("old", "new"))
    with Gallery.open(old, bundle="b", dim=DIM, flip=True) as gallery:
        enrol_all(gallery)
    with Gallery.open(old) as gallery:
        assert not gallery.remove(f"Guest {ERASED:03d}").purged
        assert len(gallery) == len(VECTORS) - 1
        (near,) = gallery.search(VECTORS[ERASED : ERASED + 1], len(VECTORS))
        assert f"Guest {ERASED:03d}" not in {match.name for match in near}
        with Gallery.open(new, bundle="b", dim=DIM, flip=True) as other:
            copy_gallery(gallery, other)
    assert found_in(files(tmp_path / "old.db"), ERASED) == 4
    assert found_in(files(tmp_path / "new.db"), KEPT) == 4
    assert found_in(files(tmp_path / "new.db"), ERASED) == 0


def test_an_export_holds_who_is_left(tmp_path: Path) -> None:
    with Gallery.open(tmp_path / "people.db", bundle="b", dim=DIM, flip=True) as gallery:
        enrol_all(gallery)
        gallery.remove(f"Guest {ERASED:03d}")
        export_gallery(gallery, tmp_path / "people.parquet")
    rows = pyarrow.parquet.read_table(tmp_path / "people.parquet").to_pylist()
    data = [str(row).encode() + np.array(row["embedding"], np.float32).tobytes() for row in rows]
    assert found_in(data, ERASED) == 0
    assert found_in(data, KEPT) == 4
