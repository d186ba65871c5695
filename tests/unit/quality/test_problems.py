from __future__ import annotations

from dataclasses import replace

import pytest

from facemetric.quality import REMARKS, quality_problems, quality_remarks
from facemetric.types import ChipQuality

GOOD = ChipQuality(
    size_px=100,
    sharpness=120,
    yaw_deg=3,
    pitch_deg=-4,
    roll_deg=1,
    brightness=0.5,
    contrast=0.2,
    clipped=0.01,
)


def test_a_good_face_has_no_problems() -> None:
    assert quality_problems(GOOD) == []


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("size_px", 31, "small: the face is 31 px wide, wanted at least 40 px"),
        ("sharpness", 12, "blurred: sharpness 12, wanted at least 20"),
        ("yaw_deg", 55, "turned to the image's right: about 55 degrees, wanted at most 40"),
        ("yaw_deg", -55, "turned to the image's left: about 55 degrees, wanted at most 40"),
        ("pitch_deg", 50, "turned up: about 50 degrees, wanted at most 35"),
        ("pitch_deg", -50, "turned down: about 50 degrees, wanted at most 35"),
        ("roll_deg", -60, "tilted: about 60 degrees, wanted at most 35"),
        ("brightness", 0.05, "too dark: brightness 0.05, wanted at least 0.15"),
        ("brightness", 0.95, "too bright: brightness 0.95, wanted at most 0.85"),
        ("contrast", 0.01, "too flat: contrast 0.01, wanted at least 0.06"),
        (
            "clipped",
            0.6,
            "badly exposed: 60% of the pixels are black or white, wanted at most 35%",
        ),
    ],
)
def test_each_limit_has_its_sentence(field: str, value: float, sentence: str) -> None:
    face = replace(GOOD, **{field: value})
    assert quality_problems(face) == [sentence]
    (remark,) = quality_remarks(face)
    assert (remark.text, remark.value) == (sentence, abs(value))
    assert f"{remark.limit:.0%}" in sentence or f"{remark.limit:.4g}" in sentence
    assert remark.code in REMARKS


def test_every_remark_can_be_made() -> None:
    low = replace(GOOD, size_px=1, sharpness=1, yaw_deg=-80, pitch_deg=-80, roll_deg=80)
    dark = replace(low, brightness=0.01, contrast=0.01, clipped=0.9)
    bright = replace(GOOD, yaw_deg=80, pitch_deg=80, brightness=0.99)
    codes = [remark.code for face in (dark, bright) for remark in quality_remarks(face)]
    assert sorted(codes) == sorted(REMARKS)


def test_a_limit_can_be_moved_or_lifted() -> None:
    assert quality_problems(GOOD, min_size_px=128) == [
        "small: the face is 100 px wide, wanted at least 128 px"
    ]
    assert quality_problems(replace(GOOD, yaw_deg=80), max_yaw_deg=float("inf")) == []


def test_several_problems_are_all_named() -> None:
    assert len(quality_problems(replace(GOOD, size_px=5, sharpness=1, clipped=0.9))) == 3
