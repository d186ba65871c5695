"""Whether embeddings still spread over the sphere: cheap enough for every few steps.

A triplet loss that is minimised by putting all faces at one point (its value is then the margin)
goes down no further and raises no error; neither do centres that run away. These figures show it.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import torch
from torch import Tensor

from facemetric.errors import InputError

MOST_COSINE = 0.95
LEAST_RANK = 1.5


@dataclass(frozen=True, slots=True)
class Spread:
    """How a batch of embeddings lies on the unit sphere.

    Attributes
    ----------
    mean_cosine
        Mean over the pairs of different rows: near 0 where they spread, 1 where all are alike.
    dimension_deviation
        Root mean square deviation of a dimension of the unit embeddings, times ``sqrt(D)``: 1
        where they spread evenly, 0 where all are alike.
    quietest_deviation
        The same of the dimension that varies least: 0 for a dimension that says nothing.
    effective_rank
        How many directions they use, 1 to ``min(N, D)``.
    norm_mean, norm_deviation
        Of the raw embeddings' lengths.
    """

    mean_cosine: float
    dimension_deviation: float
    quietest_deviation: float
    effective_rank: float
    norm_mean: float
    norm_deviation: float

    def figures(self) -> dict[str, float]:
        """Return the values by the names that they have in a log."""
        return {f"embedding_{name}": value for name, value in asdict(self).items()}


def embedding_spread(embeddings: Tensor) -> Spread:
    """Measure how a batch of embeddings spreads.

    Costs one product of ``min(N, D)**2 * max(N, D)`` multiplications and the eigenvalues of a
    matrix of ``min(N, D)`` rows; no matrix of all pairs is needed for the cosines. A batch of few
    people spreads less than one of many: compare batches of one kind.

    Parameters
    ----------
    embeddings
        ``(N, D)`` raw, ``N >= 2``, any floating type.

    Returns
    -------
    Spread
        Not a number throughout where a value is not finite.

    Raises
    ------
    InputError
        The shape is another.

    Notes
    -----
    Effective rank: Roy, Vetterli, "The effective rank: a measure of effective dimensionality",
    2007, definition 1, of the matrix of unit embeddings.
    """
    if embeddings.ndim != 2 or len(embeddings) < 2:
        raise InputError(
            f"expected (N, D) with N >= 2, got {tuple(embeddings.shape)}",
            item="embeddings",
            fix="Measure a whole batch",
        )
    values = embeddings.detach().float()
    if not torch.isfinite(values).all():
        return Spread(*[math.nan] * 6)
    count, dim = values.shape
    norms = values.norm(dim=1)
    units = values / norms.clamp_min(1e-12)[:, None]
    # |sum of u|^2 holds every pair twice and every row with itself once.
    squares = units.square().sum()
    mean_cosine = (units.sum(dim=0).square().sum() - squares) / (count * (count - 1))
    deviations = units.var(dim=0, correction=0)
    gram = units.T @ units if dim < count else units @ units.T
    singular = torch.linalg.eigvalsh(gram.double()).clamp_min(0).sqrt()
    shares = singular / singular.sum().clamp_min(1e-12)
    return Spread(
        mean_cosine=float(mean_cosine),
        dimension_deviation=float((dim * deviations.mean()).sqrt()),
        quietest_deviation=float((dim * deviations.min()).sqrt()),
        effective_rank=float(torch.special.entr(shares).sum().exp()),
        norm_mean=float(norms.mean()),
        norm_deviation=float(norms.std(correction=0)),
    )


def centre_norms(centres: Tensor) -> dict[str, float]:
    """Return least, mean and largest length of class centres ``(C, D)``, by their names in a log.

    Of raw centres as the optimiser holds them: lengths that grow without end slow the rotation of
    normalised centres, zero ones have no direction.
    """
    norms = centres.detach().float().norm(dim=1)
    least, most = norms.aminmax()
    return {
        "centre_norm_min": float(least),
        "centre_norm_mean": float(norms.mean()),
        "centre_norm_max": float(most),
    }


def collapsed(
    spread: Spread, *, most_cosine: float = MOST_COSINE, least_rank: float = LEAST_RANK
) -> str | None:
    """Return why the embeddings have collapsed; ``None`` where they have not.

    The rule: a value is not finite; or the mean cosine of different rows is at least
    ``most_cosine`` (one point); or the effective rank is below ``least_rank`` (one line). A
    network that has just been drawn often fails it: ask after the warm-up, and believe several
    batches in a row.

    Parameters
    ----------
    spread
        From `embedding_spread`.
    most_cosine
        In [-1, 1].
    least_rank
        At least 1.
    """
    if not all(math.isfinite(value) for value in asdict(spread).values()):
        return "embeddings are not finite"
    if spread.mean_cosine >= most_cosine:
        return (
            f"all embeddings point the same way: mean cosine {spread.mean_cosine:.3f}, "
            f"at least {most_cosine:g}"
        )
    if spread.effective_rank < least_rank:
        return (
            f"all embeddings lie on one line: effective rank {spread.effective_rank:.2f}, "
            f"below {least_rank:g}"
        )
    return None
