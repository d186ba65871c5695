"""All of LFW grouped by person, beside scikit-learn's HDBSCAN and dlib's Chinese whispers.

The same embeddings for all. Ours is what ``facemetric cluster`` does by itself: average linkage at
the bundle's calibrated threshold for a false-accept rate of 1e-3, which was found on other people;
it is not chosen here. The peers have no such threshold: each is run at several settings, dlib's at
the bundle's thresholds for nine false-accept rates, and the one with the best pairwise F, by LFW's
own names, stands for it. Ours and it are then timed in turn. HDBSCAN may use all cores, dlib has
one thread.

The other methods of ours are listed as well, and the spread of the cosines, which
``clustering_million.py`` draws its faces by.

    python benchmarks/clustering.py
    python benchmarks/clustering.py --bundle mobilefacenet-ms1m --name clustering_mobilefacenet
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from _conditions import conditions, write_result
from _script import run_script
from facemetric.bundle import cache_folder, open_bundle
from facemetric.cluster import cluster
from facemetric.datasets import data_root, read_identity_folders
from facemetric.decide import threshold_for
from facemetric.embed import Embedder
from facemetric.errors import CalibrationError
from facemetric.evaluation import CentralFaceFinder, FaceEmbedder
from facemetric.evaluation.metrics.clustering import bcubed_f, pairwise_f

MIN_FACE_PX = 40
FARS = (1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 3e-6, 1e-6)
HDBSCANS: tuple[dict[str, Any], ...] = (
    {"min_cluster_size": 2},
    {"min_cluster_size": 2, "min_samples": 3},
    {"min_cluster_size": 3},
    {"min_cluster_size": 5},
)
QUANTILES = (0.001, 0.01, 0.05, 0.5, 0.95, 0.99, 0.999)

Run = Callable[[], np.ndarray]


def scored(name: str, setting: str, run: Run, people: np.ndarray) -> dict[str, Any]:
    began = time.perf_counter()
    found = run()
    seconds = time.perf_counter() - began
    of_pairs, of_faces = pairwise_f(people, found), bcubed_f(people, found)
    row = {
        "method": name,
        "setting": setting,
        "pairwise_f": of_pairs.f,
        "pairwise_precision": of_pairs.precision,
        "pairwise_recall": of_pairs.recall,
        "bcubed_f": of_faces.f,
        "bcubed_precision": of_faces.precision,
        "bcubed_recall": of_faces.recall,
        "groups": len(np.unique(found[found >= 0])) + int((found < 0).sum()),
        "seconds": seconds,
    }
    print(
        f"{name:24} {setting:34} pairwise F {row['pairwise_f']:.4f}  BCubed F "
        f"{row['bcubed_f']:.4f}  {row['groups']:6} groups  {seconds:7.1f} s",
        flush=True,
    )
    return row


def hdbscan(embeddings: np.ndarray, options: dict[str, Any]) -> Run:
    from sklearn.cluster import HDBSCAN

    return lambda: HDBSCAN(copy=True, n_jobs=-1, **options).fit_predict(embeddings)


def whispers(embeddings: np.ndarray, threshold: float) -> Run:
    import dlib

    vectors = [dlib.vector(row.tolist()) for row in embeddings]
    distance = float(np.sqrt(2 - 2 * threshold))
    return lambda: np.array(dlib.chinese_whispers_clustering(vectors, distance))


def spread(embeddings: np.ndarray, people: np.ndarray) -> dict[str, Any]:
    """Cosines of all pairs of one person, and of a million of strangers."""
    order = np.argsort(people, kind="stable")
    rows = np.split(order, np.flatnonzero(np.diff(people[order])) + 1)
    within = [(embeddings[own] @ embeddings[own].T)[np.triu_indices(len(own), 1)] for own in rows]
    rng = np.random.default_rng(0)
    one, other = rng.integers(0, len(people), (2, 1_000_000))
    strange = people[one] != people[other]
    between = np.einsum("ij,ij->i", embeddings[one[strange]], embeddings[other[strange]])
    return {
        name: {
            "mean": float(values.mean()),
            "std": float(values.std()),
            "quantiles": np.quantile(values, QUANTILES).tolist(),
        }
        for name, values in (("within", np.concatenate(within)), ("between", between))
    }


def thresholds(manifest: Any) -> dict[float, float]:
    found = {}
    for far in FARS:
        try:
            found[far] = threshold_for(manifest, far=far, flip=True).similarity
        except CalibrationError as error:
            print(f"left out: {error}", file=sys.stderr)
    return found


def best(rows: list[dict[str, Any]]) -> int:
    return int(np.argmax([row["pairwise_f"] for row in rows]))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bundle", default="dlib-resnet-v1")
    parser.add_argument("--name", default="clustering", help="of the result's file")
    parser.add_argument("--images", type=int, help="take the first so many alone, to try it out")
    parser.add_argument("--rounds", type=int, default=3, help="of the timing")
    parser.add_argument("--cache", type=Path, default=cache_folder() / "evaluation")
    options = parser.parse_args()

    bundle = open_bundle(options.bundle)
    collection = read_identity_folders(data_root() / "lfw")
    faces = CentralFaceFinder(min_face_px=MIN_FACE_PX, cache=options.cache)
    embed = FaceEmbedder(Embedder(bundle, flip=True), faces, cache=options.cache)
    # An image without a face is cut in its middle: it is there for all methods alike.
    embeddings, found = embed(collection.paths[: options.images])
    embeddings = np.ascontiguousarray(embeddings, np.float32)
    people = np.unique(np.array(collection.people[: options.images]), return_inverse=True)[1]

    at = thresholds(bundle.manifest)
    ours: Run = lambda: cluster(embeddings, threshold=at[1e-3])  # noqa: E731
    rows = [scored("facemetric auto", "FAR 1e-3", ours, people)]
    for far in (1e-4, 1e-5):
        for method in ("chinese-whispers", "components"):

            def other(method: str = method, far: float = far) -> np.ndarray:
                return cluster(embeddings, method=method, threshold=at[far])

            rows.append(scored(f"facemetric {method}", f"FAR {far:g}", other, people))
    rows.append(
        scored("facemetric hdbscan", "", lambda: cluster(embeddings, method="hdbscan"), people)
    )
    runs: dict[str, list[tuple[str, Run]]] = {
        "scikit-learn HDBSCAN": [
            (", ".join(f"{key}={value}" for key, value in one.items()), hdbscan(embeddings, one))
            for one in HDBSCANS
        ],
        "dlib Chinese whispers": [
            (f"FAR {far:g}", whispers(embeddings, threshold)) for far, threshold in at.items()
        ],
    }
    peers: dict[str, dict[str, Any]] = {}
    for name, settings in runs.items():
        own = [scored(name, setting, run, people) for setting, run in settings]
        rows += own
        chosen = best(own)
        times: dict[str, list[float]] = {"ours": [], "peer": []}
        for _ in range(options.rounds):
            for whose, run in (("ours", ours), ("peer", settings[chosen][1])):
                began = time.perf_counter()
                run()
                times[whose].append(time.perf_counter() - began)
        peers[name] = {
            "setting": own[chosen]["setting"],
            "pairwise_f": own[chosen]["pairwise_f"],
            "bcubed_f": own[chosen]["bcubed_f"],
            "seconds": times,
            "peer_over_ours": statistics.median(times["peer"]) / statistics.median(times["ours"]),
        }
        print(
            f"\n{name}, {own[chosen]['setting']}: pairwise F {own[chosen]['pairwise_f']:.4f} "
            f"(ours {rows[0]['pairwise_f']:.4f}), BCubed F {own[chosen]['bcubed_f']:.4f} (ours "
            f"{rows[0]['bcubed_f']:.4f}), {peers[name]['peer_over_ours']:.1f} times our time\n"
        )
    about = conditions(
        ("scikit-learn", "dlib", "dlib-bin", "scipy"),
        data="LFW deep-funneled, all images",
        images=len(people),
        faces_found=int(found.sum()),
        people=int(people.max()) + 1,
        thresholds={f"{far:g}": value for far, value in at.items()},
        choice="ours: not chosen; peers: the setting of the best pairwise F on LFW itself",
        quantiles=QUANTILES,
    )
    result = {
        "bundle": bundle.id,
        "rows": rows,
        "peers": peers,
        "spread": spread(embeddings, people),
        "conditions": about,
    }
    print(write_result(options.name, result))


if __name__ == "__main__":
    run_script(main)
