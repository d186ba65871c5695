import pytest

from facemetric.datasets.chips import PhotoSource, RecSource, open_chips
from facemetric.datasets.shards import ChipRecord, PackedChip, ShardSource, ShardWriter
from facemetric.errors import DataError
from layouts.recordio import build_insightface


def _shard(folder, jpeg):
    record = ChipRecord("Ann", 0, "Ann/0.jpg", True, "0" * 64, (0, 0, 1, 1), 1.0, ())
    with ShardWriter(folder, made_from="x") as writer:
        writer.add(PackedChip(jpeg, record))
    return folder


def test_what_lies_there_decides(people, chip, tmp_path):
    (people / "list.txt").write_text("Ann/0.jpg Ann\n")
    shards = _shard(tmp_path / "shards", chip(0))
    record = build_insightface(tmp_path / "rec", [(0, [chip(0)])])
    for path, kind in (
        (people, PhotoSource),
        (people / "list.txt", PhotoSource),
        (record, RecSource),
        (record.parent, RecSource),
        (shards, ShardSource),
        (next(shards.glob("*.tar")), ShardSource),
    ):
        source = open_chips(str(path))
        assert isinstance(source, kind)
        assert source.encoded(0) == chip(0)


def test_errors_say_what_could_be_opened(tmp_path, chip):
    with pytest.raises(DataError, match=r"absent: no such file or folder\. Expected a folder with"):
        open_chips(tmp_path / "absent")
    build_insightface(tmp_path, [(0, [chip(0)])])
    with pytest.raises(DataError, match=r"'\.idx'. Give the \.rec file beside it"):
        open_chips(tmp_path / "train.idx")
    (tmp_path / "a.zip").touch()
    with pytest.raises(DataError, match=r"a\.zip: cannot be told by the suffix '\.zip'"):
        open_chips(tmp_path / "a.zip")
    (tmp_path / "more.rec").touch()
    with pytest.raises(DataError, match=r"holds 2 \.rec files. Name the one to open"):
        open_chips(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="no photographs in folders of people"):
        open_chips(tmp_path / "empty")
