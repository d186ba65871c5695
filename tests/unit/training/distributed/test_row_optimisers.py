from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

from facemetric.errors import InputError
from facemetric.training.distributed import RowAdamW, RowSGD, take_rows

PAIRS: dict[str, tuple[Callable[..., Any], Callable[..., Any], dict[str, Any]]] = {
    "sgd": (RowSGD, torch.optim.SGD, {"lr": 0.1, "weight_decay": 0.01}),
    "momentum": (RowSGD, torch.optim.SGD, {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.01}),
    "nesterov": (RowSGD, torch.optim.SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    "adamw": (RowAdamW, torch.optim.AdamW, {"lr": 0.1, "weight_decay": 0.1}),
}


@pytest.mark.parametrize("name", PAIRS)
def test_with_every_row_used_it_is_torchs(name: str) -> None:
    ours, theirs, options = PAIRS[name]
    start = torch.randn(5, 3, dtype=torch.float64)
    sparse, dense = nn.Parameter(start.clone()), nn.Parameter(start.clone())
    by_rows, whole = ours([sparse], **options), theirs([dense], **options)
    for step in range(4):
        pull = torch.randn(5, 3, generator=torch.Generator().manual_seed(step)).double()
        by_rows.zero_grad()
        whole.zero_grad()
        (take_rows(sparse, torch.arange(5)) * pull).sum().backward()
        (dense * pull).sum().backward()
        assert sparse.grad is not None and sparse.grad.is_sparse
        by_rows.step()
        whole.step()
    torch.testing.assert_close(sparse, dense, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", ["sgd", "momentum", "nesterov"])
def test_each_row_moves_as_if_it_had_an_optimiser_of_its_own(name: str) -> None:
    ours, theirs, options = PAIRS[name]
    start = torch.randn(4, 3, dtype=torch.float64)
    sparse = nn.Parameter(start.clone())
    by_rows = ours([sparse], **options)
    alone = [nn.Parameter(row.clone()) for row in start]
    each = [theirs([row], **options) for row in alone]
    for step in range(6):
        generator = torch.Generator().manual_seed(step)
        rows = (torch.rand(4, generator=generator) < 0.6).nonzero().squeeze(1)
        pull = torch.randn(len(rows), 3, generator=generator).double()
        by_rows.zero_grad()
        (take_rows(sparse, rows) * pull).sum().backward()
        by_rows.step()
        for row, gradient in zip(rows.tolist(), pull, strict=True):
            alone[row].grad = gradient
            each[row].step()
    torch.testing.assert_close(sparse.detach(), torch.stack(alone).detach())


def test_unused_rows_keep_weight_and_moments() -> None:
    held = nn.Parameter(torch.ones(4, 2))
    optimiser = RowAdamW([held], weight_decay=0.5)
    for rows in ([0, 1], [1, 3]):
        optimiser.zero_grad()
        take_rows(held, torch.tensor(rows)).sum().backward()
        optimiser.step()
    assert held[2].tolist() == [1.0, 1.0]
    moments = optimiser.state[held]["exp_avg"]
    assert moments[0].tolist() == pytest.approx([0.1, 0.1])
    assert moments[2].tolist() == [0.0, 0.0]


def test_gradients_accumulate_and_stay_sparse() -> None:
    held = nn.Parameter(torch.zeros(4, 2))
    optimiser = RowSGD([held], lr=1.0)
    for rows in ([0, 1], [1, 3]):
        take_rows(held, torch.tensor(rows)).sum().backward()
    assert held.grad is not None and held.grad.is_sparse
    optimiser.step()
    assert held[:, 0].tolist() == [-1.0, -2.0, 0.0, -1.0]
    assert held.grad is not None


def test_dense_parameters_beside_sparse_ones_are_updated_by_torch() -> None:
    sparse, dense = nn.Parameter(torch.ones(3, 2)), nn.Parameter(torch.ones(2))
    optimiser = RowSGD([{"params": [sparse]}, {"params": [dense]}], lr=0.5, momentum=0.9)
    (take_rows(sparse, torch.tensor([2])).sum() + dense.sum()).backward()
    optimiser.step()
    assert dense.tolist() == [0.5, 0.5]
    assert sparse[:, 0].tolist() == [1.0, 1.0, 0.5]


def test_no_rows_change_nothing() -> None:
    held = nn.Parameter(torch.ones(3, 2))
    for optimiser in (RowSGD([held], momentum=0.9), RowAdamW([held])):
        take_rows(held, torch.empty(0, dtype=torch.int64)).sum().backward()
        optimiser.step()
    assert held.equal(torch.ones(3, 2))


def test_options_without_a_meaning_for_rows_are_refused() -> None:
    held = nn.Parameter(torch.ones(3, 2))
    optimiser = RowSGD([held], momentum=0.9, dampening=0.1)
    take_rows(held, torch.tensor([1])).sum().backward()
    with pytest.raises(InputError, match="dampening is not for sparse gradients"):
        optimiser.step()


@pytest.mark.parametrize("shape", [(4, 2), (4,)])
def test_the_gradient_of_taken_rows(shape: tuple[int, ...]) -> None:
    held = torch.randn(shape, dtype=torch.float64, requires_grad=True)
    rows = torch.tensor([0, 3])
    pull = torch.randn(2, *shape[1:], dtype=torch.float64)
    (gradient,) = torch.autograd.grad((take_rows(held, rows) * pull).sum(), held)
    (wanted,) = torch.autograd.grad((held[rows] * pull).sum(), held)
    assert gradient.is_sparse and gradient.is_coalesced()
    assert gradient.to_dense().equal(wanted)
