"""One optimiser step: forward, losses over the whole batch, backward, update."""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import NoReturn

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from facemetric.errors import FacemetricError
from facemetric.training.distributed import Ranks, all_gather, gather_embeddings, gathered_rows
from facemetric.training.loader import Batch
from facemetric.training.network import normalise_pixels
from facemetric.training.objective import BatchFacts, Objective
from facemetric.training.precision import Precision
from facemetric.training.seeds import seed_step


class NotFiniteError(FacemetricError):
    """A loss or a gradient is not finite; the trainer turns it into a `TrainingError`."""

    def __init__(self, cause: str, embeddings: Tensor | None) -> None:
        super().__init__(cause)
        self.embeddings = embeddings


@dataclass(frozen=True, eq=False, slots=True)
class Updated:
    """What one step gave.

    Attributes
    ----------
    loss
        Of the global batch; the same in every process.
    figures
        What the losses saw.
    embeddings
        Raw ``(N, D)`` of the (last part of the) global batch, without gradient.
    gradient_norm
        Before clipping; ``None`` where it was not computed.
    """

    loss: float
    figures: Mapping[str, float]
    embeddings: Tensor
    gradient_norm: float | None


@dataclass(frozen=True, eq=False, slots=True)
class _Part:
    """Rows worked through at once: this process's, how many each has, their share of the batch."""

    batch: Batch
    reference: Tensor | None
    rows: list[int]
    share: float


