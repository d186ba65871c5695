from __future__ import annotations

import math

import pytest
import torch
from pytorch_metric_learning.losses import SphereFaceLoss

from facemetric.errors import InputError
from facemetric.losses import ASoftmax, a_softmax_loss
from facemetric.losses.a_softmax import multiplied_angle
from oracles.margin_batch import CLASSES, DIM, batch, gradients
from oracles.margin_loop import loop_loss


def psi(cosine: float, margin: int) -> float:
    """SphereFace's equation 7, through the angle."""
    angle = math.acos(cosine)
    k = min(int(angle * margin / math.pi), margin - 1)
    return (-1) ** k * math.cos(margin * angle) - 2 * k


@pytest.mark.parametrize("margin", [1, 2, 3, 4])
@pytest.mark.parametrize("lambda_", [0.0, 5.0])
def test_loop_over_rows(margin, lambda_):
    embeddings, labels, centres = batch(1)
    expected = loop_loss(
        embeddings,
        labels,
        centres,
        target=lambda cosine, _: (lambda_ * cosine + psi(cosine, margin)) / (1 + lambda_),
        scale=None,
    )
    loss = a_softmax_loss(embeddings, labels, centres, margin=margin, lambda_=lambda_)
    assert float(loss) == pytest.approx(expected)


# It counts binomials with tensors, which warns.
@pytest.mark.filterwarnings("ignore:__array_wrap__:DeprecationWarning")
@pytest.mark.parametrize("margin", [2, 3, 4])
def test_pytorch_metric_learning(margin):
    # Its SphereFace normalises centres too and has no lambda.
    embeddings, labels, centres = batch(2)
    peer = SphereFaceLoss(CLASSES, DIM, margin=margin, scale=1)
    peer.W.data = centres.T.clone()
    value, (grad, _) = gradients(
        lambda e, c: a_softmax_loss(e, labels, c, margin=margin), embeddings, centres
    )
    expected, (peer_grad,) = gradients(lambda e: peer(e, labels), embeddings)
    torch.testing.assert_close(value, expected)
    torch.testing.assert_close(grad, peer_grad)


@pytest.mark.parametrize("margin", [1, 2, 3, 4])
def test_psi_falls_without_steps_from_1_to_1_minus_2m(margin):
    values = torch.linspace(-1, 1, 4001, dtype=torch.float64)
    target = multiplied_angle(values, margin)
    assert target[0] == pytest.approx(1 - 2 * margin)
    assert target[-1] == pytest.approx(1)
    assert (target.diff() >= 0).all()
    assert target.diff().max() <= margin**2 * 2 / 4000 * 1.001


def test_lambda_falls_as_the_authors_do():
    margin = ASoftmax()
    lambdas = []
    for step in (0, 100, 1657, 1659, 10_000):
        margin.advance(step)
        lambdas.append(margin.lambda_now)
    assert lambdas[0] == 1000
    assert lambdas[1] == pytest.approx(1000 / 13)
    assert lambdas[2] > 5
    assert lambdas[3:] == [5, 5]
    margin.advance(0)  # a function of the step alone, so that a resumed run has the same
    assert margin.lambda_now == 1000


def test_a_margin_that_is_no_polynomial_here():
    with pytest.raises(InputError, match="1, 2, 3 or 4"):
        multiplied_angle(torch.zeros(1), 5)
