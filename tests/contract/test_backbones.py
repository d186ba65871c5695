"""Every backbone of the registry does what the trainer, the exporter and the docs rely on."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from facemetric.backbones import BACKBONES, NORMS, Backbone, build_backbone
from facemetric.errors import InputError

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "backbones.md"
FAMILIES = sorted({BACKBONES[name].build: name for name in sorted(BACKBONES)}.values())
DIM = 24


def _small(name: str, **options: object) -> Backbone:
    """A thin network for small pictures, seeded, its zero scales filled."""
    least = BACKBONES[name].min_px
    network = build_backbone(
        name,
        dim=DIM,
        size_px=(least + 8, least) if least % 8 == 0 else (least, least),
        width=0.125,
        virtual_batch=2,
        generator=torch.Generator().manual_seed(0),
        **options,  # type: ignore[arg-type]
    )
    generator = torch.Generator().manual_seed(1)
    for module in network.modules():
        weight = getattr(module, "weight", None)
        if weight is not None and not weight.any():
            nn.init.normal_(weight, std=0.2, generator=generator)
    return network


def _images(network: Backbone, count: int = 4) -> torch.Tensor:
    generator = torch.Generator().manual_seed(2)
    return torch.randn(count, 3, *network.input_px, generator=generator)


def test_the_registry_is_not_empty() -> None:
    assert len(BACKBONES) >= 21
    assert len(FAMILIES) >= 8


@pytest.mark.parametrize("name", list(BACKBONES))
def test_a_backbone_is_documented(name: str) -> None:
    entry = BACKBONES[name]
    assert entry.paper and min(entry.input_px) >= entry.min_px
    printed = entry.published.parameters, entry.published.multiply_adds
    assert bool(entry.published.source) == any(printed)
    assert f"| `{name}` |" in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", list(BACKBONES))
def test_a_backbone_trains_and_embeds(name: str) -> None:
    network = _small(name, norm="group")
    images = _images(network)
    embeddings = network(images)
    assert embeddings.shape == (4, DIM) and network.dim == DIM
    embeddings.square().sum().backward()
    without = [
        key for key, one in network.named_parameters() if one.grad is None or not one.grad.any()
    ]
    assert not without
    assert all(one.grad.isfinite().all() for one in network.parameters())
    network.eval()
    with torch.no_grad():
        whole = network(images)
        torch.testing.assert_close(network(images), whole, rtol=0, atol=0)
        torch.testing.assert_close(network(images[:1]), whole[:1], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", list(BACKBONES))
def test_too_small_a_picture_is_an_error(name: str) -> None:
    least = BACKBONES[name].min_px
    with pytest.raises(InputError, match=f"{name} needs pictures of at least {least} x {least}"):
        build_backbone(name, size_px=(least - 1, 4 * least))


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_takes_every_normalisation(name: str, norm: str) -> None:
    network = _small(name, norm=norm)
    embeddings = network(_images(network))
    embeddings.square().sum().backward()
    assert all(one.grad is not None for one in network.parameters())
    network.eval()
    with torch.no_grad():
        assert network(_images(network, 1)).isfinite().all()


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_keeps_channels_last(name: str) -> None:
    plain = _small(name, dropout=0.0)
    last = _small(name, dropout=0.0).to(memory_format=torch.channels_last)
    images = _images(plain)
    strays = []

    def look(module: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        if not inputs[0].is_contiguous(memory_format=torch.channels_last):
            strays.append(module)

    kinds = nn.Conv2d, nn.BatchNorm2d, nn.PReLU, nn.MaxPool2d
    for module in last.modules():
        if isinstance(module, kinds):
            module.register_forward_pre_hook(look)
    found = last(images.contiguous(memory_format=torch.channels_last))
    assert not strays
    torch.testing.assert_close(found, plain(images), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_trains_in_bfloat16(name: str) -> None:
    network = _small(name, dropout=0.0).to(memory_format=torch.channels_last)
    images = _images(network)
    with torch.autocast("cpu", torch.bfloat16):
        narrow = network(images)
    assert narrow.dtype == torch.bfloat16
    narrow.float().square().sum().backward()
    assert all(one.grad.isfinite().all() for one in network.parameters())
    network.eval()
    with torch.no_grad():
        wide = network(images)
        with torch.autocast("cpu", torch.bfloat16):
            narrow = network(images)
    assert torch.cosine_similarity(narrow.float().flatten(), wide.flatten(), dim=0) > 0.99


@pytest.mark.parametrize("name", FAMILIES)
def test_checkpointing_changes_nothing(name: str) -> None:
    states = []
    for checkpointing in (False, True):
        network = _small(name, checkpointing=checkpointing, dropout=0.5)
        torch.manual_seed(3)
        network(_images(network)).square().sum().backward()
        gradients = {key: one.grad for key, one in network.named_parameters()}
        states.append((gradients, dict(network.named_buffers())))
    torch.testing.assert_close(states[1], states[0])
