"""Small random batches for margin losses."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from facemetric.losses import MARGINS, Margin

ROWS, CLASSES, DIM = 7, 9, 5
# Names with the options that make them plain NSL or, where features are free, modified softmax.
WITHOUT_MARGIN: dict[str, dict[str, object]] = {
    "a-softmax": {"margin": 1},
    "adaface": {"margin_rad": 0.0},
    "arcface": {"margin_rad": 0.0},
    "combined": {"margin_rad": 0.0, "margin": 0.0},
    "lmcl": {"margin": 0.0},
    "magface": {"margins_rad": (0.0, 0.0), "penalty_weight": 0.0},
    "modified-softmax": {},
    "nsl": {},
    "sub-centre-arcface": {"margin_rad": 0.0, "centres_per_class": 1},
}


def batch(
    seed: int = 0, *, centres_per_class: int = 1, length: float = 3.0
) -> tuple[Tensor, Tensor, Tensor]:
    """Return float64 embeddings, labels and centres."""
    generator = torch.Generator().manual_seed(seed)
    embeddings = torch.randn(ROWS, DIM, generator=generator, dtype=torch.float64) * length
    labels = torch.randint(CLASSES, (ROWS,), generator=generator)
    centres = torch.randn(
        CLASSES * centres_per_class, DIM, generator=generator, dtype=torch.float64
    )
    # Half of the rows lie near their own centre, where training ends.
    own = centres[labels * centres_per_class]
    near = own * embeddings.norm(dim=1, keepdim=True) / own.norm(dim=1, keepdim=True)
    share = (torch.arange(ROWS) % 2)[:, None] * 0.7
    return torch.lerp(embeddings, near, share.double()), labels, centres


def small_margin(name: str) -> Margin:
    """Return the margin with a moderate scale, in the middle of its training, in eval mode."""
    margin = MARGINS[name](**({"scale": 8.0} if hasattr(MARGINS[name](), "s") else {}))
    margin.advance(100)
    if name == "magface":
        margin.norms = (1.0, 12.0)
    margin.observe(torch.linspace(0.2, 0.8, ROWS), torch.linspace(5, 9, ROWS))
    if name == "adaface":
        margin.norm_mean.fill_(6.0)
        margin.norm_std.fill_(2.0)
    if name == "curricularface":
        margin.progress.fill_(0.4)
    return margin.eval()


def gradients(loss: Callable[..., Tensor], *tensors: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
    """Return a scalar loss and its gradients by the tensors."""
    leaves = [tensor.detach().clone().requires_grad_() for tensor in tensors]
    value = loss(*leaves)
    return value.detach(), torch.autograd.grad(value, leaves)


def degrees(radians: float) -> float:
    """Return radians in degrees, as pytorch-metric-learning takes them."""
    return math.degrees(radians)
