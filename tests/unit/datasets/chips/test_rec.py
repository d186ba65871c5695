import pickle
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.datasets.chips import ChipSource, decode_chip, open_chips, open_rec
from facemetric.errors import DataError
from layouts.recordio import MAGIC, build_insightface, image_data, write_records


@pytest.mark.parametrize("label_arrays", [False, True])
@pytest.mark.parametrize("with_index", [True, False])
def test_a_set_as_insightface_writes_it(label_arrays, with_index, chip, tmp_path):
    people = [(10, [chip(0), chip(1)]), (9, [chip(2, ".png")]), (0, [chip(3), chip(4)])]
    path = build_insightface(tmp_path, people, label_arrays=label_arrays, size_px=(24, 16))
    if not with_index:
        path.with_suffix(".idx").unlink()
    source = open_chips(tmp_path)
    assert isinstance(source, ChipSource)
    assert source.names == ("0", "10", "9")
    assert source.labels.tolist() == [1, 1, 2, 0, 0]
    assert source.size_px == (24, 16)
    assert source.found.all()
    assert source.item(2) == "train.rec, record 3"
    pictures = [picture for _, pictures in people for picture in pictures]
    for row in np.random.default_rng(0).permutation(5):
        assert source.encoded(row) == pictures[row]
    assert decode_chip(source.encoded(4), item="x", size_px=source.size_px).shape == (24, 16, 3)
    assert pickle.loads(pickle.dumps(source)).encoded(4) == pictures[4]


def test_a_set_as_im2rec_writes_it(chip, tmp_path):
    datas = [image_data(label, chip(label)) for label in (3, 1, 3)]
    write_records(tmp_path / "a.rec", datas)
    source = open_rec(tmp_path / "a.rec")
    assert (source.names, source.labels.tolist()) == (("1", "3"), [1, 0, 1])
    assert source.size_px is None
    assert source.encoded(0) == chip(3)
    # A label array in record 0 that a picture follows is no header of a set.
    write_records(tmp_path / "a.rec", [image_data([4, 0], chip(9)), *datas])
    assert open_rec(tmp_path / "a.rec").labels.tolist() == [2, 1, 0, 1]


def test_sets_too_large_for_their_own_numbers(monkeypatch, chip, tmp_path):
    """Beyond 2**24 the first number is rounded, so records are told by what they hold."""
    monkeypatch.setattr("facemetric.datasets.chips.rec._EXACT", 2)
    people = [(10, [chip(0), chip(1)]), (9, [chip(2)])]
    source = open_rec(build_insightface(tmp_path, people, label_arrays=True))
    assert [source.names[label] for label in source.labels] == ["10", "10", "9"]
    assert [source.encoded(row) for row in range(3)] == [chip(0), chip(1), chip(2)]


def test_pictures_that_hold_the_magic_word(tmp_path):
    pictures = [b"abcd" + MAGIC + b"xyz" + MAGIC, MAGIC + MAGIC, b"\0" * 5 + MAGIC]
    build_insightface(tmp_path, [(0, pictures)])
    source = open_chips(tmp_path / "train.rec")
    assert [source.encoded(row) for row in range(3)] == pictures


