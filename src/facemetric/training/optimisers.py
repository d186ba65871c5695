"""Parameters in groups: backbone and header, with weight decay and without."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import torch
from torch import nn

from facemetric.training.distributed import RowAdamW, RowSGD


def parameter_groups(
    backbone: nn.Module,
    header: nn.Module,
    *,
    lr: float,
    header_lr: float | None = None,
    weight_decay: float = 0.0,
    header_weight_decay: float | None = None,
    decay_norms: bool = False,
) -> list[dict[str, Any]]:
    """Return the optimiser's groups, each with its peak learning rate under ``peak_lr``.

    Parameters
    ----------
    backbone, header
        The network; the losses with what they learn (class centres).
    lr, header_lr
        Peak rates; the header's is the backbone's where it is ``None``.
    weight_decay, header_weight_decay
        The same for the decay. The header's is of its biases too, where it has any (softmax).
    decay_norms
        Whether the network's biases, norms and PReLU slopes decay too. They do not by default: a
        decaying scale pulls nothing towards a simpler function.
    """
    head_lr = lr if header_lr is None else header_lr
    head_decay = weight_decay if header_weight_decay is None else header_weight_decay
    spared = set() if decay_norms else {id(one) for one in _without_decay(backbone)}
    weights = [one for one in backbone.parameters() if id(one) not in spared]
    others = [one for one in backbone.parameters() if id(one) in spared]
    groups = [
        _group("backbone", weights, lr, weight_decay),
        _group("backbone, no decay", others, lr, 0.0),
        _group("header", header.parameters(), head_lr, head_decay),
    ]
    return [group for group in groups if group["params"]]


def build_optimiser(
    groups: list[dict[str, Any]],
    name: str,
    *,
    momentum: float = 0.9,
    nesterov: bool = False,
    betas: tuple[float, float] = (0.9, 0.999),
) -> torch.optim.Optimizer:
    """Return SGD with momentum, or AdamW, over `parameter_groups`.

    Of sampled class centres only the rows that a step used are updated.
    """
    if name == "sgd":
        return RowSGD(groups, momentum=momentum, nesterov=nesterov)
    return RowAdamW(groups, betas=betas)


def set_learning_rates(optimiser: torch.optim.Optimizer, share: float) -> None:
    """Set every group's rate to a share of its peak."""
    for group in optimiser.param_groups:
        group["lr"] = share * group["peak_lr"]


def _group(name: str, params: Iterable[nn.Parameter], lr: float, decay: float) -> dict[str, Any]:
    return {
        "name": name,
        "params": list(params),
        "lr": lr,
        "peak_lr": lr,
        "weight_decay": decay,
    }


def _without_decay(module: nn.Module) -> Iterator[nn.Parameter]:
    """Yield parameters with one dimension: biases, the scales of norms, PReLU slopes."""
    return (one for one in module.parameters() if one.ndim <= 1)
