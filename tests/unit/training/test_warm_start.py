from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from facemetric.errors import DataError, InputError
from facemetric.training.warm_start import last_layer, read_weights, warm_start


def network(dim: int = 4, *, seed: int = 0) -> nn.Sequential:
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Conv2d(3, 2, 3),
        nn.BatchNorm2d(2),
        nn.PReLU(2),
        nn.Flatten(),
        nn.Linear(8, dim),
        nn.BatchNorm1d(dim),
    )


@pytest.fixture
def run(tmp_path: Path) -> Path:
    save_file(network(seed=1).state_dict(), tmp_path / "network.safetensors")
    return tmp_path


@pytest.mark.parametrize("named", [True, False])
def test_everything_is_taken_over(run: Path, named: bool) -> None:
    fresh = network()
    source = run / "network.safetensors" if named else run
    came = warm_start(fresh, read_weights(source))
    for name, tensor in network(seed=1).state_dict().items():
        assert torch.equal(fresh.state_dict()[name], tensor), name
    assert came.drawn == ()
    assert str(came) == "15 tensors taken over"


def test_the_last_layer_may_be_another(run: Path) -> None:
    fresh = network(6)
    before = {name: tensor.clone() for name, tensor in fresh.state_dict().items()}
    came = warm_start(fresh, read_weights(run), redraw_last=True)
    assert {name.split(".")[0] for name in came.drawn} == {"4", "5"}
    assert "7 newly drawn: 4.weight, 4.bias" in str(came)
    old = network(seed=1).state_dict()
    for name, tensor in fresh.state_dict().items():
        assert torch.equal(tensor, before[name] if name in came.drawn else old[name]), name


def test_differences_are_named_and_nothing_is_changed(run: Path) -> None:
    fresh = network(6)
    before = {name: tensor.clone() for name, tensor in fresh.state_dict().items()}
    with pytest.raises(DataError, match=r"6 have another shape .4.weight is 4 × 8, the network"):
        warm_start(fresh, read_weights(run))
    other = nn.Sequential(nn.Conv2d(3, 2, 3), nn.BatchNorm2d(2), nn.PReLU(2), nn.Linear(8, 4))
    with pytest.raises(DataError, match=r"2 tensors are missing .3.bias, 3.weight.; 7 are of"):
        warm_start(other, read_weights(run))
    assert all(torch.equal(before[name], now) for name, now in fresh.state_dict().items())


def test_absent_and_damaged_weights(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no such file\. Only runs"):
        read_weights(tmp_path)
    (tmp_path / "network.safetensors").write_bytes(b"nonsense")
    with pytest.raises(DataError, match="cannot be read"):
        read_weights(tmp_path)


def test_the_last_layer() -> None:
    assert [type(module) for module in last_layer(network())] == [nn.Linear, nn.BatchNorm1d]
    with pytest.raises(InputError, match="has no linear"):
        last_layer(nn.Sequential(nn.BatchNorm2d(2)))
