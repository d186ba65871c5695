"""The snapshot: read in place of the vectors, never believed when wrong, gone with a person."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from facemetric.errors import GalleryError
from facemetric.gallery import NewSample, SqliteGallery
from facemetric.gallery.sqlite import gallery as sqlite_gallery
from facemetric.gallery.sqlite import memory
from facemetric.gallery.sqlite.snapshot import read_snapshot, snapshot_folder
from facemetric.vault import MasterKey

DIM = 16


def unit(seed: int, count: int) -> np.ndarray:
    values = np.random.default_rng(seed).normal(size=(count, DIM))
    return (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32)


VECTORS = unit(0, 400)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "FLOAT_ROWS", 150)
    monkeypatch.setattr(sqlite_gallery, "SNAPSHOT_ROWS", 100)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a gallery with a snapshot of its 400 people."""
    path = tmp_path / "people.db"
    with SqliteGallery(path, bundle="net", dim=DIM) as gallery:
        people = [(f"P{row}", [NewSample(VECTORS[row], f"{row}.jpg")]) for row in range(400)]
        list(gallery.enroll_many(people))
        assert names(gallery, VECTORS[:3]) == ["P0", "P1", "P2"]
    assert snapshot_folder(path).is_dir()
    return path


def names(gallery: SqliteGallery, queries: np.ndarray) -> list[str]:
    return [answer[0].name for answer in gallery.search(queries, 1)]


def test_opening_reads_the_snapshot_and_only_what_came_after(path: Path) -> None:
    extra = unit(1, 5)
    with SqliteGallery(path) as gallery:
        for row in range(5):
            gallery.enroll(f"New {row}", [NewSample(extra[row], f"new {row}.jpg")])
        gallery.merge("P10", "P11", purge=False)
        gallery.remove_sample(gallery.samples("P12")[0].id, purge=False)
        statements: list[str] = []
        gallery._file._connection.set_trace_callback(statements.append)  # type: ignore[union-attr]
        assert names(gallery, extra) == [f"New {row}" for row in range(5)]
        assert names(gallery, VECTORS[11:12]) == ["P10"]
        assert names(gallery, VECTORS[12:13]) != ["P12"]
        assert any("e.row > 400" in one for one in statements)
        assert gallery._memory.saved == 400 and gallery.compared() == 404


def test_it_is_mapped_not_copied_and_for_the_owner_alone(path: Path) -> None:
    with SqliteGallery(path) as gallery:
        kept = read_snapshot(path, gallery_id=gallery.id, bundle="net", dim=DIM)
        assert kept is not None and isinstance(kept.codes, np.memmap)
        assert gallery.stats().size_bytes > kept.codes.nbytes
    folder = snapshot_folder(path)
    modes = {one.name: one.stat().st_mode & 0o077 for one in (folder, *folder.iterdir())}
    assert set(modes) >= {"codes.npy", "rows.npy", "people.npy"}
    assert not any(modes[name] for name in ("codes.npy", "rows.npy", "people.npy", folder.name))


def damage(folder: Path, how: str) -> None:
    facts = json.loads((folder / "index.json").read_text())
    match how:
        case "a byte":
            data = bytearray((folder / "codes.npy").read_bytes())
            data[-1] ^= 1
            (folder / "codes.npy").write_bytes(data)
        case "cut short":
            data = bytearray((folder / "rows.npy").read_bytes())
            (folder / "rows.npy").write_bytes(data[:-8])
        case "no array":
            (folder / "people.npy").unlink()
        case "no facts":
            (folder / "index.json").write_text("{}")
        case "not JSON":
            (folder / "index.json").write_text("…")
        case "pickled":
            np.save(folder / "codes.npy", np.array([{}], object), allow_pickle=True)
        case "of another gallery":
            (folder / "index.json").write_text(json.dumps(facts | {"gallery_id": "x"}))
        case "of another version":
            (folder / "index.json").write_text(json.dumps(facts | {"version": 99}))


