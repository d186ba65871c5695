"""The measures of one chip."""

from __future__ import annotations

import cv2

from facemetric.errors import InputError
from facemetric.quality.pose import pose_of_landmarks
from facemetric.types import Chip, ChipQuality, UInt8

# Chips of different templates are compared at one size.
_COMMON_SIDE_PX = 112
_BLACK, _WHITE = 5, 250


def measure_chip(chip: Chip) -> ChipQuality:
    """Measure size, sharpness, pose and exposure of a chip that was cut from a face.

    Sharpness and exposure are those of the middle three quarters of the chip, where the face is.
    Sharpness is measured with the chip's shorter side brought to 112 px, so that its values can be
    compared between templates. It falls with the contrast, and for small faces, whose chips are
    enlarged and have little detail.

    Parameters
    ----------
    chip
        As ``align_faces`` gives it, with its face.

    Raises
    ------
    InputError
        The chip has no face, or its landmarks coincide.
    """
    if chip.face is None:
        raise InputError(
            "the chip has no face, whose size and landmarks are needed",
            item="chip",
            fix="Measure chips that align_faces made",
        )
    pose = pose_of_landmarks(chip.face.landmarks_px)
    grey = _middle(cv2.cvtColor(chip.pixels, cv2.COLOR_RGB2GRAY))
    clipped = ((grey <= _BLACK) | (grey >= _WHITE)).mean()
    return ChipQuality(
        size_px=chip.face.size_px,
        sharpness=_sharpness(chip.pixels),
        yaw_deg=pose.yaw_deg,
        pitch_deg=pose.pitch_deg,
        roll_deg=pose.roll_deg,
        brightness=float(grey.mean()) / 255,
        contrast=float(grey.std()) / 255,
        clipped=float(clipped),
    )


def _sharpness(pixels: UInt8) -> float:
    """Variance of the Laplacian (Pech-Pacheco et al., ICPR 2000)."""
    factor = _COMMON_SIDE_PX / min(pixels.shape[:2])
    if factor != 1:
        way = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
        pixels = cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=way)
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    # The whole chip first: the cut must not make an edge.
    laplacian = _middle(cv2.Laplacian(grey, cv2.CV_64F))
    return float(laplacian.var())


def _middle(values: UInt8) -> UInt8:
    height, width = values.shape[:2]
    return values[height // 8 : height - height // 8, width // 8 : width - width // 8]
