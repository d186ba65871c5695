"""The cost of likelihood ratios."""

from __future__ import annotations

import numpy as np

from facemetric.types import AnyArray


def cllr(
    genuine_log10: AnyArray,
    impostor_log10: AnyArray,
    *,
    genuine_counts: AnyArray | None = None,
    impostor_counts: AnyArray | None = None,
) -> float:
    """Return the cost of log10 likelihood ratios in bits: 0 is perfect, 1 what knows nothing has.

    ``(mean log2(1 + 1/LR) of one person's pairs + mean log2(1 + LR) of strangers') / 2``:
    Bruemmer, du Preez, "Application-independent evaluation of speaker detection", 2006, eq. 8.

    Parameters
    ----------
    genuine_log10, impostor_log10
        ``float (G,)`` and ``float (I,)``.
    genuine_counts, impostor_counts
        How many pairs have each; one where ``None``.
    """
    nats = np.log(10)
    return float(
        _mean(np.logaddexp(0, -np.asarray(genuine_log10) * nats), genuine_counts)
        + _mean(np.logaddexp(0, np.asarray(impostor_log10) * nats), impostor_counts)
    ) / (2 * float(np.log(2)))


def _mean(values: AnyArray, counts: AnyArray | None) -> float:
    return float(np.average(values, weights=counts))
