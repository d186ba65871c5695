from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.losses import LMCL, ArcFace, Combined, combined_loss
from facemetric.losses.a_softmax import multiplied_angle
from oracles.margin_batch import batch
from oracles.margin_loop import loop_loss


def combined(multiplier: float, margin_rad: float, margin: float):
    """The target, through the angle."""

    def target(cosine: float, _: float) -> float:
        angle = multiplier * math.acos(cosine) + margin_rad
        k = int(angle / math.pi)
        return (-1) ** k * math.cos(angle) - 2 * k - margin

    return target


@pytest.mark.parametrize("margins", [(1.0, 0.3, 0.2), (0.9, 0.4, 0.15), (4.0, 0.0, 0.0)])
def test_loop_over_rows(margins):
    embeddings, labels, centres = batch(1)
    multiplier, margin_rad, margin = margins
    expected = loop_loss(embeddings, labels, centres, target=combined(*margins), scale=30.0)
    loss = combined_loss(
        embeddings,
        labels,
        centres,
        scale=30.0,
        multiplier=multiplier,
        margin_rad=margin_rad,
        margin=margin,
    )
    assert float(loss) == pytest.approx(expected)


def test_each_margin_alone_is_its_papers():
    values = torch.linspace(-0.99, 0.99, 500, dtype=torch.float64)
    for number in (1, 2, 3, 4):
        ours = Combined(multiplier=number, margin_rad=0.0, margin=0.0).target(values, values)
        torch.testing.assert_close(ours, multiplied_angle(values, number))
    ours = Combined(margin_rad=0.0, margin=0.35).target(values, values)
    torch.testing.assert_close(ours, LMCL().target(values, values))
    within = values[values > -math.cos(0.5)]
    ours = Combined(margin_rad=0.5, margin=0.0).target(within, within)
    torch.testing.assert_close(ours, ArcFace().target(within, within))


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.floats(-1, 1), min_size=2, max_size=40),
    st.floats(0.5, 5),
    st.floats(0, math.pi / 2),
)
def test_any_multiplier_falls_with_the_angle(cosines, multiplier, margin_rad):
    values = torch.tensor(sorted(cosines), dtype=torch.float64)
    margin = Combined(multiplier=multiplier, margin_rad=margin_rad)
    assert (margin.target(values, values).diff() >= -1e-9).all()
