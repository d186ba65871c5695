"""The guard against values that are not finite: it stops, and keeps the batch that did it."""

from __future__ import annotations

import json
from pathlib import Path

from safetensors.torch import save_file
from torch import Tensor

from facemetric.errors import TrainingError
from facemetric.training.loader import Batch

BATCH_NAME = "failed-batch"


def stop_with_batch(
    folder: Path,
    batch: Batch,
    *,
    cause: str,
    step: int,
    items: list[str],
    embeddings: Tensor | None,
    rank: int,
) -> TrainingError:
    """Save the batch and return the error to raise.

    Parameters
    ----------
    folder
        The run's; ``failed-batch.safetensors`` gets pixels, labels, rows and raw embeddings,
        ``failed-batch.json`` the names of the photographs.
    batch
        What was worked on.
    cause
        What was not finite.
    step
        Optimiser steps done before.
    items
        Names of the batch's photographs.
    embeddings
        Raw, ``(N, D)``; ``None`` where it is not known.
    rank
        The process; beyond the first it is part of the file names.
    """
    name = BATCH_NAME if rank == 0 else f"{BATCH_NAME}-{rank}"
    tensors = {"pixels": batch.pixels, "labels": batch.labels, "rows": batch.rows}
    if embeddings is not None:
        tensors["embeddings"] = embeddings.detach().float().cpu().contiguous()
    save_file(
        {key: value.cpu().contiguous() for key, value in tensors.items()},
        folder / f"{name}.safetensors",
    )
    document = {"step": step, "cause": cause, "photographs": items}
    (folder / f"{name}.json").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return TrainingError(
        f"{cause} at step {step}; the batch is in {name}.safetensors",
        item=str(folder),
        fix="Lower the learning rate or the margin, clip gradients (optimiser.clip_norm), "
        "warm up longer, or use float32; then --resume from the last checkpoint",
    )
