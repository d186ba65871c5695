"""Freeing a batch dimension that an exporter fixed at one."""

from __future__ import annotations

import numpy as np

from facemetric.bundle.golden import golden_chip
from facemetric.bundle.manifest import Input
from facemetric.bundle.onnx_file import OnnxFile
from facemetric.bundle.preprocess import preprocess
from facemetric.runtime import Session

_TOLERANCE = 1e-4  # of an embedding's length


def freed_batch(file: OnnxFile, spec: Input, output: str) -> bytes | None:
    """Return the graph with a free batch dimension, or ``None`` where that changes its results.

    Three unlike chips at once through the freed graph must give what each gives alone through the
    file as it is.
    """
    chip = golden_chip(spec.height_px, spec.width_px)
    values = preprocess(np.stack([chip, chip[:, ::-1], 255 - chip]), spec)
    source = file.input.name
    before = Session(file.data, threads=1)
    alone = [before.run({source: values[row : row + 1]}, [output])[0] for row in range(3)]
    wanted = np.concatenate(alone)
    freed = file.with_free_batch()
    try:
        came = Session(freed, threads=1).run({source: values}, [output])[0]
    except Exception:  # onnxruntime raises a dozen unrelated classes
        return None
    if came.shape != wanted.shape or not np.isfinite(wanted).all():
        return None
    error = np.abs(came - wanted).max() / max(np.linalg.norm(wanted, axis=1).max(), 1e-12)
    return freed if error <= _TOLERANCE else None
