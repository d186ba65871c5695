from __future__ import annotations

import math

import pytest
import torch
from pytorch_metric_learning.losses import ArcFaceLoss

from facemetric.losses import ArcFace, arcface_loss, unit_rows
from oracles.margin_batch import CLASSES, DIM, batch, gradients
from oracles.margin_loop import loop_loss


def arc(margin_rad: float, easy: bool = False):
    """The target, through the angle."""

    def target(cosine: float, _: float) -> float:
        angle = math.acos(cosine)
        if easy and cosine <= 0:
            return cosine
        if angle + margin_rad > math.pi:
            return cosine - 1 + math.cos(margin_rad)
        return math.cos(angle + margin_rad)

    return target


@pytest.mark.parametrize("margin_rad", [0.0, 0.3, 0.5, 1.2, math.pi / 2])
@pytest.mark.parametrize("easy", [False, True])
def test_loop_over_rows(margin_rad, easy):
    embeddings, labels, centres = batch(1)
    embeddings[0] = -centres[labels[0]] + 0.1  # beyond pi with nearly every margin
    expected = loop_loss(embeddings, labels, centres, target=arc(margin_rad, easy), scale=30.0)
    loss = arcface_loss(
        embeddings, labels, centres, scale=30.0, margin_rad=margin_rad, easy_margin=easy
    )
    assert float(loss) == pytest.approx(expected)


def test_pytorch_metric_learning():
    embeddings, labels, centres = batch(2)
    embeddings = torch.lerp(embeddings, centres[labels], 0.5)
    cosines = (unit_rows(embeddings)[0] * unit_rows(centres)[0][labels]).sum(1)
    assert cosines.min() > -math.cos(0.5)  # where theta + m <= pi the two agree
    peer = ArcFaceLoss(CLASSES, DIM, margin=math.degrees(0.5), scale=64)
    peer.W.data = centres.T.clone()
    value, (grad, _) = gradients(lambda e, c: arcface_loss(e, labels, c), embeddings, centres)
    expected, (peer_grad,) = gradients(lambda e: peer(e, labels), embeddings)
    torch.testing.assert_close(value, expected)
    torch.testing.assert_close(grad, peer_grad)


def test_beyond_pi_the_slope_is_pytorch_metric_learnings_and_the_value_has_no_step():
    margin_rad = 0.5
    peer = ArcFaceLoss(2, 2, margin=math.degrees(margin_rad))
    angles = torch.linspace(math.pi - margin_rad + 1e-3, math.pi - 1e-3, 50, dtype=torch.float64)

    def ours(cosines):
        return ArcFace(margin_rad=margin_rad).target(cosines, cosines).sum()

    def theirs(cosines):
        return peer.modify_cosine_of_target_classes(cosines).sum()

    cosines = angles.cos()
    (one, (slope,)), (other, (peer_slope,)) = gradients(ours, cosines), gradients(theirs, cosines)
    torch.testing.assert_close(slope, peer_slope)
    shift = margin_rad * math.sin(margin_rad) - (1 - math.cos(margin_rad))
    assert float(one - other) == pytest.approx(50 * shift)


def test_easy_margin_falls_on_either_side_of_a_right_angle():
    values = torch.linspace(-1, 1, 2001, dtype=torch.float64)
    target = ArcFace(easy_margin=True).target(values, values)
    steps = target.diff()
    down = (steps < 0).nonzero().squeeze(1)
    assert values[down].tolist() == pytest.approx([0.0])
    assert float(steps[down]) == pytest.approx(-math.sin(0.5), abs=2e-3)
