"""The options that every interval takes."""

from __future__ import annotations

from typing import TypedDict

from facemetric.evaluation.settings import Settings


class Draws(TypedDict):
    """Keyword arguments of a bootstrap."""

    replicates: int
    confidence: float
    seed: int


def draws_of(settings: Settings) -> Draws:
    """Return the draws of ``settings``."""
    return Draws(replicates=settings.replicates, confidence=settings.confidence, seed=settings.seed)
