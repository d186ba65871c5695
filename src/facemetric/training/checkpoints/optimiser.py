"""An optimiser's state as named tensors: momentum, second moments, step counts."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from facemetric.errors import CheckpointError, InputError
from facemetric.training.checkpoints.manifest import Manifest
from facemetric.training.distributed.shard import Shard

_PREFIX = "optimiser/"


def optimiser_tensors(
    optimiser: Optimizer,
    names: Mapping[str, nn.Parameter],
    *,
    shards: Mapping[str, Shard] | None = None,
) -> dict[str, Tensor | Shard]:
    """Return an optimiser's state by name: ``"optimiser/<parameter>/<key>"``.

    Learning rates and the like are no part of it: they follow from the recipe and the step.

    Parameters
    ----------
    optimiser
        SGD, AdamW or another whose state is tensors.
    names
        Its parameters by name, as ``dict(module.named_parameters())``.
    shards
        Those of them that are rows of a larger tensor; their state is then sharded alike.

    Raises
    ------
    InputError
        A parameter has no name, or a state is no tensor.
    """
    shards = shards or {}
    tensors: dict[str, Tensor | Shard] = {}
    for name, parameter in _named(optimiser, names).items():
        for key, value in sorted(optimiser.state.get(parameter, {}).items()):
            if value is None:
                continue  # SGD without momentum keeps an empty place.
            if not isinstance(value, Tensor):
                raise InputError(
                    f"{key} of {name} is a {type(value).__name__}, no tensor", item="optimiser"
                )
            shared = name in shards and value.ndim > 0
            tensors[f"{_PREFIX}{name}/{key}"] = shards[name].like(value) if shared else value
    return tensors


def optimiser_targets(
    checkpoint: Manifest,
    optimiser: Optimizer,
    names: Mapping[str, nn.Parameter],
    *,
    shards: Mapping[str, Shard] | None = None,
) -> dict[str, Tensor | Shard]:
    """Return empty tensors for the state that a checkpoint holds of these parameters.

    To be filled by `load_checkpoint` and given to `load_optimiser`. A fresh optimiser has no
    state of its own to fill.

    Raises
    ------
    CheckpointError
        The checkpoint holds state of a parameter that the optimiser does not have.
    """
    shards = shards or {}
    parameters = _named(optimiser, names)
    targets: dict[str, Tensor | Shard] = {}
    for full, held in checkpoint.tensors.items():
        if not full.startswith(_PREFIX):
            continue
        name = full.removeprefix(_PREFIX).rpartition("/")[0]
        if name not in parameters:
            raise CheckpointError(
                f"holds the optimiser's state of {name}, which is not trained here",
                item="optimiser",
                fix="Was it written with another network or loss?",
            )
        shape, shard = list(held.shape), shards.get(name)
        if shard is not None and shape:
            shape[0] = len(shard.rows)
        # Step counts stay on the CPU, where torch's optimisers keep them.
        place = parameters[name].device if shape else torch.device("cpu")
        empty = torch.zeros(shape, dtype=getattr(torch, held.dtype), device=place)
        if shape and empty.shape == parameters[name].shape:
            # The same memory order as the parameter's, as the optimiser itself would have made.
            empty = torch.zeros_like(parameters[name], dtype=empty.dtype).detach()
        targets[full] = shard.like(empty) if shard is not None and shape else empty
    return targets


def load_optimiser(
    optimiser: Optimizer,
    targets: Mapping[str, Tensor | Shard],
    names: Mapping[str, nn.Parameter],
) -> None:
    """Give an optimiser the state in `optimiser_targets`; what it had of its own goes.

    Its parameters' groups, with learning rates and decays, stay as they are.
    """
    parameters = _named(optimiser, names)
    optimiser.state.clear()
    for full, value in targets.items():
        if not full.startswith(_PREFIX):
            continue
        name, _, key = full.removeprefix(_PREFIX).rpartition("/")
        held = value.rows if isinstance(value, Shard) else value
        optimiser.state[parameters[name]][key] = held


def _named(optimiser: Optimizer, names: Mapping[str, nn.Parameter]) -> dict[str, nn.Parameter]:
    by_identity = {id(parameter): name for name, parameter in names.items()}
    held: dict[str, nn.Parameter] = {}
    for group in optimiser.param_groups:
        for parameter in group["params"]:
            if id(parameter) not in by_identity:
                raise InputError(
                    f"a parameter of shape {tuple(parameter.shape)} has no name", item="names"
                )
            held[by_identity[id(parameter)]] = parameter
    return held
