"""A study of one bundle under one protocol."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from facemetric.datasets import Photo
from facemetric.errors import InputError
from facemetric.evaluation.embedding import Change, Embedded
from facemetric.evaluation.evaluate import Embed, Evaluation, evaluate
from facemetric.evaluation.settings import Settings
from facemetric.evaluation.studies.study import NetworkShape, Study
from facemetric.evaluation.task import Condition, Task


@dataclass(frozen=True, eq=False)
class StudyResult:
    """One evaluation a level.

    Attributes
    ----------
    study
        What was varied.
    unchanged
        The evaluation of the photographs as they are.
    levels
        Rising.
    evaluations
        One for each level.
    """

    study: Study
    unchanged: Evaluation
    levels: tuple[float, ...]
    evaluations: tuple[Evaluation, ...]


def chosen_levels(
    study: Study, shape: NetworkShape, levels: Sequence[float] = ()
) -> tuple[float, ...]:
    """Return the levels of a study, rising: those asked for, else the usual ones.

    Raises
    ------
    InputError
        A level is out of range or occurs twice.
    """
    chosen = tuple(sorted(levels or study.levels_for(shape)))
    for level in chosen:
        study.check(level, shape)
    if len(set(chosen)) != len(chosen):
        raise InputError(
            f"expected each level once, got {', '.join(f'{level:g}' for level in chosen)}",
            item=study.name,
        )
    return chosen


def run_study(
    study: Study,
    task: Task,
    embed: Callable[[Change | None], Embed],
    settings: Settings | None = None,
    *,
    shape: NetworkShape,
    levels: Sequence[float] = (),
    bundle: str = "",
    conditions: Mapping[str, Condition] | None = None,
) -> StudyResult:
    """Measure a task at every level of a study, and without any change.

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
    shape
        Of the network.
    levels
        None for the study's own.

    Raises
    ------
    InputError
        See `chosen_levels`.
    """
    chosen = chosen_levels(study, shape, levels)
    plain = embed(None)(task.photos)  # once, though many levels may start from it

    def at(level: float) -> Evaluation:
        change = study.change(level, shape)

        def changed(photos: Sequence[Photo]) -> Embedded:
            vectors, found = plain if change is None else embed(change)(photos)
            return study.vectors(vectors, level), found

        said = {**(conditions or {}), "study": study.name, "level": level}
        return evaluate(task, changed, settings, bundle=bundle, conditions=said)

    return StudyResult(
        study,
        evaluate(task, lambda _: plain, settings, bundle=bundle, conditions=conditions),
        chosen,
        tuple(at(level) for level in chosen),
    )
