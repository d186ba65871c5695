"""The correction for unlike shots, as a bundle has measured it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from facemetric.bundle import open_bundle
from facemetric.decide import decide_who, manual_threshold
from facemetric.errors import CalibrationError, InputError
from facemetric.watch import Roster
from facemetric.watch.looks import Looks
from facemetric.watch.roster import Answer
from facemetric.watch.shots import MOST_SHOTS, Sighting
from facemetric.watch.spread import spread_exponent
from facemetric.watch.track import Track
from layouts.sightings import near, sighting, unit
from layouts.watch_lists import BUNDLE, directions_gallery, enrol

MANIFEST = open_bundle(BUNDLE).manifest


@pytest.mark.parametrize("flip", [True, False])
def test_the_built_in_bundle_has_one(flip: bool) -> None:
    (spread,) = (one for one in MANIFEST.spreads if one.flip == flip)
    exponent = spread_exponent(
        MANIFEST, "corrected", flip=flip, min_shots=spread.least_shots, looks=5
    )
    assert exponent == spread.exponent > 0
    # What it was chosen by: strangers' visits reach no threshold more often than its rate says.
    assert len(spread.points) == 3
    assert all(point.strangers <= point.far for point in spread.points)


def test_the_mean_needs_none() -> None:
    bare = MANIFEST.model_copy(update={"spreads": ()})
    assert spread_exponent(bare, "mean", flip=True, min_shots=1, looks=9) == 0


def test_a_bundle_without_one_is_refused() -> None:
    other = tuple(one for one in MANIFEST.spreads if not one.flip)
    bare = MANIFEST.model_copy(update={"spreads": other})
    with pytest.raises(CalibrationError, match=r"correction .* with flip .*--decide-on mean"):
        spread_exponent(bare, "corrected", flip=True, min_shots=3, looks=5)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"min_shots": 2}, "min_shots: expected at least 3, .* got 2.*Raise it"),
        ({"most_shots": 9}, "most_shots: expected at most 8, .* got 9.*Lower it"),
        ({"looks": 6}, "looks: expected at most 5, .* got 6.*Lower it"),
    ],
)
def test_what_lets_more_strangers_pass_than_was_measured_is_refused(
    changed: dict[str, int], told: str
) -> None:
    asked = {"min_shots": 3, "most_shots": 8, "looks": 5, **changed}
    with pytest.raises(InputError, match=rf"(?s){told}"):
        spread_exponent(MANIFEST, "corrected", flip=True, **asked)


def test_it_was_measured_with_the_look_ups_that_a_watch_makes() -> None:
    """The numbers of shots in ``conditions`` of the result are those of ``Looks``."""
    result = Path(__file__).parents[3] / "benchmarks/results/calibrate_spread.json"
    conditions = json.loads(result.read_text())["conditions"]
    undecided = decide_who([], manual_threshold(0.5), compared=1, odds=None)

    def seen(at_s: float) -> Sighting:
        one = sighting((0, 0, 9, 9), at_s, who=unit(int(at_s)))
        one.embedding = one.who
        return one

    track = Track(1, seen(0), most_shots=MOST_SHOTS)
    looks, looked = Looks(), []
    for second in range(1, 60):
        if looks.due(track, version=0):
            looked.append(track.shots.added)
            looks.keep(track, Answer(undecided, None), version=0)
        track.see(seen(second), alike=1.0)
    assert looked == conditions["looks"]
    assert conditions["shots_kept"] == MOST_SHOTS
    assert all(one.most_shots == MOST_SHOTS and one.looks == 5 for one in MANIFEST.spreads)


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
