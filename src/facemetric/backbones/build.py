"""A backbone from its name, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.utils.flop_counter import FlopCounterMode

from facemetric.backbones.architecture import BACKBONES, Published
from facemetric.backbones.backbone import Backbone
from facemetric.backbones.initialisation import initialise
from facemetric.backbones.norm import Norm
from facemetric.errors import InputError


def build_backbone(
    name: str,
    *,
    dim: int = 128,
    size_px: tuple[int, int] | None = None,
    width: float = 1.0,
    norm: str = "batch",
    virtual_batch: int = 32,
    dropout: float | None = None,
    checkpointing: bool = False,
    generator: torch.Generator | None = None,
) -> Backbone:
    """Return a freshly initialised backbone.

    Parameters
    ----------
    name
        One of `BACKBONES`.
    dim
        Length of the embedding.
    size_px
        Height and width of the pictures; None is the paper's.
    width
        Multiplies the numbers of channels, which are then rounded to multiples of 8.
    norm
        ``"batch"``, ``"virtual"`` (`VirtualBatchNorm2d`), ``"group"`` or ``"none"``.
    virtual_batch
        Samples in a group of ``"virtual"``.
    dropout
        Share of features dropped before the last dense layer; None is the architecture's own.
    checkpointing
        Compute activations twice rather than keep them (see `Blocks`).
    generator
        Source of randomness for the weights; None is torch's own.

    Returns
    -------
    Backbone
        ``forward(images (N, 3, H, W)) -> (N, dim)``, embeddings not of unit length.

    Raises
    ------
    UnknownNameError
        There is no such backbone.
    InputError
        An option is out of range, or the pictures are too small.
    """
    architecture = BACKBONES[name]
    size_px = architecture.input_px if size_px is None else size_px
    dropout = architecture.dropout if dropout is None else dropout
    _check(name, dim=dim, size_px=size_px, width=width, dropout=dropout)
    network = architecture.build(
        dim=dim,
        size_px=size_px,
        width=width,
        norm=Norm(norm, virtual_batch),
        dropout=dropout,
        checkpointing=checkpointing,
        **architecture.shape,
    )
    initialise(network, generator=generator)
    return network


@dataclass(frozen=True)
class Description:
    """The cost of a backbone beside its published figures.

    Parameters
    ----------
    name
        As in `BACKBONES`.
    input_px
        Height and width.
    dim
        Length of the embedding.
    parameters
        Trainable numbers.
    multiply_adds
        Of convolutions and matrix products, for one picture.
    published
        The paper's figures, for the paper's size and width.
    """

    name: str
    input_px: tuple[int, int]
    dim: int
    parameters: int
    multiply_adds: int
    published: Published


def describe(
    name: str,
    *,
    dim: int | None = None,
    size_px: tuple[int, int] | None = None,
    width: float = 1.0,
    norm: str = "batch",
) -> Description:
    """Count a backbone's parameters and multiply-adds; no weight is allocated.

    Parameters
    ----------
    name
        One of `BACKBONES`.
    dim, size_px
        None is the paper's.
    width, norm
        As of `build_backbone`.

    Raises
    ------
    UnknownNameError
        There is no such backbone.
    InputError
        As of `build_backbone`.
    """
    architecture = BACKBONES[name]
    dim = architecture.dim if dim is None else dim
    with torch.device("meta"):
        network = build_backbone(name, dim=dim, size_px=size_px, width=width, norm=norm).eval()
        images = torch.empty(1, 3, *network.input_px)
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        network(images)
    return Description(
        name=name,
        input_px=network.input_px,
        dim=dim,
        parameters=sum(one.numel() for one in network.parameters()),
        multiply_adds=counter.get_total_flops() // 2,
        published=architecture.published,
    )


def _check(name: str, *, dim: int, size_px: tuple[int, int], width: float, dropout: float) -> None:
    least = BACKBONES[name].min_px
    if min(size_px) < least:
        raise InputError(
            f"{name} needs pictures of at least {least} x {least} pixels,"
            f" got {size_px[0]} x {size_px[1]}",
            item="size_px",
            fix="Enlarge them, or choose a network with fewer layers of stride 2",
        )
    if dim < 1:
        raise InputError(f"expected at least 1, got {dim}", item="dim")
    if not 0 < width < 100:
        raise InputError(f"expected a number over 0, such as 0.5, got {width}", item="width")
    if not 0 <= dropout < 1:
        raise InputError(f"expected a share from 0 to below 1, got {dropout}", item="dropout")
