"""What a face must be like to go into a pack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from facemetric.errors import InputError
from facemetric.wire import LeftOutReason


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceLimits:
    """Limits on one face; ``None`` sets none.

    Attributes
    ----------
    min_size_px
        Shorter side of the box, in pixels of the photograph.
    min_score
        The detector's confidence, in [0, 1].
    min_sharpness
        See ``facemetric.types.ChipQuality``.
    max_yaw_deg, max_pitch_deg, max_roll_deg
        Degrees, in both directions; the pose is rough, see `facemetric.quality.pose_of_landmarks`.
    """

    min_size_px: float | None = None
    min_score: float | None = None
    min_sharpness: float | None = None
    max_yaw_deg: float | None = None
    max_pitch_deg: float | None = None
    max_roll_deg: float | None = None

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value = getattr(self, name)
            if value is not None and not value >= 0:
                raise InputError(f"expected at least 0, got {value}", item=name)

    def problem(self, measures: Mapping[str, float]) -> tuple[LeftOutReason, str] | None:
        """Return why a face is left out, or ``None``.

        Parameters
        ----------
        measures
            ``score`` and the fields of ``facemetric.types.ChipQuality`` by name.
        """
        least: tuple[tuple[LeftOutReason, str, float | None, str], ...] = (
            ("small", "size_px", self.min_size_px, "the face is {:.0f} px wide, wanted {:g}"),
            ("low score", "score", self.min_score, "the detector's score is {:.3f}, wanted {:g}"),
            ("blurred", "sharpness", self.min_sharpness, "the sharpness is {:.1f}, wanted {:g}"),
        )
        for reason, name, limit, text in least:
            if limit is not None and measures[name] < limit:
                return reason, text.format(measures[name], limit)
        for name, limit in (
            ("yaw", self.max_yaw_deg),
            ("pitch", self.max_pitch_deg),
            ("roll", self.max_roll_deg),
        ):
            angle = measures[f"{name}_deg"]
            if limit is not None and abs(angle) > limit:
                return "turned", f"the {name} is {angle:.0f} degrees, wanted at most {limit:g}"
        return None
