from __future__ import annotations

import pytest
import torch
from pytorch_metric_learning.distances import DotProductSimilarity
from pytorch_metric_learning.losses import NormalizedSoftmaxLoss

from facemetric.losses import modified_softmax_loss
from oracles.margin_batch import CLASSES, DIM, batch
from oracles.margin_loop import loop_loss


def test_loop_over_rows():
    embeddings, labels, centres = batch(1)
    expected = loop_loss(embeddings, labels, centres, target=lambda cosine, _: cosine, scale=None)
    assert float(modified_softmax_loss(embeddings, labels, centres)) == pytest.approx(expected)


def test_pytorch_metric_learning():
    # Its normalised softmax leaves features free under a distance that does not normalise.
    embeddings, labels, centres = batch(2)
    peer = NormalizedSoftmaxLoss(CLASSES, DIM, temperature=1.0)
    peer.distance = _CentresOnly()
    peer.W.data = centres.T.clone()
    ours = modified_softmax_loss(embeddings, labels, centres)
    torch.testing.assert_close(ours, peer(embeddings, labels).detach())


class _CentresOnly(DotProductSimilarity):
    """Normalises what it is told to, the centres, but not the features."""

    def __init__(self):
        super().__init__(normalize_embeddings=False)
