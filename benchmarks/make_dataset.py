"""Measure packs: how fast they are made and read, and what the check of labels finds.

Photographs of LFW are packed without a cache by one and by two processes. The pack is read in
random order, beside Python's tarfile. Then labels of LFW and of CelebA's subsets are spoilt on
purpose, a share of the images swapped and some people split in two, and it is counted what
`find_label_noise` finds of that. Writes ``results/make_dataset.json``.

    python benchmarks/make_dataset.py
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tarfile
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from _conditions import conditions, write_result
from _script import run_script
from facemetric.bundle import cache_folder, open_bundle
from facemetric.datasets import data_root
from facemetric.datasets.shards import ShardSource
from facemetric.datasets.shards.index import index_path
from facemetric.embed import Embedder
from facemetric.evaluation import CentralFaceFinder, FaceEmbedder
from facemetric.jobs import build_dataset, find_label_noise
from facemetric.jobs.collection import collect

MIN_FACE_PX = {"lfw": 40, "celeba": 20}
READS = 2000
SPLIT_PEOPLE = 50


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    answer = work()
    return time.perf_counter() - start, answer


def make(photographs: int, folder: Path) -> dict[str, Any]:
    """Time the whole way from photographs to shards, without and with what a cache knows."""
    people = folder / "people"
    taken = 0
    for person in sorted(path for path in (data_root() / "lfw").iterdir() if path.is_dir()):
        if taken >= photographs:
            break
        shutil.copytree(person, people / person.name)
        taken += len(list(person.iterdir()))
    result: dict[str, Any] = {"photographs": taken}
    for workers in (1, 2):
        cache = folder / f"cache-{workers}"
        for run in ("first", "again"):
            out = folder / f"pack-{workers}-{run}"
            seconds, built = timed(
                lambda out=out, cache=cache, workers=workers: build_dataset(
                    [str(people)], out, cache=cache, workers=workers
                )
            )
            result[f"{run}_{workers}_seconds"] = round(seconds, 2)
            result[f"{run}_{workers}_per_second"] = round(taken / seconds, 1)
            result["images"] = built.card.images
    return result


def read(folder: Path) -> dict[str, Any]:
    """Time opening a pack and reading chips at random, beside tarfile."""
    pack = folder / "lfw"
    build_dataset(
        ["lfw"], pack, keep_faceless=True, dedupe=False, cache=cache_folder() / "evaluation"
    )
    source = ShardSource(pack)
    rows = np.random.default_rng(0).integers(0, len(source), READS).tolist()
    for shard in source.shards:
        index_path(shard).unlink()
    without, _ = timed(lambda: ShardSource(pack))
    with_index = statistics.median(timed(lambda: ShardSource(pack))[0] for _ in range(5))
    seconds, ours = timed(lambda: [source.encoded(row) for row in rows])

    def list_all() -> list[tuple[tarfile.TarFile, tarfile.TarInfo]]:
        archives = [tarfile.open(shard) for shard in source.shards]  # noqa: SIM115
        return [(a, m) for a in archives for m in a.getmembers() if m.name.endswith(".jpg")]

    peer_open, members = timed(list_all)
    peer_seconds, theirs = timed(
        lambda: [members[row][0].extractfile(members[row][1]).read() for row in rows]
    )
    assert ours == theirs
    return {
        "images": len(source),
        "bytes": sum(shard.stat().st_size for shard in source.shards),
        "open_without_index_seconds": round(without, 4),
        "open_with_index_seconds": round(with_index, 4),
        "read_microseconds": round(1e6 * seconds / READS, 2),
        "tarfile_open_seconds": round(peer_open, 4),
        "tarfile_read_microseconds": round(1e6 * peer_seconds / READS, 2),
        "read_ratio": round(peer_seconds / seconds, 1),
    }


def labels_of(data: str, bundle: str, seed: int) -> dict[str, Any]:
    """Spoil labels and count what is found."""
    cache = cache_folder() / "evaluation"
    finder = CentralFaceFinder(min_face_px=MIN_FACE_PX[data], cache=cache)
    embed = FaceEmbedder(Embedder(open_bundle(bundle), flip=True), finder, cache=cache)
    photos = collect([data]).photos
    vectors, found = embed(photos.paths)
    vectors, labels = vectors[found], photos.labels[found]
    rng = np.random.default_rng(seed)
    counts = np.bincount(labels)
    as_it_is = find_label_noise(vectors, labels)
    result: dict[str, Any] = {
        "images": len(labels),
        "judged": as_it_is.judged,
        "suspects_as_it_is": len(as_it_is.suspects),
        "alike_as_it_is": len(as_it_is.alike),
    }
    for share in (0.01, 0.05):
        rows = rng.choice(
            np.flatnonzero(counts[labels] >= 3), int(share * len(labels)), replace=False
        )
        spoilt = labels.copy()
        spoilt[rows] = rng.permutation(labels[rows])
        wrong = set(np.flatnonzero(spoilt != labels).tolist())
        suspects = find_label_noise(vectors, spoilt).suspects
        hits = [one for one in suspects if one.row in wrong]
        first = [one.row in wrong for one in suspects[: len(wrong)]]
        result[f"swapped_{share:g}"] = {
            "wrong": len(wrong),
            "suspects": len(suspects),
            "recall": round(len(hits) / len(wrong), 4),
            "precision": round(len(hits) / len(suspects), 4),
            "precision_of_first": round(float(np.mean(first)), 4),
            "true_person_named": round(
                float(np.mean([one.like == labels[one.row] for one in hits])), 4
            ),
        }
    spoilt = labels.copy()
    pairs = set()
    for place, person in enumerate(rng.permutation(np.flatnonzero(counts >= 4))[:SPLIT_PEOPLE]):
        rows = rng.permutation(np.flatnonzero(labels == person))
        spoilt[rows[: len(rows) // 2]] = len(counts) + place
        pairs.add((int(person), len(counts) + place))
    alike = [(one.first, one.second) for one in find_label_noise(vectors, spoilt).alike]
    result["split_people"] = {
        "split": len(pairs),
        "found": len(pairs & set(alike)),
        "listed": len(alike),
    }
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photographs", type=int, default=1000)
    parser.add_argument("--bundle", default="dlib-resnet-v1")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        result = {
            "make": make(asked.photographs, folder),
            "read": read(folder),
            "labels": {
                data: labels_of(data, asked.bundle, asked.seed) for data in ("lfw", "celeba")
            },
        }
    for part, values in result.items():
        print(part)
        for key, value in values.items():
            print(f"  {key:<30} {value}")
    packages = ("opencv-python-headless", "onnxruntime")
    path = write_result(
        "make_dataset",
        {
            **result,
            "conditions": conditions(packages, bundle=asked.bundle, seed=asked.seed),
        },
    )
    print(path)


if __name__ == "__main__":
    run_script(main)
