"""CFP as a task: two lists over the same photographs."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from facemetric.datasets import photo_name
from facemetric.errors import DataError, InputError
from facemetric.evaluation import PROTOCOLS, Settings, evaluate
from facemetric.evaluation.metrics import kfold_accuracy, roc
from facemetric.evaluation.protocols import CfpTask, cfp_task
from facemetric.types import AnyArray
from layouts.small import CFP_PAIRS, FOLDS, SmallTrees

QUICK = Settings(replicates=20)


def made_up(task: CfpTask, *, noise: float, seed: int = 0) -> AnyArray:
    """A direction for each person, and noise."""
    rng = np.random.default_rng(seed)
    person = np.unique(np.array(task.people), return_inverse=True)[1]
    vectors = rng.normal(size=(person.max() + 1, 16))[person]
    vectors += noise * rng.normal(size=vectors.shape)
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def pose(task: CfpTask, row: int) -> str:
    path = task.photos[row]
    assert isinstance(path, Path)
    return path.parent.name


def test_both_lists_over_the_same_photographs(small_trees: SmallTrees) -> None:
    task = cfp_task(small_trees.cfp)
    assert [one.name for one in task.lists] == ["FF", "FP"]
    for listed in task.lists:
        assert np.bincount(listed.fold).tolist() == [2 * CFP_PAIRS] * FOLDS
        people = np.array(task.people)[listed.pairs]
        assert ((people[:, 0] == people[:, 1]) == listed.same).all()
    ff, fp = task.lists
    assert {pose(task, row) for row in ff.pairs.ravel()} == {"frontal"}
    assert {pose(task, row) for row in fp.pairs[:, 0]} == {"frontal"}
    assert {pose(task, row) for row in fp.pairs[:, 1]} == {"profile"}
    assert len(set(task.photos)) == len(task.photos)
    assert set(task.people) <= {path.name for path in (small_trees.cfp / "Data/Images").iterdir()}
    # The people of a fold are in no other, in either list.
    assert task.fold is not None
    assert set(task.fold.tolist()) == set(range(FOLDS))
    folds_of = {
        p: {int(task.fold[r]) for r, q in enumerate(task.people) if p == q} for p in task.people
    }
    assert all(len(folds) == 1 for folds in folds_of.values())


def test_each_list_has_its_own_figures(small_trees: SmallTrees) -> None:
    task = cfp_task(small_trees.cfp)
    vectors = made_up(task, noise=0.9)
    result = evaluate(task, lambda photos: (vectors, np.ones(len(photos), bool)), QUICK)
    assert [part.name for part in result.parts] == ["FF", "FP"]
    assert result.conditions["lists"] == "FF, FP"
    for listed, part in zip(task.lists, result.parts, strict=True):
        scores = np.array([vectors[a].astype(float) @ vectors[b] for a, b in listed.pairs])
        accuracy = part.figure("accuracy")
        assert accuracy.value == pytest.approx(
            kfold_accuracy(scores, listed.same, listed.fold).mean
        )
        assert part.figure("AUC").value == pytest.approx(roc(scores, listed.same).area)
        assert accuracy.interval is not None
        assert part.notes == ()


@pytest.mark.parametrize("name", ["FF", "FP"])
def test_one_list_has_the_figures_that_it_has_beside_the_other(
    small_trees: SmallTrees, name: str
) -> None:
    both, alone = cfp_task(small_trees.cfp), cfp_task(small_trees.cfp, lists=(name,))  # type: ignore[arg-type]
    vectors = made_up(both, noise=0.9)
    row_of = {path: row for row, path in enumerate(both.photos)}
    rows = np.array([row_of[path] for path in alone.photos])
    found = np.ones(len(vectors), bool)
    (part,) = alone.measure(vectors[rows], found[rows], QUICK)
    other = next(p for p in both.measure(vectors, found, QUICK) if p.name == name)
    assert part.to_wire() == other.to_wire()


def test_profiles_that_no_detector_finds_count(small_trees: SmallTrees) -> None:
    task = cfp_task(small_trees.cfp)
    vectors = made_up(task, noise=0.9)
    profiles = np.array([pose(task, row) == "profile" for row in range(len(task.photos))])
    lost = np.flatnonzero(profiles)[::3]
    found = np.ones(len(vectors), bool)
    found[lost] = False
    result = evaluate(task, lambda photos: (vectors, found), QUICK)
    ff, fp = result.parts
    assert "pairs with a face not found" not in ff.counts
    assert fp.counts["pairs with a face not found"] == np.isin(task.lists[1].pairs, lost).sum()
    assert "accuracy, both faces found" in {figure.name for figure in fp.figures}
    assert "where the faces of the other photographs are" in fp.notes[-1]
    assert result.to_wire().missing == tuple(photo_name(task.photos[row]) for row in lost)


@pytest.mark.parametrize("lists", [(), ("FF", "FF"), ("FP", "XX")])
def test_other_lists_are_refused(small_trees: SmallTrees, lists: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match="expected FF"):
        cfp_task(small_trees.cfp, lists=lists)  # type: ignore[arg-type]


def test_a_wrong_folder_and_a_missing_photograph(small_trees: SmallTrees, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="Protocol/ and Data/"):
        cfp_task(small_trees.cfp / "Data")
    copy = shutil.copytree(small_trees.cfp, tmp_path / "cfp", symlinks=True)
    gone = next(copy.glob("Data/Images/*/profile/*.jpg"))
    gone.unlink()
    with pytest.raises(DataError, match=r"1 of \d+ photographs are missing.*profile"):
        cfp_task(copy)


def test_it_is_registered(small_trees: SmallTrees) -> None:
    assert PROTOCOLS["cfp"](small_trees.cfp).protocol == "cfp"
