from __future__ import annotations

import math

import pytest
import torch

from facemetric.losses import AdaFace, adaface_loss, arcface_loss, lmcl_loss
from oracles.margin_batch import batch
from oracles.margin_loop import loop_loss

MEAN, STD, M, H = 6.0, 2.0, 0.4, 0.333


def adaptive(cosine: float, norm: float) -> float:
    """The target of the paper's equations, through the angle."""
    z = min(max((norm - MEAN) / (STD + 1e-3) * H, -1.0), 1.0)
    margin = -M * z
    angle = math.acos(cosine) + margin
    beyond = cosine - 1 + math.cos(margin)
    shifted = beyond if angle > math.pi else math.cos(max(angle, 0.0))
    return shifted - (M * z + M)


@pytest.mark.parametrize("length", [1.0, 3.0, 6.0])
def test_loop_over_rows(length):
    embeddings, labels, centres = batch(1, length=length)
    expected = loop_loss(embeddings, labels, centres, target=adaptive, scale=30.0)
    loss = adaface_loss(embeddings, labels, centres, norm_mean=MEAN, norm_std=STD, scale=30.0)
    assert float(loss) == pytest.approx(expected, rel=1e-6)


def test_it_goes_from_arcface_over_lmcl_to_a_negative_angle():
    embeddings, labels, centres = batch(2)
    short = adaface_loss(embeddings, labels, centres, norm_mean=1e6, norm_std=1.0)
    torch.testing.assert_close(
        short, arcface_loss(embeddings, labels, centres, margin_rad=0.4), rtol=1e-6, atol=0
    )
    middle = adaface_loss(embeddings, labels, centres, norm_mean=7.0, norm_std=1e9)
    torch.testing.assert_close(
        middle, lmcl_loss(embeddings, labels, centres, margin=0.4), rtol=1e-6, atol=0
    )


def test_statistics_follow_the_batch():
    margin = AdaFace(momentum=0.9)
    norms = torch.tensor([4.0, 6.0, 8.0])
    for _ in range(200):
        margin.observe(norms, norms)
    assert margin.norm_mean.item() == pytest.approx(6)
    assert margin.norm_std.item() == pytest.approx(2)
    margin.observe(norms[:1], norms[:1])  # one face has no deviation
    assert margin.norm_std.item() == pytest.approx(2)
    assert set(margin.state_dict()) == {"norm_mean", "norm_std"}