@settings(deadline=None, max_examples=40)
@given(counts=st.lists(st.integers(1, 4), min_size=1, max_size=5), data=st.data())
def test_people_are_those_of_every_label_whatever_the_ranges_say(counts, data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("set")
    numbers = data.draw(st.permutations(range(len(counts))))
    people = [
        (n, [bytes([n, k]) for k in range(count)]) for n, count in zip(numbers, counts, strict=True)
    ]
    path = build_insightface(folder, people)
    wanted = [str(number) for number, pictures in people for _ in pictures]
    content = bytearray(path.read_bytes())
    if data.draw(st.booleans()):  # an end that is one too low
        total = sum(counts)
        key = 1 + total + data.draw(st.integers(0, len(counts) - 1))
        at = int(path.with_suffix(".idx").read_text().split()[2 * key + 1])
        (end,) = struct.unpack_from("<f", content, at + 36)
        struct.pack_into("<f", content, at + 36, end - 1)
        path.write_bytes(content)
    source = open_rec(path)
    assert [source.names[label] for label in source.labels] == wanted


def _set(tmp_path, chip):
    return build_insightface(tmp_path, [(0, [chip(0), chip(1)]), (1, [chip(2)])])


def _offset(path, key):
    return int(path.with_suffix(".idx").read_text().split()[2 * key + 1])


def _poke(path, at, data):
    content = bytearray(path.read_bytes())
    content[at : at + len(data)] = data
    path.write_bytes(content)


def test_bad_magic(chip, tmp_path):
    path = _set(tmp_path, chip)
    _poke(path, _offset(path, 3), b"\1\2\3\4")
    with pytest.raises(DataError, match=r"train\.rec, record 3: expected a record .* 0x04030201"):
        open_rec(path)


def test_images_inside_a_range_are_not_touched_before_they_are_asked_for(chip, tmp_path):
    path = build_insightface(tmp_path, [(0, [chip(0), chip(1), chip(2)]), (1, [chip(3)])])
    _poke(path, _offset(path, 2), b"\1\2\3\4")
    source = open_rec(path)
    assert source.labels.tolist() == [0, 0, 0, 1]
    with pytest.raises(DataError, match=r"train\.rec, record 2: expected a record .* 0x04030201"):
        source.encoded(1)
    assert source.encoded(2) == chip(2)


def test_truncated(chip, tmp_path):
    path = _set(tmp_path, chip)
    source = open_rec(path)
    content = path.read_bytes()
    path.write_bytes(content[:-20])
    with pytest.raises(DataError, match=r"record 5: expected a header of 24 bytes"):
        open_rec(path)
    path.write_bytes(content[: _offset(path, 3) + 100])
    with pytest.raises(DataError, match=r"line 5: no record can begin at"):
        open_rec(path)
    with pytest.raises(DataError, match=r"record 3: expected .* the file ends after"):
        source.encoded(2)
    path.write_bytes(b"")
    with pytest.raises(DataError, match="holds no records"):
        open_rec(path)


def test_an_index_of_another_file(chip, tmp_path):
    path = _set(tmp_path, chip)
    listing = path.with_suffix(".idx")
    lines = listing.read_text().splitlines()
    listing.write_text("\n".join(lines[:3] + lines[4:]))
    with pytest.raises(DataError, match="record 3 is not in the index, and 0 more"):
        open_rec(path)
    listing.write_text("\n".join(lines[:2]))
    with pytest.raises(DataError, match="record 0: expected images up to a record of 1, got 4 and"):
        open_rec(path)


@pytest.mark.parametrize("label", [float("nan"), 1.5, -1.0])
def test_labels_that_are_no_numbers(label, chip, tmp_path):
    write_records(tmp_path / "a.rec", [image_data(0, chip(0)), image_data(label, chip(1))])
    with pytest.raises(DataError, match=r"a\.rec, record 1: expected a whole number as label"):
        open_rec(tmp_path / "a.rec")


def test_records_without_a_picture(chip, tmp_path):
    write_records(tmp_path / "a.rec", [image_data(0, chip(0)), image_data(0, b"")])
    with pytest.raises(DataError, match="record 1: the record holds no picture"):
        open_rec(tmp_path / "a.rec").encoded(1)
    write_records(tmp_path / "a.rec", [image_data(0, chip(0)), b"short"])
    with pytest.raises(DataError, match="record 1: expected a header of 24 bytes"):
        open_rec(tmp_path / "a.rec")
    build_insightface(tmp_path, [])
    with pytest.raises(DataError, match="no images"):
        open_rec(tmp_path / "train.rec")


@pytest.mark.parametrize("text", ["1,24", "x,24,16", "1,0,16", ""])
def test_a_property_file_of_another_form(text, chip, tmp_path):
    path = _set(tmp_path, chip)
    (tmp_path / "property").write_text(text)
    with pytest.raises(DataError, match="property"):
        open_rec(path)
