"""A face that no detector finds is taken to be where a set's other photographs have theirs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from facemetric.align import template_face
from facemetric.datasets import BoxedPhoto, Photo, load_photo
from facemetric.evaluation.faces import CentralFaceFinder
from facemetric.types import Face, Float64, Image

_SAMPLE = 500  # photographs decoded to learn the place


class UsualPlace:
    """As the finder, but for the stand-in: a square at the median place and of the median size.

    How tightly pictures are cropped differs between sets, and a stand-in of another size than the
    face is of little use: on profiles of LFW, a square 0.85 to 1.2 times the face's box has an area
    under the curve of 0.93 to 0.96, one of 0.7 times has 0.80 to 0.92, one of 0.5 times 0.56 to
    0.68 (the built-in bundle and mobilefacenet-ms1m, 300 pairs).

    Parameters
    ----------
    finder
        Finds the faces. Its own stand-in serves where none is found in any photograph.
    photos
        The set. The median is over its found faces, relative to the pictures' sides, of at most
        500 of them, evenly spaced.

    Raises
    ------
    DataError
        See `RowCache.rows`.
    """

    def __init__(self, finder: CentralFaceFinder, photos: Sequence[Photo]) -> None:
        faces = finder(photos)
        self._finder = finder
        self._faces = dict(zip(photos, faces, strict=True))
        self._place: Float64 | None = None
        # With every face found no choice depends on the place, and the embeddings are the finder's.
        self.key = finder.key
        rows = np.flatnonzero(faces.found)
        if 0 < len(rows) < len(photos):
            chosen = np.unique(np.linspace(0, len(rows) - 1, _SAMPLE).astype(np.int64))
            places = [_place(faces[row], load_photo(photos[row])) for row in rows[chosen]]
            self._place = np.median(np.stack(places), axis=0).round(2)
            self.key = finder.key | {"kind": "usual place", "place": self._place.tolist()}

    def __call__(self, photos: Sequence[Photo]) -> Sequence[Face | None]:
        """Return the faces; photographs outside the set are searched, and teach no place."""
        others = [photo for photo in photos if photo not in self._faces]
        found = self._faces | dict(zip(others, self._finder(others), strict=True) if others else ())
        return [found[photo] for photo in photos]

    def counts_as_found(self, face: Face | None) -> bool:
        """Return whether the detector found it."""
        return face is not None

    def stand_in(self, photo: Photo, image: Image, template: str) -> Face:
        """Return the given box, or the square at the usual place, as a face."""
        if self._place is None or isinstance(photo, BoxedPhoto):
            return self._finder.stand_in(photo, image, template)
        size_px = np.array(image.size_px)
        middle = self._place[:2] * size_px
        half = self._place[2] * size_px.min() / 2
        box = np.concatenate([middle - half, middle + half]).astype(np.float32)
        return template_face(box, template)


def _place(face: Face | None, image: Image) -> Float64:
    """Return the middle in shares of width and height, and the longer side in the shorter one's."""
    assert face is not None
    left, top, right, bottom = face.box_xyxy_px.astype(np.float64)
    width, height = image.size_px
    side = max(right - left, bottom - top) / min(width, height)
    return np.array([(left + right) / 2 / width, (top + bottom) / 2 / height, side])
