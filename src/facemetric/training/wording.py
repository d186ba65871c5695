"""Names and figures of a log in words."""

from __future__ import annotations

import math
from collections.abc import Mapping

_INITIALS = frozenset({"lfw", "cfp", "ytf", "ijb", "eer", "tar", "far", "fpir", "lr", "auc"})


def said_name(name: str) -> str:
    """Return a figure's name in words: ``"lfw_accuracy"`` is ``"LFW accuracy"``."""
    words = [word.upper() if word in _INITIALS else word for word in name.split("_")]
    text = " ".join(word for word in words if word)
    return text[:1].upper() + text[1:]


def figure_text(figures: Mapping[str, float], name: str) -> str:
    """Return a figure with its interval, as percent where it is a share.

    What has an interval within [0, 1], or is called accuracy, share or ceiling, is one.
    """
    value = figures.get(name)
    if value is None:
        return "–"
    if not math.isfinite(value):
        return str(value)
    low, high = figures.get(f"{name}_low"), figures.get(f"{name}_high")
    ends = [end for end in (low, high) if end is not None]
    share = 0 <= value <= 1 and (
        (len(ends) == 2 and all(0 <= end <= 1 for end in ends))
        or "accuracy" in name
        or "share" in name
        or "ceiling" in name
    )
    if not share:
        return f"{value:.4g}".replace("-", "\u2212")
    text = f"{100 * value:.2f} %"
    return f"{text} [{100 * ends[0]:.2f}, {100 * ends[1]:.2f}]" if len(ends) == 2 else text
