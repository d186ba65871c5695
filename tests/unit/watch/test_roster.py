"""The list, as other hands change it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from facemetric.bundle import open_bundle
from facemetric.errors import CalibrationError, GalleryError
from facemetric.gallery import Gallery
from facemetric.watch import Roster
from layouts.sightings import near, unit
from layouts.watch_lists import BUNDLE, directions_gallery, enrol


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def gallery(tmp_path: Path) -> Iterator[Gallery]:
    with directions_gallery(tmp_path / "list.db") as opened:
        yield opened


@pytest.fixture
def other(tmp_path: Path, gallery: Gallery) -> Iterator[Gallery]:
    """The same file, as another process has it."""
    with directions_gallery(tmp_path / "list.db") as opened:
        yield opened


def roster(gallery: Gallery, clock: Clock, **options: object) -> Roster:
    manifest = open_bundle(BUNDLE).manifest
    return Roster(gallery, manifest, flip=True, clock=clock, **options)  # type: ignore[arg-type]


def test_who_is_enrolled_or_erased_elsewhere_is_seen(gallery: Gallery, other: Gallery) -> None:
    clock = Clock()
    people = roster(gallery, clock)
    template = (near(unit(1), 0.98), 1.0)
    assert people.look_up([template])[0].match is None
    person = enrol(other, "Ada", unit(1))
    # A look-up sees it at once, the version with the next reading.
    (answer,) = people.look_up([template])
    assert answer.match is not None and answer.match.name == "Ada"
    version = people.version
    clock.now_s += 1.1
    people.refresh()
    assert (people.people, people.version) == (1, version + 1)
    other.remove("Ada")
    assert people.look_up([template])[0].match is None
    assert people.name_of(person) is None


def test_the_list_is_one_group_or_several(gallery: Gallery) -> None:
    enrol(gallery, "Ada", unit(1), groups=["staff"])
    enrol(gallery, "Bob", unit(2), groups=["banned"])
    enrol(gallery, "Eve", unit(3))
    templates = [(unit(seed), 1.0) for seed in (1, 2, 3)]

    def named(*groups: str) -> list[str | None]:
        answers = roster(gallery, Clock(), groups=groups).look_up(templates)
        return [answer.match.name if answer.match else None for answer in answers]

    assert named("staff") == ["Ada", None, None]
    assert named("staff", "banned") == ["Ada", "Bob", None]
    assert named() == ["Ada", "Bob", "Eve"]


def test_the_threshold_follows_the_size_of_the_list(gallery: Gallery) -> None:
    clock = Clock()
    people = roster(gallery, clock, groups=["staff"])
    enrol(gallery, "P0", unit(0), groups=["staff"])
    clock.now_s += 2
    people.refresh()
    small = people.threshold.similarity
    for number in range(1, 60):
        enrol(gallery, f"P{number}", unit(number), groups=["staff"])
        enrol(gallery, f"Q{number}", unit(1000 + number))
    clock.now_s += 60
    people.refresh()
    assert people.samples == 60
    assert people.threshold.similarity > small
    everybody = roster(gallery, Clock())
    assert everybody.threshold.similarity >= people.threshold.similarity


def test_a_list_that_outgrows_its_risk_is_watched_at_the_safest_threshold(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    enrol(gallery, "Ada", unit(1))
    people = roster(gallery, clock)
    fitting = people.threshold
    samples = {"count": 6000}
    persons = gallery.people()

    def longer() -> list[object]:
        return [replace(person, samples=samples["count"]) for person in persons]

    monkeypatch.setattr(gallery, "people", longer)
    clock.now_s += 60
    people.refresh()
    strictest = 1.0e-6  # of the built-in calibration
    assert people.threshold.far == strictest
    assert people.threshold.similarity > fitting.similarity
    assert people.stranger_risk == pytest.approx(6000 * 2.05e-6, rel=0.01) and people.outgrown
    (answer,) = people.look_up([(unit(1), 1.0)])
    assert answer.match is not None and answer.match.name == "Ada"
    assert answer.decision.stranger_risk == people.stranger_risk
    samples["count"] = 1
    clock.now_s += 60
    people.refresh()
    assert (people.threshold, people.outgrown) == (fitting, None)


def test_a_list_that_is_too_long_at_first_is_refused(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrol(gallery, "Ada", unit(1))
    persons = [replace(person, samples=6000) for person in gallery.people()]
    monkeypatch.setattr(gallery, "people", lambda: persons)
    with pytest.raises(CalibrationError, match=r"Accept a higher stranger risk, 0\.013 or more"):
        roster(gallery, Clock())
    assert roster(gallery, Clock(), stranger_risk=0.013).outgrown is None


def test_the_similarity_is_the_mean_over_the_shots(gallery: Gallery) -> None:
    enrol(gallery, "Ada", unit(1))
    people = roster(gallery, Clock())
    above = people.threshold.similarity + 0.01
    template = near(unit(1), above)
    (sure,) = people.look_up([(template, 1.0)])
    (spread,) = people.look_up([(template, 0.98)])
    assert sure.match is not None
    assert spread.match is None
    assert spread.decision.candidates[0].similarity == pytest.approx(0.98 * above, abs=1e-4)


def test_reading_a_long_list_is_not_repeated_at_once(gallery: Gallery) -> None:
    clock = Clock()
    people = roster(gallery, clock)
    reads = []

    class Slow:
        def people(self) -> list[object]:
            clock.now_s += 0.5
            reads.append(clock.now_s)
            return []

    people._gallery = Slow()  # type: ignore[assignment]
    for _ in range(100):
        clock.now_s += 0.5
        people.refresh()
    # Half a second of reading in 25.
    assert len(reads) in (2, 3)


def test_a_gallery_that_is_away_is_not_asked_at_every_frame(gallery: Gallery) -> None:
    clock = Clock()
    people = roster(gallery, clock)
    gallery.close()
    clock.now_s += 2
    with pytest.raises(GalleryError):
        people.refresh()
    assert people.away
    people.refresh()


def test_a_risk_that_no_calibration_supports_is_refused(gallery: Gallery) -> None:
    with pytest.raises(CalibrationError):
        roster(gallery, Clock(), stranger_risk=1e-9)
    assert roster(gallery, Clock(), stranger_risk=1e-9, threshold=0.97).threshold.far is None
