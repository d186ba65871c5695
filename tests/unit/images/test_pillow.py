"""Formats that go through Pillow: early limits, first frames, silence."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image as PillowImage

from facemetric.errors import DecodeError, PixelLimitError
from facemetric.images import load_image


def giant(data: bytes, form: str) -> bytes:
    damaged = bytearray(data)
    if form == "png":
        damaged[16:24] = struct.pack(">II", 60000, 60000)
        damaged[29:33] = struct.pack(">I", zlib.crc32(damaged[12:29]))
    elif form == "bmp":
        damaged[18:26] = struct.pack("<ii", 60000, 60000)
    elif form == "gif":
        damaged[6:10] = struct.pack("<HH", 60000, 60000)
    elif form == "webp":
        damaged[26:30] = struct.pack("<HH", 16383, 16383)
    elif form == "webp lossless":
        damaged[21:25] = b"\xff\xff\xff\x0f"
    elif form == "heif":
        at = damaged.find(b"ispe")
        damaged[at + 8 : at + 16] = struct.pack(">II", 60000, 60000)
    return bytes(damaged)


@pytest.mark.parametrize("form", ["png", "bmp", "gif", "webp", "webp lossless", "heif"])
def test_a_giant_claim_is_refused_before_decoding(form, encoded):
    with pytest.raises(PixelLimitError, match="pixels"):
        load_image(giant(encoded[form], form))


def test_a_giant_webp_canvas_is_refused():
    canvas = b"VP8X" + struct.pack("<I", 10) + bytes(4) + b"\xff\xff\x00" * 2
    data = b"RIFF" + struct.pack("<I", 4 + len(canvas) + 4) + b"WEBP" + canvas + bytes(4)
    with pytest.raises(PixelLimitError, match="65,536 × 65,536"):
        load_image(data)


def test_pictures_above_pillows_own_limit_need_no_change_of_it(monkeypatch, encoded):
    monkeypatch.setattr(PillowImage, "MAX_IMAGE_PIXELS", 1000)
    for form in ("jpeg", "png", "bmp", "jpeg cmyk"):
        assert load_image(encoded[form]).size_px == (201, 133)


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP", "TIFF"])
def test_the_first_frame_of_many(form, photo, encode):
    black = PillowImage.new("RGB", photo.size)
    options = {"lossless": True} if form == "WEBP" else {}
    data = encode(photo, form, save_all=True, append_images=[black, photo], **options)
    with PillowImage.open(BytesIO(data)) as image:
        assert getattr(image, "n_frames", 1) == 3
    error = np.abs(load_image(data).pixels.astype(int) - np.asarray(photo)).mean()
    assert error < (8 if form == "GIF" else 1e-9)


@pytest.mark.parametrize("damage", [slice(60, 64), slice(-40, -36)])
def test_a_png_with_a_wrong_checksum_is_an_error(damage, encoded):
    data = bytearray(encoded["png"])
    data[damage] = bytes(byte ^ 0x55 for byte in data[damage])
    with pytest.raises(DecodeError, match="checksum"):
        load_image(bytes(data))


def test_a_png_with_a_damaged_note_is_fine(encoded, photo):
    data = encoded["png"]
    note = struct.pack(">I", 4) + b"tEXt" + b"a\0bc" + b"\0\0\0\0"
    profile = struct.pack(">I", 3) + b"iCCP" + b"abc" + struct.pack(">I", zlib.crc32(b"iCCPabc"))
    animation = struct.pack(">I", 8) + b"acTL" + bytes(8)
    animation += struct.pack(">I", zlib.crc32(animation[4:]))
    at = data.find(b"IDAT") - 4
    mixed = data[:at] + note + profile + animation + data[at:]
    assert np.array_equal(load_image(mixed).pixels, np.asarray(photo))


def png(depth: int, colour: int, interlaced: int, raw: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", 33, 31, depth, colour, 0, 0, interlaced)
    body = [(b"IHDR", head), (b"PLTE", bytes(6)), (b"IDAT", zlib.compress(raw)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(part)) + name + part + struct.pack(">I", zlib.crc32(name + part))
        for name, part in body
        if name != b"PLTE" or colour == 3
    )


# Bytes of 33 × 31 pixels with a filter byte a row; interlaced, as Adam7's table of passes gives.
@pytest.mark.parametrize(
    ("depth", "colour", "interlaced", "length"),
    [
        (8, 0, 0, 31 * 34),
        (1, 0, 0, 31 * 6),
        (1, 3, 0, 31 * 6),
        (8, 2, 0, 31 * 100),
        (16, 6, 0, 31 * (33 * 8 + 1)),
        (8, 0, 1, 4 * 6 + 4 * 5 + 4 * 10 + 8 * 9 + 8 * 18 + 16 * 17 + 15 * 34),
    ],
)
def test_a_black_png_is_whole_only_if_its_stream_is(depth, colour, interlaced, length):
    whole = load_image(png(depth, colour, interlaced, bytes(length)))
    assert whole.pixels.shape == (31, 33, 3)
    for shorter in (1, length // 2):
        with pytest.raises(DecodeError, match=r"rows are missing|truncated"):
            load_image(png(depth, colour, interlaced, bytes(length - shorter)))


def test_nothing_is_printed_and_no_warning_leaks(encoded, capfd):
    for form, data in encoded.items():
        if form not in ("tiff lzw", "tiff deflate"):  # libtiff prints its errors itself
            with pytest.raises(DecodeError):
                load_image(data[: len(data) * 2 // 3])
    assert capfd.readouterr() == ("", "")
