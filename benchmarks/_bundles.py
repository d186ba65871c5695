"""The bundles that the accuracy benchmarks measure: the built-in one and what can be imported."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from facemetric.bundle import Bundle, open_bundle


def bundles_at_hand(data: Path, scratch: Path, *, keras_h5: Path | None) -> Iterator[Bundle]:
    """Open the built-in bundle, then import the others into ``scratch``."""
    yield open_bundle("dlib-resnet-v1")
