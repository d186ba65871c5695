"""Every format but plain JPEG, through the one Pillow plug-in that the first bytes call for."""

from __future__ import annotations

import importlib
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from PIL import Image as PillowImage
from PIL import ImageFile

from facemetric.errors import DecodeError, DependencyError, FacemetricError, PixelLimitError
from facemetric.images import png
from facemetric.images.colour import to_rgb
from facemetric.images.formats import COPY_AGAIN
from facemetric.images.headers import claimed_size, is_cut_short
from facemetric.images.limits import check_size
from facemetric.images.orientation import exif_of_profile, orientation_of, upright
from facemetric.types import UInt8

# The classes themselves rather than Image.open: that has a pixel limit and warnings of its own.
_PLUGINS = {
    "JPEG": ("PIL.JpegImagePlugin", "JpegImageFile"),
    "PNG": ("PIL.PngImagePlugin", "PngImageFile"),
    "WEBP": ("PIL.WebPImagePlugin", "WebPImageFile"),
    "BMP": ("PIL.BmpImagePlugin", "BmpImageFile"),
    "TIFF": ("PIL.TiffImagePlugin", "TiffImageFile"),
    "GIF": ("PIL.GifImagePlugin", "GifImageFile"),
    "HEIF": ("pillow_heif", "HeifImageFile"),
}
_TURNED_BY_PLUGIN = frozenset(("TIFF", "HEIF"))
# These warn of damaged metadata or of Pillow's own pixel limit.
_NOISY = frozenset(("JPEG", "TIFF", "GIF"))
_guard = threading.RLock()


def decode(data: bytes, kind: str, *, max_pixels: int, item: str) -> UInt8:
    """Decode the first picture of encoded bytes of format ``kind`` to upright RGB ``(H, W, 3)``.

    Raises
    ------
    DecodeError
        Truncated, corrupt, or of a variant that Pillow lacks.
    PixelLimitError
        The header claims more than ``max_pixels``.
    DependencyError
        It is HEIC and pillow-heif is not installed.
    """
    plugin = _plugin(kind, item)
    if kind == "PNG":
        data = png.essential(data, item=item)
    if is_cut_short(data, kind):
        raise DecodeError(f"truncated {kind}", item=item, fix=COPY_AGAIN)
    if claimed := claimed_size(data, kind):
        check_size(claimed, max_pixels=max_pixels, item=item)
    with translated(kind, item), guarded(kind in _NOISY), plugin(BytesIO(data)) as image:
        pixels = from_pillow(image, max_pixels=max_pixels, item=item)
        if kind == "PNG" and _may_lack_rows(image) and not png.is_complete(data):
            raise DecodeError("truncated PNG: rows are missing", item=item, fix=COPY_AGAIN)
        return pixels


def from_pillow(image: PillowImage.Image, *, max_pixels: int, item: str) -> UInt8:
    """Convert a Pillow image, loaded or not, to upright RGB ``(H, W, 3)``.

    The orientation that its EXIF states is applied, as ``PIL.ImageOps.exif_transpose`` does.

    Raises
    ------
    DecodeError
        Loading or converting it failed.
    PixelLimitError
        It has more than ``max_pixels``.
    """
    kind = image.format or "picture"
    check_size(image.size, max_pixels=max_pixels, item=item)
    with translated(kind, item):
        image.load()
        pixels = to_rgb(image, item=item)
        turn = 1 if kind in _TURNED_BY_PLUGIN else _orientation(image)
    return upright(pixels, turn)


@contextmanager
def guarded(noisy: bool) -> Iterator[None]:
    """Let no warning of Pillow's out, and let it fill no gaps where a program told it to.

    Both switches are global, so one thread at a time; where neither is needed nothing is locked.
    """
    if not (noisy or ImageFile.LOAD_TRUNCATED_IMAGES):
        yield
        return
    with _guard, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        before = ImageFile.LOAD_TRUNCATED_IMAGES
        ImageFile.LOAD_TRUNCATED_IMAGES = False
        try:
            yield
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = before


@contextmanager
def translated(kind: str, item: str) -> Iterator[None]:
    """Turn whatever a plug-in raises into an error of this picture."""
    try:
        yield
    except FacemetricError:
        raise
    except PillowImage.DecompressionBombError as error:
        raise PixelLimitError(
            f"Pillow refuses so many pixels: {error}",
            item=item,
            fix="Make the picture smaller, or raise PIL.Image.MAX_IMAGE_PIXELS",
        ) from error
    except MemoryError as error:
        raise DecodeError(
            f"not enough memory to decode this {kind}", item=item, fix="Make the picture smaller"
        ) from error
    except Exception as error:  # plug-ins raise a dozen unrelated classes on damaged files
        said = (str(error) or type(error).__name__).strip().rstrip(".")
        word = "truncated" if "truncated" in said else "corrupt or unsupported"
        raise DecodeError(f"{word} {kind}: {said}", item=item, fix=COPY_AGAIN) from error


def _may_lack_rows(image: PillowImage.Image) -> bool:
    last = image.crop((0, image.height - 1, image.width, image.height))
    return bool(image.info.get("interlace")) or not any(last.tobytes())


def _orientation(image: PillowImage.Image) -> int:
    exif = image.info.get("exif", b"")
    note = image.info.get("Raw profile type exif")  # ImageMagick's PNG
    if note and not exif:
        exif = exif_of_profile(note)
    xmp = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    if not (exif or note or xmp):
        return int(image.getexif().get(0x0112, 1))  # set in memory only
    return orientation_of(exif, xmp.encode() if isinstance(xmp, str) else xmp)


def _plugin(kind: str, item: str) -> Any:
    module, name = _PLUGINS[kind]
    try:
        return getattr(importlib.import_module(module), name)
    except ImportError as error:
        if kind != "HEIF":
            raise
        raise DependencyError(
            "HEIC pictures need pillow-heif, which is not installed",
            item=item,
            fix='Install it: pip install "facemetric[heif]", or convert the picture to JPEG',
        ) from error
