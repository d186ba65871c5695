"""The parts of several evaluations, side by side, as the report shows them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from facemetric.evaluation.evaluate import Evaluation
from facemetric.evaluation.faces import FaceRule
from facemetric.evaluation.parts import Identification, Part, Verification
from facemetric.evaluation.report.comparisons import ModelComparison
from facemetric.evaluation.report.curves import (
    angles_view,
    dir_view,
    plain_view,
    roc_view,
    scores_view,
)
from facemetric.evaluation.report.operating import operating_point
from facemetric.evaluation.report.pictures import FaceCutter
from facemetric.evaluation.report.traits import decided_pairs, slices_views
from facemetric.evaluation.settings import Settings
from facemetric.report.evaluation import (
    ComparisonView,
    CurveView,
    FigureRow,
    FoldsView,
    HardestView,
    HistogramView,
    PartView,
    SlicesView,
)
from facemetric.types import Float64

_TITLES = {
    "verification": "Verification",
    "identification": "Identification",
    "clustering": "Groups",
}
HARDEST = 8
"""Pairs of each kind that are shown."""


def part_view(
    evaluations: Sequence[Evaluation],
    names: Sequence[str],
    place: int,
    comparisons: Sequence[ModelComparison],
    settings: Settings,
    *,
    faces: FaceRule | None,
    traits: Mapping[str, Float64] | None,
    groups: Sequence[str | None] | None,
    sliced: bool,
) -> PartView:
    """Return one part of every evaluation.

    Parameters
    ----------
    evaluations, names
        Results under one task, and what to call them.
    place
        Which part.
    comparisons
        Of all parts.
    settings
        Draws for slices.
    faces, traits, groups
        See `write_report`.
    sliced
        Whether a part before has shown slices of the same pairs.
    """
    parts = [one.parts[place] for one in evaluations]
    first = parts[0]
    counts = first.compared
    pairs = [part for part in parts if isinstance(part, Verification)]
    searches = [part for part in parts if isinstance(part, Identification)]
    decided = (
        []
        if sliced
        else [decided_pairs(one, part) for one, part in zip(evaluations, pairs, strict=False)]
    )
    known = [one for one in decided if one is not None]
    task = evaluations[0].task
    cutter = None if faces is None else FaceCutter(faces, task.photos, task.people)
    slices: tuple[SlicesView, ...] = ()
    if known and len(known) == len(parts):
        slices = slices_views(evaluations, names, known, settings, traits=traits, groups=groups)
    return PartView(
        key=_key(first, place),
        title=_title(first),
        lead=f"{counts}.",
        models=tuple(names),
        figures=_figures(parts),
        roc=tuple(map(roc_view, names, pairs)),
        dir=tuple(
            dir_view(name, part, settings)
            for name, part in zip(names, searches, strict=False)
            if not part.searches.mated.all()
        ),
        cmc=_plain("cmc", names, parts),
        distractors=_plain("distractors", names, parts),
        scores=tuple(
            scores_view(name, part, _marks(part)) for name, part in zip(names, pairs, strict=False)
        ),
        angles=_angles(names, pairs),
        folds=tuple(
            FoldsView(name, part.folds.accuracies, part.folds.thresholds)
            for name, part in zip(names, parts, strict=True)
            if part.folds is not None
        ),
        hardest=()
        if cutter is None
        else tuple(
            _hardest(name, part, cutter)
            for name, part in zip(names, pairs, strict=False)
            if part.false_accepts or part.false_rejects
        ),
        slices=slices,
        comparisons=tuple(
            _comparison(one, settings) for one in comparisons if one.part == first.name
        ),
        notes=_notes(names, parts),
        clustering=first.kind == "clustering",
    )


def _key(part: Part, place: int) -> str:
    """Return a short name that no other part has: for anchors and files."""
    plain = re.sub(r"[^a-z0-9]+", "-", f"{part.name}".lower()).strip("-")
    return f"{part.kind}-{plain}" if plain else f"{part.kind}-{place + 1}"


def _figures(parts: Sequence[Part]) -> tuple[FigureRow, ...]:
    order = dict.fromkeys(figure.name for part in parts for figure in part.figures)
    tables = [{figure.name: figure.text() for figure in part.figures} for part in parts]
    return tuple(FigureRow(name, tuple(table.get(name, "") for table in tables)) for name in order)


def _notes(names: Sequence[str], parts: Sequence[Part]) -> tuple[str, ...]:
    """Return every note once, with the model where not all models have it."""
    notes = [
        note if all(note in other.notes for other in parts) else f"{name}: {note}"
        for name, part in zip(names, parts, strict=True)
        for note in part.notes
    ]
    for figure in dict.fromkeys(figure.name for part in parts for figure in part.figures):
        said = [
            (name, each.note)
            for name, part in zip(names, parts, strict=True)
            for each in part.figures
            if each.name == figure and each.note
        ]
        shared = len({note for _, note in said}) == 1
        notes += [
            note
            if note.startswith(figure)
            else f"{figure}: {note}."
            if shared
            else f"{figure}, {name}: {note}."
            for name, note in said
        ]
    return tuple(dict.fromkeys(notes))


def _plain(kind: str, names: Sequence[str], parts: Sequence[Part]) -> tuple[CurveView, ...]:
    return tuple(
        plain_view(name, curve)
        for name, part in zip(names, parts, strict=True)
        for curve in part.curves
        if curve.kind == kind
    )


def _marks(part: Verification) -> tuple[tuple[str, float], ...]:
    """Return the thresholds worth a line: of the supported rate, and of the folds."""
    point = operating_point(part)
    marks = [(f"FAR {point.far:g}", point.threshold)]
    if part.folds is not None:
        marks.append(("folds", float(part.folds.thresholds.mean())))
    return tuple(marks)


def _angles(names: Sequence[str], parts: Sequence[Verification]) -> tuple[HistogramView, ...]:
    """Return angles where a score is the cosine of two photographs."""
    return tuple(
        angles_view(name, part)
        for name, part in zip(names, parts, strict=False)
        if part.pairs is not None or part.scores is None
    )


def _hardest(name: str, part: Verification, cutter: FaceCutter) -> HardestView:
    point = operating_point(part)
    return HardestView(
        name,
        point.threshold,
        f"FAR {point.far:g} on these pairs",
        cutter.pairs(part.false_accepts[:HARDEST], point.threshold, same=False),
        cutter.pairs(part.false_rejects[:HARDEST], point.threshold, same=True),
        (point.accepted, part.impostor.total),
        (point.rejected, part.genuine.total),
    )


def _comparison(one: ModelComparison, settings: Settings) -> ComparisonView:
    gap = one.result.difference
    return ComparisonView(
        figure=one.figure,
        first_name=one.first,
        second_name=one.second,
        first=one.result.first,
        second=one.result.second,
        difference=gap.estimate,
        low=gap.low,
        high=gap.high,
        p_value=one.result.p_value,
        p_holm=one.p_holm,
        decided=one.p_holm < 1 - settings.confidence,
    )


def _title(part: Part) -> str:
    kind = _TITLES[part.kind]
    return kind if part.name == kind.lower() else f"{kind}: {part.name}"
