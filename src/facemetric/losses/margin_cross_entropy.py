"""Softmax cross-entropy over cosines with a margin on the own class, fused and sharded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from facemetric.errors import InputError
from facemetric.losses.centre_rows import inverse_norms, project_, row_blocks
from facemetric.losses.class_columns import check_columns

Target = Callable[[Tensor], Tensor]
Others = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]


def margin_cross_entropy(
    embeddings: Tensor,
    centres: Tensor,
    columns: Tensor,
    *,
    target: Target,
    scales: Tensor | float,
    others: Others | None = None,
    unit_centres: bool = True,
    centres_per_class: int = 1,
    bias: Tensor | None = None,
    group: Any = None,
) -> Tensor:
    """Return every row's cross-entropy, with one ``(N, C)`` matrix in memory.

    ``loss_i = log(e^t + sum over j != y of e^(s_i others(cos_ij) + b_j)) - t`` with
    ``t = s_i target(cos_iy) + b_y``.

    The products become exponentials, and those the weights of the backward pass, in one buffer.
    Scales, normalisers and the incoming gradient are multiplied into the ``(N, D)`` side of each
    product; norms of centres are divided out of the columns, so that no normalised copy is made,
    and the gradient of the centres is projected in place.

    With ``group`` the classes are sharded over its ranks, every rank passes the same rows and its
    own centres, and all get the same losses: the largest logit, the sum of exponentials and the
    target of each row are all-reduced (two collectives of 1 and 2 numbers a row; one more where
    there are ``others``). The gradients of ``embeddings``, of ``scales`` and of what ``target``
    captures are this rank's part: their sum over the ranks is the whole one. Those of ``centres``
    and ``bias`` are whole.

    Parameters
    ----------
    embeddings
        ``(N, D)``, unit rows where the loss is one over cosines. Half precision is converted to
        float32, and autocast is switched off inside.
    centres
        ``(C * centres_per_class, D)`` (of this rank), of any length; the centres of a class stand
        one after another, and its cosine is the largest of theirs.
    columns
        int64 ``(N,)``: the own class; with ``group`` -1 where another rank has it.
    target
        From the own class's cosines ``(N,)`` (0 where the column is -1) to those after the
        margin; differentiable.
    scales
        Scalar, 0-d or ``(N,)``.
    others
        From cosines ``(n, C)`` and target cosines ``(n,)`` of some of the rows to re-weighted
        cosines and their derivatives by the cosine; called without gradient.
    unit_centres
        Whether centres count as unit vectors.
    bias
        ``(C,)`` or None: with free centres, one a class and none re-weighted, as in softmax.
    group
        A ``torch.distributed`` process group, or None.

    Returns
    -------
    Tensor
        ``(N,)``.

    Raises
    ------
    InputError
        Shapes do not agree, a bias comes with what it cannot, or (on the CPU) a column is out of
        range.
    """
    if bias is not None and (unit_centres or centres_per_class > 1 or others is not None):
        raise InputError(
            "expected none beside unit centres, several centres a class or re-weighted others",
            item="bias",
        )
    check_columns(
        embeddings,
        centres,
        columns,
        bias=bias,
        centres_per_class=centres_per_class,
        sharded=group is not None,
    )
    with torch.autocast(embeddings.device.type, enabled=False):
        embeddings = at_least_single(embeddings)
        centres = centres.to(embeddings.dtype)
        scales = torch.as_tensor(scales, dtype=embeddings.dtype, device=embeddings.device)
        fixed = centres.detach()
        classes = _Classes(
            centres=fixed,
            inverse=inverse_norms(fixed) if unit_centres else None,
            columns=columns,
            many=centres_per_class,
            others=others,
            group=group,
            learn=centres.requires_grad and torch.is_grad_enabled(),
        )
        own = _OwnCosines.apply(embeddings, centres, classes)
        after = target(own)
        logits = scales * after
        if bias is not None:
            bias = bias.to(embeddings.dtype)
            if len(bias):
                logits = logits + bias[columns.clamp(min=0)]
        whole = everywhere(torch.where(columns >= 0, after, 0.0), group) if others else after
        losses: Tensor = _CrossEntropy.apply(
            embeddings, scales, bias, own, logits, whole.detach(), classes
        )
    return losses


def at_least_single(tensor: Tensor) -> Tensor:
    """Return half precision as float32 and anything wider as it is."""
    return tensor.to(torch.promote_types(tensor.dtype, torch.float32))


def everywhere(own: Tensor, group: Any) -> Tensor:
    """Return ``(N,)``, 0 where another rank has the class, summed over ranks without gradient."""
    own = own.detach()
    if group is not None:
        own = own.clone()
        torch.distributed.all_reduce(own, group=group)
    return own


@dataclass
class _Classes:
    """What both steps need of the classes, and the gradient of the centres on its way.

    Both steps have a part in that gradient. The cross-entropy goes first, since it depends on
    the own cosines, and leaves its part in ``grad``; the own cosines add theirs in place. Left to
    autograd, each would be a matrix as large as the logits.
    """

    centres: Tensor
    inverse: Tensor | None
    columns: Tensor
    many: int
    others: Others | None
    group: Any
    learn: bool
    grad: Tensor | None = None


class _OwnCosines(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, embeddings: Tensor, centres: Tensor, classes: _Classes) -> Tensor:
        ctx.classes = classes
        columns, many = classes.columns, classes.many
        if not len(centres):
            ctx.save_for_backward(embeddings, None, None, None)
            return embeddings.new_zeros(len(embeddings))
        places = columns.clamp(min=0)[:, None] * many
        if many > 1:
            places = places + torch.arange(many, device=columns.device)
        if classes.group is None:
            # Where values are not checked, a wrong class must stop the kernel.
            places = torch.where(columns[:, None] < 0, columns[:, None], places)
        factors = (columns >= 0).to(embeddings.dtype)[:, None]
        if classes.inverse is not None:
            factors = factors * classes.inverse[places]
        cosines = torch.linalg.vecdot(embeddings[:, None], centres[places]) * factors
        own, nearest = cosines.max(1, keepdim=True)
        place = places.gather(1, nearest).squeeze(1) if many > 1 else places.squeeze(1)
        factor = factors.expand_as(cosines).gather(1, nearest).squeeze(1)
        ctx.save_for_backward(embeddings, centres[place], place, factor)
        return own.squeeze(1)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        embeddings, rows, place, factor = ctx.saved_tensors
        classes: _Classes = ctx.classes
        grad_centres, classes.grad = classes.grad, None
        if rows is None:
            return None, grad_centres, None
        pull = (grad * factor)[:, None]
        if grad_centres is not None:
            grad_centres.index_add_(0, place, embeddings * pull)
            if classes.inverse is not None:
                project_(grad_centres, classes.centres, classes.inverse)
        return rows.mul(pull), grad_centres, None


class _CrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        embeddings: Tensor,
        scales: Tensor,
        bias: Tensor | None,
        own: Tensor,
        target_logits: Tensor,
        targets: Tensor,
        classes: _Classes,
    ) -> Tensor:
        # `own` is an input so that the own cosines' backward comes after this one in any case.
        ctx.classes = classes
        columns, others, group = classes.columns, classes.others, classes.group
        held = (columns >= 0)[:, None]
        # Without a group a negative column, unchecked off the CPU, must stop the kernel.
        place = (columns if group is None else columns.clamp(min=0))[:, None]
        target_logits = torch.where(held.squeeze(1), target_logits, 0.0)
        spread = scales[:, None] if scales.ndim else scales.expand(len(embeddings), 1)
        # One buffer: products, then logits, exponentials and their derivatives by the product.
        powers = (embeddings if others else embeddings * spread) @ classes.centres.t()
        largest = target_logits.new_full((len(powers),), -torch.inf)
        total, own_power, by_scale = (torch.zeros_like(largest) for _ in range(3))
        for rows in row_blocks(powers) if powers.shape[1] else ():
            block = powers[rows]
            if classes.inverse is not None:
                block.mul_(classes.inverse)
            logits, which = block, None
            if classes.many > 1:
                logits, which = block.unflatten(1, (-1, classes.many)).max(2, keepdim=True)
                logits = logits.squeeze(2)
            values = slopes = None
            if others is not None:
                values, slopes = others(logits, targets[rows])
                logits = values * spread[rows]
            if bias is not None:
                logits += bias
            here, there = held[rows], place[rows]
            goal = torch.where(here, target_logits[rows, None], logits.gather(1, there))
            logits.scatter_(1, there, goal)
            torch.amax(logits, 1, out=largest[rows])
            logits.sub_(largest[rows, None]).exp_()
            torch.sum(logits, 1, out=total[rows])
            power = logits.gather(1, there)
            own_power[rows] = power.squeeze(1)
            logits.scatter_(1, there, power.masked_fill(here, 0.0))
            if slopes is not None:
                if ctx.needs_input_grad[1]:
                    by_scale[rows] = torch.linalg.vecdot(logits, values)
                logits.mul_(slopes)
            if which is not None:
                spot = block.zero_().unflatten(1, (-1, classes.many))
                spot.scatter_(2, which, logits.unsqueeze(2))
            elif logits is not block:
                block.copy_(logits)
            if classes.inverse is not None:
                block.mul_(classes.inverse)
        top, share = largest, 1.0
        if group is not None:
            top = largest.clone()
            torch.distributed.all_reduce(top, torch.distributed.ReduceOp.MAX, group=group)
            share = (largest - top).exp()
            both = torch.stack([total * share, target_logits])
            torch.distributed.all_reduce(both, group=group)
            total, target_logits = both.unbind()
        inverse_total = share / total
        slope = torch.where(held.squeeze(1), own_power * inverse_total - 1, 0.0)
        ctx.save_for_backward(
            powers, embeddings, classes.centres, scales, inverse_total, slope, by_scale
        )
        return top + total.log() - target_logits

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        powers, embeddings, centres, scales, inverse_total, slope, by_scale = ctx.saved_tensors
        classes: _Classes = ctx.classes
        for_embeddings, for_scales, for_bias, *_ = ctx.needs_input_grad
        grad_embeddings = grad_scales = grad_bias = None
        with torch.autocast(powers.device.type, enabled=False):
            weights = grad * inverse_total
            scaled = (weights * scales)[:, None]
            if for_embeddings or for_scales:
                pull = powers @ centres
                if for_scales:
                    if classes.others is None:
                        by_scale = torch.linalg.vecdot(pull, embeddings)
                    grad_scales = weights * by_scale
                    grad_scales = grad_scales if scales.ndim else grad_scales.sum()
                grad_embeddings = pull.mul_(scaled)
            if for_bias:
                grad_bias = weights @ powers
            if classes.learn:
                classes.grad = powers.t() @ (embeddings * scaled)
        own = torch.zeros_like(grad)
        return grad_embeddings, grad_scales, grad_bias, own, grad * slope, None, None
