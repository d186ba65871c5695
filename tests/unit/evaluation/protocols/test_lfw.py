"""LFW as a task, and what holds of every list of pairs in folds."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from facemetric.datasets import Photo
from facemetric.errors import DataError, InputError
from facemetric.evaluation import Evaluation, Settings, evaluate, lfw_task
from facemetric.evaluation.metrics import (
    facenet_grid_accuracy,
    facenet_grid_val,
    kfold_accuracy,
    kfold_decisions,
    roc,
)
from facemetric.evaluation.protocols import LfwTask, PairTask
from facemetric.types import AnyArray

QUICK = Settings(replicates=20)
PEOPLE, FOLDS = 60, 10


def people_and_pairs(*, noise: float = 0.05, seed: int = 0) -> tuple[LfwTask, AnyArray]:
    """Two photographs of each of some made-up people, and pairs over them."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(PEOPLE, 16))
    vectors = np.repeat(centres, 2, axis=0) + noise * random.normal(size=(2 * PEOPLE, 16))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    names = [f"P{i // 2:03d}" for i in range(2 * PEOPLE)]
    genuine = [(2 * i, 2 * i + 1) for i in range(PEOPLE)]
    impostor = [(2 * i, (2 * i + 3) % (2 * PEOPLE)) for i in range(PEOPLE)]
    fold = np.arange(PEOPLE) % FOLDS
    task = LfwTask(
        title="made up",
        photos=tuple(Path(f"{n}/{n}_{i % 2 + 1:04d}.jpg") for i, n in enumerate(names)),
        people=tuple(names),
        conditions={"list": "none"},
        pairs=np.array(genuine + impostor),
        same=np.array([True] * PEOPLE + [False] * PEOPLE),
        fold_of_pair=np.concatenate([fold, fold]),
    )
    return task, vectors


def measured(task: PairTask, vectors: AnyArray, found: AnyArray | None = None) -> Evaluation:
    seen = np.ones(len(vectors), bool) if found is None else found
    return evaluate(task, lambda photos: (vectors, seen), QUICK, bundle="made-up")


def similarities(task: PairTask, vectors: AnyArray) -> AnyArray:
    """The slow way, as an oracle."""
    return np.array([np.dot(vectors[a].astype(float), vectors[b]) for a, b in task.pairs.tolist()])


def test_separable_people_are_all_right() -> None:
    task, vectors = people_and_pairs()
    found = np.ones(len(vectors), bool)
    found[[3, 8]] = False
    calls: list[int] = []

    def embed(photos: Sequence[Photo]) -> tuple[AnyArray, AnyArray]:
        calls.append(len(photos))
        return vectors, found

    result = evaluate(task, embed, QUICK)
    assert calls == [120]
    part = result.part("pairs")
    accuracy = part.figure("accuracy")
    assert part.figures[0] is accuracy
    assert (accuracy.value, accuracy.deviation, accuracy.standard_error) == (1.0, 0.0, 0.0)
    assert part.figure("equal error rate").value == 0.0
    assert part.figure("AUC").value == 1.0
    out = result.to_wire()
    assert (out.photos, out.faces_found) == (120, 118)
    assert out.missing == ("P001/P001_0002.jpg", "P004/P004_0001.jpg")


def test_figures_are_those_of_the_metrics_and_fit_in_json() -> None:
    task, vectors = people_and_pairs(noise=1.2)
    scores = similarities(task, vectors)
    folds = kfold_accuracy(scores, task.same, task.fold_of_pair)
    curve = roc(scores, task.same)
    result = measured(task, vectors)
    document = json.loads(result.to_wire().model_dump_json())
    assert document["faces_found"] == document["photos"] == 120
    assert (document["protocol"], document["bundle"]) == ("lfw", "made-up")
    assert document["conditions"] == {
        "list": "none",
        "faces": "central",
        "replicates": 20,
        "confidence": 0.95,
        "seed": 0,
    }
    (part,) = document["parts"]
    assert part["counts"] == {"genuine pairs": 60, "impostor pairs": 60, "people": 60}
    assert [row["accuracy"] for row in part["folds"]] == pytest.approx(folds.accuracies.tolist())
    figures = {figure["name"]: figure for figure in part["figures"]}
    accuracy = figures["accuracy"]
    assert 0.5 < accuracy["value"] < 1
    assert accuracy["value"] == pytest.approx(folds.mean, abs=1e-12)
    assert accuracy["deviation"] == pytest.approx(folds.deviation)
    assert accuracy["standard_error"] == pytest.approx(folds.deviation / np.sqrt(FOLDS))
    assert accuracy["interval"]["low"] < accuracy["value"] < accuracy["interval"]["high"]
    assert figures["AUC"]["value"] == pytest.approx(curve.area, abs=1e-12)
    assert figures["equal error rate"]["value"] == pytest.approx(curve.equal_error_rate)
    unsupported = figures["TAR at FAR 0.1"]
    assert unsupported["value"] is None
    assert "needs 100 impostor pairs" in unsupported["note"]


def test_the_grid_of_facenet_is_beside_the_exact_figure() -> None:
    task, vectors = people_and_pairs(noise=1.2)
    same, fold = task.same, task.fold_of_pair
    distances = np.maximum(2 - 2 * similarities(task, vectors), 0)
    part = measured(task, vectors).part("pairs")
    accuracy = part.figure("accuracy (facenet grid 0.01)")
    wanted = facenet_grid_accuracy(distances, same, fold)
    assert accuracy.value == pytest.approx(wanted.mean, abs=1e-12)
    assert accuracy.standard_error == pytest.approx(wanted.standard_error)
    val = part.figure("VAL at FAR 0.001 (facenet grid)")
    printed = facenet_grid_val(distances, same, fold).mean
    loose = facenet_grid_val(distances, same, fold, far=10 / 60)
    error = loose.values.std(ddof=1) / np.sqrt(len(loose.values))
    assert (val.value, val.at_most) == (
        None,
        pytest.approx(min(1, loose.mean + 1.96 * error), abs=1e-4),
    )
    assert f"prints {100 * printed:.2f} %, but it needs 10,000 impostor pairs" in val.note


