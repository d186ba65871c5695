"""The correction for unlike shots, as a bundle has measured it."""

from __future__ import annotations

from pathlib import Path

import pytest

from facemetric.bundle import open_bundle
from facemetric.errors import CalibrationError, InputError
from facemetric.watch import Roster
from facemetric.watch.spread import spread_exponent
from layouts.sightings import near, unit
from layouts.watch_lists import BUNDLE, directions_gallery, enrol

MANIFEST = open_bundle(BUNDLE).manifest


@pytest.mark.parametrize("flip", [True, False])
def test_the_built_in_bundle_has_one(flip: bool) -> None:
    (spread,) = (one for one in MANIFEST.spreads if one.flip == flip)
    exponent = spread_exponent(MANIFEST, "corrected", flip=flip, min_shots=spread.least_shots)
    assert exponent == spread.exponent > 0
    # What it was chosen by: strangers' visits reach no threshold more often than its rate says.
    assert len(spread.points) == 3
    assert all(point.strangers <= point.far for point in spread.points)


def test_the_mean_needs_none() -> None:
    bare = MANIFEST.model_copy(update={"spreads": ()})
    assert spread_exponent(bare, "mean", flip=True, min_shots=1) == 0


def test_a_bundle_without_one_is_refused() -> None:
    other = tuple(one for one in MANIFEST.spreads if not one.flip)
    bare = MANIFEST.model_copy(update={"spreads": other})
    with pytest.raises(CalibrationError, match=r"correction .* with flip .*--decide-on mean"):
        spread_exponent(bare, "corrected", flip=True, min_shots=3)


def test_fewer_shots_than_were_measured_are_refused() -> None:
    with pytest.raises(InputError, match="min_shots: expected at least 3"):
        spread_exponent(MANIFEST, "corrected", flip=True, min_shots=2)


def test_unlike_shots_lower_the_similarity_less(tmp_path: Path) -> None:
    with directions_gallery(tmp_path / "list.db") as gallery:
        enrol(gallery, "Ada", unit(1))
        plain = Roster(gallery, MANIFEST, flip=True)
        corrected = Roster(gallery, MANIFEST, flip=True, exponent=0.25)
        above = plain.threshold.similarity + 0.012
        template, norm = near(unit(1), above), 0.985
        (first,) = plain.look_up([(template, norm)])
        (second,) = corrected.look_up([(template, norm)])
        (alike,) = corrected.look_up([(template, 1.0)])
    assert first.match is None
    assert second.match is not None and second.match.name == "Ada"
    found = [one.decision.candidates[0].similarity for one in (first, second, alike)]
    assert found == pytest.approx([above * norm, above * norm**0.75, above], abs=1e-4)
    assert corrected.threshold == plain.threshold
