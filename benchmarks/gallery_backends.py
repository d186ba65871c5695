"""The same faces in a SQLite file, in PostgreSQL with pgvector and in Milvus Lite.

    python benchmarks/gallery_backends.py

Writing (a thousand people a transaction, and one person at a time), searching (one query, and 16 at
once), size on the disk. PostgreSQL also with its HNSW index: time to build, recall, search. The
PostgreSQL server is that of the ``pgserver`` wheel, with its settings as they come, on the same
machine and disk; a server of your own, or a Milvus cluster, has other figures.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from _conditions import conditions, write_result
from _script import run_script
from facemetric.gallery import Gallery, NewSample, SearchIndex

DIM, PHOTOS, NOISE = 128, 10, 0.0606
CHUNK_PEOPLE = 1000
SINGLE = 200
Floats = NDArray[np.float32]


def drawn(people: int, seed: int) -> Floats:
    """Return ten unit embeddings of each person."""
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((people, DIM), dtype=np.float32)
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    vectors = np.repeat(centres, PHOTOS, axis=0)
    vectors += NOISE * rng.standard_normal(vectors.shape, dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def people_of(vectors: Floats, name: str) -> list[tuple[str, list[NewSample]]]:
    return [
        (
            f"{name} {start // PHOTOS}",
            [
                NewSample(vector, f"{name}/{start + place}.jpg", flip=True)
                for place, vector in enumerate(vectors[start : start + PHOTOS])
            ],
        )
        for start in range(0, len(vectors), PHOTOS)
    ]


def milliseconds(call: Callable[[int], object], rounds: int) -> dict[str, float]:
    """Return the median and the 99th percentile of a call's time."""
    times = []
    for number in range(rounds + 1):
        start = time.perf_counter()
        call(number)
        if number:
            times.append(1000 * (time.perf_counter() - start))
    return {"median_ms": statistics.median(times), "p99_ms": float(np.quantile(times, 0.99))}


def searching(gallery: Gallery, queries: Floats, rounds: int) -> dict[str, Any]:
    return {
        "one query": milliseconds(lambda n: gallery.search(queries[n][None], 5), rounds),
        "16 queries": milliseconds(
            lambda n: gallery.search(queries[n : n + 16], 5), max(rounds // 5, 3)
        ),
    }


def measured(address: str, faces: int, rounds: int, *, with_index: bool) -> dict[str, Any]:
    """Fill a gallery and measure it."""
    found: dict[str, Any] = {"faces": faces}
    people = people_of(drawn(faces // PHOTOS, 0), "Person")
    queries = drawn(30, 0)[: 16 + rounds + 1]
    with Gallery.open(address, bundle="drawn", dim=DIM, flip=True) as gallery:
        start = time.perf_counter()
        for _ in gallery.enroll_many(people, chunk_people=CHUNK_PEOPLE):
            pass
        found["bulk_faces_per_s"] = faces / (time.perf_counter() - start)
        single = [(name, some[:1]) for name, some in people_of(drawn(SINGLE, 1), "Single")]
        found["single"] = milliseconds(lambda n: gallery.enroll(*single[n]), SINGLE - 1)
        found["search"] = searching(gallery, queries, rounds)
        found["bytes_per_face"] = gallery.stats().size_bytes / faces
        if with_index:
            start = time.perf_counter()
            index = gallery.build_index(SearchIndex("hnsw"))
            found["hnsw"] = {
                "build_s": time.perf_counter() - start,
                "recall_at_10": index.recall,
                "search": searching(gallery, queries, rounds),
            }
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--faces", type=int, default=100_000)
    parser.add_argument("--milvus-faces", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=50)
    chosen = parser.parse_args()
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="runtime-"))
    import pgserver

    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = pgserver.get_server(folder / "server", cleanup_mode="stop")
        cases = (
            ("SQLite", str(folder / "people.db"), chosen.faces, False),
            ("PostgreSQL", f"{server.get_uri()}&gallery=drawn", chosen.faces, True),
            ("Milvus Lite", f"milvus://{folder}/milvus.db", chosen.milvus_faces, False),
        )
        for backend, address, faces, with_index in cases:
            found[backend] = measured(address, faces, chosen.rounds, with_index=with_index)
            print(backend, found[backend], flush=True)
        server.cleanup()
    facts = conditions(("onnxruntime", "psycopg", "pgserver", "pymilvus", "milvus-lite"), dim=DIM)
    write_result("gallery_backends", {"conditions": facts, "found": found})


if __name__ == "__main__":
    run_script(main)
