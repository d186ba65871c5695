import numpy as np
import pytest

from facemetric.datasets.chips import (
    ChipSource,
    DecodedChips,
    SubsetSource,
    decode_chip,
    merge_sources,
    open_chips,
    read_chip,
)
from facemetric.errors import DataError, DecodeError, InputError


def test_the_same_pixels_as_one_by_one(people):
    source = open_chips(people)
    done = []
    decoded = DecodedChips(source, threads=3, on_progress=done.append)
    assert isinstance(decoded, ChipSource)
    assert decoded.pixels.shape == (6, 24, 16, 3)
    assert decoded.pixels.dtype == np.uint8
    for row in range(6):
        wanted = decode_chip(source.encoded(row), item="x")
        assert np.array_equal(decoded.pixels[row], wanted)
        assert decoded.item(row) == source.item(row)
    assert decoded.encoded(2) == source.encoded(2)
    assert decoded.names == source.names
    assert np.array_equal(decoded.labels, source.labels)
    assert done == [6]


def test_reading_takes_pixels_from_where_they_are(people):
    decoded = DecodedChips(open_chips(people))
    for row in range(6):  # what the bytes would give is gone
        decoded.source.photos.paths[row].unlink()
    subset = SubsetSource(decoded, [4, 2])
    merged = merge_sources([SubsetSource(decoded, [0]), subset])
    assert np.array_equal(read_chip(decoded, 3, size_px=(24, 16)), decoded.pixels[3])
    assert np.array_equal(read_chip(subset, 1), decoded.pixels[2])
    assert np.array_equal(read_chip(merged, 1), decoded.pixels[4])
    with pytest.raises(ValueError, match="read-only"):
        read_chip(merged, 1)[0, 0] = 0
    with pytest.raises(DataError, match=r"Bob/4\.jpg: expected 5 × 24 pixels .* got 16 × 24"):
        read_chip(merged, 1, size_px=(24, 5))


def test_the_limit_says_how_much_is_needed(people):
    with pytest.raises(InputError) as caught:
        DecodedChips(open_chips(people), limit_bytes=6911)
    assert "6 pictures of 16 × 24 need 6,912 bytes, allowed are 6,911" in str(caught.value)
    assert len(DecodedChips(open_chips(people), limit_bytes=6912)) == 6


def test_errors_name_the_picture(people, chip):
    (people / "Bob" / "4.jpg").write_bytes(chip(4, width=20))
    with pytest.raises(DataError, match=r"Bob/4\.jpg: expected 16 × 24 pixels .*, got 20 × 24"):
        DecodedChips(open_chips(people))
    (people / "Bob" / "4.jpg").write_bytes(chip(4)[:-30])
    with pytest.raises(DecodeError, match=r"Bob/4\.jpg: truncated"):
        DecodedChips(open_chips(people))
    with pytest.raises(DataError, match=r"Ann/0\.jpg: expected 8 × 8 pixels"):
        DecodedChips(open_chips(people), size_px=(8, 8))
    with pytest.raises(InputError, match="threads: expected at least 1"):
        DecodedChips(open_chips(people), threads=0)
    with pytest.raises(InputError, match="expected pictures, got none"):
        DecodedChips(SubsetSource(open_chips(people), []))
