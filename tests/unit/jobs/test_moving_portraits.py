"""Portraits when galleries are copied, exported, imported: taken along, or left behind and told."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from pyarrow import parquet

from facemetric.errors import DataError, InputError, IntegrityError
from facemetric.gallery import Gallery, NewSample, SqliteGallery
from facemetric.jobs.copy_gallery import copy_gallery
from facemetric.jobs.parquet import export_gallery, import_gallery
from facemetric.jobs.parquet import file as parquet_file
from facemetric.types import Face
from facemetric.vault import MasterKey
from layouts.kept import kept_portrait
from layouts.postgres import postgres_address

BOUND = {"bundle": "net", "dim": 8, "flip": True}
KEY = MasterKey(bytes(range(32)))
POINTS = np.arange(10, dtype=np.float32).reshape(5, 2)


def filled(path: Path, **options: object) -> SqliteGallery:
    """Three people; the second one's first sample has no portrait."""
    gallery = SqliteGallery(path, **BOUND, **options)  # type: ignore[arg-type]
    face = Face(np.array([1, 2, 30, 40], np.float32), 0.5, POINTS)
    for number in range(3):
        samples = [
            NewSample(
                np.eye(8, dtype=np.float32)[2 * number + second],
                f"{number} {second}.jpg",
                face=face,
                portrait=None if (number, second) == (1, 0) else kept_portrait(9 * number + second),
            )
            for second in (0, 1)
        ]
        gallery.enroll(f"P{number}", samples)
    return gallery


def portraits(gallery: Gallery) -> dict[str, object]:
    return {one.source: gallery.portrait(one.id) for one in gallery.samples()}


@pytest.mark.parametrize("kind", ["plain", "sealed", "server"])
def test_a_copy_has_them_and_the_checksum_says_so(tmp_path: Path, kind: str) -> None:
    """From plain to sealed is how a gallery is encrypted."""
    address = postgres_address() if kind == "server" else str(tmp_path / "copy.db")
    options = {"key": KEY} if kind == "sealed" else {}
    with filled(tmp_path / "old.db") as old, Gallery.open(address, **BOUND, **options) as new:
        copied = copy_gallery(old, new)
        assert (copied.samples, copied.portraits, copied.left_portraits) == (6, 5, 0)
        assert portraits(new) == portraits(old) and new.stats().portraits == 5
        assert copy_gallery(old, new).new_people == 0
        with SqliteGallery(tmp_path / "bare.db", **BOUND) as bare:
            assert copy_gallery(old, bare, portraits=False).checksum != copied.checksum


def test_a_sealed_gallery_becomes_a_plain_one(tmp_path: Path) -> None:
    with (
        filled(tmp_path / "old.db", key=KEY) as old,
        SqliteGallery(tmp_path / "n.db", **BOUND) as new,
    ):
        copy_gallery(old, new)
        assert portraits(new) == portraits(old)


def test_they_stay_behind_when_that_is_asked_for(tmp_path: Path) -> None:
    with filled(tmp_path / "old.db") as old, SqliteGallery(tmp_path / "new.db", **BOUND) as new:
        copied = copy_gallery(old, new, portraits=False)
        assert (copied.portraits, copied.left_portraits) == (0, 5)
        assert new.stats().portraits == 0 and set(portraits(new).values()) == {None}
        with pytest.raises(IntegrityError, match="not the same"):
            copy_gallery(old, new)


def test_a_portrait_that_arrives_changed_is_noticed(tmp_path: Path) -> None:
    with filled(tmp_path / "old.db") as old, SqliteGallery(tmp_path / "new.db", **BOUND) as new:
        copy_gallery(old, new)
        with new._file.write() as connection:
            connection.execute("UPDATE portraits SET jpeg = (SELECT max(jpeg) FROM portraits)")
        with pytest.raises(IntegrityError, match="not the same"):
            copy_gallery(old, new)


def test_milvus_refuses_them_and_takes_the_rest(tmp_path: Path) -> None:
    pytest.importorskip("milvus_lite")
    address = f"milvus://{tmp_path}/new.db"
    with filled(tmp_path / "old.db") as old, Gallery.open(address, **BOUND) as new:
        with pytest.raises(InputError, match="no-portraits"):
            copy_gallery(old, new)
        assert len(new) == 0
        assert copy_gallery(old, new, portraits=False).left_portraits == 5
        assert len(new) == 3


def test_parquet_takes_them_there_and_back(tmp_path: Path) -> None:
    file = tmp_path / "people.parquet"
    with filled(tmp_path / "old.db") as old:
        copied = export_gallery(old, file)
        assert (copied.portraits, copied.left_portraits) == (5, 0)
        with SqliteGallery(tmp_path / "new.db", **BOUND) as new:
            back = import_gallery(file, new)
            assert portraits(new) == portraits(old)
        assert (back.portraits, back.checksum) == (5, copied.checksum)
        with SqliteGallery(tmp_path / "bare.db", **BOUND) as bare:
            assert import_gallery(file, bare, portraits=False).left_portraits == 5
            assert bare.stats().portraits == 0


def test_a_file_with_portraits_is_not_for_a_program_without(tmp_path: Path) -> None:
    with filled(tmp_path / "old.db") as old:
        export_gallery(old, tmp_path / "with.parquet")
        left = export_gallery(old, tmp_path / "without.parquet", portraits=False)
    assert (left.portraits, left.left_portraits) == (0, 5)
    versions = {}
    for name in ("with", "without"):
        schema = parquet.read_schema(tmp_path / f"{name}.parquet")
        versions[name] = json.loads(schema.metadata[b"facemetric.gallery"])["version"]
        assert ("portrait_jpeg" in schema.names) == (name == "with")
    assert versions == {"with": 2, "without": 1}


def test_a_version_to_come_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with filled(tmp_path / "old.db") as old:
        with monkeypatch.context() as patch:
            patch.setattr(parquet_file, "WITH_PORTRAITS", 3)
            export_gallery(old, tmp_path / "new.parquet")
        with pytest.raises(DataError, match="version 3"):
            import_gallery(tmp_path / "new.parquet", old)


def test_milvus_is_sent_nobody_where_somebody_has_a_portrait(tmp_path: Path) -> None:
    pytest.importorskip("milvus_lite")
    path = tmp_path / "people.parquet"
    with (
        filled(tmp_path / "old.db") as old,
        Gallery.open(f"milvus://{tmp_path}/faces.db", **BOUND) as target,
    ):
        export_gallery(old, path)
        with pytest.raises(InputError, match=r"target: keeps no portraits.*nothing was stored"):
            copy_gallery(old, target)
        with pytest.raises(InputError, match=r"target: keeps no portraits.*nothing was stored"):
            import_gallery(path, target)
        assert len(target) == 0
        assert copy_gallery(old, target, portraits=False).new_people == 3
        assert import_gallery(path, target, portraits=False).new_people == 0
