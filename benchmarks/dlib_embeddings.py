"""Embeddings, ours against dlib's: the same 50 LFW chips, the same weights, one thread.

dlib cuts the chips; both embed them, taking turns over small groups so that a busy machine slows
both alike. Peer environment, once: ``bash benchmarks/setup_peers.sh``.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from _peer import ONE_THREAD, Peer, add_peer_option

os.environ.update(ONE_THREAD)  # before the libraries that read them are imported

import numpy as np

from _conditions import conditions, write_result
from _script import run_script
from facemetric.bundle import Network, open_bundle
from facemetric.datasets import data_root
from facemetric.embed import Embedder

MAX_DIFFERENCE = 1e-5
MIN_RATIO = 10.0
BATCHES = (1, 16)


def cut_chips(peer: Peer, count: int, seed: int) -> np.ndarray:
    """Let the peer cut ``count`` chips out of LFW images drawn at random."""
    paths = sorted(str(path) for path in (data_root() / "lfw").glob("*/*.jpg"))
    random.Random(seed).shuffle(paths)
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "chips.npy")
        peer.ask(cut=paths[: count + 10], to=file)  # HOG misses about one face in a hundred
        chips = np.load(file)[:count]
        np.save(file, chips)
        peer.ask(load=file)
    if len(chips) < count:
        sys.exit(f"dlib found only {len(chips)} faces")
    return chips


def measure(peer: Peer, embedder: Embedder, chips: np.ndarray, rounds: int) -> dict[str, Any]:
    """Return milliseconds a face, by batch size: ours, the peer's and their ratio."""
    found = {}
    for batch in BATCHES:
        group = 10 if batch == 1 else batch
        ours, theirs = [], []
        for turn in range(rounds + 1):
            for first in range(0, len(chips) - group + 1, group):
                part = chips[first : first + group]
                started = time.perf_counter()
                for start in range(0, group, batch):
                    embedder.embed(part[start : start + batch])
                mine = time.perf_counter() - started
                peer_s = peer.ask(embed=[first, first + group], batch=batch)["seconds"]
                if turn:  # the first round warms up
                    ours.append(1e3 * mine / group)
                    theirs.append(1e3 * peer_s / group)
        median = {"ours_ms": statistics.median(ours), "peer_ms": statistics.median(theirs)}
        best = {"ours_best_ms": min(ours), "peer_best_ms": min(theirs)}
        ratio = statistics.median(t / o for t, o in zip(theirs, ours, strict=True))
        found[f"batch_{batch}"] = {**median, **best, "ratio": ratio, "groups": len(ours)}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chips", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    add_peer_option(parser)
    options = parser.parse_args()
    bundle = open_bundle("dlib-resnet-v1")
    with Peer("dlib_faces.py", python=options.peer_python) as peer:
        chips = cut_chips(peer, options.chips, options.seed)
        raw = Network(bundle, threads=1).raw(chips)
        theirs = np.array(peer.ask(embed=[0, len(chips)], batch=1)["embeddings"])
        difference = float(np.abs(raw - theirs).max())
        embedder = Embedder(bundle, threads=1, flip=False)
        times = measure(peer, embedder, chips, options.rounds)

    result = {
        "bundle": bundle.id,
        "max_abs_difference": difference,
        "milliseconds_a_face": times,
        "bars": {
            "max_abs_difference": MAX_DIFFERENCE,
            "ratio": MIN_RATIO,
            "met": difference <= MAX_DIFFERENCE
            and all(entry["ratio"] >= MIN_RATIO for entry in times.values()),
        },
        "conditions": conditions(
            ("onnxruntime", "onnx"),
            threads=1,
            images=len(chips),
            data="LFW deep-funneled, chips cut by dlib",
            seed=options.seed,
            rounds=options.rounds,
            flip=False,
            peer=peer.ready,
        ),
    }
    path = write_result("dlib_embeddings", result)
    print(f"max abs difference of raw outputs over {len(chips)} chips: {difference:.2g}")
    for name, entry in times.items():
        print(
            f"{name:9} ours {entry['ours_ms']:6.2f} ms  dlib {entry['peer_ms']:7.2f} ms  "
            f"ratio {entry['ratio']:.1f}"
        )
    print(f"bars met: {result['bars']['met']}; written to {path}")


if __name__ == "__main__":
    run_script(main)
