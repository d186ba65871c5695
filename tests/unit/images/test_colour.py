"""Modes, depths and transparency against what the pixels should be."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image as PillowImage

from facemetric.errors import DecodeError
from facemetric.images import load_image
from facemetric.images.colour import over_white

RAMP = np.linspace(0, 65535, 64 * 48).astype(np.uint16).reshape(48, 64)


def png(values: np.ndarray, colour_type: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """Write a 16-bit PNG, which Pillow cannot write in colour."""
    height, width = values.shape[:2]
    rows = values.astype(">u2").reshape(height, -1)
    raw = b"".join(b"\0" + row.tobytes() for row in rows)
    header = struct.pack(">IIBBBBB", width, height, 16, colour_type, 0, 0, 0)
    body = [(b"IHDR", header), *chunks, (b"IDAT", zlib.compress(raw)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in body
    )


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_16_bit_grey_is_scaled(form, encode):
    image = load_image(encode(RAMP, form))
    assert np.abs(image.pixels - (RAMP / 257)[..., None]).max() <= 0.5


def test_dark_16_bit_grey_stays_dark(encode):
    dark = (RAMP // 300).astype(np.uint16)
    assert load_image(encode(dark, "PNG")).pixels.max() <= 1


def test_16_bit_png_in_colour(photo):
    rgb = np.asarray(photo).astype(np.uint16) * 257
    assert np.array_equal(load_image(png(rgb, 2)).pixels, np.asarray(photo))
    alpha = np.full((*rgb.shape[:2], 1), 65535, np.uint16)
    assert np.array_equal(
        load_image(png(np.concatenate([rgb, alpha], 2), 6)).pixels, np.asarray(photo)
    )
    white = load_image(png(np.concatenate([rgb, alpha * 0], 2), 6)).pixels
    assert (white == 255).all()


def test_16_bit_png_grey_and_alpha():
    opaque = np.full_like(RAMP, 65535)
    image = load_image(png(np.dstack([RAMP, opaque]), 4))
    assert np.abs(image.pixels - (RAMP / 257)[..., None]).max() <= 1


def test_16_bit_png_with_a_transparent_value():
    values = np.full((4, 4), 1000, np.uint16)
    values[0, 0] = 40000
    pixels = load_image(png(values, 0, (b"tRNS", struct.pack(">H", 40000)))).pixels
    assert pixels[0, 0].tolist() == [255] * 3
    assert pixels[1, 1].tolist() == [4] * 3
    rgb = np.full((4, 4, 3), 1000, np.uint16)
    rgb[0, 0] = 40000
    pixels = load_image(png(rgb, 2, (b"tRNS", struct.pack(">HHH", *[40000] * 3)))).pixels
    assert pixels[0, 0].tolist() == [255] * 3
    assert pixels[1, 1].tolist() == [3] * 3


def test_16_bit_tiff_in_colour(photo):
    """Uncompressed RGB with 16 bits a sample, written by hand."""
    rgb = np.asarray(photo).astype("<u2") * 257
    height, width = rgb.shape[:2]
    data = rgb.tobytes()
    tags = [
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, 3, 8 + len(data)),
        (259, 3, 1, 1),
        (262, 3, 1, 2),
        (273, 4, 1, 8),
        (277, 3, 1, 3),
        (278, 4, 1, height),
        (279, 4, 1, len(data)),
    ]
    bits = struct.pack("<HHH", 16, 16, 16)
    start = 8 + len(data) + len(bits)
    entries = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    ifd = struct.pack("<H", len(tags)) + entries + bytes(4)
    tiff = b"II*\0" + struct.pack("<I", start) + data + bits + ifd
    assert np.array_equal(load_image(tiff).pixels, np.asarray(photo))


@pytest.mark.parametrize("white", [1.0, 255.0, 65535.0, 1e6])
def test_float_tiff_finds_its_white(white, encode):
    values = (RAMP / 65535.0 * white).astype(np.float32)
    image = load_image(encode(values, "TIFF"))
    assert np.abs(image.pixels - (RAMP / 257)[..., None]).max() <= 0.51


def test_float_tiff_below_zero_is_black_and_not_finite_is_an_error(encode):
    values = np.full((8, 8), -3, np.float32)
    values[0, 0] = 1
    assert load_image(encode(values, "TIFF")).pixels[1, 1].tolist() == [0, 0, 0]
    values[2, 2] = np.nan
    with pytest.raises(DecodeError, match="not finite"):
        load_image(encode(values, "TIFF"))


@pytest.mark.parametrize("form", ["PNG", "GIF", "WEBP", "TIFF"])
def test_transparent_is_white(form, photo, encode):
    rgba = photo.convert("RGBA")
    rgba.paste((255, 0, 0, 0), (0, 0, 50, 50))
    options = {"lossless": True} if form == "WEBP" else {}
    pixels = load_image(encode(rgba, form, **options)).pixels
    assert (pixels[:50, :50] == 255).all()
    assert np.abs(pixels[60:, 60:].astype(int) - np.asarray(photo)[60:, 60:]).mean() < 8


def test_palette_with_and_without_transparency(photo, encode):
    palette = photo.quantize(64)
    wanted = np.asarray(palette.convert("RGB"))
    assert np.array_equal(load_image(encode(palette, "PNG")).pixels, wanted)
    clear = int(np.asarray(palette)[0, 0])
    pixels = load_image(encode(palette, "PNG", transparency=clear)).pixels
    mask = np.asarray(palette) == clear
    assert (pixels[mask] == 255).all()
    assert np.array_equal(pixels[~mask], wanted[~mask])


@pytest.mark.parametrize("mode", ["1", "L", "P", "YCbCr", "HSV", "RGBX", "CMYK"])
def test_other_modes_as_pillow_converts_them(mode, photo):
    image = photo.convert(mode)
    assert np.array_equal(load_image(image).pixels, np.asarray(image.convert("RGB")))


@pytest.mark.parametrize("mode", ["LA", "RGBA", "PA", "La", "RGBa"])
def test_modes_with_alpha_are_laid_over_white(mode):
    grey = PillowImage.new("RGBA", (3, 2), (100, 100, 100, 51))
    if mode == "PA":  # Pillow 10 loses alpha on the direct way
        image = grey.convert("RGB").quantize(4).convert("PA")
        image.putalpha(51)
    else:
        image = grey.convert("LA").convert("La") if mode == "La" else grey.convert(mode)
    assert np.abs(load_image(image).pixels.astype(int) - 224).max() <= 2


@pytest.mark.parametrize("mode", ["I;16", "I;16B", "I;16L"])
def test_16_bit_modes(mode):
    order = ">u2" if mode == "I;16B" else "<u2"
    image = PillowImage.frombytes(mode, RAMP.shape[::-1], RAMP.astype(order).tobytes())
    assert np.abs(load_image(image).pixels - (RAMP / 257)[..., None]).max() <= 0.5


@pytest.mark.parametrize(("most", "white"), [(200, 255), (60000, 65535), (3_000_000, 3_000_000)])
def test_32_bit_integers_find_their_white(most, white):
    values = (RAMP / 65535.0 * most).astype(np.int32)
    image = PillowImage.fromarray(values)
    assert image.mode == "I"
    wanted = values[..., None] * (255.0 / white)
    assert np.abs(load_image(image).pixels - wanted).max() <= 0.5


def test_lab():
    lab = PillowImage.new("LAB", (4, 4), (128, 128, 128))
    assert np.ptp(load_image(lab).pixels) <= 1


@given(arrays(np.uint8, (3, 2, 4)))
@settings(deadline=None, max_examples=100)
def test_over_white_is_the_rounded_blend(rgba):
    share = rgba[..., 3:] / 255.0
    wanted = rgba[..., :3] * share + 255 * (1 - share)
    assert np.abs(over_white(rgba) - wanted).max() <= 0.5 + 1e-9


@given(st.integers(0, 65535))
@settings(deadline=None, max_examples=60)
def test_grey_16_is_monotonic_and_reaches_both_ends(value):
    image = PillowImage.fromarray(np.array([[0, value, 65535]], np.uint16))
    low, middle, high = load_image(image).pixels[0, :, 0].tolist()
    assert (low, high) == (0, 255)
    assert middle == round(value / 257)
