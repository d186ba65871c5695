"""Softmax cross-entropy over cosines with the own class's logit given, fused and sharded."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from facemetric.errors import InputError


def margin_cross_entropy(
    embeddings: Tensor,
    centres: Tensor,
    columns: Tensor,
    target_logits: Tensor,
    *,
    scales: Tensor | float,
    bias: Tensor | None = None,
    group: Any = None,
) -> Tensor:
    """Return every row's cross-entropy, with one ``(N, C)`` matrix in memory.

    ``loss_i = log(e^(t_i) + sum over j != y_i of e^(s_i x_i . w_j + b_j)) - t_i``

    The margin is in ``t``: a differentiable input, so that the function serves every margin. The
    logits become exponentials and then the backward pass's probabilities in one buffer; scales,
    normalisers and the incoming gradient are multiplied into the ``(N, D)`` side of each product.

    With ``group`` the classes are sharded over its ranks, every rank passes the same rows and its
    own centres, and all get the same losses: the largest logit, the sum of exponentials and the
    target logit of each row are all-reduced (two collectives of 1 and 2 numbers a row). The
    gradients of ``embeddings``, ``scales`` and ``target_logits`` are this rank's part: their sum
    over the ranks is the whole one. The backward pass of a differentiable all-gather takes that
    sum. Those of ``centres`` and ``bias`` are whole.

    Parameters
    ----------
    embeddings, centres
        ``(N, D)`` and ``(C, D)`` (of this rank), unit rows where the loss is one over cosines.
        Half precision is converted to float32, and autocast is switched off inside.
    columns
        int64 ``(N,)``: which centre is the own class's; with ``group`` -1 where another rank
        has it.
    target_logits
        ``(N,)``: the own class's logit, after the margin, the scale and the bias. Not looked at
        where the column is -1.
    scales
        Scalar, 0-d or ``(N,)``.
    bias
        ``(C,)`` or None.
    group
        A ``torch.distributed`` process group, or None.

    Returns
    -------
    Tensor
        ``(N,)``.

    Raises
    ------
    InputError
        Shapes do not agree, or a column is out of range. Values are looked at on the CPU only:
        elsewhere that would make the host wait for the device; there an index out of range
        stops the kernel that gathers it.
    """
    check_columns(embeddings, centres, columns, bias=bias, sharded=group is not None)
    with torch.autocast(embeddings.device.type, enabled=False):
        embeddings = at_least_single(embeddings)
        dtype = embeddings.dtype
        scales = torch.as_tensor(scales, dtype=dtype, device=embeddings.device)
        bias = None if bias is None else bias.to(dtype)
        losses: Tensor = _Fused.apply(
            embeddings, centres.to(dtype), bias, columns, target_logits.to(dtype), scales, group
        )
    return losses


def cosines_cross_entropy(
    cosines: Tensor,
    columns: Tensor,
    target_logits: Tensor,
    *,
    scales: Tensor | float,
    bias: Tensor | None = None,
    group: Any = None,
) -> Tensor:
    """Return the same losses from all the products, for margins that change every column.

    Parameters
    ----------
    cosines
        ``(N, C)``; what stands in the own class's column does not matter.
    columns, target_logits, scales, bias, group
        As for ``margin_cross_entropy``.
    """
    with torch.autocast(cosines.device.type, enabled=False):
        cosines = at_least_single(cosines)
        dtype = cosines.dtype
        scales = torch.as_tensor(scales, dtype=dtype, device=cosines.device)
        bias = None if bias is None else bias.to(dtype)
        losses: Tensor = _OfCosines.apply(
            cosines, bias, columns, target_logits.to(dtype), scales, group
        )
    return losses


def own_cosines(
    embeddings: Tensor, centres: Tensor, columns: Tensor, *, centres_per_class: int = 1
) -> Tensor:
    """Return the product of each row with its own class's centre, the largest where it has many.

    Parameters
    ----------
    embeddings, centres
        ``(N, D)`` and ``(C * centres_per_class, D)``, the centres of a class one after another.
    columns
        int64 ``(N,)``; -1 gives 0, which no gradient passes.

    Returns
    -------
    Tensor
        ``(N,)``.
    """
    if len(centres) == 0:
        return embeddings.new_zeros(len(embeddings))
    held = columns >= 0
    rows = columns.clamp(min=0)
    if centres_per_class == 1:
        # Sparse: a second dense (C, D) gradient would cost as much as a pass over the logits.
        own = functional.embedding(rows, centres, sparse=True)
        return torch.linalg.vecdot(embeddings, own) * held
    each = torch.arange(centres_per_class, device=columns.device)
    own = functional.embedding(rows[:, None] * centres_per_class + each, centres, sparse=True)
    return torch.einsum("nd,nkd->nk", embeddings, own).amax(1) * held


def at_least_single(tensor: Tensor) -> Tensor:
    """Return half precision as float32 and anything wider as it is."""
    return tensor.to(torch.promote_types(tensor.dtype, torch.float32))


def check_columns(
    embeddings: Tensor,
    centres: Tensor,
    columns: Tensor,
    *,
    bias: Tensor | None = None,
    centres_per_class: int = 1,
    sharded: bool = False,
) -> None:
    """Raise InputError where shapes do not agree or, on the CPU, a column is out of range."""
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


def _exponentials_(
    logits: Tensor, columns: Tensor, target_logits: Tensor, group: Any
) -> tuple[Tensor, Tensor, Tensor]:
    """Turn logits into exp(logit - largest) in place, with 0 in the own class's column.

    Returns the losses, 1 / (sum of exponentials) and d loss / d target, each ``(N,)``.
    """
    rows = len(logits)
    if group is None:
        held, place = None, columns[:, None]
        logits.scatter_(1, place, target_logits[:, None])
        largest = logits.amax(1)
    else:
        held, place = columns >= 0, columns.clamp(min=0)[:, None]
        target_logits = torch.where(held, target_logits, 0.0)
        if logits.shape[1]:
            there = logits.gather(1, place).squeeze(1)
            logits.scatter_(1, place, torch.where(held, target_logits, there)[:, None])
            largest = logits.amax(1)
        else:
            largest = logits.new_full((rows,), -torch.inf)
        torch.distributed.all_reduce(largest, torch.distributed.ReduceOp.MAX, group=group)
    logits.sub_(largest[:, None]).exp_()
    total = logits.sum(1)
    if held is not None:
        both = torch.stack([total, target_logits])
        torch.distributed.all_reduce(both, group=group)
        total, whole_target = both.unbind()
    else:
        whole_target = target_logits
    inverse = total.reciprocal()
    losses = largest + total.log() - whole_target
    if not logits.shape[1]:
        return losses, inverse, torch.zeros_like(losses)
    there = logits.gather(1, place).squeeze(1)
    if held is None:
        logits.scatter_(1, place, 0.0)
        return losses, inverse, there * inverse - 1
    logits.scatter_(1, place, torch.where(held, 0.0, there)[:, None])
    return losses, inverse, torch.where(held, there * inverse - 1, 0.0)


class _Fused(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        embeddings: Tensor,
        centres: Tensor,
        bias: Tensor | None,
        columns: Tensor,
        target_logits: Tensor,
        scales: Tensor,
        group: Any,
    ) -> Tensor:
        scaled = embeddings * (scales[:, None] if scales.ndim else scales)
        across = centres.t()
        logits = scaled @ across if bias is None else torch.addmm(bias, scaled, across)
        losses, inverse, slope = _exponentials_(logits, columns, target_logits, group)
        ctx.save_for_backward(logits, embeddings, centres, inverse, slope, scales)
        return losses

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        powers, embeddings, centres, inverse, slope, scales = ctx.saved_tensors
        for_embeddings, for_centres, for_bias, _, _, for_scales, _ = ctx.needs_input_grad
        grad_embeddings = grad_centres = grad_bias = grad_scales = None
        with torch.autocast(powers.device.type, enabled=False):
            weights = grad * inverse
            scaled = (weights * scales)[:, None]
            if for_embeddings or for_scales:
                pull = powers @ centres
                if for_scales:
                    grad_scales = weights * torch.linalg.vecdot(pull, embeddings)
                    grad_scales = grad_scales if scales.ndim else grad_scales.sum()
                grad_embeddings = pull.mul_(scaled)
            if for_centres:
                grad_centres = powers.t() @ (embeddings * scaled)
            if for_bias:
                grad_bias = powers.t() @ weights
        return grad_embeddings, grad_centres, grad_bias, None, grad * slope, grad_scales, None


class _OfCosines(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        cosines: Tensor,
        bias: Tensor | None,
        columns: Tensor,
        target_logits: Tensor,
        scales: Tensor,
        group: Any,
    ) -> Tensor:
        logits = cosines * (scales[:, None] if scales.ndim else scales)
        if bias is not None:
            logits += bias
        losses, inverse, slope = _exponentials_(logits, columns, target_logits, group)
        kept = cosines if ctx.needs_input_grad[4] else None
        ctx.save_for_backward(logits, kept, inverse, slope, scales)
        return losses

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        powers, cosines, inverse, slope, scales = ctx.saved_tensors
        _, for_bias, _, _, for_scales, _ = ctx.needs_input_grad
        weights = grad * inverse
        grad_bias = grad_scales = None
        if for_bias:
            grad_bias = weights @ powers
        if for_scales:
            grad_scales = weights * torch.linalg.vecdot(powers, cosines)
            grad_scales = grad_scales if scales.ndim else grad_scales.sum()
        grad_cosines = powers * (weights * scales)[:, None]
        return grad_cosines, grad_bias, None, grad * slope, grad_scales, None
