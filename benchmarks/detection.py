"""MTCNN, ours against facenet-pytorch's: the same LFW images, the same minimum face, one thread.

The two take turns over small groups of images, so that a busy machine slows both alike. Each image
is seen once before it is timed, and its decoding is not timed. Which faces are the same is counted
twice: on the images as they are, and widened by 128 pixels on each side (the edge repeated), where
no crop leaves the picture. Peer environment, once: ``bash benchmarks/setup_peers.sh``.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from _peer import ONE_THREAD, Peer, add_peer_option

os.environ.update(ONE_THREAD)  # before the libraries that read them are imported

import cv2
import numpy as np

from _conditions import conditions, write_result
from _script import run_script
from facemetric.datasets import data_root
from facemetric.detect import Mtcnn, iou
from facemetric.images import load_image

PEER = "facenet_pytorch_mtcnn.py"
GROUP = 20
WIDER_PX = 128
SAME_IOU = 0.7


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


def theirs(peer: Peer, paths: list[Path], min_face_px: int) -> list[dict[str, Any]]:
    return peer.ask(images=[str(path) for path in paths], min_face_px=min_face_px)


def compare_widened(peer: Peer, images: dict[Path, Any], *, min_face_px: int) -> dict[str, Any]:
    """Compare on pictures so wide that neither has to clip or to pad a crop."""
    detector = Mtcnn(min_face_px=min_face_px, threads=1)
    mine, peers, sizes = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        for number, image in enumerate(images.values()):
            wide = Path(folder) / f"{number}.png"
            pixels = cv2.copyMakeBorder(image.pixels, *[WIDER_PX] * 4, cv2.BORDER_REPLICATE)
            assert cv2.imwrite(str(wide), pixels[:, :, ::-1])
            mine += ours(detector, {wide: load_image(wide)}, [wide])
            peers += theirs(peer, [wide], min_face_px)
            sizes.append((pixels.shape[1], pixels.shape[0]))
    return compare(mine, peers, sizes)


def measure(
    peer: Peer, images: dict[Path, Any], *, min_face_px: int, rounds: int
) -> dict[str, Any]:
    detector = Mtcnn(min_face_px=min_face_px, threads=1)
    paths = list(images)
    groups = [paths[start : start + GROUP] for start in range(0, len(paths), GROUP)]
    mine, peers = [], []
    for group in groups:  # warm-up: also what is compared
        mine += ours(detector, images, group)
        peers += theirs(peer, group, min_face_px)
    times: dict[str, list[float]] = {"ours": [], "peer": [], "peer_without_suppression": []}
    for _ in range(rounds):
        for group in groups:
            times["ours"] += [answer["seconds"] for answer in ours(detector, images, group)]
            for answer in theirs(peer, group, min_face_px):
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
        "widened": compare_widened(peer, images, min_face_px=min_face_px),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=200, help="LFW images (default 200)")
    parser.add_argument("--rounds", type=int, default=3, help="timed passes (default 3)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--min-face-px", type=int, nargs="+", default=[40, 20])
    add_peer_option(parser)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    every = sorted((data_root() / "lfw").glob("*/*.jpg"))
    paths = random.Random(options.seed).sample(every, options.images)
    images = {path: load_image(path) for path in paths}
    with Peer(PEER, python=options.peer_python) as peer:
        versions = peer.ready["versions"]
        results = [
            measure(peer, images, min_face_px=side, rounds=options.rounds)
            for side in options.min_face_px
        ]
    print("min face    ours      peer   ratio   its faces: all   inside  subject  widened")
    for row in results:
        same = {name: tally["matched"] for name, tally in row["peer_faces"].items()}
        print(
            f"{row['min_face_px']:>5} px {row['ours_ms']:>6.1f} ms {row['peer_ms']:>6.1f} ms "
            f"{row['ratio']:>6.2f} {same['all']:>16.2%} {same['inside']:>8.2%} "
            f"{same['subject']:>8.2%} {row['widened']['peer_faces']['all']['matched']:>8.2%}"
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
                peer=versions,
            ),
        },
    )
    print(path)


if __name__ == "__main__":
    run_script(main)
