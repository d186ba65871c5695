"""The metrics against scikit-learn and against plain loops, on real scores and on tied ones.

Real: the 6,000 pairs of LFW with the embeddings that ``lfw_accuracy.py`` leaves in the cache (every
``lfw/*.npz`` there). Tied: the same, rounded to two digits and to one. Made up: normal scores.

    python benchmarks/metric_oracles.py
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import (
    adjusted_rand_score,
    det_curve,
    normalized_mutual_info_score,
    roc_auc_score,
    roc_curve,
)

from _conditions import conditions, write_result
from _script import run_script
from facemetric.bundle import cache_folder
from facemetric.evaluation.intervals import pairs_of_list, people_draws
from facemetric.evaluation.intervals.pair_figures import AreaInDraw, DPrimeInDraw, EqualErrorInDraw
from facemetric.evaluation.intervals.rates import TarInDraw
from facemetric.evaluation.metrics import (
    adjusted_rand_index,
    bcubed_f,
    d_prime,
    det,
    equal_error_rate,
    facenet_grid_accuracy,
    facenet_grid_val,
    kfold_accuracy,
    normalized_mutual_information,
    pairwise_f,
    roc,
    tar_at_far,
)

BAR = 1e-9
FARS = (1e-1, 1e-2, 1e-3)
DRAWN_PEOPLE, DRAWN_PAIRS = 40, 1500


def score_sets(folder: Path) -> Iterator[tuple[str, Any, Any, Any]]:
    """Yield a name, scores in [-1, 1], same and fold: real, tied and made up."""
    random = np.random.default_rng(0)
    same = np.tile(np.repeat([True, False], 300), 10)
    fold = np.repeat(np.arange(10), 600)
    sets = [("normal", np.clip(random.normal(0.4 * same, 0.2), -1, 1), same, fold)]
    for path in sorted(folder.glob("*.npz")):
        with np.load(path, allow_pickle=False) as data:
            if "pairs" in data:
                first, second = data["embeddings"][data["pairs"].T]
                scores = np.einsum("pd,pd->p", first, second, dtype=np.float64)
                sets.append((path.stem, scores, data["same"], data["fold"]))
    for name, scores, kinds, folds in sets:
        yield name, scores, kinds, folds
        for digits in (2, 1):
            yield f"{name}, {digits} digits", np.round(scores, digits), kinds, folds


def curve_rows(scores: Any, same: Any) -> Iterator[tuple[str, str, float]]:
    """Yield figure, oracle and largest difference."""
    curve = roc(scores, same)
    far, tar, thresholds = roc_curve(same, scores, drop_intermediate=False)
    yield "ROC: FAR", "scikit-learn", largest(curve.far - far)
    yield "ROC: TAR", "scikit-learn", largest(curve.tar - tar)
    yield "ROC: thresholds", "scikit-learn", largest(curve.thresholds[1:] - thresholds[1:])
    yield "AUC", "scikit-learn", abs(curve.area - roc_auc_score(same, scores))
    genuine, impostors = scores[same].tolist(), scores[~same]
    wins = sum(float((impostors < g).sum() + (impostors == g).sum() / 2) for g in genuine)
    yield "AUC", "loop over pairs", abs(curve.area - wins / len(genuine) / len(impostors))
    yield "EER", "loop over thresholds", abs(equal_error_rate(scores, same).rate - eer(far, tar))
    for rate in FARS:
        ours = tar_at_far(scores, same, rate)
        yield f"TAR@FAR {rate:g}", "scikit-learn", abs(ours.tar - tar[far <= rate].max())
        yield f"TAR@FAR {rate:g}", "loop", abs(ours.tar - slow_tar(scores, same, rate))
    mine = det(scores, same)
    rates = {cut: (a, b) for cut, a, b in zip(mine.thresholds, mine.fmr, mine.fnmr, strict=True)}
    fmr, fnmr, cuts = det_curve(same, scores)
    found = np.array([rates[cut] for cut in cuts])
    yield "DET", "scikit-learn", largest(found - np.stack([fmr, fnmr], axis=1))
    means = [statistics.fmean(part) for part in (genuine, impostors.tolist())]
    spread = statistics.pvariance(genuine) + statistics.pvariance(impostors.tolist())
    yield (
        "d'",
        "statistics",
        abs(d_prime(scores, same) - (means[0] - means[1]) / (spread / 2) ** 0.5),
    )


def eer(far: Any, tar: Any) -> float:
    """Walk along the curve until false accepts are no longer rarer than false rejects."""
    points = list(zip(far.tolist(), (1 - tar).tolist(), strict=True))
    for (a0, r0), (a1, r1) in pairwise(points):
        if a1 >= r1:
            share = (r0 - a0) / ((r0 - a0) + (a1 - r1))
            return float(a0 + share * (a1 - a0))
    raise AssertionError("a curve ends at FAR 1")


def slow_tar(scores: Any, same: Any, far: float) -> float:
    best = 0.0
    impostors, genuine = scores[~same], scores[same]
    for cut in sorted(set(scores.tolist()), reverse=True):
        if float((impostors >= cut).sum()) > far * len(impostors) * (1 + 1e-12):
            break
        best = float((genuine >= cut).mean())
    return best


def fold_rows(scores: Any, same: Any, fold: Any) -> Iterator[tuple[str, str, float]]:
    ours = kfold_accuracy(scores, same, fold)
    yield "10-fold accuracy", "loop", largest(ours.accuracies - slow_folds(scores, same, fold))
    distances = 2 - 2 * scores
    grid = facenet_grid_accuracy(distances, same, fold)
    wanted, cuts = slow_grid_accuracy(distances, same, fold)
    yield "FaceNet's grid, 0.01: accuracy", "loop", largest(grid.accuracies - wanted)
    yield "FaceNet's grid, 0.01: thresholds", "loop", largest(grid.thresholds - cuts)
    val = facenet_grid_val(distances, same, fold)
    values, rates, cuts = slow_grid_val(distances, same, fold)
    yield "FaceNet's grid, 0.001: VAL", "loop", largest(val.values - values)
    yield "FaceNet's grid, 0.001: FAR", "loop", largest(val.fars - rates)
    yield "FaceNet's grid, 0.001: thresholds", "loop", largest(val.distances - cuts)


def slow_folds(scores: Any, same: Any, fold: Any) -> Any:
    """Try every cut of the other folds; of equally good ones take the middle one."""
    accuracies = []
    for held_out in range(fold.max() + 1):
        train = fold != held_out
        steps = sorted(set(scores[train].tolist()))
        cuts = [steps[0], *((a + b) / 2 for a, b in pairwise(steps))]
        cuts.append(np.nextafter(steps[-1], np.inf))
        right = [int(((scores[train] >= cut) == same[train]).sum()) for cut in cuts]
        best = [cut for cut, count in zip(cuts, right, strict=True) if count == max(right)]
        cut = best[(len(best) - 1) // 2]
        accuracies.append(float(((scores[~train] >= cut) == same[~train]).mean()))
    return np.array(accuracies)


def slow_grid_accuracy(distances: Any, same: Any, fold: Any) -> tuple[Any, Any]:
    """Judge each fold by the first grid point of highest accuracy on the others."""
    accuracies, cuts = [], []
    for held_out in range(fold.max() + 1):
        train = fold != held_out
        best, cut = -1, 0.0
        for point in np.arange(0, 4, 0.01).tolist():
            right = int(((distances[train] < point) == same[train]).sum())
            if right > best:
                best, cut = right, point
        accuracies.append(float(((distances[~train] < cut) == same[~train]).mean()))
        cuts.append(cut)
    return np.array(accuracies), np.array(cuts)


def slow_grid_val(distances: Any, same: Any, fold: Any, far: float = 1e-3) -> tuple[Any, Any, Any]:
    """On the other folds' FAR by grid point, the distance at the wanted FAR on a straight line."""
    values, rates, cuts = [], [], []
    grid = np.arange(0, 4, 0.001).tolist()
    for held_out in range(fold.max() + 1):
        train, test = fold != held_out, fold == held_out
        others = distances[train & ~same]
        fars = [float((others < point).sum()) / len(others) for point in grid]
        cut = 0.0
        if max(fars) >= far:
            low = max(place for place, rate in enumerate(fars) if rate <= far)
            cut = grid[low]
            if low + 1 < len(grid):
                share = (far - fars[low]) / (fars[low + 1] - fars[low])
                cut += share * (grid[low + 1] - grid[low])
        values.append(float((distances[test & same] < cut).mean()))
        rates.append(float((distances[test & ~same] < cut).mean()))
        cuts.append(cut)
    return np.array(values), np.array(rates), np.array(cuts)


