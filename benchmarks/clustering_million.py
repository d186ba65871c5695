"""Groups of synthetic faces, as many as asked for: time, memory, and what the cells miss.

The generator has the spread of real embeddings (mobilefacenet-ms1m on LFW, `LFW` below, measured
by ``clustering.py``): people lie about evenly in 84 of 128 dimensions with a small common mean,
faces about their person with a noise whose size differs from face to face. Faces a person are drawn
as well (geometric). What the generator gives is printed beside what was measured.

``--also-exact`` groups by the graph of all pairs too (up to some 200,000 faces).

    python benchmarks/clustering_million.py                               # 1,000,000 of 100,000
    python benchmarks/clustering_million.py --faces 100000 --people 10000 --also-exact
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from _conditions import conditions, write_result
from _script import run_script
from facemetric.cluster import link
from facemetric.evaluation.metrics.clustering import bcubed_f, pairwise_f
from facemetric.index import neighbour_graph

DIM, PERSON_DIM = 128, 84
COMMON = 0.0117
"""Squared length of the mean of all faces: the mean cosine of strangers."""
NOISE, NOISE_SPREAD = 0.42, 0.55
"""Median squared length of a face's noise, and the deviation of its logarithm."""
NEIGHBOURS = 32
QUANTILES = (0.001, 0.01, 0.05, 0.5, 0.95, 0.99, 0.999)
LFW = {
    "within": {
        "mean": 0.6936,
        "std": 0.0927,
        "quantiles": (0.21, 0.43, 0.53, 0.70, 0.82, 0.86, 0.90),
    },
    "between": {
        "mean": 0.0117,
        "std": 0.1024,
        "quantiles": (-0.29, -0.22, -0.15, 0.01, 0.18, 0.26, 0.34),
    },
}


