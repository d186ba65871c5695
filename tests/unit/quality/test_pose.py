from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.errors import InputError
from facemetric.quality import pose_of_landmarks

# Eyes, nose tip and mouth corners of a head looking at the camera (x right, y down, z away).
HEAD = np.array([[-50.0, -55, 0], [50, -55, 0], [0, 5.5, -50], [-42, 55, 0], [42, 55, 0]])


def _seen(yaw_deg: float = 0, pitch_deg: float = 0, roll_deg: float = 0) -> np.ndarray:
    """Turn the head (nose to the image's right, up, clockwise) and look from far away."""
    y, p, r = np.radians([yaw_deg, -pitch_deg, roll_deg])
    about_y = np.array([[np.cos(y), 0, -np.sin(y)], [0, 1, 0], [np.sin(y), 0, np.cos(y)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
    about_z = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    return (HEAD @ (about_z @ about_x @ about_y).T)[:, :2] + [300, 200]


def _mirrored(points: np.ndarray) -> np.ndarray:
    return (points * [-1, 1] + [640, 0])[[1, 0, 2, 4, 3]]


def test_a_frontal_head_has_no_pose() -> None:
    np.testing.assert_allclose(pose_of_landmarks(_seen()), 0, atol=1e-9)


@pytest.mark.parametrize("angle", [-60, -30, -10, 10, 30, 60])
def test_one_rotation_is_measured_with_its_sign(angle: int) -> None:
    assert pose_of_landmarks(_seen(yaw_deg=angle)).yaw_deg == pytest.approx(angle, abs=1)
    assert pose_of_landmarks(_seen(pitch_deg=angle)).pitch_deg == pytest.approx(angle, abs=1)
    assert pose_of_landmarks(_seen(roll_deg=angle)).roll_deg == pytest.approx(angle, abs=1e-6)


@settings(deadline=None, max_examples=60)
@given(
    yaw=st.floats(-45, 45),
    pitch=st.floats(-30, 30),
    roll=st.floats(-40, 40),
    turn=st.floats(-100, 100),
    scale=st.floats(0.1, 20),
)
def test_turning_the_picture_changes_the_roll_only(
    yaw: float, pitch: float, roll: float, turn: float, scale: float
) -> None:
    points = _seen(yaw, pitch, roll)
    before = pose_of_landmarks(points)
    angle = np.radians(turn)
    spin = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    after = pose_of_landmarks(points @ spin.T)
    assert after.yaw_deg == pytest.approx(before.yaw_deg, abs=1e-6)
    assert after.pitch_deg == pytest.approx(before.pitch_deg, abs=1e-6)
    turned = (after.roll_deg - before.roll_deg - turn + 180) % 360 - 180
    assert turned == pytest.approx(0, abs=1e-6)


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 2**31), yaw=st.floats(-60, 60))
def test_a_mirrored_face_flips_yaw_and_roll(seed: int, yaw: float) -> None:
    points = _seen(yaw, 8, 12) + np.random.default_rng(seed).normal(0, 3, (5, 2))
    one, other = pose_of_landmarks(points), pose_of_landmarks(_mirrored(points))
    assert other.yaw_deg == pytest.approx(-one.yaw_deg, abs=1e-6)
    assert other.pitch_deg == pytest.approx(one.pitch_deg, abs=1e-6)
    assert other.roll_deg == pytest.approx(-one.roll_deg, abs=1e-6)


@pytest.mark.parametrize(
    "bad", [np.full((5, 2), 3.0), np.zeros((4, 2)), np.full((5, 2), np.nan), np.zeros((5, 2))]
)
def test_landmarks_that_are_no_face_are_refused(bad: np.ndarray) -> None:
    with pytest.raises(InputError, match="landmarks_px"):
        pose_of_landmarks(bad)
