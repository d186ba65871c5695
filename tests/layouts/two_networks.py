"""The same faces as two made-up networks see them, and galleries of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from facemetric.datasets import LabelledPhotos
from facemetric.gallery import Gallery, NewSample, SqliteGallery
from facemetric.jobs.upgrading import SharedFaces
from facemetric.types import Face

OLD_DIM, NEW_DIM = 12, 16
OLD_SHA, NEW_SHA = "a" * 64, "b" * 64
POINTS = np.arange(10, dtype=np.float32).reshape(5, 2)


def seen(people: int, each: int, *, noise: float = 0.15, seed: int = 0) -> SharedFaces:
    """Return faces of people that two networks of their own noise see, one after the other."""
    rng = np.random.default_rng(seed)
    hidden = rng.normal(size=(people, 10)).repeat(each, axis=0)
    hidden = hidden + 0.25 * rng.normal(size=hidden.shape)
    fixed = np.random.default_rng(99)  # the networks are the same whoever is seen
    old, new = (
        _unit(hidden @ fixed.normal(size=(10, dim)) + noise * rng.normal(size=(len(hidden), dim)))
        for dim in (OLD_DIM, NEW_DIM)
    )
    names = [f"p{person:03}" for person in range(people) for _ in range(each)]
    paths = tuple(Path(f"{name}/{row}.jpg") for row, name in enumerate(names))
    return SharedFaces("made up", LabelledPhotos(paths, tuple(names)), old, new)


def enrolled(path: Path, faces: SharedFaces, **options: object) -> Gallery:
    """Return a gallery of the old network's embeddings, one person after the other."""
    bound = {"bundle": "old-net", "dim": OLD_DIM, "bundle_sha256": OLD_SHA, "flip": True}
    gallery = SqliteGallery(path, **{**bound, **options})  # type: ignore[arg-type]
    face = Face(np.array([1, 2, 30, 40], np.float32), 0.75, POINTS)
    for name in faces.photos.names:
        rows = [row for row, one in enumerate(faces.photos.people) if one == name]
        samples = [
            NewSample(faces.old[row], str(faces.photos.paths[row]), f"{row:064x}", face)
            for row in rows
        ]
        gallery.enroll(name, samples, groups=["staff"])
    return gallery


def new_gallery(path: Path, **options: object) -> Gallery:
    """Return an empty gallery of the new network."""
    bound = {"bundle": "new-net.from-old-net", "dim": NEW_DIM, "flip": True}
    return SqliteGallery(path, **{**bound, **options})  # type: ignore[arg-type]


def _unit(values: np.ndarray) -> np.ndarray:
    return (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32)