def draw_rows(scores: Any, same: Any) -> Iterator[tuple[str, str, float]]:
    """Yield the rows of draws of people against their pairs written out."""
    random = np.random.default_rng(1)
    rows = random.choice(len(scores), min(DRAWN_PAIRS, len(scores)), replace=False)
    scores, same = scores[rows], same[rows]
    first = random.integers(0, DRAWN_PEOPLE, len(rows))
    step = random.integers(1, DRAWN_PEOPLE, len(rows))
    people = np.stack([first, np.where(same, first, (first + step) % DRAWN_PEOPLE)], axis=1)
    pairs = pairs_of_list(scores, same, people)
    worst = np.zeros(4)
    for draw in people_draws(DRAWN_PEOPLE, replicates=5, seed=0):
        times = np.where(same, draw[people[:, 0]], draw[people].prod(axis=1)).astype(int)
        copies, kinds = np.repeat(scores, times), np.repeat(same, times)
        far, tar, _ = roc_curve(kinds, copies, drop_intermediate=False)
        gaps = [
            TarInDraw(pairs, [0.01])(draw)[0][0] - tar[far <= 0.01].max(),
            AreaInDraw(pairs)(draw) - roc_auc_score(kinds, copies),
            EqualErrorInDraw(pairs)(draw) - eer(far, tar),
            DPrimeInDraw(pairs)(draw) - d_prime(copies, kinds),
        ]
        worst = np.maximum(worst, np.abs(gaps))
    for name, gap in zip(("TAR@FAR 0.01", "AUC", "EER", "d'"), worst, strict=True):
        yield f"{name} of a draw of people", "pairs written out", float(gap)


