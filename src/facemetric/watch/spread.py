"""What of a track's shots is compared with the threshold."""

from __future__ import annotations

from typing import Literal, TypeAlias

from facemetric.bundle import Manifest
from facemetric.errors import CalibrationError, InputError
from facemetric.watch.shots import MOST_SHOTS

DecideOn: TypeAlias = Literal["mean", "corrected"]
"""``mean``: the mean of the shots' cosines. ``corrected``: the same, divided by a power of the
length of the shots' mean, as the bundle has measured it: unlike shots lower every mean, also to
the person's own photograph.
"""


def spread_exponent(
    manifest: Manifest,
    decide_on: DecideOn,
    *,
    flip: bool,
    min_shots: int,
    most_shots: int = MOST_SHOTS,
    looks: int,
) -> float:
    """Return the exponent of the correction; 0 for none.

    Parameters
    ----------
    manifest
        Of the bundle.
    decide_on
        What is compared with the threshold.
    flip
        Whether embeddings are averaged with those of the mirrored chips.
    min_shots, most_shots
        Shots of a face before its first look-up, and how many are kept.
    looks
        Look-ups of one face, at most.

    Raises
    ------
    CalibrationError
        The bundle has no measured correction for such embeddings.
    InputError
        Faces are looked up with fewer shots than it was measured with, or more of them, or more
        often: each would let more strangers reach the threshold.
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
        raise _refusal("min_shots", f"at least {found.least_shots}", min_shots, "Raise it")
    if most_shots > found.most_shots:
        raise _refusal("most_shots", f"at most {found.most_shots}", most_shots, "Lower it")
    if looks > found.looks:
        raise _refusal("looks", f"at most {found.looks}", looks, "Lower it")
    return found.exponent


def _refusal(item: str, wanted: str, got: int, way_out: str) -> InputError:
    return InputError(
        f"expected {wanted}, with which the correction for unlike shots was measured, got {got}",
        item=item,
        fix=f"{way_out}, or decide on the mean (decide_on='mean', --decide-on mean)",
    )
