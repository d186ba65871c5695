"""JPEG: damage that decoders hide, colours, and decoding at reduced scale."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image as PillowImage

from facemetric.errors import DecodeError, PixelLimitError
from facemetric.images import load_image
from facemetric.images.jpeg import read_header, reduction

END = b"\xff\xd9"


@pytest.mark.parametrize("form", ["jpeg", "jpeg progressive", "jpeg grey", "jpeg cmyk"])
def test_pixels_are_those_of_pillow(form, encoded):
    with PillowImage.open(BytesIO(encoded[form])) as image:
        wanted = np.asarray(image.convert("RGB")).astype(int)
    assert np.abs(load_image(encoded[form]).pixels - wanted).max() <= 2


@pytest.mark.parametrize("form", ["jpeg", "jpeg grey", "jpeg cmyk"])
@pytest.mark.parametrize("reduce_to_px", [None, 20])
def test_half_the_data_and_an_end_marker_are_no_picture(form, reduce_to_px, encoded):
    data = encoded[form]
    with pytest.raises(DecodeError, match="run out before the last row"):
        load_image(data[: len(data) // 2] + END, reduce_to_px=reduce_to_px)


def test_the_end_of_an_embedded_thumbnail_is_not_the_end(encode, photo):
    exif = PillowImage.Exif()
    exif[0x010E] = "thumbnail" + "\xff\xd9".encode("latin-1").decode("latin-1")
    block = b"Exif\0\0" + b"MM\0*\0\0\0\x08\0\0" + encode(photo.resize((20, 20)), "JPEG")
    data = encode(photo, "JPEG", exif=block)
    assert load_image(data).size_px == photo.size
    with pytest.raises(DecodeError, match="end marker is missing"):
        load_image(data[:-500])


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_mid_grey_is_not_taken_for_missing_data(mode, encode, capfd):
    grey = PillowImage.new(mode, (100, 60), "#808080")
    assert (load_image(encode(grey, "JPEG")).pixels == 128).all()
    assert capfd.readouterr().err == ""


def test_bytes_after_the_end_are_ignored(encoded):
    data = encoded["jpeg"]
    assert np.array_equal(load_image(data + b"\0" * 99).pixels, load_image(data).pixels)


def test_adobe_cmyk_keeps_its_colours(photo, encode):
    cmyk = encode(photo.convert("CMYK"), "JPEG", quality=95)
    assert b"Adobe" in cmyk
    assert np.abs(load_image(cmyk).pixels.astype(int) - np.asarray(photo)).mean() < 2


@pytest.mark.parametrize(
    ("size_px", "reduce_to_px", "wanted"),
    [
        ((4000, 3000), None, 1),
        ((4000, 3000), 2001, 1),
        ((4000, 3000), 2000, 2),
        ((4000, 3000), 1000, 4),
        ((3000, 4000), 500, 8),
        ((4000, 3000), 1, 8),
        ((4001, 30), 501, 8),
    ],
)
def test_reduction(size_px, reduce_to_px, wanted):
    assert reduction(size_px, reduce_to_px) == wanted


@pytest.mark.parametrize("factor", [2, 4, 8])
@pytest.mark.parametrize("form", ["jpeg", "jpeg progressive", "jpeg grey"])
def test_a_reduced_picture_is_the_mean_of_the_full_one(form, factor, encoded):
    full = load_image(encoded[form])
    small = load_image(encoded[form], reduce_to_px=201 // factor + 1)
    assert small.pixels.shape == (-(-133 // factor), -(-201 // factor), 3)
    assert small.size_px == (201, 133)
    assert small.scale_xy == pytest.approx((1 / factor, 1 / factor), rel=0.06)
    height, width = 133 // factor, 201 // factor
    blocks = full.pixels[: height * factor, : width * factor].astype(float)
    mean = blocks.reshape(height, factor, width, factor, 3).mean(axis=(1, 3))
    assert np.abs(small.pixels[:height, :width] - mean).mean() < 4


def test_reduction_with_orientation(photo, encode):
    exif = PillowImage.Exif()
    exif[0x0112] = 6
    image = load_image(encode(photo, "JPEG", exif=exif), reduce_to_px=60)
    assert image.size_px == (133, 201)
    assert image.pixels.shape == (101, 67, 3) or image.pixels.shape == (51, 34, 3)
    assert max(image.pixels.shape) >= 60


def test_only_jpeg_is_reduced(encoded):
    assert load_image(encoded["png"], reduce_to_px=10).pixels.shape == (133, 201, 3)


def test_a_giant_claim_is_refused_before_decoding(encoded):
    damaged = bytearray(encoded["jpeg"])
    at = damaged.find(b"\xff\xc0")
    damaged[at + 5 : at + 9] = b"\xff\xff\xff\xff"
    with pytest.raises(PixelLimitError, match="65,535 × 65,535"):
        load_image(bytes(damaged))


def test_a_thousand_scans_are_refused(encoded):
    data = encoded["jpeg progressive"]
    with pytest.raises(DecodeError, match="scans"):
        load_image(data[:-2] + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" * 1000 + END)


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"\xff\xd8\xff", "inside the header"),
        (b"\xff\xd8\xff\xe0\x00\x10JF", "inside the header"),
        (b"\xff\xd8\xff\xe0\x00\x01\0\0\0\0", "inside the header"),
        (b"\xff\xd8\xff\xd9\0\0\0\0", "before the end marker"),
        (b"\xff\xd8\xff\xda\x00\x02\0\0\xff\xd9", "no frame header"),
        (b"\xff\xd8\xff\xc0\x00\x04\0\0\xff\xd9\0\0", "frame header"),
        (b"\xff\xd8" + b"\xff" * 50, "inside the header"),
    ],
)
def test_damaged_markers(data, cause):
    with pytest.raises(DecodeError, match=cause):
        read_header(data, item="a.jpg")
