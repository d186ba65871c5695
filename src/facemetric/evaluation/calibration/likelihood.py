"""From similarity to likelihood ratio: isotonic or logistic, whichever costs less on new people."""

from __future__ import annotations

import warnings
from typing import Literal, TypeAlias

import numpy as np

from facemetric.bundle import LikelihoodRatios
from facemetric.evaluation.calibration.cllr import cllr
from facemetric.evaluation.calibration.score_counts import (
    ScoreCounts,
    bin_centres,
    count_scores,
)
from facemetric.evaluation.metrics.operating import PAIRS_PER_FAR
from facemetric.types import AnyArray, Float32, Float64

Method: TypeAlias = Literal["isotonic", "logistic"]
METHODS: tuple[Method, ...] = ("isotonic", "logistic")
_FOLDS = 5
# Of log10: five percent of the ratio, little beside the interval of any rate.
_TOLERANCE = 0.02
_DIGITS = 5


def fit_likelihood_ratios(
    embeddings: Float32, labels: AnyArray, *, seed: int = 0
) -> LikelihoodRatios | None:
    """Fit the table of likelihood ratios of a collection; ``None`` where it supports none.

    Isotonic regression (pool adjacent violators: Zadrozny, Elkan, "Transforming classifier scores
    into accurate multiclass probability estimates", 2002) and logistic regression are fitted to
    four fifths of the people and their `cllr` taken on the pairs among the last fifth, five times;
    the one with the lower mean is fitted to all.

    Parameters
    ----------
    embeddings
        ``float32 (N, D)``, unit norm.
    labels
        ``int (N,)``: the person in each.
    seed
        Deals the people into fifths.

    Raises
    ------
    InputError
        The shapes disagree.
    """
    counts = count_scores(embeddings, labels, folds=_FOLDS, seed=seed)
    genuine, impostor = counts.of(np.ones(_FOLDS, bool))
    if not _enough(counts):
        return None
    costs = {method: _held_out(counts, method) for method in METHODS}
    method = min(METHODS, key=lambda name: costs[name])
    table = fit_table(genuine, impostor, method)
    return LikelihoodRatios(
        method=method,
        table=tuple((float(x), float(y)) for x, y in table),
        cllr=round(costs[method], _DIGITS),
        min_cllr=round(min_cllr(genuine, impostor), _DIGITS),
        genuine_pairs=int(genuine.sum()),
        impostor_pairs=int(impostor.sum()),
    )


def fit_table(genuine: Float64, impostor: Float64, method: Method) -> Float64:
    """Return ``float64 (K, 2)``: similarity and log10 likelihood ratio, both rising.

    Clipped on both sides: no ratio above a tenth of the impostor pairs or below ten in the genuine
    ones. Inside, a step of the isotonic fit may rest on fewer than ten pairs of the rare kind: the
    first and the last ratios are estimates without an interval.

    Parameters
    ----------
    genuine, impostor
        ``float64 (STEPS,)``: pairs in each bin of similarity, more than ten of each.
    method
        ``"isotonic"`` or ``"logistic"``.
    """
    fit = _isotonic if method == "isotonic" else _logistic
    similarity, ratio = fit(genuine, impostor)
    low = np.log10(PAIRS_PER_FAR / genuine.sum())
    high = np.log10(impostor.sum() / PAIRS_PER_FAR)
    if method == "logistic":
        # The straight line up to the clip, not to the end of the scale.
        first = max(int(np.searchsorted(ratio, low, side="right")) - 1, 0)
        last = min(int(np.searchsorted(ratio, high)), len(ratio) - 1)
        similarity, ratio = similarity[first : last + 1], ratio[first : last + 1]
    ratio = np.clip(ratio, low, high)
    table = _thinned(np.stack([similarity, ratio], axis=1))
    return np.round(table, _DIGITS)


def look_up(table: AnyArray, similarities: AnyArray) -> Float64:
    """Return the table's log10 ratio of ``similarities``: lines between rows, level outside."""
    rows = np.asarray(table, np.float64)
    ratios: Float64 = np.interp(np.asarray(similarities, np.float64), rows[:, 0], rows[:, 1])
    return ratios


def min_cllr(genuine: Float64, impostor: Float64) -> float:
    """Return the least `cllr` that any rising table has on these pairs: isotonic, fitted to them.

    ``genuine`` and ``impostor`` are ``float64 (STEPS,)``: pairs in each bin.
    """
    used = np.flatnonzero(genuine + impostor)
    share = _pooled(used, genuine, impostor)
    with np.errstate(divide="ignore"):
        ratio = np.log10(share) - np.log10(1 - share)
    # A block of one kind only costs nothing; -inf and inf say so in the limit.
    ratio = np.clip(ratio, -300, 300)
    mine, other = genuine[used], impostor[used]
    return cllr(ratio, ratio, genuine_counts=mine, impostor_counts=other)


