"""The bundles that the accuracy benchmarks measure: the built-in one and what can be imported."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from facemetric.bundle import Bundle, import_keras_facenet, import_onnx, open_bundle

DLIB, MOBILEFACENET, KERAS = "dlib-resnet-v1", "mobilefacenet-ms1m", "keras-facenet"


def bundles_at_hand(data: Path, scratch: Path, *, keras_h5: Path | None) -> Iterator[Bundle]:
    """Open the built-in bundle, then import the others into ``scratch``."""
    yield open_bundle(DLIB)
    graph = data / "models" / f"{MOBILEFACENET}.onnx"
    if graph.is_file():
        yield import_onnx(graph, preset=MOBILEFACENET, folder=scratch / MOBILEFACENET)
    else:
        print(f"left out: {MOBILEFACENET}, for there is no {graph}", file=sys.stderr)
    if keras_h5 is not None:
        yield import_keras_facenet(keras_h5, folder=scratch / KERAS)
    else:
        print(f"left out: {KERAS}, for --keras-h5 is not given", file=sys.stderr)
