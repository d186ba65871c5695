from __future__ import annotations

import math

import pytest
import torch
from pytorch_metric_learning.losses import SubCenterArcFaceLoss

from facemetric.losses import arcface_loss, sub_centre_arcface_loss
from oracles.margin_batch import CLASSES, DIM, batch, gradients
from oracles.margin_loop import loop_loss


@pytest.mark.parametrize("many", [1, 2, 3])
def test_loop_over_rows(many):
    embeddings, labels, centres = batch(1, centres_per_class=many)
    expected = loop_loss(
        embeddings,
        labels,
        centres,
        target=lambda cosine, _: (
            math.cos(math.acos(cosine) + 0.4)
            if math.acos(cosine) + 0.4 <= math.pi
            else cosine - 1 + math.cos(0.4)
        ),
        scale=30.0,
        centres_per_class=many,
    )
    loss = sub_centre_arcface_loss(
        embeddings, labels, centres, centres_per_class=many, scale=30.0, margin_rad=0.4
    )
    assert float(loss) == pytest.approx(expected)


def test_pytorch_metric_learning():
    embeddings, labels, centres = batch(2, centres_per_class=3)
    embeddings = torch.lerp(embeddings, centres[labels * 3], 0.5)
    peer = SubCenterArcFaceLoss(
        num_classes=CLASSES, embedding_size=DIM, margin=math.degrees(0.5), sub_centers=3
    )
    peer.W.data = centres.T.clone()
    value, (grad, _) = gradients(
        lambda e, c: sub_centre_arcface_loss(e, labels, c), embeddings, centres
    )
    expected, (peer_grad,) = gradients(lambda e: peer(e, labels), embeddings)
    torch.testing.assert_close(value, expected)
    torch.testing.assert_close(grad, peer_grad)


def test_equal_centres_are_one():
    embeddings, labels, centres = batch(3)
    torch.testing.assert_close(
        sub_centre_arcface_loss(embeddings, labels, centres.repeat_interleave(3, 0)),
        arcface_loss(embeddings, labels, centres),
    )
