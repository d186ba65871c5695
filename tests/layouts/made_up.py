"""People in an embedding space, and folders of files that stand for their photographs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from facemetric.bundle import Manifest, OperatingPoint, open_bundle
from facemetric.evaluation import Evaluation, Settings, Task, evaluate

QUICK = Settings(replicates=100)


def write_people(root: Path, counts: Mapping[str, int]) -> Path:
    """Write ``person/0.jpg`` …, each of its own content."""
    for name, count in counts.items():
        (root / name).mkdir(parents=True)
        for number in range(count):
            (root / name / f"{number}.jpg").write_text(f"{name} {number}", encoding="utf-8")
    return root


def vectors_of(task: Task, *, noise: float, seed: int = 0, dim: int = 16) -> np.ndarray:
    """Return unit vectors that scatter around a direction for each person."""
    rng = np.random.default_rng(seed)
    number = np.unique(np.array(task.people), return_inverse=True)[1]
    centres = rng.normal(size=(number.max() + 1, dim))
    vectors = centres[number] + noise * rng.normal(size=(len(number), dim))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def measured(
    task: Task, *, noise: float = 0.5, seed: int = 0, confidence: float = 0.95
) -> Evaluation:
    """Evaluate made-up embeddings."""
    vectors = vectors_of(task, noise=noise, seed=seed)
    settings = replace(QUICK, confidence=confidence)
    return evaluate(task, lambda photos: (vectors, np.ones(len(photos), bool)), settings)


def calibrated(similarity: float = 0.8) -> Manifest:
    """Return a manifest whose calibration has this threshold for every rate."""
    manifest = open_bundle("dlib-resnet-v1").manifest
    points = tuple(
        OperatingPoint(
            far=far,
            similarity=similarity,
            far_low=far / 2,
            far_high=far * 1.001,
            impostor_pairs=10**9,
        )
        for far in (1e-1, 1e-2, 1e-3, 1e-4, 1e-5)
    )
    kept = manifest.calibrations[0].model_copy(
        update={"points": points, "searches": (), "flip": True}
    )
    return manifest.model_copy(update={"calibrations": (kept,)})


def uncalibrated() -> Manifest:
    """Return a manifest without calibrations."""
    return open_bundle("dlib-resnet-v1").manifest.model_copy(update={"calibrations": ()})
