"""MTCNN, ours against facenet-pytorch's: the same LFW images, the same minimum face, one thread.

The two take turns over small groups of images, so that a busy machine slows both alike. Each image
is seen once before it is timed, and its decoding is not timed. Peer environment, once:

    python3.11 -m venv .venv-bench
    .venv-bench/bin/pip install torch numpy pillow opencv-python-headless requests tqdm
    .venv-bench/bin/pip install --no-deps facenet-pytorch==2.6.0
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

# Before the libraries that read them are imported.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
os.environ.update(ONE_THREAD)

import cv2  # noqa: E402
import numpy as np  # noqa: E402

from _conditions import conditions, write_result  # noqa: E402
from facemetric.datasets import data_root  # noqa: E402
from facemetric.detect import Mtcnn, iou  # noqa: E402
from facemetric.images import load_image  # noqa: E402

HERE = Path(__file__).parent
GROUP = 20
SAME_IOU = 0.7


class Peer:
    """facenet-pytorch in a process of its own."""

    def __init__(self, python: Path) -> None:
        self._process = subprocess.Popen(
            [python, HERE / "peers" / "facenet_pytorch_mtcnn.py"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **ONE_THREAD},
        )
        self.versions = self._read()["versions"]

    def detect(self, paths: list[Path], min_face_px: int) -> list[dict[str, Any]]:
        request = {"images": [str(path) for path in paths], "min_face_px": min_face_px}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return self._read()

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait(timeout=30)

    def _read(self) -> Any:
        line = self._process.stdout.readline()
        if not line:
            sys.exit("the peer's process ended; its message stands above")
        return json.loads(line)


def ours(detector: Mtcnn, images: dict[Path, Any], paths: list[Path]) -> list[dict[str, Any]]:
    answers = []
    for path in paths:
        started = time.perf_counter()
        faces = detector.detect(images[path])
        seconds = time.perf_counter() - started
        answers.append({"faces": faces, "seconds": seconds})
    return answers


def compare(
    mine: list[dict[str, Any]], peers: list[dict[str, Any]], sizes: list[tuple[int, int]]
) -> dict[str, Any]:
    """Count the faces that each has in common with the other, and how far the landmarks differ.

    ``inside`` are the peer's faces whose box does not leave the picture: where it does, the peer
    stretches what is left of the face, and we pad it with black as the original did, so the two
    answer different questions. ``subject`` is the peer's face nearest to the middle.
    """
    tallies = {name: [] for name in ("all", "inside", "inside_score_0.9", "subject")}
    reverse, apart, overlaps = [], [], []
    for one, other, (width, height) in zip(mine, peers, sizes, strict=True):
        a = np.array([face.box_xyxy_px for face in one["faces"]], float).reshape(-1, 4)
        b = np.array(other["boxes"], float).reshape(-1, 4)
        shared = iou(a, b)
        reverse += [bool((row >= SAME_IOU).any()) for row in shared]
        same = [bool((column >= SAME_IOU).any()) for column in shared.T]
        inside = (b[:, :2] >= 0).all(axis=1) & (b[:, 2:] <= (width, height)).all(axis=1)
        sure = inside & (np.array(other["scores"]) > 0.9)
        tallies["all"] += same
        tallies["inside"] += list(np.array(same, bool)[inside])
        tallies["inside_score_0.9"] += list(np.array(same, bool)[sure])
        if len(b):
            middle = (b[:, :2] + b[:, 2:]) / 2 - (width / 2, height / 2)
            tallies["subject"].append(same[int(np.linalg.norm(middle, axis=1).argmin())])
        for column in np.flatnonzero(same):
            row = int(shared[:, column].argmax())
            overlaps.append(float(shared[row, column]))
            points = one["faces"][row].landmarks_px - np.array(other["landmarks"][column])
            side = np.sqrt(np.prod(b[column, 2:] - b[column, :2]))
            apart.append(float(np.linalg.norm(points, axis=1).mean() / side))
    return {
        "peer_faces": {
            name: {"faces": len(same), "matched": float(np.mean(same))}
            for name, same in tallies.items()
        },
        "our_faces": {"faces": len(reverse), "matched": float(np.mean(reverse))},
        "median_iou_of_matches": statistics.median(overlaps),
        "landmark_distance_in_box_sides": {
            "median": float(np.median(apart)),
            "p95": float(np.quantile(apart, 0.95)),
        },
    }


def measure(
    peer: Peer, images: dict[Path, Any], *, min_face_px: int, rounds: int
) -> dict[str, Any]:
    detector = Mtcnn(min_face_px=min_face_px, threads=1)
    paths = list(images)
    groups = [paths[start : start + GROUP] for start in range(0, len(paths), GROUP)]
    mine, peers = [], []
    for group in groups:  # warm-up: also what is compared
        mine += ours(detector, images, group)
        peers += peer.detect(group, min_face_px)
    times: dict[str, list[float]] = {"ours": [], "peer": [], "peer_without_suppression": []}
    for _ in range(rounds):
        for group in groups:
            times["ours"] += [answer["seconds"] for answer in ours(detector, images, group)]
            for answer in peer.detect(group, min_face_px):
                times["peer"].append(answer["seconds"])
                rest = answer["seconds"] - answer["standin_seconds"]
                times["peer_without_suppression"].append(rest)
    medians = {f"{name}_ms": 1e3 * statistics.median(values) for name, values in times.items()}
    return {
        "min_face_px": min_face_px,
        "timed_images": len(times["ours"]),
        **medians,
        "ratio": medians["peer_ms"] / medians["ours_ms"],
        "ratio_without_peer_suppression": medians["peer_without_suppression_ms"]
        / medians["ours_ms"],
        **compare(mine, peers, [images[path].size_px for path in paths]),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=200, help="LFW images (default 200)")
    parser.add_argument("--rounds", type=int, default=3, help="timed passes (default 3)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--min-face-px", type=int, nargs="+", default=[40, 20])
    parser.add_argument(
        "--peer-python", type=Path, default=HERE.parent / ".venv-bench" / "bin" / "python"
    )
    options = parser.parse_args()
    if not options.peer_python.exists():
        sys.exit(f"{options.peer_python}: no such python.{__doc__.split('Peer environment')[1]}")
    cv2.setNumThreads(1)
    every = sorted((data_root() / "lfw").glob("*/*.jpg"))
    paths = random.Random(options.seed).sample(every, options.images)
    images = {path: load_image(path) for path in paths}
    peer = Peer(options.peer_python)
    results = [
        measure(peer, images, min_face_px=side, rounds=options.rounds)
        for side in options.min_face_px
    ]
    peer.close()
    print("min face    ours      peer   ratio   its faces: all   inside  subject   ours by it")
    for row in results:
        same = {name: tally["matched"] for name, tally in row["peer_faces"].items()}
        print(
            f"{row['min_face_px']:>5} px {row['ours_ms']:>6.1f} ms {row['peer_ms']:>6.1f} ms "
            f"{row['ratio']:>6.2f} {same['all']:>16.2%} {same['inside']:>8.2%} "
            f"{same['subject']:>8.2%} {row['our_faces']['matched']:>12.2%}"
        )
    path = write_result(
        "detection",
        {
            "results": results,
            "bar": {"ratio": 3.0, "peer_faces_matched": 0.99, "iou": SAME_IOU},
            "conditions": conditions(
                ("onnxruntime", "opencv-python-headless"),
                threads=1,
                seed=options.seed,
                images=len(paths),
                data="LFW deep-funneled, 250x250",
                peer=peer.versions,
            ),
        },
    )
    print(path)


if __name__ == "__main__":
    main()
