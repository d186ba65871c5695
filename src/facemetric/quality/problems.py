"""Measures to sentences: why a face is a poor one to enrol."""

from __future__ import annotations

from facemetric.types import ChipQuality


def quality_problems(
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
) -> list[str]:
    """Say what is wrong with a face, in sentences with the measured and the wanted value.

    The limits are meant for enrolment and are wide: about 98 % of the faces of LFW pass, while the
    same photographs blurred by a Gaussian of 4 px, or darkened to a fifth, do not. Pose limits hold
    in both directions; ``float("inf")`` lifts a limit.

    Returns
    -------
    list of str
        Empty where nothing is wrong; such as ``"blurred: sharpness 12, wanted at least 20"``.
    """
    checks = (
        (quality.size_px < min_size_px, _size(quality, min_size_px)),
        (
            quality.sharpness < min_sharpness,
            f"blurred: sharpness {quality.sharpness:.0f}, wanted at least {min_sharpness:.0f}",
        ),
        (
            abs(quality.yaw_deg) > max_yaw_deg,
            _turned(_side(quality.yaw_deg), quality.yaw_deg, max_yaw_deg),
        ),
        (
            abs(quality.pitch_deg) > max_pitch_deg,
            _turned("up" if quality.pitch_deg > 0 else "down", quality.pitch_deg, max_pitch_deg),
        ),
        (abs(quality.roll_deg) > max_roll_deg, _tilted(quality.roll_deg, max_roll_deg)),
        (
            quality.brightness < min_brightness,
            f"too dark: brightness {quality.brightness:.2f}, wanted at least {min_brightness:.2f}",
        ),
        (
            quality.brightness > max_brightness,
            f"too bright: brightness {quality.brightness:.2f}, wanted at most {max_brightness:.2f}",
        ),
        (
            quality.contrast < min_contrast,
            f"too flat: contrast {quality.contrast:.2f}, wanted at least {min_contrast:.2f}",
        ),
        (
            quality.clipped > max_clipped,
            f"badly exposed: {quality.clipped:.0%} of the pixels are black or white, wanted at "
            f"most {max_clipped:.0%}",
        ),
    )
    return [sentence for wrong, sentence in checks if wrong]


def _size(quality: ChipQuality, least: float) -> str:
    return f"small: the face is {quality.size_px:.0f} px wide, wanted at least {least:.0f} px"


def _turned(way: str, angle_deg: float, most: float) -> str:
    return f"turned {way}: about {abs(angle_deg):.0f} degrees, wanted at most {most:.0f}"


def _side(yaw_deg: float) -> str:
    return "to the image's right" if yaw_deg > 0 else "to the image's left"


def _tilted(angle_deg: float, most: float) -> str:
    return f"tilted: about {abs(angle_deg):.0f} degrees, wanted at most {most:.0f}"