def test_a_supported_val_is_a_figure() -> None:
    rng = np.random.default_rng(0)
    count = 10_000
    vectors = rng.normal(size=(1000, 32))
    pairs = rng.integers(0, 1000, (2 * count, 2))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    same = np.arange(2 * count) < count
    pairs[same, 1] = pairs[same, 0]
    task = PairListOf(pairs, same, np.arange(2 * count) % 4)
    val = (
        measured(task, vectors.astype(np.float32))
        .parts[0]
        .figure("VAL at FAR 0.001 (facenet grid)")
    )
    assert val.value == pytest.approx(1.0)
    assert val.note.startswith("FAR ")


def test_without_people_there_is_no_interval_and_it_says_so() -> None:
    task, vectors = people_and_pairs(noise=1.2)
    part = measured(PairListOf(task.pairs, task.same, task.fold_of_pair), vectors).parts[0]
    assert part.figure("accuracy").interval is None
    assert "not known" in " ".join(part.notes)


def test_pairs_with_a_stand_in_are_counted_and_can_be_set_aside() -> None:
    task, vectors = people_and_pairs(noise=1.2)
    found = np.ones(len(vectors), bool)
    found[[0, 7, 8]] = False
    part = measured(task, vectors, found).part("pairs")
    whole = measured(task, vectors).part("pairs")
    touched = ~found[task.pairs].all(axis=1)
    assert part.counts["pairs with a face not found"] == touched.sum() == 6
    assert part.figure("accuracy").value == whole.figure("accuracy").value
    right = kfold_decisions(similarities(task, vectors), task.same, task.fold_of_pair)
    others = part.figure("accuracy, both faces found")
    assert others.value == pytest.approx(right[~touched].mean())
    assert others.interval is not None
    assert "over 114 pairs" in others.note
    assert "the square in its middle" in part.notes[-1]
    assert "pairs with a face not found" not in whole.counts
    assert "accuracy, both faces found" not in {figure.name for figure in whole.figures}
    none = measured(task, vectors, np.zeros(len(vectors), bool)).part("pairs")
    assert "accuracy, both faces found" not in {figure.name for figure in none.figures}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda v, f: (v[:-1], f), "expected 120 rows"),
        (lambda v, f: (v, f[:-1]), "expected 120 rows"),
        (lambda v, f: (v, f.astype(int)), "expected 120 rows"),
        (lambda v, f: (v * 2, f), "expected unit length, got 2"),
        (lambda v, f: (v[:, :, None], f), "Were chips passed"),
        (lambda v, f: (v * np.nan, f), "not finite"),
    ],
)
def test_what_embed_must_return(
    change: Callable[[AnyArray, AnyArray], tuple[AnyArray, AnyArray]], message: str
) -> None:
    task, vectors = people_and_pairs()
    with pytest.raises(InputError, match=message):
        evaluate(task, lambda photos: change(vectors, np.ones(len(photos), bool)), QUICK)


LIST = "2 1\nAda 1 2\nAda 1 Bob 1\nBob 1 2\nCyd 1 Ada 2\n".replace(" ", "\t")


def lfw_folder(root: Path, listed: str = LIST) -> Path:
    for name, shot in (("Ada", 1), ("Ada", 2), ("Bob", 1), ("Bob", 2), ("Cyd", 1)):
        path = root / name / f"{name}_{shot:04d}.jpg"
        path.parent.mkdir(exist_ok=True)
        path.touch()
    (root / "pairs.txt").write_text(listed)
    return root


def test_what_is_read(tmp_path: Path) -> None:
    task = lfw_task(lfw_folder(tmp_path))
    assert task.people == ("Ada", "Ada", "Bob", "Bob", "Cyd")
    assert task.fold is not None
    assert task.fold.tolist() == [0, -1, -1, 1, 1]
    assert (task.protocol, task.faces) == ("lfw", "central")
    assert task.conditions == {"list": "pairs.txt", "folds": 2}
    assert lfw_task(tmp_path, faces="centre").faces == "centre"


def test_a_wrong_folder_or_list(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"pairs\.txt"):
        lfw_task(tmp_path)
    with pytest.raises(DataError, match="missing"):
        lfw_task(lfw_folder(tmp_path, LIST.replace("Cyd\t1", "Cyd\t9")))


@pytest.mark.data
def test_official_lfw(data_root: Path) -> None:
    task = lfw_task(data_root / "lfw")
    assert len(task.photos) == 7701
    assert (len(task.pairs), task.same.sum()) == (6000, 3000)
    assert np.bincount(task.fold_of_pair).tolist() == [600] * 10


class PairListOf(PairTask):
    """Pairs of photographs that are only numbers, of unknown people."""

    protocol = "made-up"

    def __init__(self, pairs: AnyArray, same: AnyArray, fold: AnyArray) -> None:
        super().__init__(
            title="made up",
            photos=tuple(Path(f"{row}.jpg") for row in range(int(pairs.max()) + 1)),
            conditions={},
            pairs=pairs,
            same=same,
            fold_of_pair=fold,
        )
