from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as PillowImage

from facemetric.datasets.chips import decode_chip
from facemetric.errors import DataError, DecodeError, PixelLimitError
from facemetric.images import load_image

END = b"\xff\xd9"


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
def test_pixels_are_those_of_pillow(suffix, chip):
    data = chip(1, suffix)
    with PillowImage.open(BytesIO(data)) as image:
        wanted = np.asarray(image.convert("RGB")).astype(int)
    pixels = decode_chip(data, item="x", size_px=(24, 16))
    assert pixels.dtype == np.uint8
    assert pixels.shape == (24, 16, 3)
    assert np.abs(pixels - wanted).max() <= 2


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_another_size_names_the_item_and_both_sizes(suffix, chip):
    with pytest.raises(DataError) as caught:
        decode_chip(chip(1, suffix), item="Ann/1", size_px=(112, 96))
    assert str(caught.value) == (
        "Ann/1: expected 96 × 112 pixels (width × height), got 16 × 24. "
        "Cut all faces to one template first: facemetric dataset"
    )


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda data: b"", "empty"),
        (lambda data: b"GARBAGE" * 40, "expected JPEG"),
        (lambda data: data[:-40], "truncated JPEG"),
        (lambda data: data[: len(data) * 2 // 3] + END, "truncated JPEG"),
        (lambda data: data[:300], "truncated JPEG"),
    ],
)
def test_damage_is_an_error_and_never_grey_rows(damage, message, chip):
    data = chip(2, height=112, width=112)
    with pytest.raises(DecodeError, match=f"Ann/2: .*{message}"):
        decode_chip(damage(data), item="Ann/2", size_px=None)


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_agrees_with_load_image_on_damaged_bytes(data):
    encoded = bytearray(JPEG)
    for _ in range(data.draw(st.integers(1, 3))):
        encoded[data.draw(st.integers(0, len(encoded) - 1))] = data.draw(st.integers(0, 255))
    encoded = encoded[: data.draw(st.integers(len(encoded) // 2, len(encoded)))]

    def outcome(read):
        try:
            return read(bytes(encoded)).tobytes()
        except (DecodeError, PixelLimitError) as error:
            return str(error)

    assert outcome(lambda one: decode_chip(one, item="x")) == outcome(
        lambda one: load_image(one, name="x").pixels
    )


def test_turned_as_its_exif_says(make_pixels):
    exif = PillowImage.Exif()
    exif[0x0112] = 6
    stream = BytesIO()
    PillowImage.fromarray(make_pixels(3)).save(stream, "JPEG", exif=exif, quality=95)
    turned = decode_chip(stream.getvalue(), item="x", size_px=(16, 24))
    assert np.abs(turned.astype(int) - np.rot90(make_pixels(3), -1)).max() <= 12


def test_cmyk_and_grey(make_pixels):
    for mode in ("L", "CMYK"):
        stream = BytesIO()
        PillowImage.fromarray(make_pixels(3)).convert(mode).save(stream, "JPEG", quality=95)
        pixels = decode_chip(stream.getvalue(), item="x", size_px=(24, 16))
        assert np.array_equal(pixels, load_image(stream.getvalue()).pixels)


def _jpeg() -> bytes:
    stream = BytesIO()
    values = np.random.default_rng(0).integers(0, 255, (20, 20, 3), np.uint8)
    PillowImage.fromarray(values).save(stream, "JPEG", quality=60)
    return stream.getvalue()


JPEG = _jpeg()
