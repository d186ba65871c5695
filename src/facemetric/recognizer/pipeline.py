"""Photographs → faces → chips → embeddings, in batches, with failures kept beside the results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from facemetric.align import TEMPLATES, align_faces
from facemetric.detect import Detector, Select, select_faces
from facemetric.embed import Embedder
from facemetric.errors import BundleError, FacemetricError, InputError, ProviderError
from facemetric.gallery import Portrait
from facemetric.images import load_image
from facemetric.quality import measure_chip, quality_problems
from facemetric.recognizer.portrait import cut_portrait
from facemetric.recognizer.seen import SeenFace, SeenPhoto
from facemetric.types import Chip, Face, Float32, Image, ItemError


@dataclass(frozen=True, eq=False, slots=True)
class EncodedPhoto:
    """An encoded picture that came with a name, such as an upload."""

    data: bytes
    name: str


Photo: TypeAlias = "str | Path | bytes | EncodedPhoto | np.ndarray[Any, Any] | Image | Any"
"""A path, encoded bytes, with a name or without, an array, a PIL image, or an ``Image`` that is
decoded already."""

MAX_PIXELS = 100_000_000
DETECTION_SIDE_PX = 2000
"""Photographs are decoded no smaller than this where their format allows a reduced decode: the
default smallest face, 1/50 of the longer side, then still has the 40 pixels that it needs."""

_CHUNK = 8


@dataclass(frozen=True, eq=False, slots=True)
class _Prepared:
    """A photograph whose faces are cut, and how many were found in it."""

    image: Image
    faces_found: int
    chips: list[Chip]
    portraits: list[Portrait | None]

    def seen(self, vectors: Iterator[Float32]) -> SeenPhoto:
        """Join it with the embeddings of its faces, which are taken from ``vectors``."""
        return SeenPhoto(
            source=self.image.source,
            size_px=self.image.size_px,
            sha256=self.image.sha256,
            pixels=self.image.pixels,
            faces=tuple(
                _seen_face(chip, next(vectors), portrait)
                for chip, portrait in zip(self.chips, self.portraits, strict=True)
            ),
            faces_found=self.faces_found,
        )


class Pipeline:
    """The part of recognition that needs no gallery.

    Parameters
    ----------
    detector
        Finds the faces.
    embedder
        Embeds their chips.
    max_pixels
        Largest photograph that is decoded, in pixels.
    full
        Look for faces in all pixels, where otherwise a large photograph is decoded reduced.

    Raises
    ------
    UnknownNameError
        The bundle wants an alignment template that there is not.
    """

    def __init__(
        self, detector: Detector, embedder: Embedder, *, max_pixels: int, full: bool = False
    ) -> None:
        TEMPLATES[embedder.bundle.manifest.alignment.template]  # before the work, not in it
        self.detector = detector
        self.embedder = embedder
        self.max_pixels = max_pixels
        self.full = full

    def detect(self, photo: Photo, *, select: Select, max_faces: int | None) -> tuple[Face, ...]:
        """Find faces without embedding them."""
        image = load_photo(photo, max_pixels=self.max_pixels, full=self.full)
        return select_faces(self.detector.detect(image), image, select=select, max_faces=max_faces)

    def see(
        self,
        photos: Iterable[Photo],
        *,
        select: Select = "all",
        max_faces: int | None = None,
        portraits: bool = False,
    ) -> Iterator[SeenPhoto | ItemError]:
        """Yield each photograph with its faces, or what was wrong with it, in order.

        With ``portraits``, each face has one.
        """
        check_several(photos)
        remaining = iter(photos)
        while chunk := list(islice(remaining, _CHUNK)):
            prepared = [self._prepare(photo, select, max_faces, portraits) for photo in chunk]
            yield from self._embedded(prepared)

    def _prepare(
        self, photo: Photo, select: Select, max_faces: int | None, portraits: bool
    ) -> _Prepared | ItemError:
        try:
            image = load_photo(photo, max_pixels=self.max_pixels, full=self.full)
            found = self.detector.detect(image)
            faces = select_faces(found, image, select=select, max_faces=max_faces)
            whole = self._with_detail(photo, image, faces)
            kept = [cut_portrait(whole, face, found) if portraits else None for face in faces]
            return _Prepared(image, len(found), self._cut(whole, faces), kept)
        except FacemetricError as error:
            return failed_photo(error, photo)

    def _embedded(
        self, prepared: Sequence[_Prepared | ItemError]
    ) -> Iterator[SeenPhoto | ItemError]:
        """Embed the faces of several photographs at once, or one by one where that fails."""
        whole = [item for item in prepared if isinstance(item, _Prepared)]
        try:
            vectors = iter(self.embedder.embed([chip for item in whole for chip in item.chips]))
        except FacemetricError as error:
            if len(prepared) > 1:
                for item in prepared:
                    yield from self._embedded([item])
            else:
                yield failed_photo(error, whole[0].image)
            return
        for item in prepared:
            yield item.seen(vectors) if isinstance(item, _Prepared) else item

    def _with_detail(self, photo: Photo, image: Image, faces: tuple[Face, ...]) -> Image:
        """Return the photograph with as many pixels as the chips of some faces want."""
        if any(self._lacks_detail(image, face) for face in faces):
            return load_photo(photo, max_pixels=self.max_pixels, full=True)
        return image

    def _cut(self, image: Image, faces: tuple[Face, ...]) -> list[Chip]:
        alignment = self.embedder.bundle.manifest.alignment
        chips = align_faces(image, faces, alignment.template, margin_px=alignment.margin_px)
        return [replace(chip, quality=measure_chip(chip)) for chip in chips]

    def _lacks_detail(self, image: Image, face: Face) -> bool:
        """Whether a reduced decode has fewer pixels on the face than the chip wants."""
        scale = image.scale_xy[0]
        return scale < 1 and face.size_px * scale < self.embedder.bundle.manifest.input.width_px


def check_several(photos: Iterable[Photo]) -> None:
    """Raise InputError where one photograph came in place of several."""
    if isinstance(photos, str | bytes | np.ndarray):
        raise InputError(
            f"expected several photographs, got one {type(photos).__name__}",
            item="photos",
            fix="Put it in a list: [photo]",
        )


def load_photo(photo: Photo, *, max_pixels: int = MAX_PIXELS, full: bool = False) -> Image:
    """Decode a photograph, reduced (unless ``full``) where that loses nothing for detection."""
    if isinstance(photo, Image):
        return photo
    source, name = (photo.data, photo.name) if isinstance(photo, EncodedPhoto) else (photo, None)
    return load_image(
        source, name=name, max_pixels=max_pixels, reduce_to_px=None if full else DETECTION_SIDE_PX
    )


def source_name(photo: Photo) -> str:
    """Return how a photograph is called in answers and errors."""
    if isinstance(photo, Image):
        return photo.source
    if isinstance(photo, EncodedPhoto):
        return photo.name
    if isinstance(photo, str | Path):
        return str(photo)
    return f"<{type(photo).__name__}>"


def failed_photo(error: FacemetricError, photo: Photo) -> ItemError:
    """Return the record of a photograph that failed, under the photograph's name."""
    record = ItemError.of(error, item=error.item or source_name(photo))
    if not isinstance(error, ProviderError | BundleError):
        return record
    # These name the network, which is no item of the batch.
    cause = f"{error.item}: {error.cause}" if error.item else error.cause
    return replace(record, item=source_name(photo), cause=cause)


def _seen_face(chip: Chip, vector: Float32, portrait: Portrait | None) -> SeenFace:
    assert chip.face is not None and chip.quality is not None
    return SeenFace(
        face=chip.face,
        quality=chip.quality,
        problems=tuple(quality_problems(chip.quality)),
        embedding=vector,
        chip_pixels=chip.pixels,
        portrait=portrait,
    )
