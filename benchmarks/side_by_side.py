"""Photographs side by side on one thread each, beside one after another on all threads.

    python benchmarks/side_by_side.py

``Recognizer.see_many`` looks at as many photographs at a time as there are cores. The same
pipeline, one photograph after another with its networks on all threads, is measured in the same
run by turns, and so is one photograph alone, with the detector on one thread and on all. Pictures
are LFW's (250 × 250) and, drawn large from them, those of a camera (4,000 × 3,000).
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Sequence

import cv2
import numpy as np

from _conditions import conditions, write_result
from _script import run_script
from facemetric.bundle import open_bundle
from facemetric.datasets import data_root
from facemetric.embed import Embedder
from facemetric.recognizer import Recognizer, Viewer, default_detector


def photographs(count: int) -> list[bytes]:
    files = sorted((data_root() / "lfw").glob("*/*_0001.jpg"))[:count]
    return [file.read_bytes() for file in files]


def enlarged(photo: bytes) -> bytes:
    pixels = cv2.imdecode(np.frombuffer(photo, np.uint8), cv2.IMREAD_COLOR)
    return cv2.imencode(".jpg", cv2.resize(pixels, (4000, 3000), interpolation=cv2.INTER_CUBIC))[
        1
    ].tobytes()


def after_another(bundle: str, threads: int) -> Viewer:
    """Return a viewer whose detector and embedder each use all threads."""
    return Viewer(
        detector=default_detector(threads=threads),
        embedder=Embedder(open_bundle(bundle), threads=threads),
        full=False,
    )


def rate(viewer: Viewer, photos: Sequence[bytes]) -> float:
    started = time.perf_counter()
    seen = sum(1 for _ in viewer.see_many(photos))
    return seen / (time.perf_counter() - started)


def alone_ms(viewer: Viewer, photos: Sequence[bytes]) -> float:
    times = []
    for photo in photos:
        started = time.perf_counter()
        viewer.see(photo)
        times.append(time.perf_counter() - started)
    return 1e3 * statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--photos", type=int, default=400)
    parser.add_argument("--large", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--bundle", default="dlib-resnet-v1")
    chosen = parser.parse_args()
    small = photographs(chosen.photos)
    large = [enlarged(photo) for photo in small[: chosen.large]]
    cores = os.cpu_count() or 1
    before = after_another(chosen.bundle, cores)
    now = Recognizer(chosen.bundle)
    for viewer in (before, now):
        list(viewer.see_many(small[:32]))
    rounds = []
    for _ in range(chosen.rounds):
        one: dict[str, float] = {}
        for size, photos in (("250", small), ("4000", large)):
            one[f"{size}, one after another, per_s"] = rate(before, photos)
            one[f"{size}, side by side, per_s"] = rate(now, photos)
            few = photos[:40]
            one[f"{size}, alone, detector on all threads, ms"] = alone_ms(before, few)
            one[f"{size}, alone, detector on one thread, ms"] = alone_ms(now, few)
        rounds.append(one)
    result = {name: round(statistics.median(one[name] for one in rounds), 2) for name in rounds[0]}
    for name, value in result.items():
        print(f"{name:45} {value:8.1f}")
    ratios = {
        size: round(
            result[f"{size}, side by side, per_s"] / result[f"{size}, one after another, per_s"], 2
        )
        for size in ("250", "4000")
    }
    print(f"side by side to one after another: {ratios}")
    facts = conditions(
        ("onnxruntime",), photos=len(small), large=len(large), rounds=chosen.rounds, threads=cores
    )
    print(write_result("side_by_side", {**result, "ratios": ratios, "conditions": facts}))


if __name__ == "__main__":
    run_script(main)
