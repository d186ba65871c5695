"""Galleries of directions, for watches without pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from facemetric.bundle import open_bundle
from facemetric.gallery import Gallery, NewSample
from facemetric.types import Float32

BUNDLE = "dlib-resnet-v1"


def directions_gallery(path: Path) -> Gallery:
    """Open a gallery of the built-in bundle, made where there is none."""
    manifest = open_bundle(BUNDLE).manifest
    return Gallery.open(
        path, bundle=BUNDLE, dim=128, bundle_sha256=manifest.model.sha256, flip=True
    )


def enrol(gallery: Gallery, name: str, row: Float32, *, groups: Sequence[str] = ()) -> str:
    """Enrol one direction; return the person's id."""
    sample = NewSample(embedding=row, source=f"{name}.jpg")
    return gallery.enroll(name, [sample], groups=groups).person.id
