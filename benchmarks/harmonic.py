"""Harmonic embeddings: a better network whose embeddings compare with those of the old one.

FaceNet, section 5.7 and its figure 8: trains the old network (v1), a better one on its own (v2),
and the better one with harmonic triplets; then measures LFW with both photographs by v1, both by
v2, one by each, and one by the harmonic network and one by v1. Finished runs are kept, an
interrupted one is resumed.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch

from _conditions import conditions, write_result
from _script import run_script
from facemetric.bundle.manifest import Licence
from facemetric.datasets import data_root
from facemetric.datasets.chips import open_chips
from facemetric.evaluation import PROTOCOLS
from facemetric.evaluation.metrics import kfold_accuracy, tar_at_far
from facemetric.evaluation.protocols.pair_list import PairTask
from facemetric.training.build import build_network
from facemetric.training.evaluation import PackEmbedder
from facemetric.training.export import export_run
from facemetric.training.recipe import read_recipe
from facemetric.training.run_folder import RunFolder
from facemetric.training.session import run_recipe
from facemetric.training.warm_start import read_weights, warm_start
from facemetric.types import Float32

RECIPES = Path(__file__).parents[1] / "recipes"
CHIP_PX = (112, 112)
FARS = (1e-1, 1e-2)
LICENCE = Licence(
    spdx="LicenseRef-research-only",
    commercial_use=False,
    training_data="CelebA: non-commercial research",
)


def embedded(folder: Path, task: PairTask, pack: Path) -> Float32:
    """Return a run's unit embeddings of the protocol's photographs."""
    network = build_network(RunFolder(folder).recipe(), chip_px=CHIP_PX)
    warm_start(network, read_weights(folder))
    embedder = PackEmbedder(open_chips(pack), chip_px=CHIP_PX, flip=True)
    vectors, _ = embedder.embed(task.photos, network, device=torch.device("cpu"))
    return vectors


def figures(first: Float32, second: Float32, task: PairTask) -> dict[str, float]:
    """Return accuracy and VAL, the photographs of a pair embedded by one network each.

    Each pair counts both ways round.
    """
    a, b = task.pairs.T
    one = (first[a] * second[b]).sum(1)
    other = (second[a] * first[b]).sum(1)
    scores = np.concatenate([one, other]).astype(np.float64)
    same, fold = np.tile(task.same, 2), np.tile(task.fold_of_pair, 2)
    found = kfold_accuracy(scores, same, fold)
    rates = {f"val_at_far_{far:g}": tar_at_far(scores, same, far).tar for far in FARS}
    return {"accuracy": found.mean, "standard_error": found.standard_error, **rates}


def main() -> None:
    """Train what is missing, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--pack", type=Path, default=Path("packs/lfw"))
    options = parser.parse_args()
    folders = {name: options.runs / f"harmonic-{name}" for name in ("old", "new", "joint")}
    for name, folder in folders.items():
        words = []
        if name == "joint":
            bundle = folders["old"] / "bundle"
            if not bundle.exists():
                export_run(folders["old"], bundle, licence=LICENCE, measure=False)
            words = [f"start.source={folders['new']}", f"reference.bundle={bundle}"]
        recipe = read_recipe(RECIPES / f"harmonic-{name}.toml", words)
        if not run_recipe(recipe, folder, resume=True).complete:
            raise KeyboardInterrupt
    task = PROTOCOLS["lfw"](data_root() / "lfw")
    assert isinstance(task, PairTask)
    vectors = {name: embedded(folder, task, options.pack) for name, folder in folders.items()}
    rows = {
        "v1 - v1": figures(vectors["old"], vectors["old"], task),
        "v2 - v2": figures(vectors["new"], vectors["new"], task),
        "v2 - v1": figures(vectors["new"], vectors["old"], task),
        "harmonic - harmonic": figures(vectors["joint"], vectors["joint"], task),
        "harmonic - v1": figures(vectors["joint"], vectors["old"], task),
    }
    for name, row in rows.items():
        print(f"{name:20}", {key: round(value, 4) for key, value in row.items()})
    write_result("harmonic", {"conditions": conditions(("torch",)), "pairs": rows})


if __name__ == "__main__":
    run_script(main)
