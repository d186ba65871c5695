from __future__ import annotations

import math

import pytest
import torch

from facemetric.losses import MagFace, arcface_loss, magface_loss
from oracles.margin_batch import batch
from oracles.margin_loop import loop_loss


def magnitude(cosine: float, norm: float) -> float:
    length = min(max(norm, 3.5), 6.0)
    margin = 0.45 + (length - 3.5) / 2.5 * (0.8 - 0.45)
    angle = math.acos(cosine) + margin
    return math.cos(angle) if angle <= math.pi else cosine - 1 + math.cos(margin)


def test_loop_over_rows():
    embeddings, labels, centres = batch(1)
    norms = embeddings.norm(dim=1).tolist()
    assert min(norms) < 3.5 and max(norms) > 6.0
    expected = loop_loss(embeddings, labels, centres, target=magnitude, scale=30.0)
    lengths = [min(max(norm, 3.5), 6.0) for norm in norms]
    expected += 35 * sum(1 / a + a / 36 for a in lengths) / len(lengths)
    loss = magface_loss(embeddings, labels, centres, scale=30.0, norms=(3.5, 6.0))
    assert float(loss) == pytest.approx(expected)


def test_equal_margins_without_a_penalty_are_arcface():
    embeddings, labels, centres = batch(2)
    torch.testing.assert_close(
        magface_loss(embeddings, labels, centres, margins_rad=(0.5, 0.5), penalty_weight=0.0),
        arcface_loss(embeddings, labels, centres),
    )


def test_the_penalty_is_least_at_the_longest_norm():
    norms = torch.linspace(5, 130, 100)
    penalty = MagFace().penalty(norms)
    assert (penalty.diff() <= 1e-6).all()
    assert penalty[-1].item() == pytest.approx(35 * 2 / 110)
