"""How long the figures take: LFW's list of pairs with intervals, and all pairs of LFW.

(a) 6,000 pairs from cached embeddings: every figure of verification, FaceNet's grids, and the
interval of each from 1,000 draws of people. The peer: scikit-learn's curve in a plain loop that
draws pairs. (b) All 87.5 million pairs of LFW: the curve down to FAR 1e-6, streaming and exact,
each in a fresh process. The peer, on as many images as fit: numpy's full matrix and scikit-learn.

Embeddings of (a) are those that ``lfw_accuracy.py`` leaves in the cache. Those of (b) are cached
there as well, or made first; without LFW, unit vectors of as many people and images stand in.

    python benchmarks/metric_speed.py
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from _bundles import bundles_at_hand
from _conditions import conditions, write_result
from _script import run_script
from facemetric.bundle import cache_folder
from facemetric.datasets import data_root, read_identity_folders, read_lfw_pairs
from facemetric.embed import Embedder
from facemetric.errors import DataError
from facemetric.evaluation import CentralFaceFinder, FaceEmbedder
from facemetric.evaluation.impostors import genuine_similarities, hardest_impostors
from facemetric.evaluation.intervals import (
    area_interval,
    d_prime_interval,
    equal_error_interval,
    mean_interval,
    pairs_of_list,
    rate_intervals,
    tar_intervals,
    threshold_intervals,
)
from facemetric.evaluation.metrics import (
    d_prime,
    det,
    equal_error_rate,
    facenet_grid_accuracy,
    facenet_grid_val,
    kfold_accuracy,
    kfold_decisions,
    pair_histograms,
    roc,
    streaming_roc,
    streaming_tar_at_far,
    tar_at_far,
)

FARS = (1e-1, 1e-2, 1e-3)
REPLICATES = 1000
LIST_BAR_S, ALL_BAR_S, ALL_BAR_GB = 5.0, 20.0, 2.0
LFW_IMAGES, LFW_PEOPLE = 13_233, 5_749


def lfw_list(folder: Path, name: str) -> dict[str, Any]:
    """Return LFW's pairs with their people, and the embeddings of their photographs."""
    pairs = read_lfw_pairs(data_root() / "lfw")
    names = [path.parent.name for path in pairs.paths]
    number = np.unique(names, return_inverse=True)[1]
    path = folder / f"{name}.npz"
    if not path.is_file():
        raise SystemExit(f"{path} is absent. Run benchmarks/lfw_accuracy.py first")
    with np.load(path, allow_pickle=False) as data:
        return {
            "embeddings": data["embeddings"],
            "pairs": data["pairs"],
            "same": data["same"],
            "fold": data["fold"],
            "people": number[data["pairs"]],
        }


