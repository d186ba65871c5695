"""Exact search in a million embeddings: ours beside faiss and usearch, in one run.

    pip install faiss-cpu usearch
    python benchmarks/exact_search.py

One query, and 256 at once, the engines in turns; the share of queries whose nearest row is that of
the float search, and how many of its ten nearest are found. Embeddings are drawn around
people's directions, so that a query has near neighbours, as faces have.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray
from usearch.index import MetricKind, search

from _conditions import conditions, write_result
from _script import run_script
from facemetric.index import Codec, CodeIndex

NEIGHBOURS = 10
PHOTOS = 10
NOISE = 0.05


def drawn(rows: int, dim: int, seed: int) -> NDArray[np.float32]:
    """Return unit embeddings of people with ten photographs each."""
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((-(-rows // PHOTOS), dim), dtype=np.float32)
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    vectors = np.repeat(centres, PHOTOS, axis=0)[:rows]
    vectors += NOISE * rng.standard_normal(vectors.shape, dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def taken(calls: dict[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """Return each call's median seconds, one call of every kind a round."""
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(rounds + 1):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            if number:
                seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in seconds.items()}


def agreement(found: NDArray[np.int64], exact: NDArray[np.int64]) -> dict[str, float]:
    """Return how much of the float search's answer was found."""
    both = [len(set(a) & set(b)) for a, b in zip(found.tolist(), exact.tolist(), strict=True)]
    return {
        "nearest": float((found[:, 0] == exact[:, 0]).mean()),
        "ten_nearest": float(np.mean(both) / exact.shape[1]),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--dim", type=int, default=128)
    parser.add_argument("--queries", type=int, default=256)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=9)
    chosen = parser.parse_args()
    faiss.omp_set_num_threads(chosen.threads)

    vectors = drawn(chosen.rows, chosen.dim, 0)
    rng = np.random.default_rng(1)
    queries = vectors[rng.integers(0, chosen.rows, chosen.queries)]
    queries = queries + NOISE * rng.standard_normal(queries.shape, dtype=np.float32)
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    codec = Codec.fit(vectors[:: max(chosen.rows // 32_768, 1)])
    codes = codec.encode(vectors)
    ours = CodeIndex(codec, threads=chosen.threads)
    for start in range(0, chosen.rows, 65_536):
        ours.add(codes[start : start + 65_536])
    flat = faiss.IndexFlatIP(chosen.dim)
    flat.add(vectors)
    # Its codes and queries are whole numbers without a sign, and one scale serves all dimensions.
    scale = 127 / np.abs(vectors).max()
    eight = faiss.IndexScalarQuantizer(
        chosen.dim, faiss.ScalarQuantizer.QT_8bit_direct, faiss.METRIC_L2
    )
    eight.is_trained = True
    for start in range(0, chosen.rows, 65_536):
        eight.add(np.rint(vectors[start : start + 65_536] * scale) + 128)
    moved = np.clip(np.rint(queries * scale) + 128, 0, 255)
    signed = np.rint(np.clip(vectors * scale, -127, 127)).astype(np.int8)
    asked = np.rint(np.clip(queries * scale, -127, 127)).astype(np.int8)

    rows: dict[str, Any] = {}
    exact = flat.search(queries, NEIGHBOURS)[1]
    for name, count in (("one query", 1), (f"{chosen.queries} queries", chosen.queries)):
        some, whole, bytes_ = queries[:count], moved[:count], asked[:count]
        calls: dict[str, Callable[[], Any]] = {
            "ours": lambda some=some: ours.search(some, NEIGHBOURS),
            "faiss flat float32": lambda some=some: flat.search(some, NEIGHBOURS),
            "faiss 8 bits direct": lambda whole=whole: eight.search(whole, NEIGHBOURS),
        }
        if count == 1:
            calls["usearch exact int8"] = lambda bytes_=bytes_: search(
                signed, bytes_, NEIGHBOURS, MetricKind.Cos, exact=True, threads=chosen.threads
            )
        seconds = taken(calls, chosen.rounds if count == 1 else max(chosen.rounds // 3, 1))
        rows[name] = {
            "median_s": seconds,
            "peer_over_ours": {
                peer: value / seconds["ours"] for peer, value in seconds.items() if peer != "ours"
            },
        }
        print(name, {peer: f"{1000 * value:.1f} ms" for peer, value in seconds.items()}, flush=True)
    found = {
        "ours": ours.search(queries, NEIGHBOURS)[0],
        "faiss 8 bits direct": eight.search(moved, NEIGHBOURS)[1],
    }
    agreements = {name: agreement(own, exact) for name, own in found.items()}
    print(agreements, f"{ours.nbytes / 1e6:.0f} MB of codes")
    write_result(
        "exact_search",
        {
            "conditions": conditions(
                ("onnxruntime", "faiss-cpu", "usearch"),
                rows=chosen.rows,
                dim=chosen.dim,
                threads=chosen.threads,
            ),
            "speed": rows,
            "agreement_with_floats": agreements,
            "codes_mb": ours.nbytes / 1e6,
        },
    )


if __name__ == "__main__":
    run_script(main)
