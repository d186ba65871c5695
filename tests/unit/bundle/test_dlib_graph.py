import numpy as np
import pytest
import torch
import torch.nn.functional as functional

from facemetric.bundle.builtin_bundles import dlib_weights_path
from facemetric.bundle.dlib_file import DlibLayer, DlibNetwork, read_dlib_network
from facemetric.bundle.dlib_graph import dlib_graph
from facemetric.errors import IntegrityError
from facemetric.runtime import Session


def tensor(values: np.ndarray | None) -> torch.Tensor:
    assert values is not None
    return torch.from_numpy(values.copy())


def zero_padded(values: torch.Tensor, shape: list[int]) -> torch.Tensor:
    ends: list[int] = []
    for have, want in zip(reversed(values.shape), reversed(shape), strict=True):
        ends += [0, want - have]
    return functional.pad(values, ends)


def oracle(layers: tuple[DlibLayer, ...], x: torch.Tensor) -> torch.Tensor:
    """Run dlib's layers one at a time, nothing folded, as dlib does."""
    previous, block_start = x, x
    for place, layer in enumerate(layers):
        if layer.kind == "con":
            started = place and layers[place - 1].kind == "max_pool"
            if started or (place > 1 and layers[place - 2].kind == "add_prev"):
                block_start = previous
            x = functional.conv2d(
                previous,
                tensor(layer.weight),
                tensor(layer.bias),
                stride=layer.stride,
                padding=layer.padding,
            )
        elif layer.kind == "affine":
            gamma, beta = tensor(layer.weight), tensor(layer.bias)
            x = previous * gamma.view(1, -1, 1, 1) + beta.view(1, -1, 1, 1)
        elif layer.kind == "relu":
            x = previous.relu()
        elif layer.kind == "max_pool":
            x = functional.max_pool2d(previous, layer.window, layer.stride)
        elif layer.kind == "avg_pool" and layer.window == (0, 0):
            x = previous.mean((2, 3))
        elif layer.kind == "avg_pool":
            block_start = functional.avg_pool2d(block_start, layer.window, layer.stride)
        elif layer.kind == "add_prev":
            shape = [max(sizes) for sizes in zip(previous.shape, block_start.shape, strict=True)]
            x = zero_padded(previous, shape) + zero_padded(block_start, shape)
        else:
            x = previous @ tensor(layer.weight)
        previous = x
    return x


def random_network(rng: np.random.Generator, size_px: tuple[int, int]) -> DlibNetwork:
    def convolution(n: int, c: int, window: int, stride: int, pad: int) -> list[DlibLayer]:
        weight = (rng.normal(size=(n, c, window, window)) / window / c**0.5).astype(np.float32)
        bias, gamma, beta = (rng.normal(size=n).astype(np.float32) for _ in range(3))
        place = ((window, window), (stride, stride), (pad, pad))
        return [DlibLayer("con", weight, bias, *place), DlibLayer("affine", gamma, beta)]

    relu, add = DlibLayer("relu"), DlibLayer("add_prev")
    layers = [*convolution(4, 3, 5, 2, 0), relu]
    layers.append(DlibLayer("max_pool", window=(3, 3), stride=(2, 2)))
    for before, after in ((4, 4), (4, 6), (6, 6)):
        down = before != after
        layers += [*convolution(after, before, 3, 1 + down, 1 - down), relu]
        layers += convolution(after, after, 3, 1, 1)
        layers += [DlibLayer("avg_pool", window=(2, 2), stride=(2, 2))] if down else []
        layers += [add, relu]
    head = rng.normal(size=(6, 5)).astype(np.float32)
    layers += [DlibLayer("avg_pool"), DlibLayer("fc", head)]
    return DlibNetwork(size_px, (0.0, 0.0, 0.0), tuple(layers))


@pytest.mark.parametrize("size_px", [(31, 31), (33, 37), (41, 29), (52, 45)])
def test_small_networks_equal_the_layer_by_layer_oracle(size_px: tuple[int, int]) -> None:
    rng = np.random.default_rng(size_px[0])
    network = random_network(rng, size_px)
    x = rng.normal(size=(3, 3, size_px[1], size_px[0])).astype(np.float32)
    came = Session(dlib_graph(network)).run({"chips": x})[0]
    np.testing.assert_allclose(came, oracle(network.layers, torch.from_numpy(x)), atol=1e-5)


def test_the_face_network_equals_the_layer_by_layer_oracle() -> None:
    network = read_dlib_network(dlib_weights_path().read_bytes())
    x = np.random.default_rng(0).normal(0, 0.3, size=(2, 3, 150, 150)).astype(np.float32)
    came = Session(dlib_graph(network)).run({"chips": x})[0]
    wanted = oracle(network.layers, torch.from_numpy(x)).numpy()
    assert np.abs(came - wanted).max() <= 1e-5
    assert np.abs(wanted).max() > 0.05


def test_layers_out_of_order_are_refused() -> None:
    network = random_network(np.random.default_rng(0), (31, 31))
    for drop in range(len(network.layers)):
        layers = network.layers[:drop] + network.layers[drop + 1 :]
        if network.layers[drop].kind == "avg_pool" and drop < len(network.layers) - 2:
            continue  # a block without its pool is one of unlike channels: below
        with pytest.raises(IntegrityError, match="not dlib's face network"):
            dlib_graph(DlibNetwork(network.size_px, network.mean_rgb, layers))
    unpooled = tuple(layer for layer in network.layers if layer.window != (2, 2))
    with pytest.raises(IntegrityError, match="as many channels on both branches"):
        dlib_graph(DlibNetwork(network.size_px, network.mean_rgb, unpooled))


def test_a_picture_too_small_for_the_windows_is_refused() -> None:
    network = random_network(np.random.default_rng(0), (7, 7))
    with pytest.raises(IntegrityError, match="a window inside the picture"):
        dlib_graph(network)