class Updater:
    """Everything that an optimiser step needs, but for the batch.

    Parameters
    ----------
    network
        Wrapped in DistributedDataParallel where there are several processes.
    objective
        Losses over the gathered batch.
    optimiser
        Over both.
    precision
        Of the network's forward pass.
    ranks
        The processes.
    accumulate
        Parts that a batch is worked through in.
    unit
        Samples that must stay together, such as a virtual batch.
    clip_norm
        Largest norm of the network's gradient; ``None`` for no limit.
    seed
        Of the run.
    """

    def __init__(
        self,
        network: nn.Module,
        objective: Objective,
        optimiser: torch.optim.Optimizer,
        *,
        precision: Precision,
        ranks: Ranks,
        accumulate: int = 1,
        unit: int = 1,
        clip_norm: float | None = None,
        seed: int = 0,
    ) -> None:
        self.network = network
        self.objective = objective
        self.optimiser = optimiser
        self.precision = precision
        self._ranks = ranks
        self._accumulate = accumulate
        self._unit = unit
        self._clip_norm = clip_norm
        self._seed = seed
        self.frozen: tuple[nn.Parameter, ...] = ()
        """Parameters that are left as they are; their gradients are thrown away."""

    def __call__(self, batch: Batch, step: int, *, reference: Tensor | None = None) -> Updated:
        """Work through a batch and update.

        Parameters
        ----------
        batch
            This process's part: its `Ranks.shares` of the global batch, one after another.
        step
            Optimiser steps done before.
        reference
            ``(N, E)``: a fixed network's embeddings of this process's part.

        Raises
        ------
        NotFiniteError
            The loss or the gradient is not finite; nothing was updated.
        """
        generator = seed_step(self._seed, step, rank=self._ranks.rank)
        total, sums, embeddings = 0.0, dict[str, float](), torch.empty(0)
        parts = self._parts(batch, reference)
        for number, part in enumerate(parts, 1):
            with nullcontext() if number == len(parts) else self._without_sync():
                loss, figures, embeddings = self._backward(part, generator, step)
            total += loss * part.share
            for name, value in figures.items():
                sums[name] = sums.get(name, 0.0) + float(value) * part.share
        norm = self._apply(embeddings)
        return Updated(total, sums, embeddings, norm)

    def _backward(
        self, part: _Part, generator: torch.Generator, step: int
    ) -> tuple[float, Mapping[str, Tensor], Tensor]:
        batch, reference, rows = part.batch, part.reference, part.rows
        device = self._ranks.device
        with self.precision.autocast():
            raw = self.network(normalise_pixels(batch.pixels.to(device)))
        gathered = gather_embeddings(raw.float(), self._ranks, rows=rows)
        facts = BatchFacts(
            labels=all_gather(batch.labels.to(device), self._ranks, rows=rows),
            reference=None
            if reference is None
            else all_gather(reference.to(device), self._ranks, rows=rows),
            generator=generator,
            step=step,
        )
        outcome = self.objective(gathered, facts)
        loss = outcome.loss.item()
        if not torch.isfinite(outcome.loss):
            self._refuse(f"the loss is {loss}", raw)
        self.precision.scaler.scale(outcome.loss * part.share).backward()
        return loss, outcome.figures, gathered.detach()

    def _apply(self, embeddings: Tensor) -> float | None:
        scaler = self.precision.scaler
        for parameter in self.frozen:
            parameter.grad = None
        norm: float | None = None
        if self._clip_norm is not None:
            scaler.unscale_(self.optimiser)
            # The network's alone: its gradients are the same in every process, the centres' rows
            # lie elsewhere in each.
            norm = float(nn.utils.clip_grad_norm_(self.network.parameters(), self._clip_norm))
        if scaler.is_enabled():
            self._scaled_step(embeddings)
        else:
            # The norm before clipping too: clipping by an infinite one leaves zeros.
            length = _norm(self.optimiser) + (0.0 if norm is None else norm)
            if not self._all_finite(length):
                elsewhere = "not finite in another process"
                cause = elsewhere if math.isfinite(length) else str(length)
                self._refuse(f"the gradient's norm is {cause}", embeddings)
            self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        return norm

    def _all_finite(self, length: float) -> bool:
        """Whether a length is finite in every process: centres' gradients differ between them."""
        finite = math.isfinite(length)
        if self._ranks.group is None:
            return finite
        broken = torch.tensor([float(not finite)], device=self._ranks.device)
        torch.distributed.all_reduce(broken, group=self._ranks.group)
        return not bool(broken.item())

    def _scaled_step(self, embeddings: Tensor) -> None:
        """Update, or skip where the scaled gradient overflows and take a smaller scale next."""
        scaler = self.precision.scaler
        before = scaler.get_scale()
        scaler.step(self.optimiser)
        scaler.update()
        if before <= 1 and scaler.get_scale() < before:
            self._refuse("the gradient is not finite, not even unscaled", embeddings)

    def _refuse(self, cause: str, embeddings: Tensor) -> NoReturn:
        self.optimiser.zero_grad(set_to_none=True)
        raise NotFiniteError(cause, embeddings)

    def _parts(self, batch: Batch, reference: Tensor | None) -> list[_Part]:
        """Split this process's rows as `Ranks.shares` chose them."""
        total = sum(gathered_rows(batch.rows.to(self._ranks.device), self._ranks))
        parts: list[_Part] = []
        start = 0
        for shares in self._ranks.shares(total, parts=self._accumulate, unit=self._unit):
            rows = [one.stop - one.start for one in shares]
            own = slice(start, start + rows[self._ranks.rank])
            start = own.stop
            parts.append(
                _Part(
                    Batch(batch.pixels[own], batch.labels[own], batch.rows[own]),
                    None if reference is None else reference[own],
                    rows,
                    sum(rows) / total,
                )
            )
        return parts

    def _without_sync(self) -> AbstractContextManager[None]:
        if isinstance(self.network, DistributedDataParallel):
            context: AbstractContextManager[None] = self.network.no_sync()
            return context
        return nullcontext()


def _norm(optimiser: torch.optim.Optimizer) -> float:
    """Return the length of the whole gradient; not finite where any number in it is not."""
    gradients = [
        parameter.grad._values() if parameter.grad.is_sparse else parameter.grad
        for group in optimiser.param_groups
        for parameter in group["params"]
        if parameter.grad is not None
    ]
    return float(nn.utils.get_total_norm(gradients))
