"""Which of several models is better: paired differences over the same people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from facemetric.evaluation.evaluate import Evaluation
from facemetric.evaluation.intervals import Comparison, compare_means, compare_rank, compare_tar
from facemetric.evaluation.metrics import kfold_decisions, supports
from facemetric.evaluation.parts import Identification, Part, Verification
from facemetric.evaluation.settings import Settings
from facemetric.evaluation.task import person_numbers

_FARS = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1)


@dataclass(frozen=True, slots=True)
class ModelComparison:
    """One figure of two models.

    Attributes
    ----------
    part, figure
        What was compared.
    first, second
        Names of the models.
    result
        Their difference.
    p_holm
        The p-value adjusted for all comparisons of the report.
    """

    part: str
    figure: str
    first: str
    second: str
    result: Comparison
    p_holm: float = 1.0


def compare_models(
    evaluations: Sequence[Evaluation], names: Sequence[str], settings: Settings
) -> tuple[ModelComparison, ...]:
    """Compare every two models under one task, part by part.

    Verification: accuracy over folds, and TAR at the strictest FAR that the pairs support.
    Identification: rank 1. What needs people is left out where they are not known.

    Parameters
    ----------
    evaluations, names
        The models' results under the same task, and what to call them.
    settings
        Draws.
    """
    found = []
    for (i, first), (j, second) in combinations(enumerate(evaluations), 2):
        for a in first.parts:
            b = next((part for part in second.parts if part.name == a.name), None)
            for figure, compare in _figures(first, a, b, settings):
                found.append(ModelComparison(a.name, figure, names[i], names[j], compare()))
    adjusted = holm([one.result.p_value for one in found])
    return tuple(replace(one, p_holm=p) for one, p in zip(found, adjusted, strict=True))


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the p-values adjusted so that all tests together err with the chance of one.

    Holm, "A simple sequentially rejective multiple test procedure", 1979.
    """
    order = np.argsort(p_values, kind="stable")
    count, highest = len(p_values), 0.0
    adjusted = [0.0] * count
    for place, at in enumerate(order.tolist()):
        highest = max(highest, min(1.0, (count - place) * p_values[at]))
        adjusted[at] = highest
    return adjusted


def _figures(
    evaluation: Evaluation, a: Part, b: Part | None, settings: Settings
) -> list[tuple[str, Callable[[], Comparison]]]:
    draws = settings.draws
    figures: list[tuple[str, Callable[[], Comparison]]] = []
    if isinstance(a, Verification) and isinstance(b, Verification):
        people = evaluation.task.people
        if a.fold is not None and a.pairs is not None and people:
            ends = person_numbers(people)[a.pairs]
            figures.append(("accuracy", lambda: compare_means(_right(a), _right(b), ends, **draws)))
        if a.subjects is not None and b.subjects is not None:
            far = comparison_far(a, b, settings)
            if far is not None:
                one, other, rate = a.subjects, b.subjects, far
                figures.append(
                    (f"TAR at FAR {far:g}", lambda: compare_tar(one, other, rate, **draws))
                )
    if isinstance(a, Identification) and isinstance(b, Identification):
        found, others, who = a.searches, b.searches, a.probe_people
        figures.append(
            ("rank-1 identification", lambda: compare_rank(found, others, who, 1, **draws))
        )
    return figures


def comparison_far(a: Verification, b: Verification, settings: Settings) -> float | None:
    """Return the strictest rate at which two models can be compared; ``None`` for none.

    Of powers of ten and the rates that were asked for: one that the pairs support, and that the
    impostors kept for the draws reach.
    """
    total, reach = a.impostor.total, 1.0
    for part in (a, b):
        if part.subjects is not None and not part.subjects.complete:
            # Twice the rate leaves room for the draws.
            reach = min(reach, len(part.subjects.impostors) / total / 2)
    rates = sorted({*_FARS, *settings.fars})
    return next((far for far in rates if supports(total, far) and far <= reach * (1 + 1e-9)), None)


def _right(part: Verification) -> NDArray[np.bool_]:
    assert part.scores is not None and part.same is not None and part.fold is not None
    return kfold_decisions(part.scores, part.same, part.fold)
