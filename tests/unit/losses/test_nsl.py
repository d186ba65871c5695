from __future__ import annotations

import pytest
import torch
from pytorch_metric_learning.losses import NormalizedSoftmaxLoss

from facemetric.errors import InputError
from facemetric.losses import nsl_loss, smallest_scale
from oracles.margin_batch import CLASSES, DIM, batch, gradients
from oracles.margin_loop import loop_loss


def test_loop_over_rows():
    embeddings, labels, centres = batch(1)
    expected = loop_loss(embeddings, labels, centres, target=lambda cosine, _: cosine, scale=30.0)
    assert float(nsl_loss(embeddings, labels, centres, scale=30.0)) == pytest.approx(expected)


def test_pytorch_metric_learning():
    embeddings, labels, centres = batch(2)
    peer = NormalizedSoftmaxLoss(CLASSES, DIM, temperature=1 / 16)
    peer.W.data = centres.T.clone()
    value, (grad, _) = gradients(
        lambda e, c: nsl_loss(e, labels, c, scale=16.0), embeddings, centres
    )
    expected, (peer_grad,) = gradients(lambda e: peer(e, labels), embeddings)
    torch.testing.assert_close(value, expected)
    torch.testing.assert_close(grad, peer_grad)


def test_the_length_of_features_does_not_matter():
    embeddings, labels, centres = batch(3)
    torch.testing.assert_close(
        nsl_loss(embeddings, labels, centres), nsl_loss(embeddings * 1e-3, labels, centres * 1e3)
    )


def test_the_smallest_scale_reaches_its_probability():
    # CosFace's bound holds with equality where centres form a simplex: cosines of -1/(C - 1).
    classes, probability = 6, 0.9
    simplex = torch.eye(classes, dtype=torch.float64) - 1 / classes
    scale = smallest_scale(classes, probability)
    loss = nsl_loss(simplex, torch.arange(classes), simplex, scale=scale)
    assert float(torch.exp(-loss)) == pytest.approx(probability)
    with pytest.raises(InputError, match="2 classes or more"):
        smallest_scale(1, 0.9)
    with pytest.raises(InputError):
        smallest_scale(5, 1.0)
