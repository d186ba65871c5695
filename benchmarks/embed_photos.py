"""Photographs a second of ``facemetric embed``, beside the bare pipeline in one process.

The same photographs of LFW go through `Viewer.see_many` on one thread, then through
`embed_photos` in this process, in two processes, and on a Ray cluster of two nodes of one core on
this machine. Two rates are given: of the whole run, with the start of processes and actors in it,
and of what came after the first two shards. Also stated: the time of a run over a finished folder,
the size of a face on disk, and whether all runs gave the same bytes. Writes
``results/embed_photos.json``.

    python benchmarks/embed_photos.py
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2

from _conditions import conditions, write_result
from _script import run_script
from facemetric.datasets import data_root
from facemetric.jobs.embedding import embed_photos
from facemetric.recognizer import SeenPhoto, Viewer

MIN_RATIO = 0.95


class Clock:
    """Takes the time of every progress report."""

    def __init__(self) -> None:
        self.told: list[tuple[float, int]] = []

    def __call__(self, done: int, total: int) -> None:
        self.told.append((time.perf_counter(), done))

    def rates(self, began: float, ended: float, *, warm: int) -> dict[str, float]:
        """Return photographs a second of all, and of those after the first ``warm``."""
        photographs = self.told[-1][1]
        first_s, first = next(one for one in self.told if one[1] >= warm)
        later = photographs - first
        return {
            "seconds": ended - began,
            "per_s": photographs / (ended - began),
            "warm_after_s": first_s - began,
            "later_per_s": later / (ended - first_s) if later else float("nan"),
        }


def bare(photos: list[str], bundle: str) -> dict[str, float]:
    """Time the pipeline alone; its networks are loaded before."""
    viewer = Viewer(bundle, threads=1)
    list(viewer.see_many(photos[:8]))
    began = time.perf_counter()
    faces = sum(len(seen.faces) for seen in viewer.see_many(photos) if isinstance(seen, SeenPhoto))
    seconds = time.perf_counter() - began
    rate = len(photos) / seconds
    return {"seconds": seconds, "per_s": rate, "later_per_s": rate, "faces": faces}


def run(photos: list[str], out: Path, bundle: str, **how: Any) -> dict[str, float]:
    clock = Clock()
    began = time.perf_counter()
    done = embed_photos(photos, out, bundle=bundle, tell=clock, **how)
    ended = time.perf_counter()
    # Ray tells of whole shards: two, and both workers have been at it.
    warm = 2 * how["shard_photos"]
    return {**clock.rates(began, ended, warm=warm), "faces": done.counts.faces}


@contextmanager
def two_nodes() -> Iterator[str]:
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    from ray.cluster_utils import Cluster

    node = {"num_cpus": 1, "object_store_memory": 200 << 20}
    cluster = Cluster(initialize_head=True, head_node_args={**node, "include_dashboard": False})
    try:
        cluster.add_node(**node)
        yield cluster.address
    finally:
        cluster.shutdown()


def contents(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*.parquet")}


def measure(photos: list[str], folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    common = {"bundle": options.bundle, "shard_photos": options.shard_photos}
    result: dict[str, Any] = {"bare": bare(photos, options.bundle)}
    result["one_process"] = run(photos, folder / "one", workers=1, **common)
    result["two_processes"] = run(photos, folder / "two", workers=2, **common)
    outs = ["one", "two"]
    if not options.no_ray:
        with two_nodes() as address:
            result["ray_two_nodes"] = run(photos, folder / "ray", ray=address, **common)
        outs.append("ray")
    began = time.perf_counter()
    embed_photos(photos, folder / "two", workers=2, **common)
    result["finished_again_s"] = time.perf_counter() - began
    faces = result["one_process"]["faces"]
    embed_photos(photos, folder / "codes", workers=2, codes=True, **common)
    for name, out in (("float", "one"), ("code", "codes")):
        size = sum(path.stat().st_size for path in (folder / out / "faces").iterdir())
        result[f"bytes_a_face_{name}"] = size / faces
    first, *others = (contents(folder / out) for out in outs)
    result["same_bytes"] = all(other == first for other in others)
    for name in ("one_process", "two_processes", "ray_two_nodes"):
        if name in result:
            result[name]["ratio"] = result[name]["later_per_s"] / result["bare"]["per_s"]
    return result


def print_table(result: dict[str, Any]) -> None:
    print(f"{'':16}{'photographs/s':>15}{'with the start':>16}{'warm after':>13}{'of bare':>9}")
    for name in ("bare", "one_process", "two_processes", "ray_two_nodes"):
        if name in result:
            one = result[name]
            print(
                f"{name:16}{one['later_per_s']:>15.1f}{one['per_s']:>16.1f}"
                f"{one.get('warm_after_s', 0):>11.1f} s{one.get('ratio', 1):>9.2f}"
            )
    print(f"a finished folder again: {result['finished_again_s']:.2f} s")
    print(
        f"bytes a face on disk: {result['bytes_a_face_float']:.0f}, "
        f"as codes {result['bytes_a_face_code']:.0f}"
    )
    print(f"the same bytes from all: {result['same_bytes']}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=int, default=1000)
    parser.add_argument("--shard-photos", type=int, default=100)
    parser.add_argument("--bundle", default="dlib-resnet-v1")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--no-ray", action="store_true")
    options = parser.parse_args()
    if options.photos < 4 * options.shard_photos:
        parser.error("at least four shards are needed")
    cv2.setNumThreads(1)
    everything = sorted(map(str, (data_root() / "lfw").glob("*/*.jpg")))
    photos = sorted(random.Random(options.seed).sample(everything, options.photos))
    with tempfile.TemporaryDirectory() as folder:
        measured = measure(photos, Path(folder), options)
    passed = measured["one_process"]["ratio"] >= MIN_RATIO and measured["same_bytes"]
    result = {
        "what": "photographs embedded into Parquet shards",
        "bar": {"one_process_ratio": MIN_RATIO, "same_bytes": True},
        "passed": passed,
        **measured,
        "conditions": conditions(
            ("onnxruntime", "opencv-python-headless", "pyarrow", "ray"),
            photographs=len(photos),
            shard_photos=options.shard_photos,
            seed=options.seed,
            data="LFW deep-funneled, 250x250",
            bundle=options.bundle,
            flip=True,
            threads="one a process",
        ),
    }
    print_table(measured)
    print(f"{'passed' if passed else 'FAILED'}: {write_result('embed_photos', result)}")
    return 0 if passed else 1


if __name__ == "__main__":
    run_script(main)
