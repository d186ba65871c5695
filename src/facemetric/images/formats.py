"""What a file is, told by its first bytes: suffixes lie."""

from __future__ import annotations

from facemetric.errors import DecodeError

IMAGE_SUFFIXES = frozenset(
    (
        *(".jpg", ".jpeg", ".jpe", ".jfif"),
        *(".png", ".apng", ".webp", ".bmp", ".dib", ".tif", ".tiff", ".gif"),
        *(".heic", ".heif", ".hif"),
    )
)
"""Suffixes, in lower case, that a walk through a folder takes for pictures."""

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF", "HEIF")

COPY_AGAIN = "Copy or export the file again from its source"

_MAGIC = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"BM", "BMP"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
)
_HEIF_BRANDS = frozenset(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1")
)
_STRANGERS = (
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"<svg", "an SVG drawing"),
    (b"<?xml", "an XML document"),
    (b"<!DOCTYPE", "a web page"),
    (b"<html", "a web page"),
    (b"8BPS", "a Photoshop document"),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000 picture"),
    (b"version https://git-lfs", "a Git LFS pointer"),
)


def sniff(data: bytes, *, item: str) -> str:
    """Return the format of encoded bytes, one of ``FORMATS``.

    Raises
    ------
    DecodeError
        There are no bytes, or they begin like no known format; the cause says what they look like.
    """
    if not data:
        raise DecodeError("the file is empty (0 bytes)", item=item, fix=COPY_AGAIN)
    for magic, name in _MAGIC:
        if data.startswith(magic):
            return name
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS:
        return "HEIF"
    raise DecodeError(
        f"expected {', '.join(FORMATS)}, got {_describe(data)}",
        item=item,
        fix="Convert it to JPEG or PNG, or leave it out",
    )


def _describe(data: bytes) -> str:
    head = data[:512].lstrip()
    for magic, name in _STRANGERS:
        if data.startswith(magic) or head.lower().startswith(magic.lower()):
            return name
    if data[4:8] == b"ftyp":
        return f"a {data[8:12].decode('ascii', 'replace').strip()!r} file"
    try:
        text = data[:512].decode("ascii")
    except UnicodeDecodeError:
        return f"bytes of another kind ({data[:8].hex(' ')} …)"
    return "text" if text.isprintable() or "\n" in text else f"bytes ({data[:8].hex(' ')} …)"
