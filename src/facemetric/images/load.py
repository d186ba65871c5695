"""The one way from a path, bytes, an array or a Pillow image to an ``Image``."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

import numpy as np
from PIL import Image as PillowImage

from facemetric.errors import FacemetricError, InputError, SourceError
from facemetric.images import jpeg, pillow
from facemetric.images.colour import over_white
from facemetric.images.formats import sniff
from facemetric.images.limits import check_file_size, check_size
from facemetric.images.orientation import upright, upright_size
from facemetric.types import AnyArray, Image, ItemError, UInt8

ImageSource: TypeAlias = str | Path | bytes | AnyArray | PillowImage.Image
MAX_PIXELS = 100_000_000


def load_image(
    source: ImageSource,
    *,
    name: str | None = None,
    max_pixels: int = MAX_PIXELS,
    reduce_to_px: int | None = None,
) -> Image:
    """Decode a picture, turn it upright and bring it to 8-bit RGB.

    Parameters
    ----------
    source
        A path; encoded bytes; an array ``uint8`` of shape ``(H, W)``, ``(H, W, 1)``, ``(H, W, 3)``
        RGB or ``(H, W, 4)`` RGBA; or a Pillow image. JPEG, PNG, WebP, BMP, TIFF, GIF (first frame)
        and, with the extra ``heif``, HEIC are told by their content, not by their suffix.
        Transparency is laid over white; 16-bit values are scaled.
    name
        What errors and ``Image.source`` call it; the path where there is one.
    max_pixels
        Most pixels (width × height), compared with the header before anything is decoded.
    reduce_to_px
        Permits a JPEG to be decoded at 1/2, 1/4 or 1/8 as long as its longer side keeps at least
        this many pixels; ``Image.size_px`` stays the full size.

    Returns
    -------
    Image
        An RGB array that needs no conversion is shared with the caller, not copied.

    Raises
    ------
    SourceError
        The path is missing, unreadable or not a file.
    DecodeError
        Empty, truncated, corrupt or of an unknown format; never a partial picture.
    PixelLimitError
        More than ``max_pixels``.
    DependencyError
        HEIC without pillow-heif.
    InputError
        An array of another shape or type, or an option out of range.
    """
    _check_options(max_pixels, reduce_to_px)
    if isinstance(source, str | Path):
        item = name or str(source)
        return _from_bytes(_read(Path(source), max_pixels, item), item, max_pixels, reduce_to_px)
    if isinstance(source, bytes | bytearray | memoryview):
        return _from_bytes(bytes(source), name or "<bytes>", max_pixels, reduce_to_px)
    if isinstance(source, PillowImage.Image):
        item = name or str(getattr(source, "filename", "") or "<pillow image>")
        with pillow.guarded(True):
            return _whole(pillow.from_pillow(source, max_pixels=max_pixels, item=item), item)
    if isinstance(source, np.ndarray):
        item = name or "<array>"
        pixels = _from_array(source, item)
        check_size((pixels.shape[1], pixels.shape[0]), max_pixels=max_pixels, item=item)
        return _whole(pixels, item)
    raise InputError(
        f"expected a path, bytes, an array or a Pillow image, got {type(source).__name__}",
        item=name or "source",
        fix="Read a file object first: load_image(file.read())",
    )


def load_images(
    sources: Iterable[ImageSource],
    *,
    max_pixels: int = MAX_PIXELS,
    reduce_to_px: int | None = None,
) -> Iterator[Image | ItemError]:
    """Decode pictures one after another; one that fails becomes an ``ItemError`` in its place.

    Takes what ``load_image`` takes; bytes and arrays are named by their position from 0.

    Raises
    ------
    InputError
        An option is out of range.
    """
    _check_options(max_pixels, reduce_to_px)
    for index, source in enumerate(sources):
        item = str(source) if isinstance(source, str | Path) else f"<picture {index}>"
        try:
            yield load_image(source, name=item, max_pixels=max_pixels, reduce_to_px=reduce_to_px)
        except FacemetricError as error:
            yield ItemError.of(error, item=item)


def _check_options(max_pixels: int, reduce_to_px: int | None) -> None:
    if max_pixels < 1:
        raise InputError(f"expected at least 1, got {max_pixels}", item="max_pixels")
    if reduce_to_px is not None and reduce_to_px < 1:
        raise InputError(f"expected at least 1, got {reduce_to_px}", item="reduce_to_px")


def _read(path: Path, max_pixels: int, item: str) -> bytes:
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise SourceError("expected a file, got a folder", item=item, fix="Use find_images")
        if not stat.S_ISREG(status.st_mode):  # reading a pipe or a device may never end
            raise SourceError("expected a file, got a pipe or a device", item=item)
        check_file_size(status.st_size, max_pixels=max_pixels, item=item)
        return path.read_bytes()
    except FileNotFoundError as error:
        raise SourceError("no such file", item=item, fix="Check the path") from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or error
        raise SourceError(f"cannot be read: {reason}", item=item) from error


def _from_bytes(data: bytes, item: str, max_pixels: int, reduce_to_px: int | None) -> Image:
    kind = sniff(data, item=item)
    digest = hashlib.sha256(data).hexdigest()
    if kind != "JPEG":
        pixels = pillow.decode(data, kind, max_pixels=max_pixels, item=item)
        return _whole(pixels, item, digest)
    header = jpeg.read_header(data, item=item)
    check_size(header.size_px, max_pixels=max_pixels, item=item)
    if header.channels == 4:  # CMYK, which OpenCV converts by another rule
        pixels = pillow.decode(data, kind, max_pixels=max_pixels, item=item)
        if jpeg.is_starved(data, header):
            raise jpeg.truncated(jpeg.STARVED, item)
        return _whole(pixels, item, digest)
    factor = jpeg.reduction(header.size_px, reduce_to_px)
    pixels = jpeg.decode(data, header, factor=factor, item=item)
    return Image(
        upright(pixels, header.orientation),
        upright_size(header.size_px, header.orientation),
        item,
        digest,
    )


def _whole(pixels: UInt8, item: str, digest: str | None = None) -> Image:
    return Image(pixels, (pixels.shape[1], pixels.shape[0]), item, digest)


def _from_array(values: AnyArray, item: str) -> UInt8:
    shape = values.shape
    grey = values.ndim == 2 or (values.ndim == 3 and shape[2] == 1)
    if not grey and not (values.ndim == 3 and shape[2] in (3, 4)):
        channels_first = values.ndim == 3 and shape[0] in (1, 3, 4)
        raise InputError(
            f"expected (H, W), (H, W, 1), (H, W, 3) RGB or (H, W, 4) RGBA, got {shape}",
            item=item,
            fix="Put the channels last: pixels.transpose(1, 2, 0)" if channels_first else None,
        )
    if values.dtype != np.uint8:
        raise InputError(
            f"expected uint8, got {values.dtype}", item=item, fix=_how_to_convert(values.dtype)
        )
    if 0 in shape:
        raise InputError(f"the array is empty: {shape}", item=item)
    if grey:
        return np.repeat(values.reshape(*shape[:2], 1), 3, axis=2)
    return over_white(values) if shape[2] == 4 else np.ascontiguousarray(values)


def _how_to_convert(dtype: np.dtype[np.generic]) -> str:
    if dtype.kind == "f":
        return "Values in [0, 1]: (pixels * 255).round().astype(np.uint8)"
    if dtype == np.uint16:
        return "Scale 16 bits to 8: (pixels // 257).astype(np.uint8)"
    if dtype == np.bool_:
        return "Make it black and white: pixels.astype(np.uint8) * 255"
    return "Bring the values to 0 … 255, then pixels.astype(np.uint8)"
