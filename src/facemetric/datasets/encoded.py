"""What a photograph can be: a file, bytes inside another file, one face of several."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from facemetric.types import Image


@dataclass(frozen=True, slots=True)
class EncodedPhoto:
    """An encoded picture (JPEG, PNG …) that has no file of its own.

    Attributes
    ----------
    name
        What to call it: the file that it is from, and its place there.
    data
        The encoded bytes.
    """

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class BoxedPhoto:
    """One face of a photograph, where a protocol says which.

    Attributes
    ----------
    path
        The photograph.
    box_xyxy_px
        Left, top, right, bottom in pixels of the photograph.
    landmarks_px
        The five points, where the protocol gives them: then nothing is detected.
    """

    path: Path
    box_xyxy_px: tuple[float, float, float, float]
    landmarks_px: tuple[tuple[float, float], ...] | None = None


Photo: TypeAlias = Path | EncodedPhoto | BoxedPhoto


def photo_name(photo: Photo) -> str:
    """Return a short name: folder and file, or what the picture is called in its container."""
    if isinstance(photo, EncodedPhoto):
        return photo.name
    path = photo.path if isinstance(photo, BoxedPhoto) else photo
    name = f"{path.parent.name}/{path.name}"
    if isinstance(photo, BoxedPhoto):
        left, top, right, bottom = photo.box_xyxy_px
        return f"{name} at {left:.0f},{top:.0f},{right:.0f},{bottom:.0f}"
    return name


def load_photo(photo: Photo, *, reduce_to_px: int | None = None) -> Image:
    """Decode a photograph; parameters and errors as `facemetric.images.load_image`."""
    from facemetric.images import load_image

    if isinstance(photo, EncodedPhoto):
        return load_image(photo.data, name=photo.name, reduce_to_px=reduce_to_px)
    path = photo.path if isinstance(photo, BoxedPhoto) else photo
    return load_image(path, reduce_to_px=reduce_to_px)
