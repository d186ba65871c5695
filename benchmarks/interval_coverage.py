"""How often the intervals over people hold the true value, on simulated subjects.

Two worlds of people with known truth. In the first all vary alike; in the second some vary much
more than others (goats) and some resemble many (wolves). Every trial draws 300 people with 8
embeddings each, compares all pairs and asks for a 95 % interval. Beside the bootstrap over people
stand the intervals that take pairs for independent: Wilson's, and a bootstrap over pairs.

    python benchmarks/interval_coverage.py
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from _conditions import conditions, write_result
from _script import run_script
from facemetric.evaluation.intervals import (
    Interval,
    dir_interval,
    equal_error_interval,
    mean_interval,
    pairs_of_embeddings,
    rank_interval,
    rate_intervals,
    tar_intervals,
    wilson,
)
from facemetric.evaluation.metrics import (
    ScoreHistogram,
    Searches,
    dir_at_fpir,
    join_searches,
    kfold_decisions,
    rank_k,
    search_outcomes,
    streaming_roc,
    streaming_tar_at_far,
)
from facemetric.types import Float32

PEOPLE, IMAGES, DIM = 300, 8, 32
FAR = FPIR = 1e-2
FOLDS, PAIRS_A_FOLD = 10, 300
CONFIDENCE, BAR = 0.95, (0.93, 0.97)
TAR_SHARE, ERROR_SHARE = 0.03, 0.15
WORLDS = ("alike", "goats and wolves")
_CHUNK = 100_000


@dataclass(frozen=True)
class Truth:
    """Of a world, from independent pairs of people who appear once."""

    threshold: float
    tar: float
    equal_error: float
    accuracy: float
    rank_1: float
    dir: float


def faces(random: np.random.Generator, world: str, people: int, images: int) -> Float32:
    """Return unit embeddings ``(people, images, DIM)``: a latent of each person, and noise."""
    centres = random.standard_normal((people, DIM), np.float32)
    spread = np.full(people, 0.9, np.float32)
    if world == "goats and wolves":
        spread = np.exp(random.normal(np.log(0.8), 0.3, people)).astype(np.float32)
        # The common direction that wolves are near to.
        centres[:, 0] += 2.0 * np.abs(random.standard_normal(people, np.float32))
    noise = random.standard_normal((people, images, DIM), np.float32)
    vectors = centres[:, None] + spread[:, None, None] * noise
    vectors /= np.linalg.norm(vectors, axis=2, keepdims=True)
    return vectors


def trial_faces(world: str, seed: int) -> tuple[Float32, Any]:
    random = np.random.default_rng([WORLDS.index(world), seed])
    vectors = faces(random, world, PEOPLE, IMAGES)
    return vectors.reshape(-1, DIM), np.repeat(np.arange(PEOPLE), IMAGES)


def independent_pairs(world: str, seed: int) -> tuple[ScoreHistogram, ScoreHistogram]:
    """Return histograms of genuine and impostor pairs without a common person."""
    random = np.random.default_rng([7, WORLDS.index(world), seed])
    genuine, impostor = ScoreHistogram(bits=15), ScoreHistogram(bits=15)
    for _ in range(10):
        one, other = (faces(random, world, _CHUNK, 2) for _ in range(2))
        for vectors in (one, other):
            genuine.add(np.einsum("pd,pd->p", vectors[:, 0], vectors[:, 1]))
        for a in range(2):
            # Two pairs of the same two people only halve the noise of their images.
            impostor.add(np.einsum("pd,pd->p", one[:, a], other[:, a]))
    return genuine, impostor


def searches(vectors: Float32, labels: Any, known: int) -> tuple[Searches, Any]:
    """Return the searches of a gallery with the first image of the first ``known`` people."""
    enrolled = (labels < known) & (np.arange(len(labels)) % IMAGES == 0)
    probes = ~enrolled
    scores = vectors[probes] @ vectors[enrolled].T
    return search_outcomes(scores, labels[probes], labels[enrolled]), labels[probes]


def identification_truth(world: str, seed: int) -> tuple[float, Searches]:
    vectors, labels = trial_faces(world, 10_000_000 + seed)
    closed, _ = searches(vectors, labels, PEOPLE)
    return rank_k(closed), searches(vectors, labels, PEOPLE // 2)[0]


def truth_of(world: str, pool: Any, *, parts: int, galleries: int) -> Truth:
    genuine, impostor = ScoreHistogram(bits=15), ScoreHistogram(bits=15)
    for one, other in pool.imap(partial(independent_pairs, world), range(parts)):
        genuine.merge(one)
        impostor.merge(other)
    point = streaming_tar_at_far(genuine, impostor, FAR).point
    curve = streaming_roc(genuine, impostor).curve
    found = pool.map(partial(identification_truth, world), range(galleries), chunksize=8)
    return Truth(
        threshold=point.threshold,
        tar=point.tar,
        equal_error=curve.equal_error_rate,
        accuracy=float(np.max(curve.tar + 1 - curve.far) / 2),
        rank_1=float(np.mean([rank for rank, _ in found])),
        dir=dir_at_fpir(join_searches(part for _, part in found), FPIR).dir,
    )


def tar_trial(world: str, replicates: int, threshold: float, seed: int) -> dict[str, Interval]:
    """Return intervals of TAR at the FAR, and of FAR at the true threshold."""
    pairs = pairs_of_embeddings(*trial_faces(world, seed), share=TAR_SHARE)
    options = {"replicates": replicates, "confidence": CONFIDENCE, "seed": seed}
    (people,) = tar_intervals(pairs, [FAR], **options)
    trials = len(pairs.genuine)
    naive = pair_bootstrap(pairs.genuine, pairs.impostors, replicates=replicates, seed=seed)
    total = round(pairs.impostor_total(np.ones(PEOPLE)))
    hits = int(np.searchsorted(-pairs.impostors, -threshold, side="right"))
    return {
        "TAR@FAR 1e-2": people,
        "TAR@FAR 1e-2, pair bootstrap": naive,
        "TAR@FAR 1e-2, Wilson": wilson(round(people.estimate * trials), trials),
        "FAR at a fixed threshold": rate_intervals(pairs, threshold, **options)[0],
        "FAR at a fixed threshold, Wilson": wilson(hits, total),
    }


def pair_bootstrap(genuine: Any, impostors: Any, *, replicates: int, seed: int) -> Interval:
    """Draw pairs as if they were independent: the threshold's place is binomial, and so is TAR."""
    random = np.random.default_rng([3, seed])
    total = len(impostors) / TAR_SHARE
    places = random.normal(FAR * total, np.sqrt(FAR * (1 - FAR) * total), replicates)
    shares = np.searchsorted(-genuine, -impostors[np.append(FAR * total, places).astype(int)])
    shares = shares / len(genuine)
    drawn = random.binomial(len(genuine), shares[1:]) / len(genuine)
    low, high = np.percentile(drawn, [50 * (1 - CONFIDENCE), 50 * (1 + CONFIDENCE)])
    return Interval(float(shares[0]), float(low), float(high), CONFIDENCE, "pair bootstrap")