def list_figures(data: dict[str, Any]) -> dict[str, float]:
    """Compute everything and return the seconds of each step."""
    seconds: dict[str, float] = {}

    def timed(name: str, work: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        found = work()
        seconds[name] = seconds.get(name, 0.0) + time.perf_counter() - start
        return found

    first, second = (data["embeddings"][data["pairs"][:, side]] for side in (0, 1))
    scores = timed("scores", lambda: np.einsum("pd,pd->p", first, second, dtype=np.float64))
    same, fold, people = data["same"], data["fold"], data["people"]
    options = {"replicates": REPLICATES}
    timed("accuracy", lambda: kfold_accuracy(scores, same, fold))
    right = timed("accuracy", lambda: kfold_decisions(scores, same, fold))
    timed("accuracy, interval", lambda: mean_interval(right, people, **options))
    timed("ROC, DET, AUC", lambda: (roc(scores, same).area, det(scores, same)))
    timed("EER, d'", lambda: (equal_error_rate(scores, same), d_prime(scores, same)))
    points = timed("TAR@FAR", lambda: [tar_at_far(scores, same, far) for far in FARS])
    pairs = timed("pairs by person", lambda: pairs_of_list(scores, same, people))
    timed("TAR@FAR, interval", lambda: tar_intervals(pairs, FARS, **options))
    timed("thresholds, interval", lambda: threshold_intervals(pairs, FARS, **options))
    timed(
        "FAR at a threshold, interval",
        lambda: rate_intervals(pairs, points[1].threshold, **options),
    )
    timed("AUC, interval", lambda: area_interval(pairs, **options))
    timed("EER, interval", lambda: equal_error_interval(pairs, **options))
    timed("d', interval", lambda: d_prime_interval(pairs, **options))
    distances = 2 - 2 * scores
    grid = timed("FaceNet's grid", lambda: facenet_grid_accuracy(distances, same, fold))
    val = timed("FaceNet's grid", lambda: facenet_grid_val(distances, same, fold))
    accepted = distances < grid.thresholds[fold]
    timed("FaceNet's grid, interval", lambda: mean_interval(accepted == same, people, **options))
    valid = (distances < val.distances[fold])[same]
    timed("FaceNet's grid, interval", lambda: mean_interval(valid, people[same], **options))
    return seconds


def peer_list(data: dict[str, Any]) -> float:
    """Return the seconds of drawing pairs, with scikit-learn's curve in each draw."""
    from sklearn.metrics import auc, roc_curve

    first, second = (data["embeddings"][data["pairs"][:, side]] for side in (0, 1))
    start = time.perf_counter()
    scores = np.einsum("pd,pd->p", first, second, dtype=np.float64)
    same, fold = data["same"], data["fold"]
    for held_out in range(fold.max() + 1):
        train = fold != held_out
        _, _, cuts = roc_curve(same[train], scores[train])
        right = [((scores[train] >= cut) == same[train]).mean() for cut in cuts]
        ((scores[~train] >= cuts[int(np.argmax(right))]) == same[~train]).mean()
    random = np.random.default_rng(0)
    table = []
    for _ in range(REPLICATES):
        rows = random.integers(0, len(scores), len(scores))
        far, tar, _ = roc_curve(same[rows], scores[rows], drop_intermediate=False)
        tars = [tar[far <= rate].max() for rate in FARS]
        eer = far[np.argmin(np.abs(far - (1 - tar)))]
        genuine, impostor = scores[rows][same[rows]], scores[rows][~same[rows]]
        spread = np.sqrt((genuine.var() + impostor.var()) / 2)
        table.append([auc(far, tar), eer, (genuine.mean() - impostor.mean()) / spread, *tars])
    np.percentile(table, [2.5, 97.5], axis=0)
    return time.perf_counter() - start


def all_vectors(folder: Path, name: str) -> tuple[Any, Any, str]:
    """Return the embeddings of the whole of LFW, the people, and what they are."""
    path = folder / f"{name}-all.npz"
    try:
        photos = read_identity_folders(data_root() / "lfw")
    except DataError:
        random = np.random.default_rng(0)
        # As many people and images as LFW: most with one, a few with hundreds.
        images = np.maximum(1, (0.42 * random.pareto(1.15, LFW_PEOPLE) + 1)).astype(int)
        labels = np.repeat(np.arange(LFW_PEOPLE), np.minimum(images, 530))[:LFW_IMAGES]
        vectors = random.standard_normal((LFW_PEOPLE, 128), np.float32)[labels]
        vectors += 0.7 * random.standard_normal(vectors.shape, np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors, labels, "made-up unit vectors"
    if not path.is_file():
        cache = cache_folder() / "evaluation"
        with tempfile.TemporaryDirectory() as scratch:
            bundles = bundles_at_hand(data_root(), Path(scratch), keras_h5=None)
            bundle = next(bundle for bundle in bundles if bundle.id == name)
            faces = CentralFaceFinder(min_face_px=40, cache=cache)
            embed = FaceEmbedder(Embedder(bundle, flip=True), faces, cache=cache)
            vectors, _ = embed(photos.paths)
        np.savez(path, embeddings=vectors, labels=np.asarray(photos.labels))
    with np.load(path, allow_pickle=False) as data:
        return data["embeddings"], data["labels"], f"LFW, {name}, flip"


def streaming(vectors: Any, labels: Any) -> dict[str, Any]:
    genuine, impostor = pair_histograms(vectors, labels)
    curve = streaming_roc(genuine, impostor)
    point = streaming_tar_at_far(genuine, impostor, 1e-6)
    return {
        "pairs": genuine.total + impostor.total,
        "area": curve.curve.area,
        "area_error": curve.area_error,
        "tar_at_1e-6": point.point.tar,
        "tar_at_1e-6_at_most": point.tar_at_most,
        "threshold_step": curve.width,
    }


def exact(vectors: Any, labels: Any) -> dict[str, Any]:
    impostors = hardest_impostors(vectors, labels, share=1e-2)
    genuine = np.sort(genuine_similarities(vectors, labels))[::-1]
    # Every step of the curve down to FAR 1e-2: impostors by falling score, and what reaches them.
    far = np.arange(1, len(impostors.similarities) + 1) / impostors.total
    above = np.searchsorted(-genuine, -impostors.similarities, side="left")
    allowed = int(1e-6 * impostors.total)
    tar = above / len(genuine)
    return {
        "pairs": impostors.total + len(genuine),
        "steps": len(far),
        "tar_at_1e-6": float(tar[allowed]),
    }


def matrix(vectors: Any, labels: Any) -> dict[str, Any]:
    from sklearn.metrics import roc_curve

    first, second = np.triu_indices(len(vectors), 1)
    scores = (vectors @ vectors.T)[first, second]
    far, tar, _ = roc_curve(labels[first] == labels[second], scores, drop_intermediate=False)
    return {"pairs": len(scores), "tar_at_1e-6": float(tar[far <= 1e-6].max())}


WAYS = {"streaming": streaming, "exact": exact, "matrix": matrix}


def child(way: str, path: Path, images: int) -> dict[str, Any]:
    """Run one way in a fresh process; seconds without the start, and the highest memory with it."""
    command = [sys.executable, __file__, "--child", way, str(path), str(images)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found: dict[str, Any] = json.loads(answer)
    return found


def run_child(way: str, path: Path, images: int) -> None:
    import resource

    with np.load(path, allow_pickle=False) as data:
        vectors, labels = data["embeddings"][:images], data["labels"][:images]
    start = time.perf_counter()
    found = WAYS[way](vectors, labels)
    found["seconds"] = round(time.perf_counter() - start, 3)
    found["images"] = len(vectors)
    # Kilobytes on Linux.
    found["peak_gb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9, 3)
    print(json.dumps(found))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bundle", default="mobilefacenet-ms1m")
    parser.add_argument("--peer-images", type=int, default=4000)
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        way, path, images = options.child
        run_child(way, Path(path), int(images))
        return 0
    folder = cache_folder() / "lfw"
    data = lfw_list(folder, options.bundle)
    list_figures(data)  # the first run loads code
    steps = list_figures(data)
    ours, peer = sum(steps.values()), peer_list(data)
    for name, seconds in steps.items():
        print(f"{name:32}{seconds:>8.3f} s")
    print(f"{'all':32}{ours:>8.3f} s, peer {peer:.3f} s")
    vectors, labels, source = all_vectors(folder, options.bundle)
    # Groups stay together, so that the first images hold pairs of one person.
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "vectors.npz"
        np.savez(path, embeddings=vectors, labels=labels)
        runs = {way: child(way, path, len(vectors)) for way in ("streaming", "exact")}
        some = {way: child(way, path, options.peer_images) for way in WAYS}
    for title, found in (("all images", runs), (f"{options.peer_images} images", some)):
        for way, run in found.items():
            print(
                f"{title:16}{way:12}{run['pairs']:>12,} pairs{run['seconds']:>8.2f} s"
                f"{run['peak_gb']:>7.2f} GB   TAR@1e-6 {run['tar_at_1e-6']:.4f}"
            )
    passed = ours <= LIST_BAR_S and all(
        run["seconds"] <= ALL_BAR_S and run["peak_gb"] <= ALL_BAR_GB for run in runs.values()
    )
    path = write_result(
        "metric_speed",
        {
            "what": "seconds and memory of all figures",
            "bar": (
                f"6,000 pairs with all intervals <= {LIST_BAR_S:g} s; all pairs of LFW to FAR 1e-6 "
                f"<= {ALL_BAR_S:g} s and <= {ALL_BAR_GB:g} GB"
            ),
            "passed": passed,
            "list": {"seconds": ours, "peer_seconds": peer, "ratio": ours / peer, "steps": steps},
            "all_pairs": {
                **runs,
                "peer_subset": some,
                "ratio": some["streaming"]["seconds"] / some["matrix"]["seconds"],
            },
            "conditions": conditions(
                ("scikit-learn",), embeddings=source, replicates=REPLICATES, seed=0
            ),
        },
    )
    print(f"{'passed' if passed else 'FAILED'}: {path}")
    return 0 if passed else 1


if __name__ == "__main__":
    run_script(main)
