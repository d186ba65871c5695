import re

import numpy as np
import pytest

from facemetric.evaluation import Settings
from facemetric.evaluation.intervals import dir_interval, pairs_of_embeddings, tar_intervals
from facemetric.evaluation.metrics import (
    ScoreHistogram,
    dir_at_fpir,
    roc,
    search_outcomes,
    streaming_roc,
    tar_at_far,
)
from facemetric.evaluation.parts import measure_all_pairs, measure_searches
from facemetric.evaluation.parts.splits import measure_splits
from facemetric.evaluation.parts.streamed_curve import area_figure, equal_error_figure

SETTINGS = Settings(replicates=60)


def made_up(people: int, images: int, *, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    labels = np.repeat(np.arange(people), images)
    vectors = random.normal(size=(people, 8))[labels] + 0.8 * random.normal(size=(len(labels), 8))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32), labels


def test_bound_of_tar_allows_for_chance() -> None:
    vectors, labels = made_up(30, 3)
    part = measure_all_pairs("all", vectors, labels, SETTINGS)
    impostors = part.impostor.total
    (bound,) = (one for one in part.figures if one.at_most is not None)
    (interval,) = tar_intervals(
        pairs_of_embeddings(vectors, labels), [10 / impostors], **SETTINGS.draws
    )
    assert bound.at_most == interval.high > interval.estimate


def test_bound_of_splits_allows_for_chance() -> None:
    vectors, labels = made_up(40, 3)
    split = labels % 2
    part = measure_splits("splits", vectors, labels, split, SETTINGS)
    bound = next(one for one in part.figures if one.at_most is not None)
    means = []
    for one in range(2):
        chosen = labels[split == one]
        scores = (vectors[split == one] @ vectors[split == one].T).astype(float)
        rows = np.triu_indices(len(chosen), 1)
        same = (chosen[:, None] == chosen)[rows]
        means.append(tar_at_far(scores[rows], same, 10 / (~same).sum()).tar)
    assert bound.at_most is not None
    assert np.mean(means) < bound.at_most < 1


def test_bound_of_dir_allows_for_chance() -> None:
    vectors, labels = made_up(60, 3, seed=2)
    gallery = np.arange(0, 90, 3)
    probes = np.setdiff1d(np.arange(180), gallery)
    searches = search_outcomes(
        vectors[probes] @ vectors[gallery].T, labels[probes], labels[gallery]
    )
    part = measure_searches("open", searches, labels[probes], SETTINGS, enrolled=30)
    bound = next(one for one in part.figures if one.at_most is not None)
    strictest = 10 / int((~searches.mated).sum())
    assert bound.at_most == dir_interval(searches, labels[probes], strictest, **SETTINGS.draws).high
    assert bound.at_most > dir_at_fpir(searches, strictest).dir


def test_too_few_pairs_bound_nothing() -> None:
    vectors, labels = made_up(3, 2)
    part = measure_all_pairs("all", vectors[:4], labels[:4], SETTINGS)
    assert part.figures[0].at_most == pytest.approx(1.0)


def test_figures_from_histograms_say_their_error() -> None:
    random = np.random.default_rng(0)
    same = np.arange(4000) < 1000
    scores = np.clip(random.normal(np.where(same, 0.5, 0.2), 0.1), -1, 1)
    genuine, impostor = ScoreHistogram(bits=6), ScoreHistogram(bits=6)
    genuine.add(scores[same])
    impostor.add(scores[~same])
    streamed, exact = streaming_roc(genuine, impostor), roc(scores, same)
    rate, area = equal_error_figure(streamed), area_figure(streamed)
    low, high = (float(word) / 100 for word in re.findall(r"[\d.]+(?= %)", rate.note))
    assert low - 1e-6 <= exact.equal_error_rate <= high + 1e-6
    assert area.value is not None
    assert abs(area.value - exact.area) <= 1.1 * float(area.note.rpartition(" ")[2])
    sharp = streaming_roc(*(_one_each_bin(start) for start in (1, 0)))
    assert equal_error_figure(sharp).note == area_figure(sharp).note == ""


def _one_each_bin(start: int) -> ScoreHistogram:
    found = ScoreHistogram(bits=6)
    found.add(np.arange(start, 40, 2) / 64)
    return found
