from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pytorch_metric_learning import distances, losses, reducers

from facemetric.errors import InputError
from facemetric.losses import contrastive_loss


def slowly(
    embeddings: torch.Tensor, pairs: torch.Tensor, same: torch.Tensor, margin: float
) -> float:
    unit = [row / row.norm() for row in embeddings.double()]
    total = 0.0
    for (i, j), one_person in zip(pairs.tolist(), same.tolist(), strict=True):
        distance = float((unit[i] - unit[j]).norm())
        total += (distance if one_person else max(0.0, margin - distance)) ** 2 / 2
    return total / len(pairs)


@settings(deadline=None, max_examples=30)
@given(count=st.integers(1, 20), margin=st.floats(0.01, 2), seed=st.integers(0, 10**6))
def test_it_is_the_loop_over_pairs(count: int, margin: float, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    embeddings = torch.randn(6, 5, generator=generator)
    pairs = torch.randint(0, 6, (count, 2), generator=generator)
    same = torch.rand(count, generator=generator) < 0.5
    loss = contrastive_loss(embeddings, pairs, same, margin=margin)
    # A face beside itself: the root turns a rounding of 1e-7 into 3e-4.
    assert loss.item() == pytest.approx(slowly(embeddings, pairs, same, margin), abs=2e-3)
    apart = pairs[:, 0] != pairs[:, 1]
    if apart.any():
        loss = contrastive_loss(embeddings, pairs[apart], same[apart], margin=margin)
        expected = slowly(embeddings, pairs[apart], same[apart], margin)
        assert loss.item() == pytest.approx(expected, abs=1e-5)


def test_it_agrees_with_pytorch_metric_learning_which_does_not_square() -> None:
    generator = torch.Generator().manual_seed(3)
    embeddings = torch.randn(12, 8, generator=generator, dtype=torch.float64)
    labels = torch.arange(4).repeat_interleave(3)
    pairs = torch.triu_indices(12, 12, offset=1).T
    same = labels[pairs[:, 0]] == labels[pairs[:, 1]]
    peer = losses.ContrastiveLoss(
        pos_margin=0,
        neg_margin=1.3,
        distance=distances.LpDistance(),
        reducer=reducers.DoNothingReducer(),
    )
    mined = (*pairs[same].unbind(1), *pairs[~same].unbind(1))
    parts = peer(embeddings, labels, mined)
    each = torch.cat([parts["pos_loss"]["losses"], parts["neg_loss"]["losses"]])
    loss = contrastive_loss(embeddings, pairs, same, margin=1.3)
    torch.testing.assert_close(loss, each.square().mean() / 2)


def test_one_mark_for_each_pair() -> None:
    pairs = torch.tensor([[0, 1], [1, 2]])
    with pytest.raises(InputError, match=r"same: expected bool \(2,\), one for each pair, got"):
        contrastive_loss(torch.ones(3, 2), pairs, torch.tensor([True]))
