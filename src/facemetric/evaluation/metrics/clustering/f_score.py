"""Precision, recall and their harmonic mean."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FScore:
    """Quality of a clustering.

    Attributes
    ----------
    precision, recall
        In [0, 1].
    """

    precision: float
    recall: float

    @property
    def f(self) -> float:
        """Harmonic mean of the two; 0 where both are 0."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0
