"""Enrolled faces embedded anew from the photographs that they came from, or their portraits."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from facemetric.align import align_faces
from facemetric.embed import Embedder
from facemetric.errors import FacemetricError
from facemetric.gallery import Sample, StoredSample
from facemetric.images import load_image
from facemetric.types import Chip, Face, Float32, ItemError

MAX_PIXELS = 100_000_000


class Photographs:
    """The photographs of enrolled samples, where they are still at hand.

    One counts as at hand where its path leads to a file of the same SHA-256 and the sample says
    where in it the face is: nothing is looked for again. Where it does not, a portrait that was
    kept with the sample serves.

    Parameters
    ----------
    embedder
        Of the new bundle.
    base
        Folder that relative paths start from; ``None`` for the current one.
    max_pixels
        Larger photographs are an error of their own.

    Attributes
    ----------
    from_portraits
        How many samples were embedded from their portraits.
    missing
        How many samples had neither photograph nor portrait, by what the photograph lacked.
    errors
        Photographs that are at hand and cannot be read.
    """

    def __init__(
        self, embedder: Embedder, *, base: Path | None = None, max_pixels: int = MAX_PIXELS
    ) -> None:
        self._embedder = embedder
        self._alignment = embedder.bundle.manifest.alignment
        self._base = Path() if base is None else base
        self._max_pixels = max_pixels
        self.from_portraits = 0
        self.missing: Counter[str] = Counter()
        self.errors: list[ItemError] = []

    def embed(self, samples: Sequence[StoredSample]) -> dict[str, Float32]:
        """Return embeddings ``float32 (E,)`` by sample's id, of those that are at hand."""
        chips: dict[str, Chip] = {}
        for stored in samples:
            sample, portrait = stored.sample, stored.portrait
            reason, data = self.read(sample)
            if data is not None:
                try:
                    chips[sample.id] = self._chip(sample, data)
                    continue
                except FacemetricError as error:
                    reason = "cannot be read"
                    self.errors.append(ItemError.of(error, item=sample.source))
            if portrait is None or sample.face is None:
                self.missing[reason] += 1
                continue
            chips[sample.id] = self._cut(portrait.jpeg, portrait.place(sample.face), sample.source)
            self.from_portraits += 1
        if not chips:
            return {}
        vectors = self._embedder.embed(list(chips.values()))
        return dict(zip(chips, vectors, strict=True))

    def has(self, sample: Sample) -> bool:
        """Whether a sample's photograph is at hand, or a portrait was kept."""
        return sample.has_portrait or self.read(sample)[1] is not None

    def read(self, sample: Sample) -> tuple[str, bytes | None]:
        """Return a sample's photograph, or why there is none."""
        if sample.face is None:
            return "no place of the face", None
        if sample.source_sha256 is None:
            return "no checksum", None
        path = self._base / sample.source
        if not path.is_file():  # nor a pipe, which would never end
            return "not there", None
        try:
            data = path.read_bytes()
        except OSError:
            return "not readable", None
        if hashlib.sha256(data).hexdigest() != sample.source_sha256:
            return "another file", None
        return "", data

    def _chip(self, sample: Sample, data: bytes) -> Chip:
        assert sample.face is not None
        return self._cut(data, sample.face, sample.source)

    def _cut(self, data: bytes, face: Face, source: str) -> Chip:
        image = load_image(data, name=source, max_pixels=self._max_pixels)
        template, margin_px = self._alignment.template, self._alignment.margin_px
        (chip,) = align_faces(image, [face], template, margin_px=margin_px)
        return chip
