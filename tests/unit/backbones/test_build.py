from __future__ import annotations

import pytest
import torch

from facemetric.backbones import BACKBONES, Backbone, build_backbone, describe
from facemetric.errors import InputError, UnknownNameError


def test_the_papers_size_and_our_length_are_the_defaults() -> None:
    with torch.device("meta"):
        network = build_backbone("sphereface-4")
    assert isinstance(network, Backbone)
    assert network.input_px == (112, 96) and network.dim == 128


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dim": 0}, "dim: expected at least 1, got 0"),
        ({"width": 0}, "width: expected a number over 0"),
        ({"dropout": 1.0}, "dropout: expected a share from 0 to below 1"),
        ({"size_px": (15, 112)}, "size_px: sphereface-4 needs pictures of at least 16 x 16"),
        ({"norm": "layer"}, "no such normalisation"),
        ({"norm": "virtual", "virtual_batch": 1}, "at least 2 samples"),
    ],
)
def test_an_option_out_of_range_is_an_error(options: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        build_backbone("sphereface-4", **options)  # type: ignore[arg-type]


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'iresnet-50'"):
        build_backbone("iresnet50")


def test_images_of_another_size_are_an_error() -> None:
    network = build_backbone("sphereface-4", size_px=(24, 16), width=0.125)
    with pytest.raises(InputError, match=r"expected \(N, 3, 24, 16\), got \(2, 3, 16, 24\)"):
        network(torch.randn(2, 3, 16, 24))
    with pytest.raises(InputError, match=r"got \(3, 24, 16\)"):
        network(torch.randn(3, 24, 16))


def test_a_description_counts_what_is_built() -> None:
    found = describe("sphereface-4", dim=10, size_px=(32, 16), width=0.125, norm="none")
    network = build_backbone("sphereface-4", dim=10, size_px=(32, 16), width=0.125, norm="none")
    assert found.parameters == sum(one.numel() for one in network.parameters())
    taps = 9 * (3 * 8 * 16 * 8 + 8 * 16 * 8 * 4 + 16 * 32 * 4 * 2 + 32 * 64 * 2 * 1)
    assert found.multiply_adds == taps + 128 * 10
    assert (found.input_px, found.dim) == ((32, 16), 10)


@pytest.mark.parametrize("name", ["nn1", "nn2", "nn4", "nns1", "nns2", "iresnet-18", "vit-tiny"])
def test_costs_are_the_printed_ones(name: str) -> None:
    found = describe(name)
    for ours, printed in (
        (found.parameters, found.published.parameters),
        (found.multiply_adds, found.published.multiply_adds),
    ):
        assert printed is None or ours == pytest.approx(printed, rel=0.01)


def test_the_study_network_is_small() -> None:
    found = describe("sphereface-10", dim=128, size_px=(56, 56), width=0.5)
    assert found.multiply_adds < 0.06e9
    assert "sphereface-10" in BACKBONES
