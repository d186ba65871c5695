"""The states of torch's random generators as tensors."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from facemetric.training.checkpoints.manifest import Manifest
from facemetric.training.distributed.ranks import Ranks
from facemetric.training.distributed.shard import Shard

_PREFIX = "random"


def random_tensors(ranks: Ranks) -> dict[str, Tensor]:
    """Return this process's generator states, the CPU's and its GPU's, under names of its own."""
    states = {f"{_PREFIX}/{ranks.rank}/cpu": torch.get_rng_state()}
    if ranks.device.type == "cuda":
        states[f"{_PREFIX}/{ranks.rank}/cuda"] = torch.cuda.get_rng_state(ranks.device)
    return states


def random_targets(checkpoint: Manifest, ranks: Ranks) -> dict[str, Tensor]:
    """Return empty tensors for the states that a checkpoint holds of this process.

    None where it was written by another number of processes: draws then fall elsewhere in any
    case, and each process goes on with the generator that its seed gave it.
    """
    if checkpoint.ranks != ranks.world:
        return {}
    return {
        name: torch.empty(held.shape, dtype=torch.uint8)
        for name, held in checkpoint.tensors.items()
        if name.startswith(f"{_PREFIX}/{ranks.rank}/")
    }


def load_random(targets: Mapping[str, Tensor | Shard], ranks: Ranks) -> None:
    """Set the generators to the states in `random_targets`."""
    for name, state in targets.items():
        if not name.startswith(f"{_PREFIX}/{ranks.rank}/") or isinstance(state, Shard):
            continue
        if name.endswith("/cuda"):
            if ranks.device.type == "cuda":
                torch.cuda.set_rng_state(state, ranks.device)
        else:
            torch.set_rng_state(state)
