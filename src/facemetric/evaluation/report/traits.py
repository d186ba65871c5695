"""Slices of a verification by traits of the faces and by the user's groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import InputError
from facemetric.evaluation.evaluate import Evaluation
from facemetric.evaluation.parts import Part, Verification
from facemetric.evaluation.settings import Settings
from facemetric.evaluation.slices import (
    DecidedPairs,
    Slices,
    decide_all,
    decide_list,
    group_slices,
    trait_slices,
)
from facemetric.evaluation.task import person_numbers
from facemetric.report.evaluation import RateView, SliceRow, SlicesView, SliceView
from facemetric.types import Float64

MOST_PHOTOS = 20_000
"""All pairs of more photographs than this would take minutes."""


@dataclass(frozen=True, slots=True)
class Trait:
    """A measure of faces by which errors are sliced."""

    key: str
    title: str
    worse: str
    worst: Literal["lowest", "highest"]


TRAITS = (
    Trait("size_px", "Face size, pixels", "the smaller face", "lowest"),
    Trait("sharpness", "Sharpness, variance of the Laplacian", "the less sharp face", "lowest"),
    Trait("yaw_deg", "Pose, degrees turned sideways", "the face turned further", "highest"),
    Trait("brightness", "Brightness, 0 black to 1 white", "the darker face", "lowest"),
)


def decided_pairs(evaluation: Evaluation, part: Verification) -> DecidedPairs | None:
    """Return the pairs to slice: all of the part's photographs, or else its list.

    All pairs of the photographs support a stricter rate than a list of some of them. They are taken
    where the people are known and the photographs are not too many.
    """
    people = evaluation.task.people
    photos = _photos(evaluation, part)
    if photos is not None and people and len(photos) <= MOST_PHOTOS:
        try:
            return decide_all(evaluation.vectors, person_numbers(people), photos)
        except InputError:
            # Nobody has two photographs here: the list is all there is.
            pass
    if part.pairs is None or part.scores is None or part.same is None:
        return None
    numbers = person_numbers(people) if people else None
    return decide_list(part.scores, part.same, part.pairs, people=numbers)


def pairs_key(evaluation: Evaluation, part: Part) -> bytes | None:
    """Return what is alike for parts with the same pairs to slice; ``None`` where there are none.

    A protocol's list and all pairs of its photographs are sliced alike: by all pairs.
    """
    if not isinstance(part, Verification):
        return None
    photos = _photos(evaluation, part)
    return None if photos is None else photos.tobytes()


def slices_views(
    evaluations: Sequence[Evaluation],
    names: Sequence[str],
    decided: Sequence[DecidedPairs],
    settings: Settings,
    *,
    traits: Mapping[str, Float64] | None,
    groups: Sequence[str | None] | None,
) -> tuple[SlicesView, ...]:
    """Return every trait that is known for at least half of the photographs, and the groups."""
    draws = settings.draws
    views = []
    if groups is not None and any(groups[row] for row in decided[0].photos.tolist()):
        made = [group_slices(pairs, groups, **draws) for pairs in decided]
        definition = (
            "Pairs whose two people are of one group, as your file names it; pairs of two groups "
            "stand alone. Compare the FMR within groups, not with that of two groups: people of "
            "one group look more alike."
        )
        views.append(_view("groups", "Groups", definition, names, decided, made))
    for trait in TRAITS:
        values = None if traits is None else traits.get(trait.key)
        if values is None or np.isfinite(values[decided[0].photos]).mean() < 0.5:
            continue
        if trait.key == "yaw_deg":
            values = np.abs(values)
        made = [trait_slices(pairs, values, worst=trait.worst, **draws) for pairs in decided]
        definition = (
            f"A pair belongs where {trait.worse} of its two does; the ranges hold equally many "
            "photographs."
        )
        views.append(_view(trait.key, trait.title, definition, names, decided, made))
    return tuple(views)


def _photos(evaluation: Evaluation, part: Verification) -> NDArray[np.int64] | None:
    if part.pairs is not None:
        return np.unique(part.pairs)
    whole = part.counts.get("photographs") == len(evaluation.task.photos)
    return np.arange(len(evaluation.task.photos)) if whole else None


def _view(
    key: str,
    title: str,
    definition: str,
    names: Sequence[str],
    decided: Sequence[DecidedPairs],
    made: Sequence[Slices],
) -> SlicesView:
    return SlicesView(
        key.removesuffix("_px").removesuffix("_deg"),
        title,
        definition,
        tuple(
            SliceView(
                name,
                pairs.threshold,
                threshold_source(pairs),
                tuple(
                    SliceRow(
                        one.label,
                        one.people,
                        RateView(
                            one.fnmr.errors,
                            one.fnmr.trials,
                            one.fnmr.low,
                            one.fnmr.high,
                            one.fnmr.at_most,
                        ),
                        RateView(
                            one.fmr.errors,
                            one.fmr.trials,
                            one.fmr.low,
                            one.fmr.high,
                            one.fmr.at_most,
                        ),
                    )
                    for one in slices.slices
                ),
                slices.left_out,
                _differential(slices),
            )
            for name, pairs, slices in zip(names, decided, made, strict=True)
        ),
    )


def threshold_source(pairs: DecidedPairs) -> str:
    """Return what the threshold is, in words."""
    which = "the list's" if pairs.impostors is not None else "all"
    return f"FAR {pairs.far:g} on {which} {pairs.impostor_pairs:,} different-person pairs"


def _differential(slices: Slices) -> str:
    spread = slices.fnmr_differential
    if spread is None:
        return ""
    return (
        f"FNMR of “{spread.worst}” is {spread.ratio:.2f} [{spread.low:.2f}, {spread.high:.2f}] "
        f"times that of “{spread.best}”. These two were picked for being furthest apart, so that "
        "some ratio above 1 is found even where there is no difference."
    )
