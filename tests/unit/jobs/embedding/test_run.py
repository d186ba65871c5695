"""Photographs in, shards out: whole, in part, once more, and from where fsspec reaches."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import fsspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.bundle import open_bundle, pack_bundle
from facemetric.errors import DataError, InputError, SourceError
from facemetric.jobs.embedding import EmbeddedSet, embed_photos, iter_embeddings, read_embeddings
from facemetric.jobs.embedding.run import _shard_photos
from facemetric.recognizer import Recognizer
from layouts.portraits import DAMAGED, FACES

EVERYTHING = len(FACES) + len(DAMAGED)


@pytest.fixture(scope="module")
def whole(portraits: Path, tmp_path_factory: pytest.TempPathFactory) -> EmbeddedSet:
    return embed_photos(portraits, tmp_path_factory.mktemp("whole") / "out", shard_photos=4)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*.parquet"))
    }


def test_every_photograph_is_there_with_its_faces_or_its_error(
    whole: EmbeddedSet, portraits: Path
) -> None:
    counts = whole.counts
    assert (counts.photographs, counts.faces, counts.without_face) == (10, sum(FACES.values()), 1)
    assert counts.failed == {"decode": 3}
    assert [Path(error.item).relative_to(portraits) for error in counts.errors] == [
        Path(name) for name in DAMAGED
    ]
    assert all(error.cause and error.fix for error in counts.errors)
    assert (whole.new_shards, whole.new_photographs) == (3, EVERYTHING)
    read = read_embeddings(whole.folder)
    found = dict.fromkeys(FACES, 0) | {
        str(Path(name).relative_to(portraits)): int((read.source == name).sum())
        for name in read.source
    }
    assert found == FACES
    assert read.face[read.source == str(portraits / "b/five.jpg")].tolist() == [0, 1, 2, 3, 4]


def test_rows_are_what_the_recogniser_sees(whole: EmbeddedSet, portraits: Path) -> None:
    recognizer = Recognizer("dlib-resnet-v1", threads=1)
    read = read_embeddings(whole.folder)
    for name in ("a/biden.jpg", "b/five.jpg"):
        seen = recognizer.see(portraits / name)
        rows = np.flatnonzero(read.source == str(portraits / name))
        assert len(rows) == len(seen.faces)
        for row, face in zip(rows, seen.faces, strict=True):
            assert np.array_equal(read.embeddings[row], face.embedding)
            assert np.array_equal(read.box_xyxy_px[row], face.face.box_xyxy_px)
            assert np.array_equal(read.landmarks_px[row], face.face.landmarks_px)
            assert read.photo_sha256[row] == seen.sha256
            assert read.score[row] == np.float32(face.face.score)
            assert read.quality["yaw_deg"][row] == np.float32(face.quality.yaw_deg)


def test_finished_shards_are_left_and_missing_ones_made_the_same(
    whole: EmbeddedSet, portraits: Path, tmp_path: Path
) -> None:
    told: list[tuple[int, int]] = []
    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        embed_photos(portraits, out, shard_photos=4, tell=_stop_at(6))
    assert sorted(bytes_of(out)) == ["faces/00000.parquet", "photos/00000.parquet"]
    with pytest.raises(DataError, match="has 1 of 3 shards"):
        read_embeddings(out)
    assert len(read_embeddings(out, unfinished=True)) < len(read_embeddings(whole.folder))
    before = (out / "faces/00000.parquet").stat()
    again = embed_photos(portraits, out, shard_photos=4, tell=lambda *how: told.append(how))
    assert (again.new_shards, again.new_photographs) == (2, 6)
    assert told[0] == (4, 10)
    assert told[-1] == (10, 10)
    assert (out / "faces/00000.parquet").stat().st_mtime_ns == before.st_mtime_ns
    assert bytes_of(out) == bytes_of(whole.folder)
    assert embed_photos(portraits, out, shard_photos=4).new_shards == 0


def _stop_at(place: int):  # type: ignore[no-untyped-def]
    def tell(done: int, total: int) -> None:
        if done >= place:
            raise KeyboardInterrupt

    return tell


def test_a_photograph_under_an_old_name_is_embedded_again(
    samples: dict[str, Path], tmp_path: Path
) -> None:
    photos, out = tmp_path / "photos", tmp_path / "out"
    photos.mkdir()
    first, second = sorted(samples.values())[:2]
    for name in ("a.jpg", "b.jpg"):
        shutil.copy(first, photos / name)
    before = embed_photos(photos, out, shard_photos=1)
    assert before.changed == ()
    (photos / "b.jpg").unlink()
    shutil.copy(second, photos / "b.jpg")
    after = embed_photos(photos, out, shard_photos=1)
    assert (after.changed, after.new_shards) == ((str(photos / "b.jpg"),), 1)
    read = read_embeddings(out)
    digests = dict(zip(read.source, read.photo_sha256, strict=True))
    assert digests[str(photos / "b.jpg")] == hashlib.sha256(second.read_bytes()).hexdigest()
    assert embed_photos(photos, out, shard_photos=1).new_shards == 0


def test_a_half_written_shard_is_made_again(
    whole: EmbeddedSet, portraits: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    embed_photos(portraits, out, shard_photos=4)
    (out / "photos/00001.parquet").unlink()
    (out / "faces/.00001.parquet.part").write_bytes(b"half")
    assert embed_photos(portraits, out, shard_photos=4).new_shards == 1
    assert bytes_of(out) == bytes_of(whole.folder)
    assert not list(out.rglob("*.part"))


def test_another_plan_is_refused_and_can_replace(portraits: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    embed_photos(portraits / "a", out, shard_photos=2)
    before = bytes_of(out)
    with pytest.raises(DataError, match="another plan: flip True, wanted False") as caught:
        embed_photos(portraits / "a", out, shard_photos=2, flip=False)
    assert "--replace" in str(caught.value.fix)
    with pytest.raises(DataError, match="photographs 3, wanted 10"):
        embed_photos(portraits, out, shard_photos=2)
    assert bytes_of(out) == before
    one = embed_photos(portraits / "a", out, shard_photos=3, replace=True, select="largest")
    assert (one.new_shards, len(bytes_of(out))) == (1, 2)
    assert (
        embed_photos(
            portraits / "a", out, shard_photos=3, replace=True, select="largest"
        ).new_shards
        == 0
    )


def test_a_replacement_that_was_stopped_leaves_no_old_shards(
    portraits: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    embed_photos(portraits / "a", out, shard_photos=1)
    with pytest.raises(KeyboardInterrupt):
        embed_photos(
            portraits / "a", out, flip=False, shard_photos=1, replace=True, tell=_stop_at(0)
        )
    done = embed_photos(portraits / "a", out, flip=False, shard_photos=1)
    assert (done.new_shards, read_embeddings(out).plan.flip) == (3, False)


def test_codes_are_a_quarter_of_the_size_and_nearly_the_same(
    whole: EmbeddedSet, portraits: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    embed_photos(portraits, out, codes=True)
    codes, floats = read_embeddings(out), read_embeddings(whole.folder)
    assert np.array_equal(codes.source, floats.source)
    cosines = (codes.embeddings * floats.embeddings).sum(axis=1)
    assert cosines.min() > 0.999
    assert not np.array_equal(codes.embeddings, floats.embeddings)


def test_failed_photographs_are_tried_again_when_asked(portraits: Path, tmp_path: Path) -> None:
    photos, out = tmp_path / "photos", tmp_path / "out"
    photos.mkdir()
    for name in ("obama.jpg", "biden.jpg"):
        (photos / name).symlink_to(portraits / "a" / name)
    (photos / "late.jpg").write_bytes(b"")
    first = embed_photos(photos, out, shard_photos=1)
    assert first.counts.failed == {"decode": 1}
    (photos / "late.jpg").write_bytes((portraits / "a/obama2.jpg").read_bytes())
    assert embed_photos(photos, out, shard_photos=1).counts.failed == {"decode": 1}
    again = embed_photos(photos, out, shard_photos=1, retry_failed=True)
    assert (again.new_shards, again.counts.failed, again.counts.faces) == (1, {}, 3)


@pytest.fixture
def in_memory(portraits: Path) -> Iterator[str]:
    files = fsspec.filesystem("memory")
    for path in portraits.rglob("*.*"):
        files.pipe(f"/embed-test/{path.relative_to(portraits)}", path.read_bytes())
    yield "memory://embed-test"
    files.rm("/embed-test", recursive=True)


def test_photographs_in_memory_and_in_an_archive_give_the_same(
    whole: EmbeddedSet, portraits: Path, in_memory: str, tmp_path: Path
) -> None:
    archive = tmp_path / "photos.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in portraits.rglob("*.*"):
            file.write(path, path.relative_to(portraits))
    wanted = read_embeddings(whole.folder)
    short = [str(Path(name).relative_to(portraits)) for name in wanted.source]
    for sources, before, after, workers in (
        (in_memory, "memory:///embed-test/", "", 1),
        (f"zip://::{archive}", "zip://", f"::{archive}", 2),
    ):
        out = tmp_path / before.partition(":")[0]
        done = embed_photos(sources, out, workers=workers, shard_photos=4)
        assert done.counts.failed == {"decode": 3}
        read = read_embeddings(out)
        assert sorted(zip(read.source, map(bytes, read.embeddings), strict=True)) == sorted(
            (f"{before}{name}{after}", bytes(row))
            for name, row in zip(short, wanted.embeddings, strict=True)
        )


def test_shards_are_read_one_by_one(whole: EmbeddedSet) -> None:
    parts = list(iter_embeddings(whole.folder))
    assert len(parts) == 3
    together = np.concatenate([part.embeddings for part in parts])
    assert np.array_equal(together, read_embeddings(whole.folder).embeddings)


def test_nothing_to_embed(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(SourceError, match="no pictures in it"):
        embed_photos(empty, tmp_path / "out")
    with pytest.raises(SourceError, match="no sources"):
        embed_photos([], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_only_photographs_without_faces(portraits: Path, tmp_path: Path) -> None:
    done = embed_photos([portraits / "flower.jpg", portraits / "empty.jpg"], tmp_path / "out")
    assert (done.counts.faces, done.counts.without_face) == (0, 1)
    read = read_embeddings(tmp_path / "out")
    assert read.embeddings.shape == (0, 128)
    assert read.landmarks_px.shape == (0, 5, 2)


def test_a_folder_that_is_gone_stops_the_run(tmp_path: Path) -> None:
    names = [str(tmp_path / "gone" / f"{number}.jpg") for number in range(20)]
    with pytest.raises(SourceError, match="none of 20 photographs can be read: no such file"):
        embed_photos(names, tmp_path / "out")
    assert not bytes_of(tmp_path / "out")


def test_options_are_checked(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="workers"):
        embed_photos("a.jpg", tmp_path, workers=0)
    with pytest.raises(InputError, match="shard_photos"):
        embed_photos("a.jpg", tmp_path, shard_photos=0)


def test_a_bundle_by_its_path(portraits: Path, tmp_path: Path) -> None:
    archive = pack_bundle(open_bundle("dlib-resnet-v1"), tmp_path / "own.zip")
    done = embed_photos(portraits / "a/obama.jpg", tmp_path / "out", bundle=archive)
    assert (done.plan.bundle, done.counts.faces) == ("dlib-resnet-v1", 1)


@settings(deadline=None, max_examples=100)
@given(st.integers(1, 10**7))
def test_shards_keep_workers_busy_and_are_not_too_many(photographs: int) -> None:
    size = _shard_photos(photographs)
    assert 32 <= size <= 1000
    if photographs >= 32 * 64:
        assert photographs / size >= 64
