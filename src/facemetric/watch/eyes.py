"""Faces of a frame, cut out and measured; embedded when that is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from facemetric.align import align_faces
from facemetric.detect import Detector
from facemetric.embed import Embedder
from facemetric.quality import measure_chip
from facemetric.types import Float32, Image
from facemetric.watch.frame import Frame
from facemetric.watch.shots import Sighting, shot_weight


class Eyes:
    """Detection, alignment and embedding, the last apart from the others.

    Parameters
    ----------
    detector
        Finds the faces.
    embedder
        Embeds them.
    max_faces
        At most so many of a frame, the most certain.
    """

    def __init__(self, detector: Detector, embedder: Embedder, *, max_faces: int = 50) -> None:
        self._detector = detector
        self._embedder = embedder
        self._max_faces = max_faces

    def see(self, frame: Frame) -> list[Sighting]:
        """Return the faces of a frame, without embeddings."""
        height, width = frame.pixels.shape[:2]
        image = Image(frame.pixels, (width, height), "frame")
        alignment = self._embedder.bundle.manifest.alignment
        faces = self._detector.detect(image)[: self._max_faces]
        chips = align_faces(image, faces, alignment.template, margin_px=alignment.margin_px)
        measured = [replace(chip, quality=measure_chip(chip)) for chip in chips]
        return [Sighting(chip, frame.at_s, shot_weight(chip)) for chip in measured]

    def embed(self, sightings: Sequence[Sighting]) -> Float32:
        """Return the embeddings ``float32 (N, D)`` of sightings."""
        return self._embedder.embed([sighting.chip for sighting in sightings])
