"""The softmax losses written as loops over rows and classes, in Python's own floats."""

from __future__ import annotations

import math
from collections.abc import Callable

from torch import Tensor

# (cosine, norm of the feature) of the own class to its target cosine.
Target = Callable[[float, float], float]
# (cosine, target cosine) of another class to its re-weighted cosine.
Other = Callable[[float, float], float]


def loop_loss(
    embeddings: Tensor,
    labels: Tensor,
    centres: Tensor,
    *,
    target: Target,
    scale: float | None,
    other: Other = lambda cosine, _: cosine,
    centres_per_class: int = 1,
) -> float:
    """Return the mean loss; a scale of None is the feature's own norm."""
    total = 0.0
    for row, label in zip(embeddings.tolist(), labels.tolist(), strict=True):
        norm = math.sqrt(sum(x * x for x in row))
        cosines = [_cosine(row, centre) for centre in centres.tolist()]
        classes = [
            max(cosines[start : start + centres_per_class])
            for start in range(0, len(cosines), centres_per_class)
        ]
        factor = norm if scale is None else scale
        own = target(classes[label], norm)
        logits = [
            factor * (own if number == label else other(cosine, own))
            for number, cosine in enumerate(classes)
        ]
        largest = max(logits)
        total += largest + math.log(sum(math.exp(x - largest) for x in logits)) - logits[label]
    return total / len(embeddings)


def _cosine(one: list[float], other: list[float]) -> float:
    product = sum(a * b for a, b in zip(one, other, strict=True))
    return product / math.sqrt(sum(a * a for a in one)) / math.sqrt(sum(b * b for b in other))
