"""How many standard deviations apart genuine and impostor scores are."""

from __future__ import annotations

import numpy as np

from facemetric.errors import InputError
from facemetric.evaluation.metrics.scores import check_scores
from facemetric.types import AnyArray


def d_prime(scores: AnyArray, same: AnyArray) -> float:
    """Return d′ of ``scores (P,)``: ``(mean_g - mean_i) / sqrt((var_g + var_i) / 2)``.

    Daugman, "Biometric decision landscapes", 2000. Negative where impostors score
    higher. The variances have ``n`` in the denominator.

    Raises
    ------
    InputError
        See `check_scores`; or both kinds of scores are constant.
    """
    values, labels = check_scores(scores, same)
    genuine, impostor = values[labels], values[~labels]
    spread = float(np.sqrt((genuine.var() + impostor.var()) / 2))
    if spread == 0:
        raise InputError("expected scores that differ, all of a kind are equal", item="scores")
    return float((genuine.mean() - impostor.mean()) / spread)
