"""The folder of a run: one writer, one plan, nothing else touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from facemetric.bundle import open_bundle
from facemetric.errors import DataError
from facemetric.jobs.embedding.folder import PLAN_NAME, opened_folder
from facemetric.jobs.embedding.plan import Plan, make_plan, read_plan
from facemetric.jobs.embedding.shard import EmbeddedShard
from facemetric.jobs.embedding.tables import ShardTables, plain_name
from facemetric.types import ItemError


def plan_of(*names: str, flip: bool = True, shard_photos: int = 2) -> Plan:
    return make_plan(
        names,
        open_bundle("dlib-resnet-v1"),
        shard_photos=shard_photos,
        flip=flip,
        encoding="f32",
        select="all",
        min_face_px=None,
    )


def shard_of(plan: Plan, number: int = 0) -> EmbeddedShard:
    rows = [("a.jpg", ItemError("a.jpg", "decode", "is cut off"))]
    tables = ShardTables(plan, None)
    return EmbeddedShard(number, tables.faces(number, rows), tables.photos(number, rows, [None]))


def test_a_plan_is_read_back(tmp_path: Path) -> None:
    plan = plan_of("a", "b", "c")
    with opened_folder(tmp_path / "out") as folder:
        folder.begin(plan, replace=False)
        assert folder.plan() == plan
    assert plan.shards == 2
    assert len({plan.digest, plan_of("a", "b").digest, plan_of("a", "b", "d").digest}) == 3


def test_differences_are_named() -> None:
    plan = plan_of("a", "b")
    assert plan.differences(plan_of("a", "c")) == ["other photographs"]
    assert plan.differences(plan_of("a")) == ["photographs 2, wanted 1"]
    changed = plan_of("a", "b", flip=False, shard_photos=1000)
    assert plan.differences(changed) == ["shard_photos 2, wanted 1,000", "flip True, wanted False"]


@pytest.mark.parametrize(
    ("text", "says"),
    [("", "the file"), ("{}", "photographs"), ('{"format": "facemetric.embeddings/9"}', "format")],
)
def test_a_file_that_is_no_plan(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / PLAN_NAME).write_text(text)
    with pytest.raises(DataError, match=f"is no plan of .*: {says}"):
        read_plan(tmp_path / PLAN_NAME)


def test_a_shard_counts_once_both_its_files_are_there(tmp_path: Path) -> None:
    plan = plan_of("a", "b", "c")
    with opened_folder(tmp_path / "out") as folder:
        folder.begin(plan, replace=False)
        folder.write(shard_of(plan))
        folder.write(shard_of(plan, 1))
        assert folder.finished(plan) == [0, 1]
        assert all(
            file.stat().st_mode & 0o077 == 0
            for file in (folder.faces_file(0), folder.photos_file(0))
        )
        folder.faces_file(0).unlink()
        assert folder.finished(plan) == [1]
        folder.remove(1)
        assert folder.finished(plan) == []


def test_one_process_at_a_time(tmp_path: Path) -> None:
    with (
        opened_folder(tmp_path / "out"),
        pytest.raises(DataError, match="another process writes"),
        opened_folder(tmp_path / "out"),
    ):
        pass
    with opened_folder(tmp_path / "out"):
        pass


def test_other_files_are_not_touched(tmp_path: Path) -> None:
    (tmp_path / "holiday.txt").write_text("mine")
    with pytest.raises(DataError, match=r"holds other files, such as holiday\.txt"):
        opened_folder(tmp_path).__enter__()
    plan = plan_of("a")
    with opened_folder(tmp_path / "out") as folder:
        folder.begin(plan, replace=False)
        folder.write(shard_of(plan))
        (folder.path / PLAN_NAME).unlink()
    with pytest.raises(DataError, match="holds other files, such as faces"):
        opened_folder(tmp_path / "out").__enter__()
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="the folder cannot be made"):
        opened_folder(tmp_path / "file").__enter__()


def test_a_damaged_shard_is_named(tmp_path: Path) -> None:
    plan = plan_of("a")
    with opened_folder(tmp_path / "out") as folder:
        folder.begin(plan, replace=False)
        folder.write(shard_of(plan))
        file = folder.photos_file(0)
        file.write_bytes(file.read_bytes()[:-20])
        with pytest.raises(DataError, match=r"00000\.parquet: is damaged"):
            folder.begin(plan, replace=False)


@pytest.mark.parametrize("which", ["photos", "faces"])
def test_a_replacement_goes_on_over_what_is_damaged(tmp_path: Path, which: str) -> None:
    plan, other = plan_of("a", "b", "c"), plan_of("a", "b", "c", flip=False)
    with opened_folder(tmp_path / "out") as folder:
        folder.begin(plan, replace=False)
        folder.write(shard_of(plan))
        folder.write(shard_of(plan, 1))
        file = getattr(folder, f"{which}_file")(1)
        file.write_bytes(file.read_bytes()[:-20])
        folder.begin(plan, replace=True)
        assert folder.finished(plan) == [0]  # the same plan: what is whole stays
        file.write_bytes(b"PAR1 nothing")
        folder.begin(other, replace=True)
        assert folder.plan() == other and folder.finished(other) == []
        assert not list(folder.path.rglob("*.parquet"))


def test_a_replacement_takes_the_place_of_a_damaged_plan(tmp_path: Path) -> None:
    plan = plan_of("a")
    with opened_folder(tmp_path / "out") as folder:
        folder.begin(plan, replace=False)
        folder.write(shard_of(plan))
        (folder.path / PLAN_NAME).write_text("{")
        with pytest.raises(DataError, match="is no plan of"):
            folder.begin(plan, replace=False)
        folder.begin(plan, replace=True)
        assert folder.plan() == plan and folder.finished(plan) == [0]


def test_a_disk_that_cannot_be_written(tmp_path: Path) -> None:
    plan = plan_of("a")
    with opened_folder(tmp_path / "out") as folder:
        folder.begin(plan, replace=False)
        folder.faces_file(0).mkdir()
        with pytest.raises(DataError, match="cannot be written") as caught:
            folder.write(shard_of(plan))
        assert "goes on where it stopped" in str(caught.value.fix)
        assert not list(folder.path.rglob("*.part"))


def test_names_that_are_no_text() -> None:
    assert plain_name("caf\udce9.jpg") == "caf\\xe9.jpg"
    assert plain_name("Büro 東京.jpg") == "Büro 東京.jpg"
