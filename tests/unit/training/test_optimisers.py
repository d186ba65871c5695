"""Groups of parameters: rates and decay."""

from __future__ import annotations

import torch
from torch import nn

from facemetric.training.optimisers import build_optimiser, parameter_groups, set_learning_rates


def parts() -> tuple[nn.Module, nn.Module]:
    backbone = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.PReLU(4))
    return backbone, nn.Linear(4, 5, bias=False)


def test_norms_biases_and_slopes_do_not_decay() -> None:
    backbone, header = parts()
    groups = {
        group["name"]: group
        for group in parameter_groups(backbone, header, lr=0.1, header_lr=1.0, weight_decay=0.01)
    }
    assert groups["backbone"]["params"] == [backbone[0].weight]
    assert len(groups["backbone, no decay"]["params"]) == 4
    assert groups["backbone, no decay"]["weight_decay"] == 0
    assert groups["header"]["lr"] == 1.0 and groups["header"]["weight_decay"] == 0.01
    together = [one for group in groups.values() for one in group["params"]]
    assert {id(one) for one in together} == {
        id(one) for module in parts_of(backbone, header) for one in module.parameters()
    }


def parts_of(*modules: nn.Module) -> tuple[nn.Module, ...]:
    return modules


def test_decay_of_norms_can_be_asked_for() -> None:
    backbone, header = parts()
    groups = parameter_groups(backbone, header, lr=0.1, weight_decay=0.01, decay_norms=True)
    assert [group["name"] for group in groups] == ["backbone", "header"]
    assert len(groups[0]["params"]) == 5


def test_empty_groups_are_left_out() -> None:
    groups = parameter_groups(nn.Linear(2, 2, bias=False), nn.Identity(), lr=0.1)
    assert [group["name"] for group in groups] == ["backbone"]


def test_rates_follow_the_share_and_one_step_is_plain_sgd() -> None:
    layer = nn.Linear(2, 1, bias=False)
    optimiser = build_optimiser(parameter_groups(layer, nn.Identity(), lr=0.5), "sgd")
    set_learning_rates(optimiser, 0.2)
    before = layer.weight.detach().clone()
    layer(torch.ones(1, 2)).sum().backward()
    optimiser.step()
    torch.testing.assert_close(layer.weight.detach(), before - 0.5 * 0.2)
    assert optimiser.param_groups[0]["peak_lr"] == 0.5


def test_adamw_is_torchs() -> None:
    torch.manual_seed(0)
    one, two = nn.Linear(3, 2), nn.Linear(3, 2)
    two.load_state_dict(one.state_dict())
    ours = build_optimiser(
        parameter_groups(one, nn.Identity(), lr=0.01, weight_decay=0.1, decay_norms=True), "adamw"
    )
    theirs = torch.optim.AdamW(two.parameters(), lr=0.01, weight_decay=0.1)
    for _ in range(3):
        inputs = torch.randn(4, 3)
        for layer, optimiser in ((one, ours), (two, theirs)):
            optimiser.zero_grad()
            layer(inputs).square().mean().backward()
            optimiser.step()
    torch.testing.assert_close(one.weight, two.weight)