def draw(faces: int, people: int, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return unit embeddings ``float32 (N, 128)`` and who each is of, in mixed order."""
    rng = np.random.default_rng(seed)
    # Everybody has one face; the others fall on people of geometric weight.
    weights = rng.exponential(size=people)
    labels = np.concatenate(
        [np.arange(people), rng.choice(people, faces - people, p=weights / weights.sum())]
    )
    labels = rng.permutation(labels)
    means = np.zeros((people, DIM), np.float32)
    means[:, :PERSON_DIM] = rng.standard_normal((people, PERSON_DIM), np.float32)
    means *= np.float32(np.sqrt((1 - COMMON) / PERSON_DIM))
    means[:, 0] += np.float32(np.sqrt(COMMON))
    sizes = np.sqrt(NOISE * np.exp(NOISE_SPREAD * rng.standard_normal(faces))).astype(np.float32)
    embeddings = np.empty((faces, DIM), np.float32)
    for start in range(0, faces, 1 << 16):
        part = slice(start, start + (1 << 16))
        noise = rng.standard_normal((len(labels[part]), DIM), np.float32)
        values = means[labels[part]] + noise * (sizes[part, None] / np.float32(np.sqrt(DIM)))
        embeddings[part] = values / np.linalg.norm(values, axis=1, keepdims=True)
    return embeddings, labels


def spread(embeddings: np.ndarray, labels: np.ndarray, *, seed: int) -> dict[str, Any]:
    """Cosines of pairs of one person and of strangers."""
    rng = np.random.default_rng(seed)
    order = np.argsort(labels, kind="stable")
    same = np.flatnonzero(labels[order[1:]] == labels[order[:-1]])
    same = same[rng.permutation(len(same))[:200_000]]
    one, other = rng.integers(0, len(labels), (2, 1_000_000))
    strange = labels[one] != labels[other]
    pairs = {
        "within": (order[same], order[same + 1]),
        "between": (one[strange], other[strange]),
    }
    result = {}
    for name, (first, second) in pairs.items():
        values = np.concatenate(
            [
                np.einsum("ij,ij->i", embeddings[a], embeddings[b])
                for a, b in zip(np.array_split(first, 16), np.array_split(second, 16), strict=True)
            ]
        )
        result[name] = {
            "mean": float(values.mean()),
            "std": float(values.std()),
            "quantiles": tuple(np.quantile(values, QUANTILES).tolist()),
        }
        if name == "between":
            # Beyond what can be counted, a normal tail.
            result["threshold"] = float(values.mean() + values.std() * 4.265)
    return result


def group(
    embeddings: np.ndarray, labels: np.ndarray, threshold: float, *, exact: bool | None, seed: int
) -> dict[str, Any]:
    began, cpu = time.perf_counter(), time.process_time()
    edges = neighbour_graph(
        embeddings,
        neighbours=NEIGHBOURS,
        threshold=threshold,
        exact=exact,
        seed=seed,
        tell=told(len(embeddings)),
    )
    linked = time.perf_counter()
    found = link(edges, embeddings, threshold=threshold)
    done = time.perf_counter()
    of_pairs, of_faces = pairwise_f(labels, found), bcubed_f(labels, found)
    return {
        "graph": "all pairs" if exact else "cells",
        "edges": len(edges),
        "graph_s": linked - began,
        "linkage_s": done - linked,
        "total_s": done - began,
        "cpu_s": time.process_time() - cpu,
        "groups": len(np.unique(found)),
        "pairwise_f": of_pairs.f,
        "pairwise_precision": of_pairs.precision,
        "pairwise_recall": of_pairs.recall,
        "bcubed_f": of_faces.f,
    }


def told(total: int) -> Callable[[int], None]:
    """Say on standard error when another tenth of the rows is done."""
    began, tenths = time.perf_counter(), 0

    def tell(rows: int) -> None:
        nonlocal tenths
        if rows * 10 // total > tenths:
            tenths = rows * 10 // total
            print(
                f"  graph: {rows:,} rows, {time.perf_counter() - began:.0f} s, "
                f"peak {peak_gb():.2f} GB",
                file=sys.stderr,
                flush=True,
            )

    return tell


def peak_gb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--faces", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--also-exact", action="store_true", help="compare with all pairs")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    embeddings, labels = draw(options.faces, options.people, seed=options.seed)
    found = spread(embeddings, labels, seed=options.seed)
    for name in ("within", "between"):
        for whose, figures in (("LFW", LFW[name]), ("drawn", found[name])):
            tail = " ".join(f"{value:6.2f}" for value in figures["quantiles"])
            print(f"{name:8}{whose:6} {figures['mean']:.3f} ± {figures['std']:.3f}  {tail}")
    threshold = found["threshold"]
    print(f"{options.faces:,} faces of {options.people:,} people, threshold {threshold:.3f}")
    rows = []
    for exact in (False, True) if options.also_exact else (False,):
        row = group(embeddings, labels, threshold, exact=exact, seed=options.seed)
        row["peak_gb"] = peak_gb()
        rows.append(row)
        print(
            f"{row['graph']:10} {row['edges']:>11,} edges  graph {row['graph_s']:.0f} s, "
            f"linkage {row['linkage_s']:.0f} s, processor {row['cpu_s']:.0f} s, "
            f"peak {row['peak_gb']:.2f} GB; "
            f"{row['groups']:,} groups, pairwise F {row['pairwise_f']:.4f}, "
            f"BCubed F {row['bcubed_f']:.4f}",
            flush=True,
        )
    result: dict[str, Any] = {"rows": rows, "spread": {"LFW": LFW, "drawn": found}}
    if options.also_exact:
        result["pairwise_f_over_exact"] = rows[0]["pairwise_f"] / rows[1]["pairwise_f"]
        print(f"pairwise F over that of all pairs: {result['pairwise_f_over_exact']:.4f}")
    about = conditions(
        ("scipy",),
        data="synthetic, spread as of mobilefacenet-ms1m on LFW",
        faces=options.faces,
        people=options.people,
        threshold={"similarity": threshold, "source": "FAR 1e-5 of a normal tail"},
        neighbours=NEIGHBOURS,
        seed=options.seed,
        quantiles=QUANTILES,
    )
    name = "clustering_million" if options.faces >= 1_000_000 else "clustering_100k"
    print(write_result(name, {**result, "conditions": about}))


if __name__ == "__main__":
    run_script(main)
