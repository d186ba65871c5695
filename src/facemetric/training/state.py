"""Everything that a run must have to go on exactly: by name, into checkpoints and out of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from facemetric.backbones import average_running_statistics
from facemetric.training.checkpoints import (
    load_checkpoint,
    load_optimiser,
    optimiser_targets,
    optimiser_tensors,
    read_checkpoint,
    save_checkpoint,
)
from facemetric.training.distributed import Ranks, Shard, shards_of
from facemetric.training.objective import Objective
from facemetric.training.precision import Precision


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the run it is: everything drawn is a function of this and the seed.

    Attributes
    ----------
    step
        Optimiser steps done.
    epoch, batch
        The next batch to work on, from 0.
    loss_sum
        Of the epoch's batches so far.
    """

    step: int = 0
    epoch: int = 0
    batch: int = 0
    loss_sum: float = 0.0


@dataclass(frozen=True, eq=False)
class Training:
    """The objects with a state.

    Attributes
    ----------
    network
        Not wrapped.
    objective
        Losses; its centres may be rows of a larger matrix.
    optimiser
        Over both.
    average
        Of the network's weights; ``None`` without.
    precision
        With the scaler.
    ranks
        The processes.
    """

    network: nn.Module
    objective: Objective
    optimiser: torch.optim.Optimizer
    average: AveragedModel | None
    precision: Precision
    ranks: Ranks

    @property
    def measured(self) -> nn.Module:
        """The network that is measured and exported: the average where there is one."""
        return self.network if self.average is None else self.average.module

    def share_statistics(self) -> None:
        """Give every process the mean of all processes' running statistics of virtual batches."""
        for module in (self.network, self.average):
            if module is not None:
                average_running_statistics(module, group=self.ranks.group)

    def save(self, folder: Path, place: Place, facts: Mapping[str, Any]) -> None:
        """Write a checkpoint; every process calls this.

        Parameters
        ----------
        folder
            Where.
        place
            What comes next.
        facts
            Further JSON values: the score that tells the best checkpoint.
        """
        state = {
            "place": {
                "step": place.step,
                "epoch": place.epoch,
                "batch": place.batch,
                "loss_sum": place.loss_sum,
            },
            "scaler": self.precision.state(),
            **facts,
        }
        tensors = self._tensors()
        tensors.update(optimiser_tensors(self.optimiser, self._names(), shards=self._shards()))
        save_checkpoint(folder, tensors, state, ranks=self.ranks)

    def load(self, folder: Path) -> tuple[Place, dict[str, Any]]:
        """Go on from a checkpoint: return where that was, and the facts it was saved with.

        Raises
        ------
        CheckpointError
            It is damaged, or of another network or other losses.
        """
        manifest = read_checkpoint(folder)
        tensors = self._tensors()
        momentum = optimiser_targets(manifest, self.optimiser, self._names(), shards=self._shards())
        state = load_checkpoint(folder, {**tensors, **momentum}, ranks=self.ranks)
        load_optimiser(self.optimiser, momentum, self._names())
        self.precision.load(state.pop("scaler"))
        return Place(**state.pop("place")), state

    def _tensors(self) -> dict[str, Tensor | Shard]:
        modules: dict[str, nn.Module] = {"network": self.network, "objective": self.objective}
        if self.average is not None:
            modules["average"] = self.average
        shards = self._shards()
        tensors: dict[str, Tensor | Shard] = {}
        for prefix, module in modules.items():
            for name, tensor in module.state_dict().items():
                full = f"{prefix}.{name}"
                tensors[full] = shards.get(full, tensor)
        return tensors

    def _names(self) -> dict[str, nn.Parameter]:
        return {
            f"{prefix}.{name}": parameter
            for prefix, module in (("network", self.network), ("objective", self.objective))
            for name, parameter in module.named_parameters()
        }

    def _shards(self) -> dict[str, Shard]:
        """Return the parameters that are rows of a larger tensor, by full name."""
        held = shards_of(self.objective)
        return {f"objective.{name}": shard for name, shard in held.items()}
