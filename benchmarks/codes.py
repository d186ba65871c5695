"""One byte per dimension against float32, on LFW's pairs: cosine error and 10-fold accuracy.

    python benchmarks/codes.py lfw-pairs.npz --bundle dlib-resnet-v1
    python benchmarks/codes.py lfw-pairs.npz --fit celeba.npz

The first file holds ``embeddings`` float32 (N, D), ``pairs`` int (P, 2) of its rows, ``same``
bool (P,) and ``fold`` int (P,). The codes are the bundle's (see its manifest), or are fitted to the
``embeddings`` of a second file, which must hold no picture of LFW.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from _conditions import conditions, write_result
from _script import run_script
from facemetric.bundle import cache_folder, open_bundle
from facemetric.evaluation.metrics import kfold_accuracy
from facemetric.index import Codec

MAX_COSINE_ERROR = 0.004
MAX_ACCURACY_LOSS = 0.0005


def codec_of(arguments: argparse.Namespace) -> tuple[Codec, str]:
    """Return the codec and where it comes from."""
    if arguments.fit:
        with np.load(arguments.fit, allow_pickle=False) as data:
            values = data["embeddings"]
        return Codec.fit(values), f"fitted to {len(values)} embeddings of {arguments.fit.name}"
    manifest = open_bundle(arguments.bundle).manifest
    if manifest.codes is None:
        raise SystemExit(f"{manifest.id}: the manifest has no codes. Pass --fit with embeddings")
    return Codec.of(manifest.codes), f"manifest of {manifest.id}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "pairs",
        type=Path,
        nargs="?",
        default=cache_folder() / "lfw" / "dlib-resnet-v1.npz",
        help="embeddings of LFW's pairs (default: those that lfw_accuracy.py wrote)",
    )
    parser.add_argument("--bundle", default="dlib-resnet-v1")
    parser.add_argument("--fit", type=Path)
    parser.add_argument("--name", default="codes", help="of the result's file")
    arguments = parser.parse_args()

    with np.load(arguments.pairs, allow_pickle=False) as data:
        embeddings, pairs = data["embeddings"], data["pairs"]
        same, fold = data["same"], data["fold"]
    codec, source = codec_of(arguments)
    codes = codec.encode(embeddings)
    decoded = codec.decode(codes)
    exact = (embeddings[pairs[:, 0]].astype(np.float64) * embeddings[pairs[:, 1]]).sum(axis=1)
    coded = (decoded[pairs[:, 0]].astype(np.float64) * decoded[pairs[:, 1]]).sum(axis=1)
    error = np.abs(coded - exact)
    steps = (embeddings - codec.low) / codec.step
    floats, bytes_ = (kfold_accuracy(scores, same, fold) for scores in (exact, coded))

    ours = {
        "bytes_per_face": codec.dim,
        "max_cosine_error": float(error.max()),
        "mean_cosine_error": float(error.mean()),
        "clamped_share": float(((steps < -0.5) | (steps > 255.5)).mean()),
        "accuracy": rounded(bytes_.mean),
        "accuracy_std": rounded(bytes_.deviation),
    }
    peer = {
        "bytes_per_face": 4 * codec.dim,
        "accuracy": rounded(floats.mean),
        "accuracy_std": rounded(floats.deviation),
    }
    loss = peer["accuracy"] - ours["accuracy"]
    passed = ours["max_cosine_error"] <= MAX_COSINE_ERROR and abs(loss) <= MAX_ACCURACY_LOSS
    result = {
        "what": "one byte per dimension against float32 on LFW's pairs",
        "bar": f"cosine error <= {MAX_COSINE_ERROR} on every pair, accuracy within 0.05 points",
        "passed": bool(passed),
        "ours": ours,
        "peer": peer,
        "ratio": {"bytes": 0.25, "accuracy_loss": loss},
        "codec": source,
        "conditions": conditions(
            pairs=len(pairs), images=len(embeddings), embeddings=arguments.pairs.name
        ),
    }
    path = write_result(arguments.name, result)
    print(f"{'':20}{'codes':>12}{'float32':>12}")
    print(f"{'bytes per face':20}{codec.dim:>12}{4 * codec.dim:>12}")
    print(f"{'accuracy':20}{ours['accuracy']:>12.4%}{peer['accuracy']:>12.4%}")
    print(f"{'max cosine error':20}{ours['max_cosine_error']:>12.5f}")
    print(f"{'passed' if passed else 'FAILED'}: {path}")
    return 0 if passed else 1


def rounded(value: float) -> float:
    """Round away what only the order of sums decides."""
    return round(float(value), 8)


if __name__ == "__main__":
    run_script(main)
