"""A classification header: centres and a margin."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from facemetric.errors import InputError
from facemetric.losses.class_centres import class_logits, draw_centres_
from facemetric.losses.margin import Margin
from facemetric.losses.margin_cross_entropy import at_least_single
from facemetric.losses.margin_loss import margin_loss


class MarginSoftmax(nn.Module):
    """The classes' centres and the loss of embeddings against them.

    Parameters
    ----------
    margin
        What changes the softmax: an entry of ``MARGINS``.
    classes, dim
        C and D.
    generator
        Draws the first centres, as `draw_centres_` says.

    Attributes
    ----------
    centres
        ``(C * margin.centres_per_class, D)``, the centres of a class one after another.
    bias
        ``(C,)`` or None.
    """

    def __init__(
        self, margin: Margin, *, classes: int, dim: int, generator: torch.Generator | None = None
    ) -> None:
        super().__init__()
        if classes < 1 or dim < 1:
            raise InputError(f"expected classes and dim of 1 or more, got {classes} and {dim}")
        self.margin = margin
        self.centres = nn.Parameter(torch.empty(classes * margin.centres_per_class, dim))
        self.bias = nn.Parameter(torch.empty(classes)) if margin.bias else None
        self.reset(generator)

    def reset(self, generator: torch.Generator | None = None) -> None:
        """Draw the centres anew and set the bias to 0."""
        with torch.no_grad():
            draw_centres_(self.centres, self.margin, generator=generator)
            if self.bias is not None:
                self.bias.zero_()

    def forward(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        """Return the mean loss of embeddings ``(N, D)`` with labels int64 ``(N,)`` in [0, C)."""
        return margin_loss(self.margin, embeddings, labels, self.centres, bias=self.bias).mean()

    def predictions(self, embeddings: Tensor) -> Tensor:
        """Return the class of the largest logit without a margin, int64 ``(N,)``."""
        with torch.no_grad(), torch.autocast(embeddings.device.type, enabled=False):
            embeddings = at_least_single(embeddings)
            centres = self.centres.to(embeddings.dtype)
            return class_logits(self.margin, embeddings, centres, bias=self.bias).argmax(1)

    def extra_repr(self) -> str:
        """Return the sizes."""
        rows, dim = self.centres.shape
        return f"classes={rows // self.margin.centres_per_class}, dim={dim}"
