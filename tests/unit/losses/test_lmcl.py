from __future__ import annotations

import pytest
import torch
from pytorch_metric_learning.losses import CosFaceLoss

from facemetric.losses import lmcl_loss
from oracles.margin_batch import CLASSES, DIM, batch, gradients
from oracles.margin_loop import loop_loss


@pytest.mark.parametrize("margin", [0.0, 0.35, 0.5])
def test_loop_over_rows(margin):
    embeddings, labels, centres = batch(1)
    expected = loop_loss(
        embeddings, labels, centres, target=lambda cosine, _: cosine - margin, scale=30.0
    )
    loss = lmcl_loss(embeddings, labels, centres, scale=30.0, margin=margin)
    assert float(loss) == pytest.approx(expected)


def test_pytorch_metric_learning():
    embeddings, labels, centres = batch(2)
    peer = CosFaceLoss(CLASSES, DIM, margin=0.35, scale=64)
    peer.W.data = centres.T.clone()
    value, (grad, _) = gradients(lambda e, c: lmcl_loss(e, labels, c), embeddings, centres)
    expected, (peer_grad,) = gradients(lambda e: peer(e, labels), embeddings)
    torch.testing.assert_close(value, expected)
    torch.testing.assert_close(grad, peer_grad)
