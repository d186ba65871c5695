"""Templates: several faces of one person, compared as one. What IJB's protocols are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import DataError, InputError


@dataclass(frozen=True, eq=False)
class FaceTemplates:
    """Faces grouped into templates, and within a template into media.

    Attributes
    ----------
    ids
        ``int64 (T,)``: the publisher's numbers, ascending.
    subjects
        ``int64 (T,)``: the person of each template; -1 where the files do not tell.
    paths
        The photograph or frame of each face; F of them.
    template
        ``int64 (F,)``: row of ``ids`` for each face.
    media
        ``int64 (F,)``: the publisher's number of the photograph or video that a face is from.
        Faces of one medium in a template are averaged first, then the media.
    boxes_xyxy_px
        ``float64 (F, 4)``: in pixels of the photograph; NaN where not given.
    landmarks_px
        ``float64 (F, 5, 2)``: eyes, nose, corners of the mouth; NaN where not given.
    """

    ids: NDArray[np.int64]
    subjects: NDArray[np.int64]
    paths: tuple[Path, ...]
    template: NDArray[np.int64]
    media: NDArray[np.int64]
    boxes_xyxy_px: NDArray[np.float64]
    landmarks_px: NDArray[np.float64]

    def __post_init__(self) -> None:
        faces = len(self.paths)
        for name, shape in (
            ("subjects", (len(self.ids),)),
            ("template", (faces,)),
            ("media", (faces,)),
            ("boxes_xyxy_px", (faces, 4)),
            ("landmarks_px", (faces, 5, 2)),
        ):
            if getattr(self, name).shape != shape:
                raise InputError(f"expected {shape}, got {getattr(self, name).shape}", item=name)

    def __len__(self) -> int:
        return len(self.ids)

    def rows(self, ids: NDArray[np.int64], *, where: str) -> NDArray[np.int64]:
        """Return the rows of these template numbers.

        Raises
        ------
        DataError
            ``where`` names a template that has no faces.
        """
        found = np.searchsorted(self.ids, ids)
        clipped = np.minimum(found, len(self.ids) - 1)
        absent = self.ids[clipped] != ids
        if absent.any():
            raise DataError(
                f"{np.unique(ids[absent]).size} templates have no faces, the first is "
                f"{ids[absent][0]}",
                item=where,
            )
        return clipped


@dataclass(frozen=True, eq=False)
class IjbProtocol:
    """IJB-B or IJB-C: verification of template pairs, and search in two galleries.

    Attributes
    ----------
    templates
        All templates, enrolled and probes.
    pairs
        ``int64 (P, 2)``: rows of the templates.
    same
        ``bool (P,)``: whether both are one person.
    galleries
        Rows of the templates in each gallery, ``int64``; the galleries share no person, so that a
        probe has its mate in one of them and is an unknown to the other. Empty where the files of
        the search are absent.
    probes
        ``int64 (Q,)``: rows of the templates to search with.
    """

    templates: FaceTemplates
    pairs: NDArray[np.int64]
    same: NDArray[np.bool_]
    galleries: tuple[NDArray[np.int64], ...]
    probes: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.pairs)


def check_galleries(
    templates: FaceTemplates, galleries: Sequence[NDArray[np.int64]], *, where: str
) -> None:
    """Check that no person is in two galleries, or twice in one.

    Raises
    ------
    DataError
        A person is: who.
    """
    subjects = np.concatenate([templates.subjects[rows] for rows in galleries])
    people, counts = np.unique(subjects, return_counts=True)
    if (counts > 1).any():
        raise DataError(f"subject {people[counts > 1][0]} is enrolled twice", item=where)
