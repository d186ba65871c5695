"""All eight orientations against Pillow's own, in every format that carries one."""

from __future__ import annotations

import struct
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as PillowImage
from PIL import ImageOps
from PIL.PngImagePlugin import PngInfo

from facemetric.images import load_image
from facemetric.images.orientation import orientation_of, upright, upright_size


def exif_with(orientation: int) -> PillowImage.Exif:
    exif = PillowImage.Exif()
    exif[0x010F] = "maker"
    exif[0x0112] = orientation
    return exif


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_as_exif_transpose(form, orientation, photo, encode):
    options = {"lossless": True} if form == "WEBP" else {}
    data = encode(photo, form, exif=exif_with(orientation), **options)
    with PillowImage.open(BytesIO(data)) as image:
        wanted = np.asarray(ImageOps.exif_transpose(image).convert("RGB")).astype(int)
    got = load_image(data)
    assert got.size_px == ((133, 201) if orientation >= 5 else (201, 133))
    assert np.abs(got.pixels - wanted).max() <= (2 if form == "JPEG" else 0)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_heic(orientation, photo, encode):
    data = encode(photo, "HEIF", exif=exif_with(orientation).tobytes(), quality=95)
    wanted = upright(np.asarray(photo), orientation)
    got = load_image(data)
    assert got.size_px == upright_size(photo.size, orientation)
    assert np.abs(got.pixels.astype(int) - wanted).mean() < 6


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pillow_images(orientation, photo, encode):
    with PillowImage.open(BytesIO(encode(photo, "PNG", exif=exif_with(orientation)))) as image:
        wanted = np.asarray(ImageOps.exif_transpose(image))
        assert np.array_equal(load_image(image).pixels, wanted)
        assert np.array_equal(load_image(ImageOps.exif_transpose(image)).pixels, wanted)


def test_orientation_set_in_memory(photo):
    image = photo.copy()
    image.getexif()[0x0112] = 8
    assert load_image(image).size_px == (133, 201)


def test_both_byte_orders():
    for order, mark in ((">", b"MM"), ("<", b"II")):
        entry = struct.pack(order + "HHIHH", 0x0112, 3, 1, 7, 0)
        block = mark + struct.pack(order + "HIH", 42, 8, 1) + entry
        assert orientation_of(block) == orientation_of(b"Exif\0\0" + block) == 7


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_values_that_mean_nothing_mean_upright(value):
    assert orientation_of(exif_with(value).tobytes()) == 1


@pytest.mark.parametrize("text", ['tiff:Orientation="6"', "<tiff:Orientation>6</tiff:Orientation>"])
def test_xmp_speaks_where_exif_is_silent(text):
    assert orientation_of(b"", text.encode()) == 6
    assert orientation_of(exif_with(3).tobytes(), text.encode()) == 3


@pytest.mark.parametrize("mode", ["RGB", "CMYK", "grey"])
def test_broken_exif_neither_warns_nor_fails(mode, photo, encode):
    image = PillowImage.new("RGB", photo.size, "#808080") if mode == "grey" else photo.convert(mode)
    block = exif_with(6).tobytes()
    for end in range(6, len(block)):
        data = encode(image, "JPEG", exif=block[:end])
        assert load_image(data).size_px in ((201, 133), (133, 201))


def test_cmyk_is_turned(photo, encode):
    data = encode(photo.convert("CMYK"), "JPEG", exif=exif_with(6), quality=95)
    wanted = upright(np.asarray(photo), 6)
    assert np.abs(load_image(data).pixels.astype(int) - wanted).mean() < 2


@pytest.mark.parametrize(("spoilt", "size_px"), [(False, (133, 201)), (True, (201, 133))])
def test_the_text_note_of_imagemagick(spoilt, size_px, photo, encode):
    block = exif_with(6).tobytes()
    note = PngInfo()
    text = "zz" if spoilt else block.hex()
    note.add_text("Raw profile type exif", f"\nexif\n{len(block):8d}\n{text}\n")
    assert load_image(encode(photo, "PNG", pnginfo=note)).size_px == size_px


@given(st.binary(max_size=100))
@settings(deadline=None, max_examples=200)
def test_any_bytes_give_one_of_eight(data):
    assert orientation_of(b"II*\0" + data) in range(1, 9)


@given(orientation=st.integers(1, 8), height=st.integers(1, 9), width=st.integers(1, 9))
@settings(deadline=None, max_examples=60)
def test_upright_is_a_permutation_of_the_pixels(orientation, height, width):
    pixels = np.arange(height * width * 3, dtype=np.uint8).reshape(height, width, 3)
    turned = upright(pixels, orientation)
    assert turned.shape[1::-1] == upright_size((width, height), orientation)
    assert sorted(map(tuple, turned.reshape(-1, 3))) == sorted(map(tuple, pixels.reshape(-1, 3)))
