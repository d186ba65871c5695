from __future__ import annotations

import math

import pytest
import torch

from facemetric.losses import CurricularFace, arcface_loss, curricularface_loss
from oracles.margin_batch import batch
from oracles.margin_loop import loop_loss


def arc(cosine: float, _: float) -> float:
    angle = math.acos(cosine) + 0.5
    return math.cos(angle) if angle <= math.pi else cosine - 1 + math.cos(0.5)


@pytest.mark.parametrize("progress", [0.0, 0.4, 0.9])
def test_loop_over_rows(progress):
    embeddings, labels, centres = batch(1)
    expected = loop_loss(
        embeddings,
        labels,
        centres,
        target=arc,
        other=lambda cosine, own: cosine * (progress + cosine) if cosine > own else cosine,
        scale=30.0,
    )
    loss = curricularface_loss(embeddings, labels, centres, progress=progress, scale=30.0)
    assert float(loss) == pytest.approx(expected, rel=1e-6)


def test_without_hard_negatives_it_is_arcface():
    _, labels, _ = batch(2)
    centres = torch.eye(9, dtype=torch.float64)
    embeddings = centres[labels] * 5
    torch.testing.assert_close(
        curricularface_loss(embeddings, labels, centres, progress=0.3),
        arcface_loss(embeddings, labels, centres),
    )


def test_progress_follows_the_mean_cosine():
    margin = CurricularFace()
    margin.observe(torch.tensor([0.2, 0.6]), torch.ones(2))
    assert margin.progress.item() == pytest.approx(0.004)
    for _ in range(2000):
        margin.observe(torch.tensor([0.2, 0.6]), torch.ones(2))
    assert margin.progress.item() == pytest.approx(0.4)
