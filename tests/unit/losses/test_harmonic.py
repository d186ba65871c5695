from __future__ import annotations

import pytest
import torch

from facemetric.errors import InputError
from facemetric.losses import harmonic_pool, harmonic_triplet_loss, triplet_loss


def rows(seed: int, count: int = 4) -> torch.Tensor:
    return torch.randn(count, 5, generator=torch.Generator().manual_seed(seed))


def test_it_is_the_loop_over_triplets_of_new_and_old_rows() -> None:
    new, old = rows(0).requires_grad_(), rows(1).requires_grad_()
    unit = torch.cat([new, old]) / torch.cat([new, old]).norm(dim=1, keepdim=True)
    triplets = [(0, 5, 2), (4, 1, 7), (3, 6, 0), (6, 7, 4)]
    loss = harmonic_triplet_loss(new, old, torch.tensor(triplets), margin=0.9)
    total = torch.zeros(())
    for a, p, n in triplets[:3]:  # the last has no new row
        gap = (unit[a] - unit[p]).square().sum() - (unit[a] - unit[n]).square().sum()
        total = total + (gap + 0.9).clamp_min(0)
    torch.testing.assert_close(loss, total / 3)
    loss.backward()
    assert old.grad is None
    expected = torch.autograd.grad(total / 3, new)[0]
    torch.testing.assert_close(new.grad, expected)


def test_with_triplets_of_new_rows_it_is_the_triplet_loss() -> None:
    triplets = torch.tensor([[0, 1, 2], [3, 2, 1]])
    loss = harmonic_triplet_loss(rows(0), rows(1), triplets)
    torch.testing.assert_close(loss, triplet_loss(rows(0), triplets))


def test_triplets_of_old_rows_alone_give_nought() -> None:
    new = rows(0).requires_grad_()
    loss = harmonic_triplet_loss(new, rows(1), torch.tensor([[4, 5, 6]]), margin=4.0)
    loss.backward()
    assert loss.item() == 0
    assert not new.grad.any()


def test_the_reference_is_of_the_same_rows_and_dimension() -> None:
    with pytest.raises(InputError, match=r"reference: expected \(4, 5\), .* got \(3, 5\)"):
        harmonic_pool(rows(0), rows(1, 3))
