"""When do approximate indexes pay? Exact codes beside HNSW, IVF and the KD-tree, in one run.

    pip install faiss-cpu usearch
    python benchmarks/approximate_search.py

Embeddings are drawn around people's directions, ten photographs each, as far from them as LFW's are
(the cosine of two photographs of one person is 0.68 in the median, mobilefacenet-ms1m). For each
number of faces: the time to build, the memory, one query's time, and the share of the ten nearest
found. The KD-tree (scikit-learn) is also run on few dimensions, where it was made for: the share of
the rows that it has to look at tells why it stops helping.
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
from sklearn.neighbors import KDTree
from usearch.index import Index, MetricKind, ScalarKind

from _conditions import conditions, write_result
from _script import run_script
from facemetric.index import Codec, CodeIndex

DIM, PHOTOS, NEIGHBOURS = 128, 10, 10
NOISE = 0.0606  # of each dimension: the cosine of two photographs is 1 / (1 + 128 noise²)
TREE_DIMS = (2, 4, 8, 16, 32, 64, 128)
TREE_ROWS = 100_000
Floats = NDArray[np.float32]
Search = Callable[[Floats], NDArray[np.int64]]


def drawn(rows: int, dim: int, seed: int) -> Floats:
    """Return unit embeddings of people with ten photographs each."""
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((-(-rows // PHOTOS), dim), dtype=np.float32)
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    vectors = np.repeat(centres, PHOTOS, axis=0)[:rows]
    vectors += NOISE * np.sqrt(DIM / dim) * rng.standard_normal(vectors.shape, dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def ours(vectors: Floats, threads: int) -> tuple[Search, float]:
    codec = Codec.fit(vectors[:: max(len(vectors) // 32_768, 1)])
    index = CodeIndex(codec, threads=threads)
    for start in range(0, len(vectors), 65_536):
        index.add(codec.encode(vectors[start : start + 65_536]))
    return lambda queries: index.search(queries, NEIGHBOURS)[0], index.nbytes / 1e6


def faiss_hnsw(vectors: Floats, threads: int) -> tuple[Search, float]:
    index = faiss.IndexHNSWFlat(vectors.shape[1], 16, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction, index.hnsw.efSearch = 64, 100
    index.add(vectors)
    return lambda queries: index.search(queries, NEIGHBOURS)[1], faiss_mb(index)


def faiss_ivf(vectors: Floats, threads: int) -> tuple[Search, float]:
    lists = int(min(4 * np.sqrt(len(vectors)), len(vectors) / 64))
    quantiser = faiss.IndexFlatIP(vectors.shape[1])
    index = faiss.IndexIVFScalarQuantizer(
        quantiser,
        vectors.shape[1],
        lists,
        faiss.ScalarQuantizer.QT_8bit,
        faiss.METRIC_INNER_PRODUCT,
    )
    index.train(vectors[:: max(len(vectors) // (64 * lists), 1)])
    index.add(vectors)
    index.nprobe = 32
    return lambda queries: index.search(queries, NEIGHBOURS)[1], faiss_mb(index)


def usearch_hnsw(vectors: Floats, threads: int) -> tuple[Search, float]:
    index = Index(
        ndim=vectors.shape[1],
        metric=MetricKind.Cos,
        dtype=ScalarKind.I8,
        connectivity=16,
        expansion_add=64,
        expansion_search=100,
    )
    index.add(np.arange(len(vectors)), vectors, threads=threads)

    def search(queries: Floats) -> NDArray[np.int64]:
        keys = index.search(queries, NEIGHBOURS, threads=threads).keys
        return np.asarray(keys, np.int64).reshape(len(queries), -1)

    return search, index.memory_usage / 1e6


ENGINES: dict[str, Callable[[Floats, int], tuple[Search, float]]] = {
    "ours, exact on codes": ours,
    "faiss HNSW, float32, M 16, ef 100": faiss_hnsw,
    "faiss IVF, 8 bits, 32 lists": faiss_ivf,
    "usearch HNSW, 8 bits, M 16, ef 100": usearch_hnsw,
}


def faiss_mb(index: Any) -> float:
    return float(faiss.serialize_index(index).nbytes / 1e6)


def asked(vectors: Floats, count: int) -> Floats:
    """Return other photographs of enrolled people."""
    rng = np.random.default_rng(1)
    queries = vectors[rng.integers(0, len(vectors), count)]
    queries = queries + NOISE * rng.standard_normal(queries.shape, dtype=np.float32)
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    return queries


def engines(rows: int, queries: int, threads: int) -> dict[str, Any]:
    """Measure every engine on so many faces."""
    vectors = drawn(rows, DIM, 0)
    some = asked(vectors, queries)
    flat = faiss.IndexFlatIP(DIM)
    flat.add(vectors)
    exact = flat.search(some, NEIGHBOURS)[1]
    del flat
    found: dict[str, Any] = {}
    for name, make in ENGINES.items():
        start = time.perf_counter()
        search, megabytes = make(vectors, threads)
        built = time.perf_counter() - start
        places = search(some)
        times = []
        for query in some[:60]:
            start = time.perf_counter()
            search(query[None])
            times.append(time.perf_counter() - start)
        recall = np.mean([len(set(a) & set(b)) for a, b in zip(places, exact, strict=True)])
        found[name] = {
            "build_s": built,
            "memory_mb": megabytes,
            "query_ms": 1000 * statistics.median(times),
            "recall_at_10": float(recall / NEIGHBOURS),
        }
        print(f"{rows:>9,} {name:36}", {key: round(v, 3) for key, v in found[name].items()})
    return found


def trees() -> dict[str, Any]:
    """Measure the KD-tree against comparing all, by dimension."""
    found: dict[str, Any] = {}
    for dim in TREE_DIMS:
        vectors = drawn(TREE_ROWS, dim, 0)
        rng = np.random.default_rng(1)
        some = vectors[rng.integers(0, len(vectors), 40)]
        some = some + NOISE * np.sqrt(DIM / dim) * rng.standard_normal(some.shape)
        some = (some / np.linalg.norm(some, axis=1, keepdims=True)).astype(np.float32)
        start = time.perf_counter()
        tree = KDTree(vectors, leaf_size=40)
        built = time.perf_counter() - start
        tree.reset_n_calls()
        tree_times, all_times = [], []
        for query in some:
            start = time.perf_counter()
            tree.query(query[None], NEIGHBOURS)
            tree_times.append(time.perf_counter() - start)
            start = time.perf_counter()
            similarities = vectors @ query
            np.argpartition(similarities, -NEIGHBOURS)[-NEIGHBOURS:]
            all_times.append(time.perf_counter() - start)
        ours_ms, all_ms = (1000 * statistics.median(times) for times in (tree_times, all_times))
        found[str(dim)] = {
            "build_s": built,
            "tree_ms": ours_ms,
            "compare_all_ms": all_ms,
            "tree_over_compare_all": ours_ms / all_ms,
            "share_of_rows_looked_at": tree.get_n_calls() / len(some) / TREE_ROWS,
        }
        print(f"KD-tree, {dim:>3} dimensions", {k: round(v, 4) for k, v in found[str(dim)].items()})
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--faces", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--queries", type=int, default=500)
    parser.add_argument("--threads", type=int, default=2)
    chosen = parser.parse_args()
    faiss.omp_set_num_threads(chosen.threads)
    found = {str(rows): engines(rows, chosen.queries, chosen.threads) for rows in chosen.faces}
    facts = conditions(("faiss-cpu", "usearch", "scikit-learn"), dim=DIM, threads=chosen.threads)
    write_result("approximate_search", {"conditions": facts, "faces": found, "kd_tree": trees()})


if __name__ == "__main__":
    run_script(main)
