import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.datasets.chips.positional import PositionalFile
from facemetric.datasets.chips.recordio import find_records, read_index, read_record
from facemetric.errors import DataError
from layouts.recordio import MAGIC, write_records

BLOCKS = st.lists(st.sampled_from([MAGIC, b"abcd", b"x", b"\n", b"12345"]), max_size=12)


@settings(deadline=None, max_examples=80)
@given(datas=st.lists(BLOCKS.map(b"".join), min_size=1, max_size=6), guess=st.integers(0, 200))
def test_reads_back_whatever_was_written(datas, guess, tmp_path_factory):
    path = tmp_path_factory.mktemp("records") / "a.rec"
    offsets = write_records(path, datas)
    file = PositionalFile(path)
    assert find_records(file).tolist() == offsets
    keys, listed = read_index(path.with_suffix(".idx"), file=file)
    assert (keys.tolist(), listed.tolist()) == (list(range(len(datas))), offsets)
    read = []
    for at in offsets:
        most = min(guess, file.size_bytes - at)
        read.append(read_record(file, at, most_bytes=most, item="x"))
    assert read == datas


def test_a_long_record_takes_more_than_one_read(tmp_path):
    data = np.random.default_rng(0).bytes(100_001)
    write_records(tmp_path / "a.rec", [b"", data])
    file = PositionalFile(tmp_path / "a.rec")
    assert read_record(file, 8, most_bytes=file.size_bytes - 8, item="x") == data


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\0" * 8, "expected a record .0xced7230a., got 0x00000000"),
        (MAGIC + struct.pack("<I", 40) + b"short", "expected 40 bytes at 8, the file ends after 5"),
        (MAGIC + struct.pack("<I", 3 << 29), "begins in its middle"),
        (MAGIC + struct.pack("<I", 5 << 29), "flag is 5, of 0 to 3"),
        (2 * (MAGIC + struct.pack("<I", 1 << 29)), "begins inside another"),
        (MAGIC + struct.pack("<I", 1 << 29), "the file ends after 0"),
        (MAGIC, "expected 8 bytes at 0, the file ends after 4"),
    ],
)
def test_damage_names_the_record(content, message, tmp_path):
    (tmp_path / "a.rec").write_bytes(content)
    file = PositionalFile(tmp_path / "a.rec")
    with pytest.raises(DataError, match=f"record 7: .*{message}"):
        read_record(file, 0, most_bytes=len(content), item="record 7")


def test_walking_a_truncated_file(tmp_path):
    write_records(tmp_path / "a.rec", [b"12345678", b"12345678"])
    (tmp_path / "a.rec").write_bytes((tmp_path / "a.rec").read_bytes()[:-4])
    with pytest.raises(DataError, match="offset 16: the file ends inside a record"):
        find_records(PositionalFile(tmp_path / "a.rec"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0\t0\n1\t400\n", "line 2: no record can begin at 400 of the 16 bytes of a.rec"),
        ("0\t0\n1\t6\n", "line 2: no record can begin at 6"),
        ("0\t0\n1\t12\n", "line 2: no record can begin at 12"),
        ("0\t0\n0\t8\n", "line 2: key 0 occurs twice"),
        ("0\n", "line 1: expected a key and an offset"),
        ("0\t0\n\n0\tx\n", "line 2: expected a key and an offset, got ''"),
        ("0\t0\n-1\t0\n", "line 2: expected a key and an offset, got '-1"),
        ("", "the index is empty"),
    ],
)
def test_an_index_that_does_not_fit(text, message, tmp_path):
    write_records(tmp_path / "a.rec", [b"12345678"])
    (tmp_path / "a.idx").write_text(text)
    with pytest.raises(DataError, match=message):
        read_index(tmp_path / "a.idx", file=PositionalFile(tmp_path / "a.rec"))
