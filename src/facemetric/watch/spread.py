"""What of a track's shots is compared with the threshold."""

from __future__ import annotations

from typing import Literal, TypeAlias

from facemetric.bundle import Manifest
from facemetric.errors import CalibrationError, InputError

DecideOn: TypeAlias = Literal["mean", "corrected"]
"""``mean``: the mean of the shots' cosines. ``corrected``: the same, divided by a power of the
length of the shots' mean, as the bundle has measured it: unlike shots lower every mean, also to
the person's own photograph.
"""


def spread_exponent(
    manifest: Manifest, decide_on: DecideOn, *, flip: bool, min_shots: int
) -> float:
    """Return the exponent of the correction; 0 for none.

    Raises
    ------
    CalibrationError
        The bundle has no measured correction for such embeddings.
    InputError
        Faces are looked up with fewer shots than it was measured with.
    """
    if decide_on == "mean":
        return 0.0
    found = next((one for one in manifest.spreads if one.flip == flip), None)
    if found is None:
        raise CalibrationError(
            "the bundle has no measured correction for unlike shots "
            f"{'with' if flip else 'without'} flip averaging",
            item=manifest.id,
            fix="Decide on the mean (decide_on='mean', --decide-on mean)",
        )
    if min_shots < found.least_shots:
        raise InputError(
            f"expected at least {found.least_shots}, from which on the correction for unlike shots "
            f"was measured, got {min_shots}",
            item="min_shots",
            fix="Raise it, or decide on the mean (decide_on='mean', --decide-on mean)",
        )
    return found.exponent
