from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest

from facemetric.datasets.shards import PackedChip, ShardSource, ShardWriter
from facemetric.datasets.shards.index import index_path
from facemetric.errors import DataError, InputError
from layouts.chips import made_chip

CHIPS = [made_chip(person, number) for person in "abc" for number in range(1, 5)]
LIMIT = 8000


def write(folder: Path, chips: list[PackedChip] = CHIPS, made_from: str = "x") -> ShardWriter:
    with ShardWriter(folder, max_bytes=LIMIT, made_from=made_from) as writer:
        for chip in chips[writer.written :]:
            writer.add(chip)
    return writer


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.tar"))}


def test_shards_are_tars_of_pictures_and_records(tmp_path: Path) -> None:
    write(tmp_path)
    names = []
    for path in sorted(tmp_path.glob("*.tar")):
        assert path.stat().st_size <= LIMIT
        with tarfile.open(path) as archive:
            for member in archive:
                names.append(member.name)
                if member.name == "000000005.json":
                    record = json.load(archive.extractfile(member))  # type: ignore[arg-type]
    assert len(contents(tmp_path)) > 1
    assert names == [f"{n:09d}.{kind}" for n in range(12) for kind in ("jpg", "json")]
    assert record["person"] == "b"
    assert record["source"] == "b/b_0002.jpg"
    assert record["box_xyxy_px"] == [1.0, 2.0, 30.123, 40.0]
    assert record["quality"] == {"sharpness": 12.3457, "size_px": 29.0}


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    write(tmp_path / "one")
    write(tmp_path / "two")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


@pytest.mark.parametrize("stopped_at", [0, 1, 5, 7, 11, 12])
def test_a_stopped_run_keeps_its_finished_shards(tmp_path: Path, stopped_at: int) -> None:
    write(tmp_path / "whole")
    stopped = tmp_path / "stopped"
    with (
        pytest.raises(KeyboardInterrupt),
        ShardWriter(stopped, max_bytes=LIMIT, made_from="x") as writer,
    ):
        for chip in CHIPS[:stopped_at]:
            writer.add(chip)
        raise KeyboardInterrupt
    finished = contents(stopped)
    assert not list(stopped.glob("*.partial"))
    again = ShardWriter(stopped, max_bytes=LIMIT, made_from="x")
    assert again.written == sum(len(ShardSource(stopped / name)) for name in finished)
    times = {path: path.stat().st_mtime_ns for path in stopped.glob("*.tar")}
    write(stopped)
    assert contents(stopped) == contents(tmp_path / "whole")
    assert all(path.stat().st_mtime_ns == time for path, time in times.items())


def test_a_killed_run_leaves_a_partial_file_that_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "chips.tar.partial").write_bytes(b"half")
    write(tmp_path)
    assert not list(tmp_path.glob("*.partial"))


@pytest.mark.parametrize("step", ["index", "shard"])
def test_killed_while_a_shard_is_finished(
    tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether only the index is there or nothing yet: the shard is written again."""
    write(tmp_path / "whole")
    move = Path.replace

    def killed(self: Path, target: Path) -> Path:
        if Path(target).suffix == (".index" if step == "index" else ".tar"):
            raise SystemExit
        return move(self, target)

    out = tmp_path / "out"
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", killed)
        # As a kill leaves it: nothing is tidied up.
        patch.setattr(Path, "unlink", lambda *_, **__: None)
        with pytest.raises(SystemExit):
            write(out)
    assert not contents(out)
    assert list(out.glob("*.partial"))
    write(out)
    assert contents(out) == contents(tmp_path / "whole")
    assert not list(out.glob("*.partial"))


def test_shards_without_an_index_are_replaced_when_asked(tmp_path: Path) -> None:
    write(tmp_path)
    before = contents(tmp_path)
    index_path(tmp_path / "chips-000001.tar").unlink()
    with pytest.raises(DataError, match="in the way"):
        write(tmp_path)
    writer = ShardWriter(tmp_path, max_bytes=LIMIT, made_from="x", replace=True)
    assert len(writer.shards) == 1
    with writer:
        for chip in CHIPS[writer.written :]:
            writer.add(chip)
    assert contents(tmp_path) == before


def test_other_input_replaces_all(tmp_path: Path) -> None:
    write(tmp_path)
    before = contents(tmp_path)
    writer = write(tmp_path, CHIPS[:2], made_from="y")
    assert writer.written == 2
    assert list(contents(tmp_path)) == ["chips-000000.tar"]
    assert contents(tmp_path)["chips-000000.tar"] != before["chips-000000.tar"]
    assert len(list(tmp_path.glob("*.index"))) == 1


def test_a_shard_of_another_program_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "chips-000000.tar").write_bytes(b"mine")
    with pytest.raises(DataError, match="in the way"):
        write(tmp_path)
    assert (tmp_path / "chips-000000.tar").read_bytes() == b"mine"


@pytest.mark.parametrize(
    "options", [{"name": "a/b"}, {"name": ""}, {"max_bytes": 0}, {"made_from": ""}]
)
def test_options_out_of_range(tmp_path: Path, options: dict[str, object]) -> None:
    with pytest.raises(InputError):
        ShardWriter(tmp_path, **{"made_from": "x", **options})  # type: ignore[arg-type]


def test_a_chip_larger_than_a_shard_has_its_own(tmp_path: Path) -> None:
    large = made_chip("z", 1, size=3 * LIMIT)
    write(tmp_path, [CHIPS[0], large, CHIPS[1]])
    assert [len(ShardSource(path)) for path in sorted(tmp_path.glob("*.tar"))] == [1, 1, 1]
