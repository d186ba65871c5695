"""Checkpoints of training: tensors in safetensors, state in JSON, nothing pickled."""

from facemetric.training.checkpoints.checkpoint import (
    load_checkpoint,
    read_checkpoint,
    save_checkpoint,
)
from facemetric.training.checkpoints.manifest import Manifest
from facemetric.training.checkpoints.optimiser import (
    load_optimiser,
    optimiser_targets,
    optimiser_tensors,
)
from facemetric.training.checkpoints.shelf import (
    best_checkpoint,
    checkpoint_folder,
    checkpoints_in,
    last_checkpoint,
    prune_checkpoints,
    step_of,
)

__all__ = [
    "Manifest",
    "best_checkpoint",
    "checkpoint_folder",
    "checkpoints_in",
    "last_checkpoint",
    "load_checkpoint",
    "load_optimiser",
    "optimiser_targets",
    "optimiser_tensors",
    "prune_checkpoints",
    "read_checkpoint",
    "save_checkpoint",
    "step_of",
]
