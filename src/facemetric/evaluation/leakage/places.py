"""What the places are called that a finding names."""

from __future__ import annotations

from collections.abc import Iterable

TASK, TRAINING, SEVERAL = "the task", "the training data", "several folds"


def fold_name(fold: int) -> str:
    """Return ``"fold 1"`` for fold 0; -1 stands for several."""
    return f"fold {fold + 1}" if fold >= 0 else SEVERAL


def ordered(folds: Iterable[int]) -> list[int]:
    """Return the folds once each, rising, several last."""
    return sorted(set(folds), key=lambda fold: (fold < 0, fold))