@pytest.mark.parametrize(
    "how",
    [
        "a byte",
        "cut short",
        "no array",
        "no facts",
        "not JSON",
        "pickled",
        "of another gallery",
        "of another version",
    ],
)
def test_a_wrong_one_is_as_good_as_none(path: Path, how: str) -> None:
    damage(snapshot_folder(path), how)
    with SqliteGallery(path) as gallery:
        assert read_snapshot(path, gallery_id=gallery.id, bundle="net", dim=DIM) is None
        assert names(gallery, VECTORS) == [f"P{row}" for row in range(400)]
        kept = read_snapshot(path, gallery_id=gallery.id, bundle="net", dim=DIM)
        assert kept is not None  # written anew


def test_the_erased_are_not_in_it(path: Path) -> None:
    with SqliteGallery(path) as gallery:
        names(gallery, VECTORS[:1])
        codes = gallery._memory.codes.codes(np.arange(400))  # type: ignore[union-attr]
        erased = codes[7].tobytes()
        assert erased in (snapshot_folder(path) / "codes.npy").read_bytes()
        assert gallery.remove("P7").purged
        assert not snapshot_folder(path).exists()
        assert names(gallery, VECTORS[8:9]) == ["P8"]  # and writes it anew
        files = [one for one in path.parent.rglob("*") if one.is_file()]
        assert any(one.name == "codes.npy" for one in files)
        for one in files:
            assert erased not in one.read_bytes(), one
            assert VECTORS[7].tobytes() not in one.read_bytes(), one


