"""N-way K-shot identification on LFW: every classifier, closed set and with strangers.

People with at least ten photographs are enrolled N at a time with K photographs each. Their other
photographs (up to ten a person) are the queries; one photograph each of people who are not enrolled
asks as a stranger. A query counts as named when the classifier's first candidate reaches the
threshold in cosine similarity.

    python benchmarks/few_shot.py --threshold 0.92
"""

from __future__ import annotations

import argparse
import itertools
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from _conditions import conditions, write_result
from _script import run_script
from facemetric.bundle import cache_folder, open_bundle
from facemetric.datasets import data_root, read_identity_folders
from facemetric.decide import (
    CLASSIFIERS,
    Classifier,
    Threshold,
    identify_many,
    manual_threshold,
    threshold_for,
)
from facemetric.embed import Embedder
from facemetric.evaluation import CentralFaceFinder, FaceEmbedder

WAYS = (5, 20, 50, 100)
SHOTS = (1, 2, 5)
LEAST_PHOTOS = 10
MOST_QUERIES = 10
MIN_FACE_PX = 40


class Photos:
    """Rows of embeddings: per enrollable person, and one for each stranger."""

    def __init__(self, people: dict[str, list[int]], strangers: list[int]) -> None:
        self.people = people
        self.strangers = strangers


def choose(names: tuple[str, ...], *, strangers: int, seed: int) -> tuple[list[int], Photos]:
    """Choose the photographs: all that are needed, and who is in them by their new rows."""
    rows_of: defaultdict[str, list[int]] = defaultdict(list)
    for row, name in enumerate(names):
        rows_of[name].append(row)
    often = {name: rows for name, rows in rows_of.items() if len(rows) >= LEAST_PHOTOS}
    rng = np.random.default_rng(seed)
    taken: list[int] = []
    people = {}
    for name, rows in often.items():
        most = min(len(rows), max(SHOTS) + MOST_QUERIES)
        people[name] = list(range(len(taken), len(taken) + most))
        taken += rng.permutation(rows)[:most].tolist()
    rare = sorted(set(rows_of) - set(often))
    asking = rng.permutation(len(rare))[:strangers]
    first = len(taken)
    taken += [rows_of[rare[person]][0] for person in asking]
    return taken, Photos(people, list(range(first, len(taken))))


def draw(
    photos: Photos, ways: int, shots: int, rng: np.random.Generator
) -> tuple[list[int], list[str], list[int], list[str]]:
    """Draw who is enrolled with which photographs, and the queries with their true names."""
    names = sorted(photos.people)
    enrolled, labels, queries, truth = [], [], [], []
    for person in rng.choice(len(names), ways, replace=False):
        name = names[person]
        rows = rng.permutation(photos.people[name]).tolist()
        enrolled += rows[:shots]
        labels += [name] * shots
        asking = rows[shots : shots + MOST_QUERIES]
        queries += asking
        truth += [name] * len(asking)
    return enrolled, labels, queries, truth


def measure(
    embeddings: np.ndarray,
    photos: Photos,
    classifier: Classifier,
    threshold: Threshold,
    drawn: tuple[list[int], list[str], list[int], list[str]],
) -> dict[str, float]:
    """Rates of one draw, each in [0, 1]."""
    enrolled, labels, queries, truth = drawn
    classifier.fit(embeddings[enrolled], labels)
    known = identify_many(embeddings[queries], classifier, threshold, k=1)
    strange = identify_many(embeddings[photos.strangers], classifier, threshold, k=1)
    pairs = list(zip(known, truth, strict=True))
    return {
        "closed_set_accuracy": float(np.mean([a.candidates[0].label == t for a, t in pairs])),
        "named_rightly": float(np.mean([a.name == t for a, t in pairs])),
        "named_wrongly": float(np.mean([a.name not in (t, None) for a, t in pairs])),
        "strangers_unknown": float(np.mean([a.name is None for a in strange])),
    }


def cell(
    embeddings: np.ndarray,
    photos: Photos,
    threshold: Threshold,
    *,
    name: str,
    ways: int,
    shots: int,
    draws: int,
    seed: int,
) -> dict[str, Any]:
    """Mean and deviation over the draws, which are the same for every classifier."""
    rng = np.random.default_rng([seed, ways, shots])
    runs = [
        measure(embeddings, photos, CLASSIFIERS[name](), threshold, draw(photos, ways, shots, rng))
        for _ in range(draws)
    ]
    result: dict[str, Any] = {"classifier": name, "ways": ways, "shots": shots}
    for figure in runs[0]:
        values = np.array([run[figure] for run in runs])
        result[figure] = float(values.mean())
        result[f"{figure}_std"] = float(values.std(ddof=1)) if draws > 1 else None
    return result


def print_table(cells: list[dict[str, Any]]) -> None:
    figures = ("closed_set_accuracy", "named_rightly", "named_wrongly", "strangers_unknown")
    print(f"{'N':>4}{'K':>3}  {'classifier':12}" + "".join(f"{one:>22}" for one in figures))
    for item in cells:
        values = "".join(f"{item[one]:>14.2%} ± {item[f'{one}_std'] or 0:.2%}" for one in figures)
        print(f"{item['ways']:>4}{item['shots']:>3}  {item['classifier']:12}{values}")


def progress(what: str) -> Any:
    def show(done: int, total: int) -> None:
        print(f"\r{what}: {done}/{total}", end="\n" if done == total else "", file=sys.stderr)

    return show


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--bundle", default="dlib-resnet-v1")
    parser.add_argument("--threshold", type=float, help="cosine; else the bundle's at --far")
    parser.add_argument("--far", type=float, default=1e-4)
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--strangers", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cache", type=Path, default=cache_folder() / "evaluation")
    options = parser.parse_args()

    bundle = open_bundle(options.bundle)
    threshold = (
        threshold_for(bundle.manifest, far=options.far, flip=True)
        if options.threshold is None
        else manual_threshold(options.threshold)
    )
    collection = read_identity_folders(data_root() / "lfw")
    rows, photos = choose(collection.people, strangers=options.strangers, seed=options.seed)
    faces = CentralFaceFinder(
        min_face_px=MIN_FACE_PX, cache=options.cache, progress=progress("detect")
    )
    embed = FaceEmbedder(
        Embedder(bundle, flip=True), faces, cache=options.cache, progress=progress("embed")
    )
    embeddings, found = embed(collection.take(rows).paths)

    start = time.perf_counter()
    cells = []
    for ways, shots, name in itertools.product(WAYS, SHOTS, CLASSIFIERS):
        cells.append(
            cell(
                embeddings,
                photos,
                threshold,
                name=name,
                ways=ways,
                shots=shots,
                draws=options.draws,
                seed=options.seed,
            )
        )
    print(f"{bundle.id}, threshold {threshold.similarity:.4f} ({threshold.source})")
    print_table(cells)
    about = conditions(
        ("scikit-learn", "onnxruntime"),
        data="LFW deep-funneled: people with at least ten photographs enrolled, others ask",
        images=len(rows),
        faces_found=int(found.sum()),
        people=len(photos.people),
        strangers=len(photos.strangers),
        queries_per_person=f"up to {MOST_QUERIES}",
        detector=f"mtcnn, min_face_px={MIN_FACE_PX}, the face nearest the centre",
        threshold={"similarity": threshold.similarity, "source": threshold.source},
        draws=options.draws,
        seed=options.seed,
        deviation="over the draws",
        seconds=round(time.perf_counter() - start, 1),
    )
    print(write_result("few_shot", {"bundle": bundle.id, "rows": cells, "conditions": about}))


if __name__ == "__main__":
    run_script(main)
