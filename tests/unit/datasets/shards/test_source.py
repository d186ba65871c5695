from __future__ import annotations

import io
import json
import multiprocessing
import os
import pickle
import tarfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from facemetric.datasets.shards import UNFINISHED, ShardSource, ShardWriter, find_shards
from facemetric.datasets.shards.index import index_path, load_index, open_index
from facemetric.errors import DataError
from layouts.chips import made_chip

CHIPS = [made_chip(p, n, found=n != 2) for p in ("zoë", "Ann", "李") for n in range(1, 4)]


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    with ShardWriter(tmp_path / "pack", max_bytes=6000, made_from="x") as writer:
        for chip in CHIPS:
            writer.add(chip)
    return tmp_path / "pack"


def foreign(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def test_chips_come_back_in_any_order(pack: Path) -> None:
    source = ShardSource(pack)
    assert len(source.shards) > 1
    assert source.names == ("Ann", "zoë", "李")
    assert [source.names[label] for label in source.labels] == [c.record.person for c in CHIPS]
    assert source.labels.dtype == np.int64
    assert source.found.tolist() == [chip.record.found for chip in CHIPS]
    for row in [*reversed(range(len(CHIPS))), -1]:
        assert source.encoded(row) == CHIPS[row].jpeg
        assert source.item(row) == CHIPS[row].record.source
    with pytest.raises(IndexError):
        source.encoded(len(CHIPS))


def test_the_index_is_used_and_made_again_after_a_change(pack: Path) -> None:
    shard = sorted(pack.glob("*.tar"))[0]
    assert load_index(shard) is not None
    os.utime(shard, ns=(0, 0))
    assert load_index(shard) is None
    source = ShardSource(pack)
    assert load_index(shard) is not None
    assert [source.encoded(row) for row in range(len(source))] == [chip.jpeg for chip in CHIPS]


@pytest.mark.parametrize("data", [b"", b"PK\3\4 not a zip", b"\x80\x04K\x01."])
def test_a_damaged_index_is_made_again(pack: Path, data: bytes) -> None:
    for shard in pack.glob("*.tar"):
        index_path(shard).write_bytes(data)
    assert ShardSource(pack).encoded(3) == CHIPS[3].jpeg
    assert all(load_index(shard) is not None for shard in pack.glob("*.tar"))


def test_an_index_beyond_its_shard_does_not_hold(pack: Path) -> None:
    shard = sorted(pack.glob("*.tar"))[0]
    with np.load(index_path(shard)) as file:
        values = dict(file)
    for change in (
        {"offsets": values["offsets"] + (1 << 40)},
        {"rows": values["rows"] + 99},
        {"sizes": values["sizes"][:-1]},
        {"form": np.int64(99)},
    ):
        with index_path(shard).open("wb") as stream:
            np.savez(stream, **{**values, **change})
        assert load_index(shard) is None


def test_a_folder_that_cannot_be_written_is_read(
    pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for shard in pack.glob("*.tar"):
        index_path(shard).unlink()

    def refused(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr("facemetric.datasets.shards.index.save_index", refused)
    assert ShardSource(pack).encoded(0) == CHIPS[0].jpeg


def test_threads_and_processes_read_at_once(pack: Path) -> None:
    source = ShardSource(pack)
    rows = list(range(len(CHIPS))) * 20
    wanted = [CHIPS[row].jpeg for row in rows]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(source.encoded, rows)) == wanted
    copy = pickle.loads(pickle.dumps(source))
    assert copy.encoded(4) == CHIPS[4].jpeg
    source.close()
    assert source.encoded(4) == CHIPS[4].jpeg


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_process_reads_with_its_own_handles(pack: Path) -> None:
    source = ShardSource(pack)
    source.encoded(0)
    context = multiprocessing.get_context("fork")
    answers = context.SimpleQueue()
    child = context.Process(target=lambda: answers.put((source.encoded(5), len(source._files))))
    child.start()
    data, handles = answers.get()
    child.join()
    assert data == CHIPS[5].jpeg
    assert handles == 2
    assert source.encoded(5) == CHIPS[5].jpeg


def test_a_shard_that_has_become_shorter(pack: Path) -> None:
    source = ShardSource(pack)
    shard = source.shards[-1]
    shard.write_bytes(shard.read_bytes()[:600])
    with pytest.raises(DataError, match=r"expected 300 bytes, got \d+") as caught:
        source.encoded(len(CHIPS) - 1)
    assert str(shard) in str(caught.value)
    assert "offset" in str(caught.value)


def test_a_truncated_shard_is_refused(pack: Path) -> None:
    shard = sorted(pack.glob("*.tar"))[-1]
    shard.write_bytes(shard.read_bytes()[:-1500])
    with pytest.raises(DataError, match="cut off") as caught:
        ShardSource(pack)
    assert str(shard) in str(caught.value)


def test_shards_of_other_programs(tmp_path: Path) -> None:
    path = foreign(
        tmp_path / "a.tar",
        {
            "sub/a.jpg": b"1",
            "sub/a.json": json.dumps({"label": 7}).encode(),
            "b.cls": b"12\n",
            "b.png": b"2",
            "b.txt": b"passed over",
            "notes": b"passed over",
            "c.seg.jpg": b"passed over: its kind is seg.jpg",
            "../../d.jpg": b"4",
            "../../d.json": b'{"person": "D", "source": "x/y.jpg", "found": false}',
        },
    )
    source = ShardSource(path)
    assert source.names == ("12", "7", "D")
    assert [source.names[label] for label in source.labels] == ["7", "12", "D"]
    assert [source.item(row) for row in range(3)] == ["sub/a", "b", "x/y.jpg"]
    assert source.found.tolist() == [True, True, False]
    assert [source.encoded(row) for row in range(3)] == [b"1", b"2", b"4"]
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.tar", "a.tar.index"]


@pytest.mark.parametrize(
    ("files", "cause"),
    [
        ({"a.jpg": b"1"}, "a.jpg has no .json and no .cls"),
        ({"a.jpg": b"1", "a.json": b"{"}, "a.json is no JSON"),
        ({"a.jpg": b"1", "a.json": b"[]"}, "a.json holds no object"),
        ({"a.jpg": b"1", "a.json": b"[" * 100_000}, "a.json is no JSON"),
        ({"a.jpg": b"1", "a.json": b'{"person": true}'}, "a.json names no person"),
        ({"a.jpg": b"1", "a.json": b'{"person": ""}'}, "a.json names no person"),
        ({"a.jpg": b"1", "a.cls": b" "}, "a.cls names no person"),
        ({"a.jpg": b"1", "a.json": b" " * (2 << 20)}, "a.json has 2,097,152 bytes"),
        ({"a.json": b"{}"}, "the shards hold no pictures"),
    ],
)
def test_records_that_cannot_be_used(tmp_path: Path, files: dict[str, bytes], cause: str) -> None:
    path = foreign(tmp_path / "a.tar", files)
    with pytest.raises(DataError) as caught:
        ShardSource(path)
    assert cause in caught.value.cause
    assert str(path) in (caught.value.item or "")


def test_paths_without_shards(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"holds no \.tar"):
        find_shards(tmp_path)
    with pytest.raises(DataError, match=r"expected a \.tar or a folder"):
        find_shards(tmp_path / "no")
    with pytest.raises(DataError, match="cannot be read"):
        open_index(tmp_path / "no.tar")


def test_an_unfinished_pack_is_refused(pack: Path) -> None:
    (pack / UNFINISHED).mkdir()
    with pytest.raises(DataError, match="the pack is unfinished") as caught:
        ShardSource(pack)
    assert "again" in (caught.value.fix or "")
