from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pytorch_metric_learning import distances, losses, reducers

from facemetric.losses import triplet_loss


def slowly(embeddings: torch.Tensor, triplets: torch.Tensor, margin: float) -> float:
    unit = [row / row.norm() for row in embeddings.double()]
    total = 0.0
    for a, p, n in triplets.tolist():
        nearer = ((unit[a] - unit[p]) ** 2).sum()
        total += max(0.0, float(nearer - ((unit[a] - unit[n]) ** 2).sum()) + margin)
    return total / len(triplets)


@settings(deadline=None, max_examples=30)
@given(count=st.integers(1, 20), margin=st.floats(0.01, 4), seed=st.integers(0, 10**6))
def test_it_is_the_loop_over_triplets(count: int, margin: float, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    embeddings = torch.randn(6, 5, generator=generator)
    triplets = torch.randint(0, 6, (count, 3), generator=generator)
    loss = triplet_loss(embeddings, triplets, margin=margin)
    assert loss.item() == pytest.approx(slowly(embeddings, triplets, margin), abs=2e-6)


def test_it_agrees_with_pytorch_metric_learning() -> None:
    generator = torch.Generator().manual_seed(3)
    embeddings = torch.randn(12, 8, generator=generator)
    labels = torch.arange(4).repeat_interleave(3)
    triplets = torch.tensor([[0, 1, 5], [3, 4, 9], [11, 10, 2], [6, 8, 1]])
    peer = losses.TripletMarginLoss(
        margin=0.2, distance=distances.LpDistance(power=2), reducer=reducers.MeanReducer()
    )
    ours, theirs = embeddings.clone().requires_grad_(), embeddings.clone().requires_grad_()
    loss = triplet_loss(ours, triplets)
    expected = peer(theirs, labels, triplets.unbind(1))
    torch.testing.assert_close(loss, expected)
    loss.backward()
    expected.backward()
    torch.testing.assert_close(ours.grad, theirs.grad, rtol=1e-4, atol=1e-6)
