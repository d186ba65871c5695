"""A training run of a second: chips of made-up people, and a recipe for them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

TINY_TOML = """
name = "tiny"
[data]
train = ["{data}"]
[sampling]
batch_size = 12
[network]
backbone = "sphereface-4"
dim = 16
width = 0.125
norm = "group"
input_px = [16, 16]
[[loss]]
name = "nsl"
scale = 12.0
[optimiser]
lr = 0.05
[run]
epochs = 2
threads = 1
log_every_steps = 1
"""
"""`tiny_recipe` as a file; ``{data}`` is the folder of the people."""


def write_people(
    root: Path, *, people: int = 6, images: int = 8, size_px: int = 32, seed: int = 0
) -> Path:
    """Write ``root/person-NN/NN.png``: a pattern each, shifted and noisy; return the root."""
    rng = np.random.default_rng(seed)
    for person in range(people):
        folder = root / f"person-{person:02d}"
        folder.mkdir(parents=True)
        coarse = rng.integers(0, 256, (4, 4, 3)).astype(np.uint8)
        pattern = cv2.resize(coarse, (size_px, size_px), interpolation=cv2.INTER_CUBIC)
        for image in range(images):
            moved = np.roll(pattern, rng.integers(-2, 3, 2), (0, 1))
            noisy = np.clip(moved + rng.normal(0, 12, moved.shape), 0, 255).astype(np.uint8)
            cv2.imwrite(str(folder / f"{image:02d}.png"), noisy[:, :, ::-1])
    return root


def tiny_recipe(chips: Path, /, **sections: object) -> dict[str, object]:
    """Return a recipe that trains in a second; ``sections`` replace its own."""
    recipe: dict[str, object] = {
        "name": "tiny",
        "data": {"train": [str(chips)]},
        "augmentation": {"flip": 0.5},
        "sampling": {"name": "shuffle", "batch_size": 12},
        "network": {
            "backbone": "sphereface-4",
            "dim": 16,
            "width": 0.125,
            "norm": "group",
            "input_px": [16, 16],
        },
        "loss": [{"name": "nsl", "scale": 12.0}],
        "optimiser": {"lr": 0.05, "momentum": 0.9, "weight_decay": 1e-4},
        "schedule": {"name": "cosine", "warmup_epochs": 0.5},
        "run": {"epochs": 3, "threads": 1, "log_every_steps": 1, "diagnose_every_steps": 3},
    }
    return {**recipe, **sections}
