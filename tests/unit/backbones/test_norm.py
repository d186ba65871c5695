from __future__ import annotations

import pytest
import torch
from torch import nn

from facemetric.backbones import Norm, VirtualBatchNorm1d, VirtualBatchNorm2d
from facemetric.errors import InputError


def test_each_kind_has_its_layers() -> None:
    assert type(Norm("batch").maps(16)) is nn.BatchNorm2d
    assert type(Norm("batch").vectors(16)) is nn.BatchNorm1d
    virtual = Norm("virtual", 4)
    assert type(virtual.maps(16)) is VirtualBatchNorm2d
    assert type(virtual.vectors(16)) is VirtualBatchNorm1d
    assert virtual.maps(16).virtual_batch == 4
    assert isinstance(Norm("group").vectors(16), nn.Identity)
    assert Norm("none").absent and isinstance(Norm("none").maps(16), nn.Identity)


@pytest.mark.parametrize(("channels", "groups"), [(64, 4), (24, 3), (8, 1), (6, 1)])
def test_groups_have_sixteen_channels_where_they_can(channels: int, groups: int) -> None:
    layer = Norm("group").maps(channels)
    assert layer.num_groups == groups
    assert layer(torch.randn(2, channels, 3, 3)).shape == (2, channels, 3, 3)


def test_an_unknown_kind_is_an_error() -> None:
    with pytest.raises(InputError, match="no such normalisation: 'bacth'"):
        Norm("bacth")
