"""The names of an evaluation's figures as codes, with the numbers in them."""

from __future__ import annotations

import re
from collections.abc import Mapping

_NUMBER = r"([\d.,]+(?:e[-+]?\d+)?)"

FIGURE_NAMES: Mapping[str, str] = {
    "accuracy": "accuracy",
    "accuracy_both_found": "accuracy, both faces found",
    "accuracy_grid": "accuracy (facenet grid 0.01)",
    "angle_between_median": "median angle between people",
    "angle_between_smallest": "smallest angle between people",
    "angle_within_largest": "largest angle within a person",
    "angle_within_median": "median angle within a person",
    "ari": "ARI",
    "auc": "AUC",
    "bcubed_f": "BCubed F",
    "bcubed_precision": "BCubed precision",
    "bcubed_recall": "BCubed recall",
    "d_prime": "d′",
    "dir": "DIR",
    "dir_at_fpir": "DIR at FPIR {fpir}",
    "equal_error_rate": "equal error rate",
    "far": "FAR",
    "fpir": "FPIR",
    "named_wrongly": "named as somebody else",
    "nmi": "NMI",
    "not_named": "not named",
    "pairwise_f": "pairwise F",
    "pairwise_precision": "pairwise precision",
    "pairwise_recall": "pairwise recall",
    "rank": "rank-{rank} identification",
    "rank_among": "rank-1 among {number} distractors",
    "tar": "TAR",
    "tar_at_far": "TAR at FAR {far}",
    "val_at_far": "VAL at FAR {far}",
    "val_grid": "VAL at FAR {far} (facenet grid)",
    "val_with_selves": "VAL at FAR {far}, with {number} pairs (i, i)",
}
"""What each code is called, numbers in braces."""


def _pattern(name: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", name)
    wanted = [
        f"(?P<{part}>{_NUMBER[1:-1]})" if place % 2 else re.escape(part)
        for place, part in enumerate(parts)
    ]
    return re.compile("".join(wanted))


_PATTERNS = {code: _pattern(name) for code, name in FIGURE_NAMES.items()}


def figure_code(name: str) -> tuple[str, dict[str, float]] | None:
    """Return the code of a figure's name and the numbers in it; ``None`` for a name of no kind.

    Parameters
    ----------
    name
        Such as ``"TAR at FAR 0.001"``, which is ``("tar_at_far", {"far": 0.001})``.
    """
    for code, pattern in _PATTERNS.items():
        if found := pattern.fullmatch(name):
            try:
                numbers = {
                    key: float(text.replace(",", "")) for key, text in found.groupdict().items()
                }
            except ValueError:
                return None
            return code, numbers
    return None
