"""JPEG, the format of nearly every photograph: checked by hand, decoded by OpenCV.

OpenCV's decoder writes RGB without a detour and is the faster one (4000 × 3000, one thread: 68 to
80 ms against Pillow's 120 to 145 ms; a few per cent where it is reduced), but tells nothing of
damage. So the markers are walked here first: size, colours, orientation, an end.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from io import BytesIO

import cv2
import numpy as np
from PIL import JpegImagePlugin

from facemetric.errors import DecodeError
from facemetric.images.formats import COPY_AGAIN
from facemetric.images.orientation import orientation_of
from facemetric.images.pillow import guarded, translated
from facemetric.types import UInt8

_SOF = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_STANDALONE = frozenset(range(0xD0, 0xD8)) | {0x01}
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_FLAGS = {
    1: cv2.IMREAD_COLOR_RGB,
    2: cv2.IMREAD_COLOR_RGB | cv2.IMREAD_REDUCED_GRAYSCALE_2,
    4: cv2.IMREAD_COLOR_RGB | cv2.IMREAD_REDUCED_GRAYSCALE_4,
    8: cv2.IMREAD_COLOR_RGB | cv2.IMREAD_REDUCED_GRAYSCALE_8,
}
# Encoders write about ten scans; a small file with thousands takes minutes to decode.
_MAX_SCANS = 100
STARVED = "the data run out before the last row"


@dataclass(frozen=True, slots=True)
class JpegHeader:
    """What the markers before the first scan say; sizes are of the stored, unturned picture."""

    size_px: tuple[int, int]
    channels: int
    orientation: int
    scan_at: int
    """Offset of the first start-of-scan marker."""


def read_header(data: bytes, *, item: str) -> JpegHeader:
    """Walk the markers up to the first scan, and look for the end of the picture after it.

    Raises
    ------
    DecodeError
        A marker is missing or damaged, the end is missing, or there are absurdly many scans.
    """
    frame: tuple[int, int, int] | None = None
    exif = xmp = b""
    at = 2
    while True:
        at = data.find(b"\xff", at)
        while data[at + 1 : at + 2] == b"\xff":  # fill bytes
            at += 1
        if at < 0 or at + 4 > len(data):
            raise truncated("the file ends inside the header", item)
        marker = data[at + 1]
        if marker == 0 or marker in _STANDALONE:
            at += 2
            continue
        if marker in (0xD8, 0xD9):
            raise DecodeError("corrupt: no picture before the end marker", item=item)
        (length,) = struct.unpack_from(">H", data, at + 2)
        body = data[at + 4 : at + 2 + length]
        if length < 2 or len(body) < length - 2:
            raise truncated("the file ends inside the header", item)
        if marker == 0xDA:
            break
        if marker in _SOF:
            if frame is not None or len(body) < 6:
                raise DecodeError("corrupt: the frame header is damaged or doubled", item=item)
            _, height, width, channels = struct.unpack_from(">BHHB", body)
            frame = (width, height, channels)
        elif marker == 0xE1 and body.startswith(b"Exif\0\0"):
            exif = exif or body
        elif marker == 0xE1 and body.startswith(_XMP):
            xmp = xmp or body
        at += 2 + length
    if frame is None:
        raise DecodeError("corrupt: no frame header before the first scan", item=item)
    if data.find(b"\xff\xd9", at) < 0:
        raise truncated("the end marker is missing, so the lower part is lost", item)
    if data.count(b"\xff\xda", at) > _MAX_SCANS:
        raise DecodeError(f"corrupt: more than {_MAX_SCANS} scans", item=item)
    return JpegHeader((frame[0], frame[1]), frame[2], orientation_of(exif, xmp), at)


def reduction(size_px: tuple[int, int], reduce_to_px: int | None) -> int:
    """Return the largest of 8, 4, 2, 1 that leaves the longer side ``reduce_to_px`` pixels."""
    if reduce_to_px is None:
        return 1
    return next((k for k in (8, 4, 2) if -(-max(size_px) // k) >= reduce_to_px), 1)


def decode(data: bytes, header: JpegHeader, *, factor: int, item: str) -> UInt8:
    """Decode a grey or colour JPEG to ``(ceil(H/factor), ceil(W/factor), 3)`` RGB, not yet turned.

    Raises
    ------
    DecodeError
        The data are damaged, or run out before the last block.
    """
    encoded = np.frombuffer(data, np.uint8)
    try:
        pixels: UInt8 | None = cv2.imdecode(encoded, _FLAGS[factor] | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error as error:
        raise DecodeError(f"corrupt JPEG: {error}", item=item, fix=COPY_AGAIN) from error
    width, height = header.size_px
    if pixels is None or pixels.shape != (-(-height // factor), -(-width // factor), 3):
        raise DecodeError("corrupt JPEG data", item=item, fix=COPY_AGAIN)
    if _ends_grey(pixels, header, factor) and is_starved(data, header):
        raise truncated(STARVED, item)
    return pixels


def _ends_grey(pixels: UInt8, header: JpegHeader, factor: int) -> bool:
    """Whether the last block has the value that libjpeg gives to blocks without data."""
    width, height = header.size_px
    rows = max(1, ((height - 1) % 8 + 1) // factor)
    columns = max(1, ((width - 1) % 8 + 1) // factor)
    return bool((pixels[-rows:, -columns:] == 128).all())


def is_starved(data: bytes, header: JpegHeader) -> bool:
    """Whether more data at the end of the first scan change the picture.

    Those bytes are surplus to a complete scan and missed by an incomplete one. Two small decodings
    with Pillow, which unlike OpenCV lets libjpeg print nothing.
    """
    found = _NEXT_MARKER.search(data, header.scan_at + 2)
    end = found.start() if found else len(data)
    plain = _small(data)
    return plain is None or plain != _small(data[:end] + bytes(range(1, 255)) * 16 + data[end:])


def _small(data: bytes) -> bytes | None:
    try:
        with (
            translated("JPEG", "<check>"),
            guarded(noisy=True),
            JpegImagePlugin.JpegImageFile(BytesIO(data)) as image,
        ):
            image.draft("RGB", (max(1, image.width // 8), max(1, image.height // 8)))
            return image.tobytes()
    except DecodeError:  # the caller takes this for damage as well
        return None


def truncated(cause: str, item: str) -> DecodeError:
    """Make the error of a JPEG that ends too early."""
    return DecodeError(f"truncated JPEG: {cause}", item=item, fix=COPY_AGAIN)
