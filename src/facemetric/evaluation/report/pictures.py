"""The faces of hard pairs, cut out of their photographs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from facemetric.datasets import Photo, load_photo, photo_name
from facemetric.errors import ImageError
from facemetric.evaluation.faces import FaceRule
from facemetric.evaluation.parts import HardPair
from facemetric.report import crop_picture, encode_picture
from facemetric.report.evaluation import FaceView, PairView

_LONGEST_PX = 112
# What a network sees is an aligned chip; the template of the cut does not show.
_TEMPLATE = "arcface-112"


@dataclass(frozen=True, eq=False)
class FaceCutter:
    """Cuts the face that counts out of each photograph.

    Attributes
    ----------
    rule
        Which face: the rule that the embeddings were made by.
    photos, people
        Of the task; ``people`` may be empty.
    """

    rule: FaceRule
    photos: Sequence[Photo]
    people: Sequence[str]

    def pairs(
        self, hard: Sequence[HardPair], threshold: float, *, same: bool
    ) -> tuple[PairView, ...]:
        """Return the pairs as pictures, with what ``threshold`` says of them."""
        views = self._views(sorted({row for pair in hard for row in (pair.first, pair.second)}))
        return tuple(
            PairView(
                views[pair.first],
                views[pair.second],
                pair.similarity,
                wrong=(pair.similarity >= threshold) != same,
            )
            for pair in hard
        )

    def _views(self, rows: Sequence[int]) -> dict[int, FaceView]:
        faces = self.rule([self.photos[row] for row in rows]) if rows else ()
        views = {}
        for row, face in zip(rows, faces, strict=True):
            photo = self.photos[row]
            person = self.people[row] if self.people else ""
            # The folder is the person in most sets.
            name = photo_name(photo).removeprefix(f"{person}/") if person else photo_name(photo)
            try:
                image = load_photo(photo)
            except ImageError as error:
                views[row] = FaceView(None, person, name, note=error.cause)
                continue
            note = "" if self.rule.counts_as_found(face) else "no face found"
            box = (
                face.box_xyxy_px
                if face is not None
                else self.rule.stand_in(photo, image, _TEMPLATE).box_xyxy_px
            )
            width, height = image.size_px
            whole = box[0] <= 0 and box[1] <= 0 and box[2] >= width and box[3] >= height
            picture = (
                encode_picture(image.pixels, size_px=image.size_px, longest_px=_LONGEST_PX)
                if whole
                else crop_picture(
                    image.pixels,
                    box,
                    size_px=image.size_px,
                    longest_px=_LONGEST_PX,
                    margin=0.2,
                )
            )
            views[row] = FaceView(picture, person, name, note)
        return views
