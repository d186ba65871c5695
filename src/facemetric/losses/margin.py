"""What the margin losses share: how each changes the softmax over cosines."""

from __future__ import annotations

from torch import Tensor, nn

from facemetric.registry import Registry


class Margin(nn.Module):
    """One paper's change to the softmax over classes; the loss is made by ``margin_loss``.

    With embeddings ``x_i`` (N, D), centres ``w_j`` and ``cos_ij`` their products (cosines where
    both are normalised), the loss of row ``i`` of class ``y`` is

    ``-log( e^t / (e^t + sum over j != y of e^(s_i others(cos_ij) + b_j)) ) + penalty_i``

    with ``t = s_i target(cos_iy) + b_y``. A subclass overrides what its paper changes.

    Attributes
    ----------
    unit_embeddings, unit_centres
        Whether embeddings and centres are normalised before their product is taken.
    bias
        Whether every class has an additive term (softmax alone).
    centres_per_class
        How many centres a class has; its cosine is the largest of them.
    changes_others
        Whether ``others`` does anything.
    """

    unit_embeddings: bool = True
    unit_centres: bool = True
    bias: bool = False
    centres_per_class: int = 1
    changes_others: bool = False

    def scale(self, norms: Tensor) -> Tensor:
        """Return what multiplies the cosines: ``(N,)`` or 0-d, from the norms ``(N,)``."""
        return norms.new_ones(())

    def target(self, cosines: Tensor, norms: Tensor) -> Tensor:
        """Return the own class's cosines after the margin, ``(N,)`` from ``(N,)``."""
        return cosines

    def others(self, cosines: Tensor, target_cosines: Tensor) -> tuple[Tensor, Tensor]:
        """Return the other classes' cosines after re-weighting, and the derivatives of that.

        Called without gradient and in blocks of rows, where ``changes_others`` is set: from
        ``(n, C)`` and the target cosines ``(n,)`` after the margin to two tensors ``(n, C)``, the
        second the derivative of the first by the cosine. The own class's column is replaced
        afterwards. What comes in must not be changed.
        """
        return cosines.clone(), cosines.new_ones(()).expand_as(cosines)

    def penalty(self, norms: Tensor) -> Tensor | None:
        """Return what is added to each row's loss, ``(N,)``, or None."""
        return None

    def observe(self, target_cosines: Tensor, norms: Tensor) -> None:
        """Update running statistics, once a training step and before ``target``.

        Both are ``(N,)`` over the whole batch, before the margin and without gradient; with
        classes sharded over ranks they are the same on every rank.
        """

    def advance(self, step: int) -> None:
        """Set what follows a schedule to its value at optimiser step ``step`` (from 0)."""


MARGINS: Registry[type[Margin]] = Registry("margin loss")