def clustering_rows() -> Iterator[tuple[str, str, float]]:
    random = np.random.default_rng(2)
    labels, clusters = random.integers(0, 12, 200), random.integers(0, 15, 200)
    ari = adjusted_rand_index(labels, clusters)
    yield "adjusted Rand index", "scikit-learn", abs(ari - adjusted_rand_score(labels, clusters))
    nmi = normalized_mutual_information(labels, clusters)
    wanted = normalized_mutual_info_score(labels, clusters)
    yield "normalised mutual information", "scikit-learn", abs(nmi - wanted)
    one, together = labels[:, None] == labels, clusters[:, None] == clusters
    off = ~np.eye(len(labels), dtype=bool)
    both = float((one & together & off).sum())
    p, r = both / float((together & off).sum()), both / float((one & off).sum())
    yield "pairwise F", "table of pairs", abs(pairwise_f(labels, clusters).f - 2 * p * r / (p + r))
    shares = (one & together).sum(axis=1)
    p, r = float((shares / together.sum(axis=1)).mean()), float((shares / one.sum(axis=1)).mean())
    yield "BCubed F", "table of pairs", abs(bcubed_f(labels, clusters).f - 2 * p * r / (p + r))


def largest(differences: Any) -> float:
    return float(np.abs(differences).max())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--embeddings", type=Path, default=cache_folder() / "lfw")
    options = parser.parse_args()
    rows = [("clusters", *row) for row in clustering_rows()]
    for name, scores, same, fold in score_sets(options.embeddings):
        for part in (
            curve_rows(scores, same),
            fold_rows(scores, same, fold),
            draw_rows(scores, same),
        ):
            rows += [(name, *row) for row in part]
    figures: dict[tuple[str, str], float] = {}
    for _, figure, oracle, gap in rows:
        figures[figure, oracle] = max(gap, figures.get((figure, oracle), 0.0))
    for (figure, oracle), gap in figures.items():
        print(f"{figure:38}{oracle:24}{gap:>12.2e}")
    worst = max(gap for *_, gap in rows)
    passed = worst <= BAR
    path = write_result(
        "metric_oracles",
        {
            "what": "largest difference between a metric and its oracle",
            "bar": f"<= {BAR:g} for every figure and set of scores",
            "passed": passed,
            "worst": worst,
            "score_sets": sorted({name for name, *_ in rows}),
            "rows": [
                {"figure": figure, "oracle": oracle, "max_difference": gap}
                for (figure, oracle), gap in figures.items()
            ],
            "comparisons": len(rows),
            "conditions": conditions(("scikit-learn",), seed=0, pairs=6000),
        },
    )
    print(f"{len(rows)} comparisons, worst {worst:.1e}: {'passed' if passed else 'FAILED'}: {path}")
    return 0 if passed else 1


if __name__ == "__main__":
    run_script(main)
