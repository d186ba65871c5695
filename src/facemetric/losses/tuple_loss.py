"""What the losses over pairs, triplets and rows have in common."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor, nn

from facemetric.errors import InputError
from facemetric.registry import Registry


class TupleLoss(nn.Module):
    """A loss over embeddings and what ``needs`` names, each passed by keyword.

    ``forward(embeddings, *, <needs>)`` takes raw embeddings ``(N, D)`` and returns a scalar.

    Attributes
    ----------
    needs
        Of ``"triplets"`` (int64 ``(T, 3)``: anchor, positive, negative), ``"pairs"`` (int64
        ``(P, 2)``) with ``"same"`` (bool ``(P,)``), ``"labels"`` (int64 ``(N,)``) and
        ``"reference"`` (float: embeddings of the same rows by a fixed network).
    """

    needs: ClassVar[tuple[str, ...]] = ()


TUPLE_LOSSES: Registry[type[TupleLoss]] = Registry("tuple loss")
"""Losses over tuples by name; their options are keyword arguments."""


def check_tuples(tuples: Tensor, width: int, *, name: str) -> None:
    """Raise InputError unless ``tuples`` is int64 ``(T, width)``."""
    if tuples.dtype != torch.int64 or tuples.ndim != 2 or tuples.shape[1] != width:
        raise InputError(
            f"expected int64 (T, {width}), got {tuples.dtype} {tuple(tuples.shape)}",
            item=name,
            fix="Pass what a miner returns",
        )


def check_margin(margin: float, *, largest: float) -> None:
    """Raise InputError unless the margin is in (0, largest]."""
    if not 0.0 < margin <= largest:
        raise InputError(f"expected a margin in (0, {largest:g}], got {margin}", item="margin")
