"""Which of the faces in a picture are meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np

from facemetric.errors import InputError
from facemetric.types import Face, Image

Select = Literal["all", "largest", "central"]


def select_faces(
    faces: Sequence[Face],
    image: Image,
    *,
    select: Select = "all",
    max_faces: int | None = None,
) -> tuple[Face, ...]:
    """Choose among the faces of one picture.

    Parameters
    ----------
    faces
        As a detector returned them, by falling score.
    image
        The picture that they were found in.
    select
        ``"all"`` leaves the order; ``"largest"`` puts the largest box first, ``"central"`` the box
        whose middle is nearest to the picture's; both keep one face unless ``max_faces`` asks for
        more.
    max_faces
        Keep so many, at least 1.

    Raises
    ------
    InputError
        An option is out of range.
    """
    if max_faces is not None and max_faces < 1:
        raise InputError(f"expected at least 1, got {max_faces}", item="max_faces")
    if select not in get_args(Select):
        raise InputError(f"expected 'all', 'largest' or 'central', got {select!r}", item="select")
    if select == "all":
        return tuple(faces)[:max_faces]
    if not faces:
        return ()
    boxes = np.stack([face.box_xyxy_px for face in faces]).astype(np.float64)
    if select == "largest":
        cost = -np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    else:
        middle = (boxes[:, :2] + boxes[:, 2:]) / 2
        cost = np.linalg.norm(middle - np.asarray(image.size_px) / 2, axis=1)
    order = np.argsort(cost, kind="stable")[: max_faces or 1]
    return tuple(faces[row] for row in order)
