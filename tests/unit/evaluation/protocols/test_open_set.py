from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from facemetric.datasets import LabelledPhotos
from facemetric.errors import DataError
from facemetric.evaluation import open_set_task
from facemetric.evaluation.protocols.open_set import search_people
from facemetric.evaluation.screening import Screening
from facemetric.types import ItemError
from layouts.made_up import calibrated, measured, uncalibrated, write_people
from layouts.small import SmallTrees

DECISION = "calibrated decision, 1:N"


@pytest.fixture
def watch(tmp_path: Path) -> Path:
    write_people(tmp_path / "w" / "gallery", {f"P{i:02d}": 1 + i % 3 for i in range(20)})
    write_people(tmp_path / "w" / "probes", {f"P{i:02d}": 3 for i in range(60)})
    for path in (tmp_path / "w" / "probes").rglob("*.jpg"):
        path.rename(path.with_name(f"probe-{path.name}"))
    return tmp_path / "w"


def without(*names: str):
    """Return a screening that finds these files unusable."""

    def screen(photos: LabelledPhotos) -> Screening:
        gone = [path for path in photos.paths if f"{path.parent.name}/{path.name}" in names]
        kept = [row for row, path in enumerate(photos.paths) if path not in gone]
        errors = tuple(ItemError(str(path), "no_face", "no face was found") for path in gone)
        return Screening(photos.take(kept), errors)

    return screen


def test_folders_with_gallery_and_probes(watch: Path) -> None:
    task = open_set_task(watch)
    assert task.enrolled == sum(1 + i % 3 for i in range(20))
    result = measured(task)
    (part,) = result.parts
    assert dict(part.counts) == {
        "enrolled": 20,
        "probes with a mate": 60,
        "probes without": 120,
    }
    assert part.figure("DIR at FPIR 0.1").value is not None
    assert part.figure("DIR at FPIR 0.01").value is None


def test_a_person_scores_as_the_best_photograph(watch: Path) -> None:
    task = open_set_task(watch)
    result = measured(task, noise=0.9)
    names = np.unique(np.array(task.people), return_inverse=True)[1]
    gallery, probes = slice(0, task.enrolled), slice(task.enrolled, None)
    found = search_people(
        (result.vectors[gallery], names[gallery]), (result.vectors[probes], names[probes])
    )
    for row, (vector, person) in enumerate(zip(result.vectors[probes], names[probes], strict=True)):
        best: dict[int, float] = {}
        for entry, who in zip(result.vectors[gallery], names[gallery], strict=True):
            best[int(who)] = max(best.get(int(who), -2.0), float(entry @ vector))
        own = best.pop(int(person), None)
        assert found.mated[row] == (own is not None)
        assert found.stranger_scores[row] == pytest.approx(max(best.values()), abs=1e-6)
        if own is not None:
            assert found.mate_scores[row] == pytest.approx(own, abs=1e-6)
            assert found.ranks[row] == 1 + sum(score >= own for score in best.values())


def test_the_calibrated_decision_is_judged(watch: Path) -> None:
    task = open_set_task(watch).for_bundle(calibrated(0.3), flip=True)
    result = measured(task)
    part = result.part(DECISION)
    searches = result.parts[0].searches
    wanted = float((searches.stranger_scores[~searches.mated] >= 0.3).mean())
    assert part.figures[0].name == "FPIR"
    assert part.figures[0].value == pytest.approx(wanted)
    assert wanted > 0.1
    first = searches.ranks[searches.mated] == 1
    right = first & (searches.mate_scores[searches.mated] >= 0.3)
    assert part.figure("DIR").value == pytest.approx(right.mean())
    total = sum(part.figure(n).value for n in ("DIR", "named as somebody else", "not named"))
    assert total == pytest.approx(1)
    assert "promises too much" in part.notes[1]


def test_no_false_alarm_is_a_bound_not_zero(watch: Path) -> None:
    task = open_set_task(watch).for_bundle(calibrated(0.999), flip=True)
    figure = measured(task).part(DECISION).figure("FPIR")
    assert figure.value is None
    assert figure.at_most == pytest.approx(1 - 0.05 ** (1 / 40), abs=1e-6)
    sure = measured(task, confidence=0.99).part(DECISION).figure("FPIR")
    assert sure.at_most == pytest.approx(1 - 0.01 ** (1 / 40), abs=1e-6)


def test_without_a_calibration_it_says_so(watch: Path) -> None:
    task = open_set_task(watch).for_bundle(uncalibrated(), flip=True)
    part = measured(task).part(DECISION)
    assert part.figures[0].value is None
    assert "no calibration" in part.figures[0].note


def test_made_from_a_folder_with_a_seed(tmp_path: Path) -> None:
    people = write_people(tmp_path / "p", {f"P{i}": 4 for i in range(12)})
    task = open_set_task(people, enrolled_each=2, known_share=0.25, seed=1)
    assert task.enrolled == 6
    assert task.photos == open_set_task(people, enrolled_each=2, known_share=0.25, seed=1).photos
    assert task.photos != open_set_task(people, enrolled_each=2, known_share=0.25, seed=2).photos
    assert task.conditions["known share"] == 0.25
    measured(task)


def test_probes_of_people_with_nothing_left_in_the_gallery_do_not_count(watch: Path) -> None:
    task = open_set_task(watch, screen=without("P00/0.jpg", "P01/0.jpg"))
    # P00 had one photograph in the gallery, P01 has another.
    assert task.enrolled == sum(1 + i % 3 for i in range(20)) - 2
    causes = [one.cause for one in task.left_out]
    assert causes.count("no face was found") == 2
    assert causes.count("its person has no photograph left in the gallery") == 3
    assert "P00" not in task.people


@pytest.mark.parametrize(
    ("gallery", "probes", "message"),
    [
        ({"A": 1}, {"A": 2, "B": 2}, "two enrolled people or more are needed, .* of 1"),
        ({"A": 1}, {"B": 2}, "expected probes of a person of the gallery, got none"),
        ({"A": 1, "B": 1}, {"A": 1, "B": 1}, "somebody who is not in the gallery, got none"),
    ],
)
def test_too_little(
    tmp_path: Path, gallery: dict[str, int], probes: dict[str, int], message: str
) -> None:
    write_people(tmp_path / "gallery", gallery)
    write_people(tmp_path / "probes", probes)
    with pytest.raises(DataError, match=message):
        open_set_task(tmp_path)


def test_one_person_is_no_watch_list(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="an open set needs"):
        open_set_task(write_people(tmp_path / "p", {"Ann": 5}))


def test_the_small_tree(small_trees: SmallTrees) -> None:
    assert len(measured(open_set_task(small_trees.open_set)).parts[0].figures) > 1
