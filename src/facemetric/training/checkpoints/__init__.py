"""Checkpoints of training: tensors in safetensors, state in JSON, nothing pickled."""

from facemetric.training.checkpoints.checkpoint import (
    load_checkpoint,
    read_checkpoint,
    save_checkpoint,
)
from facemetric.training.checkpoints.manifest import Manifest

__all__ = ["Manifest", "load_checkpoint", "read_checkpoint", "save_checkpoint"]