def _enough(counts: ScoreCounts) -> bool:
    """Tell whether both kinds of pairs are there to be fitted and to be held out, in every fold."""
    for fold in range(counts.folds):
        held = np.arange(counts.folds) == fold
        for part in (held, ~held):
            if min(pairs.sum() for pairs in counts.of(part)) <= PAIRS_PER_FAR:
                return False
    return True


def _held_out(counts: ScoreCounts, method: Method) -> float:
    """Return the mean `cllr` of the pairs among the people of each fold, fitted to the others."""
    centres = bin_centres()
    costs = []
    for fold in range(counts.folds):
        held = np.arange(counts.folds) == fold
        ratio = look_up(fit_table(*counts.of(~held), method), centres)
        genuine, impostor = counts.of(held)
        costs.append(cllr(ratio, ratio, genuine_counts=genuine, impostor_counts=impostor))
    return float(np.mean(costs))


def _pooled(used: AnyArray, genuine: Float64, impostor: Float64) -> Float64:
    """Return the rising share of genuine pairs in each used bin, both kinds weighing the same."""
    from sklearn.isotonic import IsotonicRegression

    mine = genuine[used] / genuine.sum()
    all_ = mine + impostor[used] / impostor.sum()
    model = IsotonicRegression(y_min=0, y_max=1)
    shares: Float64 = model.fit_transform(np.arange(len(used)), mine / all_, sample_weight=all_)
    return shares


def _isotonic(genuine: Float64, impostor: Float64) -> tuple[Float64, Float64]:
    # Laplace's rule of succession: one more pair of strangers above all, of one person below all.
    genuine, impostor = genuine.copy(), impostor.copy()
    used = np.flatnonzero(genuine + impostor)
    genuine[used[0]] += 1
    impostor[used[-1]] += 1
    share = _pooled(used, genuine, impostor)
    blocks = np.flatnonzero(np.diff(share, prepend=-1) > 1e-12)
    weight = (genuine / genuine.sum() + impostor / impostor.sum())[used]
    place = np.add.reduceat(weight * bin_centres()[used], blocks) / np.add.reduceat(weight, blocks)
    ratio = np.log10(share[blocks]) - np.log10(1 - share[blocks])
    if len(blocks) == 1:  # the same at both ends: the similarities tell nothing
        place = bin_centres()[[used[0], max(used[-1], used[0] + 1)]]
        ratio = np.repeat(ratio, 2)
    return place, ratio


def _logistic(genuine: Float64, impostor: Float64) -> tuple[Float64, Float64]:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    centres = bin_centres()
    used = np.flatnonzero(genuine + impostor)
    x = np.concatenate([centres[used]] * 2)
    weights = np.concatenate([genuine[used] / genuine.sum(), impostor[used] / impostor.sum()])
    middle, scale = np.average(x, weights=weights), np.ptp(x)
    same = np.repeat([1, 0], len(used))
    kept = weights > 0
    # C so large that nothing is shrunk; the weights are brought to one a kind on average.
    model = LogisticRegression(C=1e9, max_iter=1000)
    with warnings.catch_warnings():
        # Where one similarity parts the kinds every steep line does, and none is the best.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(
            ((x - middle) / scale)[kept, None], same[kept], sample_weight=weights[kept] * len(used)
        )
    slope = max(float(model.coef_[0, 0]), 0.0) / scale
    ratio = (slope * (centres - middle) + float(model.intercept_[0])) / np.log(10)
    return centres, ratio


def _thinned(table: Float64) -> Float64:
    """Drop rows that a line between their neighbours gives to within the tolerance.

    Douglas, Peucker, "Algorithms for the reduction of the number of points", 1973, with the error
    taken along the ratio.
    """
    kept = np.zeros(len(table), bool)
    kept[[0, -1]] = True
    waiting = [(0, len(table) - 1)]
    while waiting:
        first, last = waiting.pop()
        if last - first < 2:
            continue
        between = table[first + 1 : last]
        line = np.interp(between[:, 0], table[[first, last], 0], table[[first, last], 1])
        error = np.abs(between[:, 1] - line)
        worst = int(error.argmax())
        if error[worst] > _TOLERANCE:
            place = first + 1 + worst
            kept[place] = True
            waiting += [(first, place), (place, last)]
    return table[kept]
