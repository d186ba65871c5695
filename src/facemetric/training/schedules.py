"""Learning rates as a share of their peak: functions of the progress, so nothing is saved."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeAlias

Schedule: TypeAlias = Callable[[float], float]
"""Progress in epochs to the share of the peak learning rate, in [0, 1]."""


def constant() -> Schedule:
    """Return 1 always."""
    return lambda epoch: 1.0


def step(milestones: Sequence[float], *, gamma: float = 0.1) -> Schedule:
    """Return ``gamma`` to the power of how many milestones (epochs) have passed."""
    return lambda epoch: float(gamma ** sum(epoch >= milestone for milestone in milestones))


def cosine(epochs: float, *, final_share: float = 0.0) -> Schedule:
    """Fall from 1 to ``final_share`` along half a cosine (Loshchilov, Hutter, SGDR, eq. 5)."""

    def share(epoch: float) -> float:
        done = min(epoch / epochs, 1.0)
        return final_share + (1 - final_share) * (1 + math.cos(math.pi * done)) / 2

    return share


def polynomial(epochs: float, *, power: float = 2.0, final_share: float = 0.0) -> Schedule:
    """Fall from 1 to ``final_share`` as ``(1 - t) ** power``, as InsightFace's recipes do."""

    def share(epoch: float) -> float:
        left = 1 - min(epoch / epochs, 1.0)
        return float(final_share + (1 - final_share) * left**power)

    return share


def warmed_up(schedule: Schedule, warmup_epochs: float) -> Schedule:
    """Rise linearly over the first epochs; the schedule itself goes on as if there were none.

    Goyal et al., "Accurate, large minibatch SGD", 2017, section 2.2.
    """
    if warmup_epochs <= 0:
        return schedule
    return lambda epoch: schedule(epoch) * min(1.0, epoch / warmup_epochs)
