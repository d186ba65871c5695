from __future__ import annotations

import pytest

from facemetric.errors import InputError
from facemetric.jobs import FaceLimits

MEASURES = {
    "size_px": 50.0,
    "score": 0.9,
    "sharpness": 30.0,
    "yaw_deg": -20.0,
    "pitch_deg": 10.0,
    "roll_deg": 5.0,
}


@pytest.mark.parametrize(
    ("limits", "reason", "why"),
    [
        ({}, None, None),
        ({"min_size_px": 50, "max_yaw_deg": 20, "min_score": 0.9}, None, None),
        ({"min_size_px": 60}, "small", "the face is 50 px wide, wanted 60"),
        ({"min_score": 0.95}, "low score", "the detector's score is 0.900, wanted 0.95"),
        ({"min_sharpness": 40}, "blurred", "the sharpness is 30.0, wanted 40"),
        ({"max_yaw_deg": 15}, "turned", "the yaw is -20 degrees, wanted at most 15"),
        ({"max_pitch_deg": 9}, "turned", "the pitch is 10 degrees, wanted at most 9"),
        ({"max_roll_deg": 0}, "turned", "the roll is 5 degrees, wanted at most 0"),
    ],
)
def test_the_first_limit_that_is_broken_is_named(
    limits: dict[str, float], reason: str | None, why: str | None
) -> None:
    problem = FaceLimits(**limits).problem(MEASURES)
    assert problem == (None if reason is None else (reason, why))


@pytest.mark.parametrize("value", [-1, float("nan")])
def test_limits_are_not_negative(value: float) -> None:
    with pytest.raises(InputError, match="max_yaw_deg: expected at least 0"):
        FaceLimits(max_yaw_deg=value)