def other_trial(world: str, replicates: int, seed: int) -> dict[str, Interval]:
    """Return intervals of the other figures."""
    vectors, labels = trial_faces(world, seed)
    options = {"replicates": replicates, "confidence": CONFIDENCE, "seed": seed}
    pairs = pairs_of_embeddings(vectors, labels, share=ERROR_SHARE)
    right, people = fold_decisions(vectors, seed)
    closed, probes = searches(vectors, labels, PEOPLE)
    opened, open_probes = searches(vectors, labels, PEOPLE // 2)
    return {
        "equal error rate": equal_error_interval(pairs, **options),
        "10-fold accuracy": mean_interval(right, people, **options),
        "10-fold accuracy, Wilson": wilson(int(right.sum()), len(right)),
        "rank-1": rank_interval(closed, probes, **options),
        "rank-1, Wilson": wilson(round(rank_k(closed) * len(closed)), len(closed)),
        "DIR@FPIR 1e-2": dir_interval(opened, open_probes, FPIR, **options),
    }


def fold_decisions(vectors: Float32, seed: int) -> tuple[Any, Any]:
    """Return whether each pair of a list like LFW's is decided rightly, and its people."""
    random = np.random.default_rng([5, seed])
    table = vectors.reshape(PEOPLE, IMAGES, DIM)
    people, same, fold, scores = [], [], [], []
    for number in range(FOLDS):
        members = np.arange(number, PEOPLE, FOLDS)
        for one_person in (True, False):
            first = random.choice(members, PAIRS_A_FOLD)
            other = random.choice(members, PAIRS_A_FOLD)
            other = np.where(other == first, np.roll(members, 1)[first // FOLDS], other)
            second = first if one_person else other
            a = random.integers(0, IMAGES, PAIRS_A_FOLD)
            b = (a + random.integers(1, IMAGES, PAIRS_A_FOLD)) % IMAGES
            scores.append(np.einsum("pd,pd->p", table[first, a], table[second, b]))
            people.append(np.stack([first, second], axis=1))
            same.append(np.full(PAIRS_A_FOLD, one_person))
            fold.append(np.full(PAIRS_A_FOLD, number))
    right = kfold_decisions(
        np.concatenate(scores).astype(float), np.concatenate(same), np.concatenate(fold)
    )
    return right, np.concatenate(people)


def coverage(
    found: Iterable[dict[str, Interval]], truths: dict[str, float]
) -> dict[str, dict[str, Any]]:
    """Return, by figure, how often the intervals hold the truth and on which side they miss."""
    trials = list(found)
    rows = {}
    for name in trials[0]:
        truth = truths[name.split(",")[0]]
        intervals = [trial[name] for trial in trials]
        below = float(np.mean([i.high < truth for i in intervals]))
        above = float(np.mean([i.low > truth for i in intervals]))
        held = 1 - below - above
        rows[name] = {
            "truth": truth,
            "mean_estimate": float(np.mean([i.estimate for i in intervals])),
            "mean_width": float(np.mean([i.high - i.low for i in intervals])),
            "coverage": held,
            "coverage_standard_error": float(np.sqrt(held * (1 - held) / len(trials))),
            "wholly_below": below,
            "wholly_above": above,
            "trials": len(trials),
        }
    return rows


def measure(world: str, pool: Any, options: argparse.Namespace) -> dict[str, dict[str, Any]]:
    truth = truth_of(world, pool, parts=options.truth_parts, galleries=options.galleries)
    truths = {
        "TAR@FAR 1e-2": truth.tar,
        "FAR at a fixed threshold": FAR,
        "equal error rate": truth.equal_error,
        "10-fold accuracy": truth.accuracy,
        "rank-1": truth.rank_1,
        "DIR@FPIR 1e-2": truth.dir,
    }
    jobs: list[tuple[Callable[[int], dict[str, Interval]], int]] = [
        (partial(tar_trial, world, options.replicates, truth.threshold), options.trials),
        (partial(other_trial, world, options.replicates), options.other_trials),
    ]
    rows: dict[str, dict[str, Any]] = {}
    for job, trials in jobs:
        if trials:
            rows |= coverage(pool.imap(job, range(trials), chunksize=4), truths)
    return rows


def print_rows(world: str, rows: dict[str, dict[str, Any]]) -> None:
    print(f"\n{world}")
    print(f"{'':36}{'truth':>9}{'width':>9}{'coverage':>10}{'below':>8}{'above':>8}{'trials':>8}")
    for name, row in rows.items():
        print(
            f"{name:36}{row['truth']:>9.4f}{row['mean_width']:>9.4f}{row['coverage']:>10.1%}"
            f"{row['wholly_below']:>8.1%}{row['wholly_above']:>8.1%}{row['trials']:>8}"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=1000, help="for TAR and FAR")
    parser.add_argument("--other-trials", type=int, default=300, help="for the other figures")
    parser.add_argument("--replicates", type=int, default=400, help="bootstrap draws in each trial")
    parser.add_argument("--truth-parts", type=int, default=6, help="2 million pairs of a kind each")
    parser.add_argument("--galleries", type=int, default=600, help="for the truth of searches")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--name", default="interval_coverage", help="of the result's file")
    options = parser.parse_args()
    started = time.perf_counter()
    worlds = {}
    with get_context("spawn").Pool(options.processes, threadpool_limits, (1,)) as pool:
        for world in WORLDS:
            worlds[world] = measure(world, pool, options)
            print_rows(world, worlds[world])
    seconds = time.perf_counter() - started
    tars = [rows["TAR@FAR 1e-2"]["coverage"] for rows in worlds.values()]
    naive = [rows["TAR@FAR 1e-2, pair bootstrap"]["coverage"] for rows in worlds.values()]
    passed = all(BAR[0] <= held <= BAR[1] for held in tars)
    path = write_result(
        options.name,
        {
            "what": "share of trials whose 95 % interval holds the truth, by world and figure",
            "bar": "TAR@FAR 1e-2 in 93 to 97 % of 1,000 trials, in both worlds",
            "passed": passed,
            "worlds": worlds,
            "ratio": [ours / max(peer, 1e-9) for ours, peer in zip(tars, naive, strict=True)],
            "seconds": round(seconds, 1),
            "conditions": conditions(
                ("scikit-learn",),
                people=PEOPLE,
                images_a_person=IMAGES,
                dimension=DIM,
                replicates=options.replicates,
                confidence=CONFIDENCE,
                processes=options.processes,
                truth="pairs of people who appear once; of searches, many galleries of this size",
                seed="the number of the trial",
            ),
        },
    )
    print(f"\n{'passed' if passed else 'FAILED'} in {seconds:.0f} s: {path}")
    return 0 if passed else 1


if __name__ == "__main__":
    run_script(main)
