"""A rough head pose from five landmarks."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from facemetric.errors import InputError
from facemetric.types import AnyArray

# Proportions of a mean face, in distances between the eyes.
_NOSE_DEPTH = 0.5  # nose tip in front of the plane of eyes and mouth
_FACE_HEIGHT = 1.1  # middle of the eyes to middle of the mouth
_NOSE_DOWN = 0.55  # how far down that line the tip is, as a share, seen from the front


class Pose(NamedTuple):
    """Rotation of a head in degrees, as ``ChipQuality`` defines it."""

    yaw_deg: float
    pitch_deg: float
    roll_deg: float


def pose_of_landmarks(landmarks_px: AnyArray) -> Pose:
    """Estimate yaw, pitch and roll from where the nose is among eyes and mouth corners.

    Rough: good to some ten degrees, and a smile or an open mouth moves the pitch by as much; meant
    to tell a frontal face from a profile, not to measure angles.

    Parameters
    ----------
    landmarks_px
        ``(5, 2)`` in the order of ``Face.landmarks_px``.

    Raises
    ------
    InputError
        The shape is wrong, a value is not finite, or the landmarks coincide.

    Notes
    -----
    The horizontal axis is the sum of the eye line, the mouth line and the normal of the line from
    eyes to mouth; its angle is the roll. Along that axis the eyes are ``e cos(yaw)`` apart and the
    nose tip is ``0.5 e sin(yaw)`` off the middle line (it stands out by half the distance of the
    eyes), whence ``tan(yaw) = offset / (0.5 * distance)``; for the pitch likewise, from how far
    the tip is above 55 % of the way from the eyes to the mouth.
    """
    points = np.asarray(landmarks_px, dtype=np.float64)
    if points.shape != (5, 2) or not np.isfinite(points).all():
        raise InputError(f"expected finite (5, 2), got {points.shape}", item="landmarks_px")
    # One complex number a point: dividing by the axis turns the face upright.
    left_eye, right_eye, nose, left_mouth, right_mouth = points[:, 0] + 1j * points[:, 1]
    eyes, mouth = (left_eye + right_eye) / 2, (left_mouth + right_mouth) / 2
    axis = (right_eye - left_eye) + (right_mouth - left_mouth) - 1j * (mouth - eyes)
    if abs(axis) <= 1e-6 * np.abs(points).max():
        raise InputError("the landmarks coincide", item="landmarks_px")
    turn = axis / abs(axis)
    down = (mouth - eyes) / turn
    tip = (nose - eyes) / turn
    width = ((right_eye - left_eye) / turn).real
    # Where the middle line is at the height of the nose.
    share = tip.imag / down.imag if down.imag else _NOSE_DOWN
    middle = down.real * min(max(share, 0.0), 1.0)
    yaw = math.atan2(tip.real - middle, _NOSE_DEPTH * abs(width))
    rise = (_NOSE_DOWN * down.imag - tip.imag) * _FACE_HEIGHT
    pitch = math.atan2(rise, _NOSE_DEPTH * abs(down.imag))
    roll = math.atan2(turn.imag, turn.real)
    return Pose(math.degrees(yaw), math.degrees(pitch), math.degrees(roll))
