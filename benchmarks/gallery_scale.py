"""One SQLite gallery from its first face to its millionth: writing, opening, searching, memory.

    python benchmarks/gallery_scale.py
    python benchmarks/gallery_scale.py --faces 10000000     # codes alone beyond a million

Embeddings are drawn around people's directions, ten photographs each. Opening is measured in a
process of its own, from the start of ``Gallery.open`` to the answer of the first search. Durable
enrolments wait for the disk, so the disk's own rate stands beside: appending four kilobytes to a
file that has its size already, and waiting, again and again.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from _conditions import conditions, write_result
from _script import run_script
from facemetric.gallery import Gallery, NewSample
from facemetric.index import Codec, CodeIndex

DIM = 128
PHOTOS = 10
NOISE = 0.05
CHUNK_PEOPLE = 10_000
BARS = {"bulk_per_s": 50_000, "single_per_s": 1_500, "open_s": 1.5, "index_mb": 160}


def drawn(people: int, seed: int) -> NDArray[np.float32]:
    """Return ``float32 (10 people, 128)`` unit embeddings."""
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((people, DIM), dtype=np.float32)
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    vectors = np.repeat(centres, PHOTOS, axis=0)
    vectors += NOISE * rng.standard_normal(vectors.shape, dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def people_of(
    vectors: NDArray[np.float32], photos: int, first: int
) -> list[tuple[str, list[NewSample]]]:
    """Return people to enrol, with so many photographs each."""
    return [
        (
            f"Person {first + start // photos}",
            [
                NewSample(vector, f"photos/{first}/{start + place}.jpg", flip=True)
                for place, vector in enumerate(vectors[start : start + photos])
            ],
        )
        for start in range(0, len(vectors), photos)
    ]


def disk_rate(folder: Path, count: int = 1000) -> float:
    """Return how often a second the disk confirms four kilobytes."""
    path = folder / "disk"
    with path.open("wb") as file:
        file.write(bytes(4096 * count))
        file.flush()
        os.fsync(file.fileno())
    handle = os.open(path, os.O_WRONLY)
    try:
        start = time.perf_counter()
        for place in range(count):
            os.pwrite(handle, b"x" * 4096, 4096 * place)
            getattr(os, "fdatasync", os.fsync)(handle)
        return count / (time.perf_counter() - start)
    finally:
        os.close(handle)


def writing(folder: Path, rounds: int) -> dict[str, Any]:
    """Measure enrolment: 100,000 embeddings in a transaction, and one person at a time."""
    found: dict[str, list[float]] = {}
    for number in range(rounds):
        for photos in (1, PHOTOS):
            people = people_of(drawn(100_000 // PHOTOS, number), photos, 0)
            with Gallery.open(folder / f"{number}-{photos}.db", bundle="drawn", dim=DIM) as gallery:
                start = time.perf_counter()
                answers = list(gallery.enroll_many(people, chunk_people=len(people)))
                seconds = time.perf_counter() - start
                assert sum(answer.added for answer in answers) == 100_000  # type: ignore[union-attr]
                found.setdefault(f"bulk_per_s, {photos} a person", []).append(100_000 / seconds)
                if photos == 1:
                    single = people_of(drawn(200, 1000 + number), 1, 1_000_000)
                    before = disk_rate(folder)
                    start = time.perf_counter()
                    for name, samples in single:
                        gallery.enroll(name, samples)
                    seconds = time.perf_counter() - start
                    found.setdefault("single_per_s", []).append(len(single) / seconds)
                    rate = (before + disk_rate(folder)) / 2
                    found.setdefault("disk_confirms_per_s", []).append(rate)
    return {name: statistics.median(values) for name, values in found.items()} | {
        f"best of {rounds}, {name}": max(values) for name, values in found.items()
    }


def fill(path: Path, faces: int) -> float:
    """Enrol so many faces and write the snapshot; return the seconds."""
    start = time.perf_counter()
    with Gallery.open(path, bundle="drawn", dim=DIM) as gallery:
        for first in range(0, faces // PHOTOS, CHUNK_PEOPLE):
            count = min(CHUNK_PEOPLE, faces // PHOTOS - first)
            people = people_of(drawn(count, first + 1), PHOTOS, first)
            for _ in gallery.enroll_many(people, chunk_people=CHUNK_PEOPLE):
                pass
        gallery.search(drawn(1, 0)[:1])
    return time.perf_counter() - start


def opening(path: Path) -> None:
    """Open, search, and print what that took: run in a process of its own."""
    drawn(1, 0)
    before = resident_bytes()
    start = time.perf_counter()
    with Gallery.open(path, read_only=True) as gallery:
        opened = time.perf_counter() - start
        gallery.search(drawn(1, 0)[:1])
        ready = time.perf_counter() - start
        after = resident_bytes()
        found = {"open_s": opened, "ready_s": ready, "resident_mb": (after - before) / 1e6}
        for count in (1, 256):
            queries = drawn(26, 5)[:count]
            times = []
            for _ in range(9):
                start = time.perf_counter()
                gallery.search(queries, 5)
                times.append(time.perf_counter() - start)
            found[f"search_{count}_ms"] = 1000 * statistics.median(times)
    print(json.dumps(found))


def resident_bytes() -> int:
    """Return the memory of this process, mapped files included."""
    try:
        text = Path("/proc/self/statm").read_text(encoding="ascii")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(text.split()[1]) * resource.getpagesize()


def codes_alone(faces: int) -> dict[str, float]:
    """Measure an index of codes without a gallery."""
    before = resident_bytes()
    codec = Codec.fit(drawn(3277, 1))
    index = CodeIndex(codec)
    for part in parts(faces):
        index.add(codec.encode(part))
    found = {
        "faces": float(faces),
        "codes_mb": index.nbytes / 1e6,
        "resident_mb": (resident_bytes() - before) / 1e6,
    }
    for count in (1, 256):
        queries, times = drawn(26, 5)[:count], []
        for _ in range(5):
            start = time.perf_counter()
            index.search(queries, 10)
            times.append(time.perf_counter() - start)
        found[f"search_{count}_ms"] = 1000 * statistics.median(times)
    return found


def parts(faces: int) -> Iterator[NDArray[np.float32]]:
    """Yield drawn embeddings, some at a time."""
    for first in range(0, faces // PHOTOS, CHUNK_PEOPLE):
        yield drawn(min(CHUNK_PEOPLE, faces // PHOTOS - first), first + 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--faces", type=int, default=1_000_000, help="beyond a million: codes only")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="on the disk to measure")
    parser.add_argument("--opening", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.opening:
        opening(chosen.opening)
        return
    if chosen.faces > 1_000_000:
        found = codes_alone(chosen.faces)
        print(found)
        facts = conditions(("onnxruntime",), dim=DIM)
        write_result("codes_in_memory", {"conditions": facts, "index": found})
        return
    with tempfile.TemporaryDirectory(dir=chosen.folder) as name:
        folder = Path(name)
        rates = writing(folder, chosen.rounds)
        print({key: round(value) for key, value in rates.items()}, flush=True)
        path = folder / "million.db"
        rates["fill_s"] = fill(path, chosen.faces)
        runs = []
        for _ in range(chosen.rounds):
            command = [sys.executable, __file__, "--opening", str(path)]
            runs.append(json.loads(subprocess.run(command, check=True, stdout=-1).stdout))
            print(runs[-1], flush=True)
        rates["store_mb"] = path.stat().st_size / 1e6
        snapshot = path.with_name(f"{path.name}-index")
        rates["snapshot_mb"] = sum(file.stat().st_size for file in snapshot.iterdir()) / 1e6
    opened = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
    facts = conditions(("onnxruntime",), faces=chosen.faces, dim=DIM, photos_a_person=PHOTOS)
    result = {"conditions": facts, "bars": BARS, "writing": rates, "opened": opened}
    print(json.dumps(result, indent=1))
    write_result("gallery_scale", result)


if __name__ == "__main__":
    run_script(main)