def test_a_snapshot_of_before_an_erasure_is_not_kept(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SqliteGallery(path) as gallery, SqliteGallery(path) as other:
        names(gallery, VECTORS[:1])
        assert other.remove("P7").purged
        gallery._memory.saved = 0  # it holds codes of before the erasure, and would write them
        gallery._keep_snapshot()
    assert [one.name for one in path.parent.iterdir() if "index" in one.name] == []


def test_a_reader_writes_none(path: Path) -> None:
    for one in snapshot_folder(path).iterdir():
        one.unlink()
    snapshot_folder(path).rmdir()
    with SqliteGallery(path, read_only=True) as gallery:
        assert names(gallery, VECTORS[:2]) == ["P0", "P1"]
    assert not snapshot_folder(path).exists()


def test_a_folder_where_none_can_be_written_is_no_error(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*words: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    with SqliteGallery(path) as gallery:
        gallery.purge()
        gallery.remove("P1")
        monkeypatch.setattr("facemetric.gallery.sqlite.snapshot._write", full)
        assert names(gallery, VECTORS[5:6]) == ["P5"]
    assert not any("part" in one.name for one in path.parent.iterdir())


def erase(gallery: SqliteGallery) -> None:
    gallery.remove("P399", purge=False)


def merge(gallery: SqliteGallery) -> None:
    gallery.merge("P0", "P1", purge=False)


def enrol(gallery: SqliteGallery) -> None:
    gallery.enroll("Zoe", [NewSample(unit(5, 1)[0], "z.jpg")])


@pytest.mark.parametrize("before", [enrol, erase, merge])
@pytest.mark.parametrize("after", [None, enrol, erase, merge])
def test_one_of_a_file_that_was_put_back_is_not_believed(
    path: Path, before: Callable[[SqliteGallery], None], after: Callable[[SqliteGallery], None]
) -> None:
    """An older copy takes the place of the file that the snapshot is of, and goes on."""
    with SqliteGallery(path) as gallery:
        gallery.purge()
    copy = path.with_name("copy.db")
    shutil.copy(path, copy)
    with SqliteGallery(path) as gallery:
        before(gallery)
        gallery.enroll("Yan", [NewSample(unit(6, 1)[0], "y.jpg")])
        names(gallery, VECTORS[:1])
        gallery._memory.saved = 0  # as if it were time to write it again
        names(gallery, VECTORS[:1])
        assert gallery._memory.saved > 400
    with SqliteGallery(copy) as gallery:
        if after is not None:
            after(gallery)
            gallery.enroll("Xia", [NewSample(unit(7, 1)[0], "x.jpg")])
    copy.replace(path)
    with SqliteGallery(path) as gallery:
        everyone = gallery.vectors()
        found = gallery.search(everyone.embeddings, 1, per="sample")
        assert [match.sample_id for (match,) in found] == list(everyone.sample_ids)
        assert [match.person_id for (match,) in found] == list(everyone.person_ids)
        assert {match.name for match in gallery.search(unit(6, 1), 3)[0]}.isdisjoint({"Yan"})


def onto_p0(gallery: SqliteGallery) -> None:
    gallery.merge("P0", "P1", purge=False)


def onto_p2(gallery: SqliteGallery) -> None:
    gallery.merge("P2", "P1", purge=False)


def erase_two(first: str) -> Callable[[SqliteGallery], None]:
    def erased(gallery: SqliteGallery) -> None:
        gallery.remove(first, purge=False)
        gallery.remove("P9", purge=False)

    return erased


def bring_after(seed: int) -> Callable[[SqliteGallery], None]:
    """Enrol somebody, then somebody whose ids come from elsewhere and are the same each time."""

    def brought(gallery: SqliteGallery) -> None:
        gallery.enroll(f"Own {seed}", [NewSample(unit(seed, 1)[0], "own.jpg")])
        with SqliteGallery(gallery.path.with_name("elsewhere.db"), read_only=True) as other:
            (records,) = other.records()
        gallery.restore(records)

    return brought


@pytest.mark.parametrize("key", [None, MasterKey(bytes(range(32)))], ids=["plain", "sealed"])
@pytest.mark.parametrize(
    ("one", "other"),
    [(onto_p0, onto_p2), (erase_two("P7"), erase_two("P8")), (bring_after(20), bring_after(21))],
    ids=["merged", "erased", "brought"],
)
def test_two_lines_that_end_in_the_same_are_told_apart(
    tmp_path: Path,
    key: MasterKey | None,
    one: Callable[[SqliteGallery], None],
    other: Callable[[SqliteGallery], None],
) -> None:
    """A file and its copy go different ways, and have the same last row and last change."""
    path, copy = tmp_path / "people.db", tmp_path / "copy.db"
    with SqliteGallery(tmp_path / "elsewhere.db", bundle="net", dim=DIM) as elsewhere:
        elsewhere.enroll("Visitor", [NewSample(unit(30, 1)[0], "v.jpg")])
    with SqliteGallery(path, bundle="net", dim=DIM, key=key) as gallery:
        people = [(f"P{row}", [NewSample(VECTORS[row], f"{row}.jpg")]) for row in range(400)]
        list(gallery.enroll_many(people))
    shutil.copy(path, copy)
    with SqliteGallery(path, key=key) as gallery:
        one(gallery)
        names(gallery, VECTORS[:1])
    assert snapshot_folder(path).exists()
    with SqliteGallery(copy, key=key) as gallery:
        other(gallery)
    copy.replace(path)
    with SqliteGallery(path, key=key, read_only=True) as gallery:
        everyone = gallery.vectors()
        found = gallery.search(everyone.embeddings, 1, per="sample")
        assert [match.sample_id for (match,) in found] == list(everyone.sample_ids)
        assert [match.person_id for (match,) in found] == list(everyone.person_ids)


def test_a_copy_of_later_goes_on_with_the_snapshot(path: Path) -> None:
    """The file was copied with the snapshot in place: what it holds is in every copy since."""
    copy = path.with_name("copy.db")
    with SqliteGallery(path) as gallery:
        gallery.enroll("Zoe", [NewSample(unit(5, 1)[0], "z.jpg")])
    shutil.copy(path, copy)
    with SqliteGallery(path) as gallery:
        gallery.merge("P0", "P1", purge=False)
    copy.replace(path)
    with SqliteGallery(path) as gallery:
        assert names(gallery, VECTORS[:2]) == ["P0", "P1"]
        assert names(gallery, unit(5, 1)) == ["Zoe"]
        assert gallery._memory.saved == 400


def test_no_search_waits_for_a_writer_to_keep_one(path: Path) -> None:
    shutil.rmtree(snapshot_folder(path))
    with SqliteGallery(path, timeout_s=0.2) as gallery, SqliteGallery(path) as other:
        with other._file.write():
            assert names(gallery, VECTORS[:1]) == ["P0"]
        assert not snapshot_folder(path).exists()
        gallery._memory.saved = 0  # once enough is new again
        assert names(gallery, VECTORS[:1]) == ["P0"]
        assert snapshot_folder(path).exists()
        with other._file.write(), pytest.raises(GalleryError, match=r"more than 0\.2 s"):
            gallery.remove("P1")  # those who write wait as before
    assert not any("part" in one.name for one in path.parent.iterdir())
