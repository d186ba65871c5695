"""The same faces as two made-up networks see them, and galleries of them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from facemetric.bundle import Bundle, Manifest, save_bundle
from facemetric.bundle.folders import imported_folder
from facemetric.bundle.graph import GraphBuilder
from facemetric.bundle.manifest import Alignment, Embedding, Input, Licence, ModelFile, Provenance
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


def import_networks(size_px: int = 112) -> tuple[Bundle, Bundle]:
    """Put two tiny bundles among the imported ones: ``old-net`` and ``new-net``."""
    made = []
    for seed, (name, dim) in enumerate((("old-net", OLD_DIM), ("new-net", NEW_DIM))):
        rng = np.random.default_rng(seed)
        graph = GraphBuilder(name)
        x = graph.convolution("chips", rng.normal(size=(4, 3, 3, 3)).astype(np.float32))
        x = graph.node("GlobalAveragePool", graph.node("Relu", x))
        weight = graph.weight(rng.normal(size=(4, dim)))
        graph.node("MatMul", graph.node("Flatten", x, axis=1), weight)
        data = graph.finish(("chips", ("N", 3, size_px, size_px)), ("embeddings", ("N", dim)))
        manifest = Manifest(
            id=name,
            model=ModelFile(
                sha256=hashlib.sha256(data).hexdigest(), input="chips", output="embeddings"
            ),
            input=Input(height_px=size_px, width_px=size_px, mean=(127.5,) * 3, scale=(128.0,) * 3),
            alignment=Alignment(template="arcface-112"),
            embedding=Embedding(dim=dim),
            licence=Licence(spdx="MIT", commercial_use=True, training_data="none"),
            provenance=Provenance(source="a test"),
        )
        made.append(save_bundle(imported_folder(name), manifest, data))
    return made[0], made[1]
