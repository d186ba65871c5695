from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

from facemetric.errors import CheckpointError, InputError
from facemetric.training.checkpoints import (
    load_checkpoint,
    load_optimiser,
    optimiser_targets,
    optimiser_tensors,
    read_checkpoint,
    save_checkpoint,
)
from facemetric.training.distributed import Ranks, RowAdamW, RowSGD, Shard

ALONE = Ranks()
KINDS: dict[str, Callable[[list[nn.Parameter]], torch.optim.Optimizer]] = {
    "sgd": lambda held: torch.optim.SGD(held, lr=0.1),
    "momentum": lambda held: torch.optim.SGD(held, lr=0.1, momentum=0.9, nesterov=True),
    "adamw": lambda held: torch.optim.AdamW(held, lr=0.01),
    "amsgrad": lambda held: torch.optim.AdamW(held, lr=0.01, amsgrad=True),
    "row-sgd": lambda held: RowSGD(held, lr=0.1, momentum=0.9),
    "row-adamw": lambda held: RowAdamW(held, lr=0.01),
}


def network() -> nn.Module:
    torch.manual_seed(0)
    stack = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(16, 2))
    return stack.to(memory_format=torch.channels_last)


def step(module: nn.Module, optimiser: torch.optim.Optimizer, number: int) -> float:
    pictures = torch.randn(2, 3, 4, 4, generator=torch.Generator().manual_seed(number))
    optimiser.zero_grad()
    loss = module(pictures).square().mean()
    loss.backward()
    optimiser.step()
    return float(loss.detach())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("done", [0, 3])
def test_training_goes_on_exactly(tmp_path: Path, kind: str, done: int) -> None:
    module = network()
    optimiser = KINDS[kind](list(module.parameters()))
    for number in range(done):
        step(module, optimiser, number)
    names = dict(module.named_parameters())
    save_checkpoint(
        tmp_path / "one",
        {**module.state_dict(), **optimiser_tensors(optimiser, names)},
        {},
        ranks=ALONE,
    )
    wanted = [step(module, optimiser, number) for number in range(done, done + 3)]

    module = network()
    optimiser = KINDS[kind](list(module.parameters()))
    step(module, optimiser, 99)  # What it had of its own goes.
    names = dict(module.named_parameters())
    targets = optimiser_targets(read_checkpoint(tmp_path / "one"), optimiser, names)
    load_checkpoint(tmp_path / "one", {**module.state_dict(), **targets}, ranks=ALONE)
    load_optimiser(optimiser, targets, names)
    assert [step(module, optimiser, number) for number in range(done, done + 3)] == wanted


def test_the_state_of_a_shard_is_a_shard() -> None:
    centres = nn.Parameter(torch.ones(3, 2))
    optimiser = torch.optim.AdamW([centres])
    centres.grad = torch.ones(3, 2)
    optimiser.step()
    shards = {"centres": Shard(centres.detach(), 4, 9)}
    tensors = optimiser_tensors(optimiser, {"centres": centres}, shards=shards)
    moments = tensors["optimiser/centres/exp_avg"]
    assert isinstance(moments, Shard)
    assert (moments.first, moments.total) == (4, 9)
    assert isinstance(tensors["optimiser/centres/step"], torch.Tensor)


def test_state_of_a_parameter_that_is_not_there_is_told(tmp_path: Path) -> None:
    held = nn.Parameter(torch.ones(2))
    optimiser = torch.optim.AdamW([held])
    held.grad = torch.ones(2)
    optimiser.step()
    save_checkpoint(tmp_path / "one", optimiser_tensors(optimiser, {"a": held}), {}, ranks=ALONE)
    with pytest.raises(CheckpointError, match="state of a, which is not trained here"):
        optimiser_targets(read_checkpoint(tmp_path / "one"), optimiser, {"b": held})


def test_a_parameter_without_a_name_is_told() -> None:
    optimiser = torch.optim.SGD([nn.Parameter(torch.ones(2, 3))])
    with pytest.raises(InputError, match=r"names: a parameter of shape \(2, 3\) has no name"):
        optimiser_tensors(optimiser, {})
