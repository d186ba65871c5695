"""An encrypted SQLite gallery beside a plain one: writing, opening, searching, size.

    python benchmarks/encrypted_gallery.py
    python benchmarks/encrypted_gallery.py --faces 100000

Both do the same in one run, by turns; each figure is the best of several. Opening is measured from
``SqliteGallery(...)`` to the answer of the first search, with and without the snapshot.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from _conditions import conditions, write_result
from _script import run_script
from facemetric.gallery import NewSample, SqliteGallery
from facemetric.gallery.sqlite.snapshot import snapshot_folder
from facemetric.vault import MasterKey

DIM = 128
SINGLES = 500


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--faces", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    rng = np.random.default_rng(asked.seed)
    vectors = rng.standard_normal((asked.faces + SINGLES, DIM), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    keys = {"plain": None, "encrypted": MasterKey.new()}
    runs: dict[str, list[dict[str, float]]] = {kind: [] for kind in keys}
    for _ in range(asked.repeats):
        for kind, key in keys.items():
            with tempfile.TemporaryDirectory() as folder:
                runs[kind].append(measured(Path(folder) / "people.db", vectors, key))
    best = {
        kind: {
            name: (max if name.endswith("_per_s") else min)(run[name] for run in own)
            for name in own[0]
        }
        for kind, own in runs.items()
    }
    ratios = {name: best["encrypted"][name] / value for name, value in best["plain"].items()}
    print(f"{'':24} {'plain':>12} {'encrypted':>12} {'ratio':>7}")
    for name, value in best["plain"].items():
        print(f"{name:24} {value:12,.4g} {best['encrypted'][name]:12,.4g} {ratios[name]:7.2f}")
    write_result(
        "encrypted_gallery",
        {
            "conditions": conditions(
                ("cryptography", "onnxruntime"),
                faces=asked.faces,
                repeats=asked.repeats,
                seed=asked.seed,
            ),
            **best,
            "ratio": ratios,
        },
    )


def measured(path: Path, vectors: NDArray[np.float32], key: MasterKey | None) -> dict[str, float]:
    """Return the figures of one gallery, made anew."""
    faces = len(vectors) - SINGLES
    people = [
        (f"Person {number}", [NewSample(vector, f"{number}.jpg", f"{number:064x}")])
        for number, vector in enumerate(vectors)
    ]
    found: dict[str, float] = {}
    with SqliteGallery(path, bundle="net", dim=DIM, flip=True, key=key) as gallery:
        seconds = timed(lambda: list(gallery.enroll_many(people[:faces], chunk_people=10_000)))
        found["bulk_enrolments_per_s"] = faces / seconds
    with SqliteGallery(path, key=key) as gallery:
        found["open_without_snapshot_s"] = opened(path, vectors, key, fresh=True)
        gallery.search(vectors[:1], 5)  # writes the snapshot
        found["open_with_snapshot_s"] = opened(path, vectors, key, fresh=False)
        queries = vectors[:256]
        found["search_ms"] = 1e3 * min(
            timed(lambda row=row: gallery.search(vectors[row : row + 1], 5)) for row in range(30)
        )
        found["search_256_ms"] = 1e3 * min(
            timed(lambda: gallery.search(queries, 5)) for _ in range(3)
        )
        found["list_people_s"] = timed(gallery.people)
        seconds = timed(lambda: [gallery.enroll(*one) for one in people[faces:]])
        found["single_enrolments_per_s"] = SINGLES / seconds
        found["bytes_a_face"] = gallery.stats().size_bytes / len(vectors)
    return found


def opened(
    path: Path, vectors: NDArray[np.float32], key: MasterKey | None, *, fresh: bool
) -> float:
    """Return the seconds from opening a gallery to its first answer."""
    if fresh:
        shutil.rmtree(snapshot_folder(path), ignore_errors=True)

    def once() -> None:
        with SqliteGallery(path, key=key, read_only=True) as gallery:
            gallery.search(vectors[:1], 5)

    return timed(once)


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    run_script(main)
