"""The registry of backbones, and what their papers say of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from facemetric.backbones.backbone import Backbone
from facemetric.registry import Registry


@dataclass(frozen=True)
class Published:
    """Figures printed elsewhere; None where none is known.

    Parameters
    ----------
    parameters
        Number of weights.
    multiply_adds
        For one picture. Papers often call them FLOPs.
    source
        Where they are printed.
    """

    parameters: float | None = None
    multiply_adds: float | None = None
    source: str = ""


@dataclass(frozen=True)
class Architecture:
    """A backbone that `build_backbone` can make.

    Parameters
    ----------
    build
        Called with ``dim``, ``size_px``, ``width``, ``norm`` (a `Norm`), ``dropout``,
        ``checkpointing`` and ``shape``; returns the network.
    input_px
        Height and width that the paper uses.
    dim
        Length of the embedding that the paper uses.
    min_px
        Smallest height and width that leave a feature map at the end.
    paper
        Authors, title, year.
    shape
        What sets this member of its family apart, given to ``build``.
    dropout
        Share of features dropped before the last dense layer where the caller gives none.
    published
        Figures to compare with.
    remark
        What departs from the paper, or is not in it.
    """

    build: Callable[..., Backbone]
    input_px: tuple[int, int]
    dim: int
    min_px: int
    paper: str
    shape: Mapping[str, Any] = field(default_factory=dict)
    dropout: float = 0.0
    published: Published = Published()
    remark: str = ""


BACKBONES: Registry[Architecture] = Registry("backbone")
"""Architectures by name."""
