"""Class centres spread over the processes, of which a step may use a sample (Partial FC)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch import distributed as dist

from facemetric.errors import InputError
from facemetric.losses import Margin, class_logits, draw_centres_, margin_loss
from facemetric.training.distributed.ranks import Ranks
from facemetric.training.distributed.row_gradient import take_rows
from facemetric.training.distributed.sampling import sampled_classes
from facemetric.training.distributed.shard import Shard

# Classes whose first centres are drawn together; the same draws however they are sharded.
_BLOCK = 4096


class ShardedCentres(nn.Module):
    """A classification header whose centres lie in shards, consecutive classes on each process.

    Every process gives the whole batch (`gather_embeddings`) and gets the same loss and the whole
    gradient of it, as it would from `facemetric.losses.MarginSoftmax`; the gradient of the
    centres stays where they are. This module is not for DistributedDataParallel.

    With ``sample_rate`` below 1 a training step uses the batch's own classes and a sample of the
    others (An et al., "Killing Two Birds with One Stone: Efficient and Robust Training of Face
    Recognition CNNs by Partial FC", CVPR 2022, section 3.3). The sample is a function of the seed,
    the step and the class, so it does not depend on the number of processes: each class is in it
    with that probability, where the paper fills every process up to a fixed number. The gradient
    is then sparse, for `RowSGD` or `RowAdamW`.

    Parameters
    ----------
    margin
        What changes the softmax: an entry of ``MARGINS``.
    classes, dim
        C over all processes, and D.
    ranks
        The processes.
    sample_rate
        Share of the classes outside the batch that a step uses, in (0, 1].
    seed
        Draws the first centres and the samples.

    Attributes
    ----------
    centres
        ``(c * margin.centres_per_class, D)``, this process's.
    bias
        ``(c,)``, this process's, or None.
    """

    def __init__(
        self,
        margin: Margin,
        *,
        classes: int,
        dim: int,
        ranks: Ranks | None = None,
        sample_rate: float = 1.0,
        seed: int = 0,
    ) -> None:
        super().__init__()
        if classes < 1 or dim < 1:
            raise InputError(f"expected classes and dim of 1 or more, got {classes} and {dim}")
        if not 0 < sample_rate <= 1:
            raise InputError(f"expected (0, 1], got {sample_rate}", item="sample_rate")
        self.margin = margin
        self.ranks = ranks or Ranks()
        self.classes = classes
        self.sample_rate = sample_rate
        self.seed = seed
        held = self.ranks.rows(classes)
        self.first, self.count = held.start, held.stop - held.start
        rows, device = self.count * margin.centres_per_class, self.ranks.device
        self.centres = nn.Parameter(torch.empty(rows, dim, device=device))
        self.bias = nn.Parameter(torch.zeros(self.count, device=device)) if margin.bias else None
        self.reset()

    def reset(self) -> None:
        """Draw the centres anew, each from its class and the seed; the bias is 0."""
        many, dim = self.margin.centres_per_class, self.centres.shape[1]
        last = self.first + self.count
        with torch.no_grad():
            for block in range(self.first // _BLOCK, -(-last // _BLOCK)):
                start = block * _BLOCK
                drawn = draw_centres_(
                    torch.empty(min(_BLOCK, self.classes - start) * many, dim),
                    self.margin,
                    generator=torch.Generator().manual_seed(
                        (self.seed * 1_000_003 + block) % (1 << 63)
                    ),
                )
                begin, end = max(start, self.first), min(start + _BLOCK, last)
                self.centres[(begin - self.first) * many : (end - self.first) * many] = drawn[
                    (begin - start) * many : (end - start) * many
                ]
            if self.bias is not None:
                self.bias.zero_()

    def forward(self, embeddings: Tensor, labels: Tensor, *, step: int = 0) -> Tensor:
        """Return the mean loss of the whole batch, the same on every process.

        Parameters
        ----------
        embeddings
            ``(N, D)``, of all processes.
        labels
            int64 ``(N,)``, in [0, C).
        step
            Optimiser steps done; draws the sample.

        Raises
        ------
        InputError
            Shapes do not agree or, on the CPU, a label is out of range.
        """
        self._check(labels)
        group = self.ranks.group
        if group is not None:
            embeddings = _SumOfGradients.apply(embeddings, group)
        centres, bias, columns = self._active(labels, step)
        losses = margin_loss(self.margin, embeddings, columns, centres, bias=bias, group=group)
        return losses.mean()

    def predictions(self, embeddings: Tensor) -> Tensor:
        """Return the class of the largest logit without a margin, int64 ``(N,)``, over all shards.

        Every process gives the same embeddings; of equal logits the first class wins.
        """
        with torch.no_grad(), torch.autocast(embeddings.device.type, enabled=False):
            rows = embeddings.to(self.centres.dtype)
            best = rows.new_full((len(rows),), -torch.inf)
            found = torch.full_like(best, self.classes, dtype=torch.int64)
            for start in range(0, self.count, _BLOCK):
                logits = self._logits(rows, start, min(start + _BLOCK, self.count))
                value, column = logits.max(1)
                better = value > best
                best = torch.where(better, value, best)
                found = torch.where(better, column + (self.first + start), found)
            if self.ranks.group is not None:
                highest = best.clone()
                dist.all_reduce(highest, dist.ReduceOp.MAX, group=self.ranks.group)
                found = torch.where(best == highest, found, self.classes)
                dist.all_reduce(found, dist.ReduceOp.MIN, group=self.ranks.group)
            return found

    def shards(self) -> dict[str, Shard]:
        """Return the parameters as shards, by name, for a checkpoint."""
        many = self.margin.centres_per_class
        held = {"centres": Shard(self.centres.detach(), self.first * many, self.classes * many)}
        if self.bias is not None:
            held["bias"] = Shard(self.bias.detach(), self.first, self.classes)
        return held

    def extra_repr(self) -> str:
        """Return the sizes."""
        last = self.first + self.count
        return (
            f"classes={self.first}:{last} of {self.classes}, dim={self.centres.shape[1]}, "
            f"sample_rate={self.sample_rate}"
        )

    def _active(self, labels: Tensor, step: int) -> tuple[Tensor, Tensor | None, Tensor]:
        """Return the centres and biases that take part, and each row's column among them."""
        columns = labels - self.first
        held = (columns >= 0) & (columns < self.count)
        if not self.training or self.sample_rate == 1:
            return self.centres, self.bias, torch.where(held, columns, -1)
        used = sampled_classes(
            self.first,
            self.count,
            rate=self.sample_rate,
            seed=self.seed,
            step=step,
            device=labels.device,
        )
        used[columns[held]] = True
        rows = used.nonzero().squeeze(1)
        columns = torch.where(held, torch.searchsorted(rows, columns), -1)
        bias = None if self.bias is None else take_rows(self.bias, rows)
        many = self.margin.centres_per_class
        if many > 1:
            rows = (rows[:, None] * many + torch.arange(many, device=rows.device)).flatten()
        return take_rows(self.centres, rows), bias, columns

    def _logits(self, rows: Tensor, start: int, end: int) -> Tensor:
        many = self.margin.centres_per_class
        return class_logits(
            self.margin,
            rows,
            self.centres[start * many : end * many],
            bias=None if self.bias is None else self.bias[start:end],
        )

    def _check(self, labels: Tensor) -> None:
        # A shard cannot tell a label of another shard from one of no class.
        if labels.device.type == "cpu" and len(labels):
            low, high = (int(end) for end in torch.aminmax(labels))
            if low < 0 or high >= self.classes:
                raise InputError(
                    f"expected 0 to {self.classes - 1} for {self.classes} classes, "
                    f"got {low} to {high}",
                    item="labels",
                    fix="Number the classes from 0 without gaps",
                )


def shards_of(module: nn.Module) -> dict[str, Shard]:
    """Return the sharded parameters inside a module, by their names in its ``state_dict``."""
    return {
        f"{place}.{name}" if place else name: shard
        for place, part in module.named_modules()
        if isinstance(part, ShardedCentres)
        for name, shard in part.shards().items()
    }


class _SumOfGradients(torch.autograd.Function):
    """The same tensor; its gradient is the sum of all processes' parts."""

    @staticmethod
    def forward(ctx: Any, tensor: Tensor, group: Any) -> Tensor:
        ctx.group = group
        return tensor.view_as(tensor)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        whole = gradient.clone(memory_format=torch.contiguous_format)
        dist.all_reduce(whole, group=ctx.group)
        return whole, None
