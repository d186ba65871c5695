"""Anchors of a batch, some at a time, with their positives and their negatives in order."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np
import torch
from torch import Generator, Tensor

from facemetric.errors import InputError

_ANCHORS = 512
_BEYOND = 8.0


class Anchors:
    """A run of anchors and their squared distances to the whole batch.

    Parameters
    ----------
    rows
        int64 ``(A,)``: rows of the anchors.
    distances
        Float ``(A, B)``: squared distances of unit rows.
    same
        bool ``(A, B)``: whether anchor and row are one person.
    dim
        Dimension of the embeddings.
    most
        The largest number of positives of any anchor of the batch.

    Attributes
    ----------
    positives
        int64 ``(A, K)``: rows of the positives, the nearest first; beyond an anchor's own number
        anything.
    near
        Float ``(A, K)``: their distances, ascending; infinite beyond the anchor's own number.
    """

    def __init__(
        self, rows: Tensor, distances: Tensor, same: Tensor, *, dim: int, most: int
    ) -> None:
        self.rows = rows
        self.distances = distances
        self.same = same
        self.dim = dim
        own = same.clone()
        own[torch.arange(len(rows), device=rows.device), rows] = False
        only_own = distances.masked_fill(~own, torch.inf)
        self.near, self.positives = only_own.topk(most, dim=1, largest=False)

    @cached_property
    def is_pair(self) -> Tensor:
        """Bool ``(A, K)``: whether there is a positive."""
        return self.near.isfinite()

    @cached_property
    def is_farthest(self) -> Tensor:
        """Bool ``(A, K)``: whether it is the anchor's farthest positive."""
        last = self.is_pair.sum(1, keepdim=True) - 1
        return torch.arange(self.near.shape[1], device=last.device) == last

    @cached_property
    def negative_counts(self) -> Tensor:
        """int64 ``(A, 1)``: number of negatives of each anchor."""
        return (~self.same).sum(1, keepdim=True)

    @cached_property
    def _sorted(self) -> tuple[Tensor, Tensor]:
        return _ascending(self.distances.masked_fill(self.same, torch.inf))

    @property
    def negatives(self) -> Tensor:
        """int64 ``(A, B)``: rows of the negatives, the nearest first, then the same person's."""
        return self._sorted[1]

    @property
    def negative_distances(self) -> Tensor:
        """Float ``(A, B)``: distances of ``negatives``, then infinite."""
        return self._sorted[0]

    def ranks(self, margin: float) -> tuple[Tensor, Tensor]:
        """Return, as int64 ``(A, K)``, where each positive and its margin fall in the negatives.

        The negatives before the first rank are hard for the pair, those from there to the second
        semi-hard, the others easy.
        """
        ranked = self.negative_distances
        farther = torch.searchsorted(ranked, self.near, right=True)
        inside = torch.searchsorted(ranked, self.near + margin)
        return farther, inside.maximum(farther)

    def triplets(self, ranks: Tensor, chosen: Tensor) -> Tensor:
        """Return ``(T, 3)``: of the ``chosen`` pairs, with the negative at each pair's rank.

        Parameters
        ----------
        ranks
            int64 ``(A, K)``, in the sorted negatives.
        chosen
            bool ``(A, K)``.
        """
        place, column = chosen.nonzero(as_tuple=True)
        negatives = self.negatives[place, ranks[place, column]]
        return torch.stack([self.rows[place], self.positives[place, column], negatives], dim=1)


@torch.no_grad()
def anchors_of(embeddings: Tensor, labels: Tensor) -> Iterator[Anchors]:
    """Yield all anchors of a batch in order, some at a time: memory O(B) for each anchor.

    Parameters
    ----------
    embeddings
        Float ``(B, D)``, raw.
    labels
        int64 ``(B,)``.

    Raises
    ------
    InputError
        There is not one label for each row.
    """
    if embeddings.ndim != 2 or labels.shape != embeddings.shape[:1]:
        raise InputError(
            f"expected (B, D) and (B,), got {tuple(embeddings.shape)} and {tuple(labels.shape)}",
            item="embeddings and labels",
        )
    if not len(labels):
        return
    wide = embeddings if embeddings.dtype == torch.float64 else embeddings.float()
    unit = torch.nn.functional.normalize(wide, dim=1, eps=1e-6)
    most = int(labels.unique(return_counts=True)[1].max()) - 1
    rows = torch.arange(len(labels), device=labels.device)
    for some in rows.split(_ANCHORS):
        with torch.autocast(unit.device.type, enabled=False):
            distances = 2.0 - 2.0 * unit[some] @ unit.T
        # A broken embedding is far from all: it is mined, and the loss then shows it.
        distances.nan_to_num_(nan=_BEYOND)
        yield Anchors(
            some, distances, labels[some, None] == labels, dim=embeddings.shape[1], most=most
        )


def _ascending(values: Tensor) -> tuple[Tensor, Tensor]:
    """Return each row's values in order, and the columns they were in."""
    if values.device.type != "cpu":
        ordered, columns = values.sort(1)
        return ordered, columns
    # Most of a miner's time: numpy's sort has vector instructions, torch's on a CPU has none.
    columns = torch.from_numpy(np.argsort(values.numpy(), axis=1))
    return values.gather(1, columns), columns


def uniform(shape: torch.Size, generator: Generator | None, device: torch.device) -> Tensor:
    """Return float64 in [0, 1), drawn on the generator's device: the same on CPU and GPU."""
    source = device if generator is None else generator.device
    return torch.rand(shape, generator=generator, device=source, dtype=torch.float64).to(device)


def pick(counts: Tensor, generator: Generator | None) -> Tensor:
    """Return for each count an integer below it, drawn at random; 0 where it is 0."""
    draws = uniform(counts.shape, generator, counts.device)
    return (draws * counts).long().minimum(counts - 1).clamp_min(0)
