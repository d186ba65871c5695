"""A 4,000 × 3,000 JPEG with one face, file → embedding: ours against facenet-pytorch, one thread.

The picture is made here: the sample photograph obama3.jpg (1434 × 2333, see ``make samples``),
cropped to its upper 1434 × 1075 (head, chest, a chandelier and curtains), enlarged 2.79 times
(Lanczos), given grain as of a sensor (Gaussian, deviation 4 of 255), saved with quality 92. The
face is about 770 × 1,000 pixels. The peer looks for faces from 80 pixels, as ours does in such a
picture (1/50 of the longer side), and in a second row from 20, its own default. Its embedder, an
Inception-ResNet v1, has random weights, which cost the same time. No flip averaging on either side.
The two take turns; a first turn is not timed.

Peer environment, once: ``bash benchmarks/setup_peers.sh``.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from _peer import HERE, ONE_THREAD, Peer, add_peer_option

os.environ.update(ONE_THREAD)

import cv2
import numpy as np

from _conditions import conditions, write_result
from _script import run_script
from facemetric import Recognizer
from facemetric.align import align_faces
from facemetric.datasets import samples_folder
from facemetric.detect import select_faces
from facemetric.embed import Embedder
from facemetric.quality import measure_chip
from facemetric.recognizer import load_photo

MAX_RATIO = 1 / 3
WIDTH_PX, HEIGHT_PX = 4000, 3000
QUALITY = 92
GRAIN = 4.0
PEER_MIN_FACE_PX = (80, 20)


def make_photo(source: Path, target: Path, seed: int) -> None:
    """Write the large photograph; see the top of this file."""
    pixels = cv2.imread(str(source))
    height = round(pixels.shape[1] * HEIGHT_PX / WIDTH_PX)
    large = cv2.resize(
        pixels[:height], (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_LANCZOS4
    ).astype(np.float32)
    grain = np.random.default_rng(seed).standard_normal(large.shape, np.float32)
    large = np.clip(large + GRAIN * grain, 0, 255).astype(np.uint8)
    cv2.imwrite(str(target), large, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])


def steps(recognizer: Recognizer, embedder: Embedder, photo: Path) -> dict[str, float]:
    """Return seconds by step of what ``Recognizer.embed`` does."""
    alignment = recognizer.bundle.manifest.alignment
    marks = [time.perf_counter()]
    image = load_photo(photo)
    marks.append(time.perf_counter())
    faces = select_faces(recognizer.detector.detect(image), image, select="largest")
    marks.append(time.perf_counter())
    chips = align_faces(image, faces, alignment.template, margin_px=alignment.margin_px)
    for chip in chips:
        measure_chip(chip)
    marks.append(time.perf_counter())
    embedder.embed(chips)
    marks.append(time.perf_counter())
    names = ("decode", "detect", "align", "embed")
    return dict(zip(names, np.diff(marks).tolist(), strict=True))


def medians_ms(rows: list[dict[str, Any]], names: tuple[str, ...]) -> dict[str, float]:
    return {f"{name}_ms": 1e3 * statistics.median(row[name] for row in rows) for name in names}


def measure(peer: Peer, photo: Path, rounds: int) -> dict[str, Any]:
    recognizer = Recognizer(flip=False, threads=1)
    embedder = Embedder(recognizer.bundle, flip=False, threads=1)
    mine, parts = [], []
    others: dict[int, list[dict[str, Any]]] = {side: [] for side in PEER_MIN_FACE_PX}
    for turn in range(rounds + 1):
        for side, answers in others.items():
            started = time.perf_counter()
            vector = recognizer.embed(photo)
            mine.append({"seconds": time.perf_counter() - started})
            parts.append(steps(recognizer, embedder, photo))
            answers.append(peer.ask(path=str(photo), min_face_px=side))
            answers[-1]["least"] = answers[-1]["seconds"] - answers[-1]["standin_seconds"]
            if answers[-1]["dim"] is None:
                sys.exit(f"the peer found no face with min_face_size={side}")
        if turn == 0:  # warms up
            mine.clear()
            parts.clear()
            for answers in others.values():
                answers.clear()
    whole = medians_ms(mine, ("seconds",))["seconds_ms"]
    rows = []
    for side, answers in others.items():
        total = medians_ms(answers, ("seconds", "least"))
        rows.append(
            {
                "min_face_px": side,
                "median_ms": total["seconds_ms"],
                "median_without_suppression_ms": total["least_ms"],
                "steps": medians_ms(answers, ("decode", "detect", "embed")),
                "ratio": whole / total["seconds_ms"],
                "ratio_without_peer_suppression": whole / total["least_ms"],
            }
        )
    (seen,) = recognizer.see(photo).faces
    return {
        "ours": {
            "median_ms": whole,
            "steps": medians_ms(parts, ("decode", "detect", "align", "embed")),
            "min_face_px": PEER_MIN_FACE_PX[0],
            "dim": len(vector),
        },
        "peer": rows,
        "face_xyxy_px": [round(float(side)) for side in seen.face.box_xyxy_px],
    }


def print_table(result: dict[str, Any]) -> None:
    def line(name: str, row: dict[str, Any], ratio: str) -> str:
        split = ", ".join(f"{k.removesuffix('_ms')} {v:.0f}" for k, v in row["steps"].items())
        return f"{name:34}{row['median_ms']:>9.0f} ms  {ratio:>9}  ({split})"

    print(line("ours", result["ours"], ""))
    for row in result["peer"]:
        name = f"facenet-pytorch, faces from {row['min_face_px']} px"
        print(line(name, row, f"{row['ratio']:.3f} of it"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0, help="of the grain")
    parser.add_argument("--source", type=Path, help="obama3.jpg, where `make samples` put it")
    add_peer_option(parser)
    options = parser.parse_args()
    places = (HERE.parent / ".samples", samples_folder())
    source = options.source or next(
        (place / "obama3.jpg" for place in places if (place / "obama3.jpg").is_file()), None
    )
    if source is None:
        sys.exit(f"no obama3.jpg in {places[0]} or {places[1]}: run make samples")

    cv2.setNumThreads(1)
    with (
        Peer("facenet_pytorch_embed.py", python=options.peer_python) as peer,
        tempfile.TemporaryDirectory() as folder,
    ):
        photo = Path(folder) / "large.jpg"
        make_photo(source, photo, options.seed)
        megabytes = photo.stat().st_size / 1e6
        measured = measure(peer, photo, options.rounds)
        about = peer.ready
    passed = measured["peer"][0]["ratio"] <= MAX_RATIO
    result = {
        "what": "4,000 x 3,000 JPEG with one face, file to embedding, against facenet-pytorch",
        "bar": {"ratio": MAX_RATIO},
        "passed": passed,
        **measured,
        "conditions": conditions(
            ("onnxruntime", "opencv-python-headless"),
            threads=1,
            seed=options.seed,
            rounds=options.rounds,
            images=1,
            photo=f"obama3.jpg, upper 4:3, enlarged to {WIDTH_PX} x {HEIGHT_PX} (Lanczos), "
            f"grain of deviation {GRAIN:g}, JPEG quality {QUALITY}, {megabytes:.1f} MB",
            flip=False,
            peer=about,
            peer_embedder="Inception-ResNet v1, 160 x 160, random weights",
        ),
    }
    print_table(measured)
    print(f"{'passed' if passed else 'FAILED'}: {write_result('large_photo', result)}")
    return 0 if passed else 1


if __name__ == "__main__":
    run_script(main)
