from __future__ import annotations

import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from facemetric.backbones import Blocks, VirtualBatchNorm1d, VirtualBatchNorm2d
from facemetric.backbones.virtual_batch_norm import average_running_statistics, virtual_batch_of
from facemetric.errors import InputError


def _layer(channels: int, virtual_batch: int, seed: int) -> VirtualBatchNorm2d:
    torch.manual_seed(seed)
    layer = VirtualBatchNorm2d(channels, virtual_batch=virtual_batch).double()
    nn.init.uniform_(layer.weight, 0.5, 2)
    nn.init.normal_(layer.bias)
    return layer


@settings(deadline=None, max_examples=25)
@given(
    groups=st.integers(1, 4),
    size=st.integers(2, 5),
    channels=st.integers(1, 6),
    side=st.integers(1, 4),
    seed=st.integers(0, 10**6),
)
def test_every_group_is_normalised_by_itself(
    groups: int, size: int, channels: int, side: int, seed: int
) -> None:
    layer = _layer(channels, size, seed)
    images = torch.randn(groups * size, channels, side, side, dtype=torch.float64)
    found = layer(images)
    means, variances = [], []
    for first in range(0, len(images), size):
        part = images[first : first + size]
        for channel in range(channels):
            values = part[:, channel]
            scale = (values.var(correction=0) + layer.eps).sqrt()
            expected = (values - values.mean()) / scale * layer.weight[channel]
            torch.testing.assert_close(
                found[first : first + size, channel], expected + layer.bias[channel]
            )
            means.append(values.mean())
            variances.append(values.var(correction=1))
    mean = torch.stack(means).view(groups, channels).mean(0)
    variance = torch.stack(variances).view(groups, channels).mean(0)
    torch.testing.assert_close(layer.running_mean, 0.1 * mean)
    torch.testing.assert_close(layer.running_var, 0.9 + 0.1 * variance)
    assert layer.num_batches_tracked == 1


def test_one_group_is_plain_batch_norm() -> None:
    layer = _layer(3, 6, seed=0)
    plain = nn.BatchNorm2d(3).double()
    plain.load_state_dict(layer.state_dict())
    images = torch.randn(6, 3, 4, 4, dtype=torch.float64)
    torch.testing.assert_close(layer(images), plain(images))
    torch.testing.assert_close(dict(layer.state_dict()), dict(plain.state_dict()))
    layer.eval()
    plain.eval()
    odd = torch.randn(5, 3, 4, 4, dtype=torch.float64)
    torch.testing.assert_close(layer(odd), plain(odd))


def test_shares_of_a_batch_do_as_the_whole() -> None:
    whole = _layer(3, 2, seed=1)
    ranks = [copy.deepcopy(whole) for _ in range(3)]
    for _ in range(4):
        images = torch.randn(12, 3, 2, 2, dtype=torch.float64)
        found = torch.cat([rank(part) for rank, part in zip(ranks, images.chunk(3), strict=True)])
        torch.testing.assert_close(found, whole(images))
    mean = torch.stack([rank.running_mean for rank in ranks]).mean(0)
    variance = torch.stack([rank.running_var for rank in ranks]).mean(0)
    torch.testing.assert_close(mean, whole.running_mean)
    torch.testing.assert_close(variance, whole.running_var)


def test_its_gradient_is_right() -> None:
    layer = _layer(2, 3, seed=2)
    images = torch.randn(6, 2, 2, 2, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(layer, (images,))
    parameters = layer.weight, layer.bias
    assert torch.autograd.gradcheck(lambda *_: layer(images.detach()), parameters)


def test_vectors_and_channels_last_maps() -> None:
    vectors = VirtualBatchNorm1d(4, virtual_batch=4)
    rows = vectors(torch.randn(8, 4))
    torch.testing.assert_close(rows.view(2, 4, 4).mean(1), torch.zeros(2, 4), rtol=0, atol=1e-5)
    images = torch.randn(8, 4, 3, 3).contiguous(memory_format=torch.channels_last)
    maps = VirtualBatchNorm2d(4, virtual_batch=2)(images)
    assert maps.is_contiguous(memory_format=torch.channels_last)


def test_a_broken_group_is_an_error() -> None:
    layer = VirtualBatchNorm2d(4, virtual_batch=4)
    with pytest.raises(InputError, match="expected a multiple of 4 samples, got 6"):
        layer(torch.randn(6, 4, 3, 3))
    with pytest.raises(InputError, match="at least 2 samples, got 1"):
        VirtualBatchNorm1d(4, virtual_batch=1)


def test_checkpointing_moves_the_statistics_once() -> None:
    layer = VirtualBatchNorm2d(2, virtual_batch=2)
    blocks = Blocks(layer, checkpointing=True)
    blocks(torch.randn(4, 2, 3, 3, requires_grad=True)).sum().backward()
    assert layer.num_batches_tracked == 1
    assert layer.momentum == 0.1


def test_one_process_has_nothing_to_average() -> None:
    layer = VirtualBatchNorm2d(2, virtual_batch=2)
    layer(torch.randn(4, 2, 3, 3))
    before = layer.running_mean.clone()
    average_running_statistics(layer)
    assert torch.equal(layer.running_mean, before)


@pytest.mark.parametrize(
    "layer", [VirtualBatchNorm2d(2, virtual_batch=2), nn.BatchNorm2d(2)], ids=["virtual", "plain"]
)
def test_a_process_group_averages(layer: nn.Module, monkeypatch: pytest.MonkeyPatch) -> None:
    layer(torch.randn(4, 2, 3, 3))
    before = copy.deepcopy(layer.state_dict())
    # As if there were a second process, whose statistics are three times these.
    monkeypatch.setattr(torch.distributed, "all_reduce", lambda flat, group: flat.mul_(4))
    monkeypatch.setattr(torch.distributed, "get_world_size", lambda group: 2)
    torch.distributed.init_process_group(
        "gloo", store=torch.distributed.HashStore(), rank=0, world_size=1
    )
    try:
        average_running_statistics(layer)
    finally:
        torch.distributed.destroy_process_group()
    for name in ("running_mean", "running_var"):
        torch.testing.assert_close(layer.state_dict()[name], 2 * before[name])


def test_a_network_says_what_it_needs_together() -> None:
    layers = [VirtualBatchNorm2d(2, virtual_batch=4), VirtualBatchNorm1d(2, virtual_batch=6)]
    assert virtual_batch_of(nn.Sequential(*layers)) == 12
    assert virtual_batch_of(nn.BatchNorm2d(2)) == 1
