"""Centre loss."""

from __future__ import annotations

import torch
from torch import Tensor

from facemetric.errors import InputError
from facemetric.losses.tuple_loss import TUPLE_LOSSES, TupleLoss


def centre_loss(embeddings: Tensor, labels: Tensor, centres: Tensor) -> Tensor:
    """Return the mean of ``|x - c|^2 / 2``, with ``c`` the centre of the row's own person.

    On raw embeddings, as in the paper: it goes beside a softmax loss, with a weight of about
    0.003, and alone it draws everything to one point. Wen et al., "A discriminative feature
    learning approach for deep face recognition", 2016, equation 2, as a mean.

    Parameters
    ----------
    embeddings
        Float ``(N, D)``, raw.
    labels
        int64 ``(N,)``, rows of ``centres``.
    centres
        Float ``(classes, D)``.

    Returns
    -------
    Scalar, float32 at least.
    """
    with torch.autocast(embeddings.device.type, enabled=False):
        away = _wide(embeddings) - centres[labels]
        return away.square().sum() / (2 * max(len(labels), 1))


@torch.no_grad()
def moved_centres(
    embeddings: Tensor, labels: Tensor, centres: Tensor, *, alpha: float
) -> tuple[Tensor, Tensor]:
    """Return the people of the batch and their centres, moved towards their rows.

    ``c - alpha * sum(c - x) / (1 + n)`` over the person's ``n`` rows: equation 4 and step 6 of
    algorithm 1. By a matrix product and not by scattered additions, whose order varies on a GPU.

    Returns
    -------
    int64 ``(U,)``, ascending, and float ``(U, D)``.
    """
    with torch.autocast(embeddings.device.type, enabled=False):
        people, place = labels.unique(return_inverse=True)
        member = torch.nn.functional.one_hot(place, len(people)).T.to(centres.dtype)
        counts = member.sum(1, keepdim=True)
        old = centres[people]
        total = member @ embeddings.to(centres.dtype)
        return people, old - alpha * (counts * old - total) / (1.0 + counts)


@TUPLE_LOSSES.register("centre")
class Centre(TupleLoss):
    """:func:`centre_loss` with centres that follow the batches at their own rate. Needs ``labels``.

    In training mode every forward pass also moves the centres, after the loss is taken, as batch
    norm does with its statistics. They are a buffer: saved, and left alone by the optimiser.

    Parameters
    ----------
    classes
        Number of people.
    dim
        Size of an embedding.
    alpha
        Share of the way that a centre moves, in (0, 1].
    """

    needs = ("labels",)
    centres: Tensor

    def __init__(self, *, classes: int, dim: int, alpha: float = 0.5) -> None:
        super().__init__()
        if classes < 1 or dim < 1:
            raise InputError(f"expected at least 1 class and 1 dimension, got {classes} and {dim}")
        if not 0.0 < alpha <= 1.0:
            raise InputError(f"expected a rate in (0, 1], got {alpha}", item="alpha")
        self.alpha = alpha
        self.register_buffer("centres", torch.zeros(classes, dim))

    def forward(self, embeddings: Tensor, *, labels: Tensor) -> Tensor:
        """Return the scalar loss; move the centres in training mode."""
        loss = centre_loss(embeddings, labels, self.centres)
        if self.training:
            people, moved = moved_centres(embeddings, labels, self.centres, alpha=self.alpha)
            self.centres[people] = moved
        return loss


def _wide(embeddings: Tensor) -> Tensor:
    return embeddings if embeddings.dtype == torch.float64 else embeddings.float()
