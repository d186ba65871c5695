from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.losses.shifted_cosine import shifted_cosine

angles = st.floats(0.01, math.pi - 0.01)
margins = st.floats(-math.pi / 2, math.pi / 2)


@settings(deadline=None, max_examples=100)
@given(angles, margins)
def test_it_is_the_cosine_of_the_sum_or_its_continuation(angle, margin):
    total = angle + margin
    if total > math.pi:
        expected = math.cos(angle) - 1 + math.cos(margin)
    else:
        expected = math.cos(max(total, 0.0))
    cosine = torch.tensor([math.cos(angle)], dtype=torch.float64)
    assert shifted_cosine(cosine, margin).item() == pytest.approx(expected, abs=1e-9)
    per_row = shifted_cosine(cosine, torch.tensor([margin], dtype=torch.float64))
    assert per_row.item() == pytest.approx(expected, abs=1e-9)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.floats(-1, 1), min_size=2, max_size=40), margins, st.booleans())
def test_it_never_rises_with_the_angle(cosines, margin, single):
    values = torch.tensor(sorted(cosines), dtype=torch.float32 if single else torch.float64)
    assert (shifted_cosine(values, margin).diff() >= (-1e-6 if single else -1e-12)).all()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("margin", [-0.4, 0.0, 0.5, math.pi / 2])
def test_slopes_are_finite_on_the_whole_range(dtype, margin):
    near = torch.logspace(-17, 0, 200, dtype=torch.float64)
    cosines = torch.cat([1 - near, near - 1]).to(dtype).requires_grad_()
    target = shifted_cosine(cosines, margin)
    (slopes,) = torch.autograd.grad(target.sum(), cosines)
    assert slopes.isfinite().all()
    # Times sin(theta), the length of the cosine's own gradient: what reaches a unit embedding.
    sines = (1 - cosines.detach() ** 2).clamp(min=0).sqrt()
    assert (slopes * sines).abs().max() < 1.001


def test_no_margin_is_the_same_number():
    cosines = torch.linspace(-1, 1, 1001)
    assert torch.equal(shifted_cosine(cosines, 0.0), cosines)
