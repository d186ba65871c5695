import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from facemetric.datasets import LfwPairs
from facemetric.errors import InputError
from facemetric.evaluation import evaluate_lfw
from facemetric.evaluation.metrics import kfold_accuracy


def people_and_pairs(*, people: int = 60, folds: int = 10, noise: float = 0.05, seed: int = 0):
    """Two photographs of each of some made-up people, and pairs over them."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(people, 16))
    vectors = np.repeat(centres, 2, axis=0) + noise * random.normal(size=(2 * people, 16))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    paths = tuple(
        Path(f"P{i // 2:03d}/P{i // 2:03d}_{i % 2 + 1:04d}.jpg") for i in range(2 * people)
    )
    genuine = [(2 * i, 2 * i + 1) for i in range(people)]
    impostor = [(2 * i, (2 * i + 3) % (2 * people)) for i in range(people)]
    fold = np.arange(people) % folds
    pairs = LfwPairs(
        paths,
        np.array(genuine + impostor),
        np.array([True] * people + [False] * people),
        np.concatenate([fold, fold]),
    )
    return pairs, vectors


def test_separable_people_are_all_right() -> None:
    pairs, vectors = people_and_pairs()
    found = np.ones(len(vectors), bool)
    found[[3, 8]] = False
    calls: list[int] = []

    def embed(paths: Sequence[Path]) -> tuple[np.ndarray, np.ndarray]:
        calls.append(len(paths))
        return vectors, found

    result = evaluate_lfw(pairs, embed)
    assert calls == [120]
    assert (result.accuracy, result.accuracy_std, result.equal_error_rate) == (1.0, 0.0, 0.0)
    assert result.area == 1.0
    assert (result.images, result.faces_found) == (120, 118)
    assert result.missing == (pairs.paths[3], pairs.paths[8])


def test_figures_are_those_of_the_metrics_and_fit_in_json() -> None:
    pairs, vectors = people_and_pairs(noise=1.2)
    result = evaluate_lfw(pairs, lambda paths: (vectors, np.ones(len(paths), bool)), fars=(0.1,))
    scores = [float(vectors[a] @ vectors[b]) for a, b in pairs.pairs]
    folds = kfold_accuracy(np.array(scores), pairs.same, pairs.fold)
    assert 0.5 < result.accuracy < 1
    assert result.accuracy == pytest.approx(folds.mean)
    document = json.loads(json.dumps(result.to_dict()))
    assert document["accuracy"] == result.accuracy
    assert document["accuracy_std"] == pytest.approx(folds.deviation)
    assert [row["accuracy"] for row in document["folds"]] == pytest.approx(
        folds.accuracies.tolist()
    )
    assert document["faces_found"] == document["images"] == 120
    assert document["tar_at_far"][0]["supported"] is False
    assert "needs 100 impostor pairs" in document["tar_at_far"][0]["note"]


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
def test_what_embed_must_return(change, message: str) -> None:
    pairs, vectors = people_and_pairs()
    with pytest.raises(InputError, match=message):
        evaluate_lfw(pairs, lambda paths: change(vectors, np.ones(len(paths), bool)))
