"""Checks of embeddings, centres and the columns that name each row's class."""

from __future__ import annotations

import torch
from torch import Tensor

from facemetric.errors import InputError


def check_columns(
    embeddings: Tensor,
    centres: Tensor,
    columns: Tensor,
    *,
    bias: Tensor | None = None,
    centres_per_class: int = 1,
    sharded: bool = False,
) -> None:
    """Raise InputError where shapes do not agree or, on the CPU, a column is out of range.

    Elsewhere the columns' values are not looked at: that would make the host wait for the device
    at every step. An index out of range then stops the kernel that gathers it.
    """
    if embeddings.ndim != 2 or not embeddings.is_floating_point() or len(embeddings) == 0:
        raise InputError(
            f"expected floating (N, D) with N > 0, got {_named(embeddings)}", item="embeddings"
        )
    dim = embeddings.shape[1]
    if centres.ndim != 2 or centres.shape[1] != dim or len(centres) % centres_per_class:
        many = f" with C a multiple of {centres_per_class}" if centres_per_class > 1 else ""
        raise InputError(f"expected (C, {dim}){many}, got {_named(centres)}", item="centres")
    if columns.shape != embeddings.shape[:1] or columns.dtype != torch.int64:
        raise InputError(
            f"expected int64 ({len(embeddings)},), got {_named(columns)}", item="labels"
        )
    classes = len(centres) // centres_per_class
    if bias is not None and bias.shape != (classes,):
        raise InputError(f"expected ({classes},), got {_named(bias)}", item="bias")
    if columns.device.type == "cpu":
        first = -1 if sharded else 0
        low, high = (int(end) for end in torch.aminmax(columns))
        if low < first or high >= classes:
            raise InputError(
                f"expected {first} to {classes - 1} for {classes} classes, got {low} to {high}",
                item="labels",
                fix="Number the classes from 0 without gaps",
            )


def _named(tensor: Tensor) -> str:
    return f"{str(tensor.dtype).removeprefix('torch.')} {tuple(tensor.shape)}"
