"""Measures to remarks: why a face is a poor one to enrol."""

from __future__ import annotations

from dataclasses import dataclass

from facemetric.types import ChipQuality

REMARKS = (
    "small",
    "blurred",
    "turned_left",
    "turned_right",
    "turned_up",
    "turned_down",
    "tilted",
    "dark",
    "bright",
    "flat",
    "exposed",
)
"""The codes of remarks. Left and right are the image's."""


@dataclass(frozen=True, slots=True)
class QualityRemark:
    """One thing that is wrong with a face.

    Attributes
    ----------
    code
        One of `REMARKS`.
    value, limit
        What was measured, never negative, and the least or most that was wanted: pixels for
        ``small``, degrees for poses, else as ``ChipQuality`` has them.
    text
        The same as a sentence.
    """

    code: str
    value: float
    limit: float
    text: str


def quality_problems(quality: ChipQuality, **limits: float) -> list[str]:
    """Say what is wrong with a face, in sentences; see ``quality_remarks``.

    Returns
    -------
    list of str
        Empty where nothing is wrong; such as ``"blurred: sharpness 12, wanted at least 20"``.
    """
    return [remark.text for remark in quality_remarks(quality, **limits)]


def quality_remarks(
    quality: ChipQuality,
    *,
    min_size_px: float = 40.0,
    min_sharpness: float = 20.0,
    max_yaw_deg: float = 40.0,
    max_pitch_deg: float = 35.0,
    max_roll_deg: float = 35.0,
    min_brightness: float = 0.15,
    max_brightness: float = 0.85,
    min_contrast: float = 0.06,
    max_clipped: float = 0.35,
) -> list[QualityRemark]:
    """Say what is wrong with a face, with the measured and the wanted value.

    The limits are meant for enrolment and are wide: about 98 % of the faces of LFW pass, while the
    same photographs blurred by a Gaussian of 4 px, or darkened to a fifth, do not. Pose limits hold
    in both directions; ``float("inf")`` lifts a limit.
    """
    yaw, pitch, roll = (abs(quality.yaw_deg), abs(quality.pitch_deg), abs(quality.roll_deg))
    side = "right" if quality.yaw_deg > 0 else "left"
    way = "up" if quality.pitch_deg > 0 else "down"
    checks = (
        (
            quality.size_px < min_size_px,
            QualityRemark(
                "small",
                quality.size_px,
                min_size_px,
                f"small: the face is {quality.size_px:.0f} px wide, wanted at least "
                f"{min_size_px:.0f} px",
            ),
        ),
        (
            quality.sharpness < min_sharpness,
            QualityRemark(
                "blurred",
                quality.sharpness,
                min_sharpness,
                f"blurred: sharpness {quality.sharpness:.0f}, wanted at least {min_sharpness:.0f}",
            ),
        ),
        (
            yaw > max_yaw_deg,
            _posed(f"turned_{side}", f"turned to the image's {side}", yaw, max_yaw_deg),
        ),
        (
            pitch > max_pitch_deg,
            _posed(f"turned_{way}", f"turned {way}", pitch, max_pitch_deg),
        ),
        (roll > max_roll_deg, _posed("tilted", "tilted", roll, max_roll_deg)),
        (
            quality.brightness < min_brightness,
            QualityRemark(
                "dark",
                quality.brightness,
                min_brightness,
                f"too dark: brightness {quality.brightness:.2f}, wanted at least "
                f"{min_brightness:.2f}",
            ),
        ),
        (
            quality.brightness > max_brightness,
            QualityRemark(
                "bright",
                quality.brightness,
                max_brightness,
                f"too bright: brightness {quality.brightness:.2f}, wanted at most "
                f"{max_brightness:.2f}",
            ),
        ),
        (
            quality.contrast < min_contrast,
            QualityRemark(
                "flat",
                quality.contrast,
                min_contrast,
                f"too flat: contrast {quality.contrast:.2f}, wanted at least {min_contrast:.2f}",
            ),
        ),
        (
            quality.clipped > max_clipped,
            QualityRemark(
                "exposed",
                quality.clipped,
                max_clipped,
                f"badly exposed: {quality.clipped:.0%} of the pixels are black or white, wanted "
                f"at most {max_clipped:.0%}",
            ),
        ),
    )
    return [remark for wrong, remark in checks if wrong]


def _posed(code: str, words: str, angle_deg: float, most: float) -> QualityRemark:
    text = f"{words}: about {angle_deg:.0f} degrees, wanted at most {most:.0f}"
    return QualityRemark(code, angle_deg, most, text)
