"""Where a network expects the face in its chip: the only landmark templates of the package."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facemetric.errors import InputError
from facemetric.registry import Registry
from facemetric.types import AnyArray, Face, Float64


@dataclass(frozen=True, eq=False, slots=True)
class Template:
    """The size of a chip and where the five landmarks lie in it.

    Attributes
    ----------
    name
        The name that manifests use: ``"arcface-112"``.
    width_px, height_px
        Size of the chip.
    points_px
        ``float64 (5, 2)`` in the order of ``Face.landmarks_px``, as pixel indices of the chip (a
        whole number is the centre of a pixel); ``None`` where the chip is cut along the box.
    margin_px
        For box crops: pixels of the chip, per axis, that lie outside the box unless told
        otherwise, half on either side. ``None`` for landmark templates.
    """

    name: str
    width_px: int
    height_px: int
    points_px: Float64 | None = None
    margin_px: float | None = None


TEMPLATES: Registry[Template] = Registry("alignment template")
"""Templates by name."""

# InsightFace's arcface_dst; SphereFace and CosFace use it with x - 8 on a 112 x 96 chip.
_ARCFACE = np.array(
    [
        [38.2946, 51.6963],
        [73.5318, 51.5014],
        [56.0252, 71.7366],
        [41.5493, 92.3655],
        [70.7299, 92.2041],
    ]
)
# Fitted so that MTCNN's five points give the chip that dlib cuts with its own landmarks.
_DLIB = np.array(
    [[48.36, 46.51], [102.53, 46.90], [76.27, 79.54], [51.51, 105.62], [99.02, 105.79]]
)
for _template in (
    Template("arcface-112", 112, 112, _ARCFACE),
    Template("arcface-112x96", 96, 112, _ARCFACE - [8.0, 0.0]),
    Template("dlib-150", 150, 150, _DLIB),
    Template("margin-crop-160", 160, 160, margin_px=32.0),
):
    if _template.points_px is not None:
        _template.points_px.setflags(write=False)
    TEMPLATES.add(_template.name, _template)


def template_face(box_xyxy_px: AnyArray, template: str) -> Face:
    """Make up a face whose chip is the given box: the stated fallback where nothing was found.

    Parameters
    ----------
    box_xyxy_px
        ``(4,)``: the area that the chip shall show. Where its shape is not the chip's, the chip is
        the largest area of the chip's shape in the middle of the box. For a box crop the margin
        comes on top, as for a detected face.
    template
        A name in ``TEMPLATES``.

    Returns
    -------
    Face
        With score 0, for nobody detected it. A box crop has ``arcface-112``'s landmarks.

    Raises
    ------
    InputError
        The box is not four finite numbers or has no area.
    """
    chip = TEMPLATES[template]
    box = np.asarray(box_xyxy_px, dtype=np.float64)
    if box.shape != (4,) or not np.isfinite(box).all() or (box[2:] <= box[:2]).any():
        raise InputError(
            f"expected left < right and top < bottom, got {box.tolist()}", item="box_xyxy_px"
        )
    frame = chip if chip.points_px is not None else TEMPLATES["arcface-112"]
    assert frame.points_px is not None
    size = np.array([frame.width_px, frame.height_px], dtype=np.float64)
    scale = ((box[2:] - box[:2]) / size).min()
    corner = (box[:2] + box[2:] - scale * size) / 2
    # Corners map to corners, so that the chip is exactly the resized box.
    points = (frame.points_px + 0.5) * scale - 0.5 + corner
    return Face(box.astype(np.float32), 0.0, points.astype(np.float32))
