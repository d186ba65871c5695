"""How figures are made, whatever the protocol."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from facemetric.errors import InputError

_STEPS = tuple(10.0**-power for power in range(1, 10))


class Draws(TypedDict):
    """The keyword arguments that every interval over people takes.

    Attributes
    ----------
    replicates, confidence, seed
        See `Settings`.
    """

    replicates: int
    confidence: float
    seed: int


@dataclass(frozen=True, slots=True)
class Settings:
    """Rates to report and how their intervals are made.

    Attributes
    ----------
    fars
        False-accept rates of verification, in (0, 1); none for powers of ten down to the first
        that the data does not support.
    fpirs
        False-positive identification rates of open-set search, in (0, 1); none likewise.
    ranks
        Ranks of identification.
    replicates
        Draws of people for an interval.
    confidence
        Nominal coverage of an interval, in (0, 1).
    seed
        Of the draws.
    """

    fars: tuple[float, ...] = ()
    fpirs: tuple[float, ...] = ()
    ranks: tuple[int, ...] = (1, 5, 10)
    replicates: int = 1000
    confidence: float = 0.95
    seed: int = 0

    def __post_init__(self) -> None:
        for name, rates in (("fars", self.fars), ("fpirs", self.fpirs)):
            if not all(0 < rate < 1 for rate in rates):
                raise InputError(f"expected rates in (0, 1), got {list(rates)}", item=name)
        if not self.ranks or min(self.ranks) < 1:
            raise InputError(f"expected ranks from 1, got {list(self.ranks)}", item="ranks")

    @property
    def draws(self) -> Draws:
        """What an interval is called with: ``tar_intervals(pairs, fars, **settings.draws)``."""
        return Draws(replicates=self.replicates, confidence=self.confidence, seed=self.seed)

    def fars_for(self, impostor_pairs: int, *, highest: float = 0.1) -> tuple[float, ...]:
        """Return the rates to report for so many impostor pairs, falling."""
        return _rates(self.fars, impostor_pairs, highest)

    def fpirs_for(self, non_mated: int) -> tuple[float, ...]:
        """Return the rates to report for so many probes without a mate, falling."""
        return _rates(self.fpirs, non_mated, 0.1)


def _rates(asked: tuple[float, ...], trials: int, highest: float) -> tuple[float, ...]:
    from facemetric.evaluation.metrics import supports

    if asked:
        return tuple(sorted(set(asked), reverse=True))
    steps = [step for step in _STEPS if step <= highest]
    beyond = next((i for i, step in enumerate(steps) if not supports(trials, step)), len(steps))
    return tuple(steps[: beyond + 1])
