from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from facemetric.backbones.prelu import PReLU


@settings(deadline=None, max_examples=25)
@given(
    shape=st.lists(st.integers(1, 5), min_size=2, max_size=4),
    seed=st.integers(0, 10**6),
    last=st.booleans(),
)
def test_values_and_gradients_are_torchs(shape: list[int], seed: int, last: bool) -> None:
    torch.manual_seed(seed)
    ours = PReLU(shape[1])
    nn.init.uniform_(ours.weight, -1, 1)
    theirs = nn.PReLU(shape[1])
    theirs.load_state_dict(ours.state_dict())
    inputs = torch.randint(-2, 3, shape).float()  # zeros too
    if last and len(shape) == 4:
        inputs = inputs.contiguous(memory_format=torch.channels_last)
    gradient = torch.randn(shape)
    found = []
    for layer in (ours, theirs):
        one = inputs.clone().requires_grad_()
        outputs = layer(one)
        outputs.backward(gradient)
        found.append((outputs, one.grad, layer.weight.grad))
    torch.testing.assert_close(found[0], found[1])


def test_a_rectifier_in_bfloat16_has_a_float32_slope() -> None:
    layer = PReLU(3)
    inputs = torch.randn(4, 3, 2, 2, dtype=torch.bfloat16, requires_grad=True)
    with torch.autocast("cpu", torch.bfloat16):
        outputs = layer(inputs)
    assert outputs.dtype == torch.bfloat16
    outputs.sum().backward()
    assert layer.weight.grad.dtype == torch.float32
    assert inputs.grad.dtype == torch.bfloat16
    expected = inputs.detach().float().clamp_max(0).sum((0, 2, 3))
    torch.testing.assert_close(layer.weight.grad, expected)


def test_its_gradient_is_right() -> None:
    torch.manual_seed(0)
    inputs = torch.randn(3, 2, 2, dtype=torch.float64, requires_grad=True)
    layer = PReLU(2).double()
    assert torch.autograd.gradcheck(layer, (inputs,))
    assert torch.autograd.gradcheck(lambda _: layer(inputs.detach()), (layer.weight,))


@pytest.mark.parametrize("channels", [1, 5])
def test_it_starts_at_a_quarter(channels: int) -> None:
    assert torch.equal(PReLU(channels).weight, torch.full((channels,), 0.25))
