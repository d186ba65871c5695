"""A study of one bundle under one protocol."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from facemetric.datasets import Photo
from facemetric.errors import InputError
from facemetric.evaluation.embedding import Change, Embedded
from facemetric.evaluation.evaluate import Embed, Evaluation, evaluate
from facemetric.evaluation.settings import Settings
from facemetric.evaluation.studies.study import Study
from facemetric.evaluation.task import Condition, Task


@dataclass(frozen=True, eq=False)
class StudyResult:
    """One evaluation a level.

    Attributes
    ----------
    study
        What was varied.
    levels
        Rising.
    evaluations
        One for each level.
    """

    study: Study
    levels: tuple[float, ...]
    evaluations: tuple[Evaluation, ...]


def run_study(
    study: Study,
    task: Task,
    embed: Callable[[Change | None], Embed],
    settings: Settings | None = None,
    *,
    levels: Sequence[float] = (),
    bundle: str = "",
    conditions: Mapping[str, Condition] | None = None,
) -> StudyResult:
    """Measure a task at every level of a study.

    Parameters
    ----------
    study
        From ``STUDIES``.
    task
        Of any protocol.
    embed
        Makes what embeds photographs after a change; see `FaceEmbedder`.
    settings, bundle, conditions
        As `evaluate`.
    levels
        None for the study's own.

    Raises
    ------
    InputError
        A level is out of range or occurs twice.
    """
    chosen = sorted(levels or study.levels)
    if len(set(chosen)) != len(chosen):
        raise InputError(f"expected different levels, got {chosen}", item=study.name)
    for level in chosen:
        study.check(level)

    def at(level: float) -> Evaluation:
        plain = embed(study.change(level))

        def changed(photos: Sequence[Photo]) -> Embedded:
            vectors, found = plain(photos)
            return study.vectors(vectors, level), found

        return evaluate(
            task,
            changed,
            settings,
            bundle=bundle,
            conditions={**(conditions or {}), "study": study.name, "level": level},
        )

    return StudyResult(study, tuple(chosen), tuple(at(level) for level in chosen))
