"""From evaluations to a folder with a page, JSON and plots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from facemetric._version import __version__
from facemetric.datasets import photo_name
from facemetric.errors import InputError
from facemetric.evaluation.evaluate import Evaluation
from facemetric.evaluation.faces import FaceRule
from facemetric.evaluation.figure import Figure
from facemetric.evaluation.leakage import Leakage
from facemetric.evaluation.report.comparisons import compare_models
from facemetric.evaluation.report.document import report_document
from facemetric.evaluation.report.leakage import finding_views
from facemetric.evaluation.report.parts import part_view
from facemetric.evaluation.report.traits import MOST_PHOTOS, pairs_key
from facemetric.evaluation.settings import Settings
from facemetric.report.evaluation import (
    PartView,
    ReportView,
    check_plotting,
    check_report_folder,
    report_page,
    write_report_folder,
)
from facemetric.types import Float64
from facemetric.wire import to_json


def check_report(out: Path) -> None:
    """Raise, before the work, where no report can be written to ``out``; make the folder.

    Raises
    ------
    SourceError
        ``out`` holds something that is no report, or cannot be written.
    DependencyError
        matplotlib is absent.
    """
    check_plotting()
    check_report_folder(out)


def write_report(
    evaluations: Sequence[Evaluation],
    out: Path,
    *,
    faces: FaceRule | None = None,
    traits: Mapping[str, Float64] | None = None,
    groups: Sequence[str | None] | None = None,
    leakage: Leakage | None = None,
    created: datetime | None = None,
) -> Path:
    """Write ``index.html``, ``evaluation.json`` and ``plots/`` and return the page's path.

    Files are private to the user: the page shows faces.

    Parameters
    ----------
    evaluations
        One or more models under the same task.
    out
        A new or empty folder, or that of an earlier report, which is replaced.
    faces
        The rule that the embeddings were made by, to show the hardest pairs; ``None`` for no
        pictures.
    traits
        By name, ``float64 (N,)``: measures of each photograph of the task, NaN where there are
        none (see `FaceTraits`); ``None`` for no slices by them.
    groups
        The user's group of each photograph (see `read_groups`); ``None`` for none.
    leakage
        What the checks found; ``None`` where none was made.
    created
        Time in the footer and the JSON; now where ``None``.

    Raises
    ------
    InputError
        The evaluations are not of one task, or traits or groups are not of its photographs.
    SourceError, DependencyError
        See `check_report`.
    """
    _check(evaluations, traits, groups)
    check_report(out)
    settings = _settings(evaluations[0])
    names = model_names(evaluations)
    comparisons = compare_models(evaluations, names, settings)
    parts: tuple[PartView, ...] = ()
    sliced: set[bytes] = set()
    for place, part in enumerate(evaluations[0].parts):
        key = pairs_key(evaluations[0], part)
        made = part_view(
            evaluations,
            names,
            place,
            comparisons,
            settings,
            faces=faces,
            traits=traits,
            groups=groups,
            sliced=key in sliced,
        )
        parts = (*parts, made)
        if key is not None:
            sliced.add(key)
    view = _view(evaluations, names, parts, leakage, settings, grouped=groups is not None)
    at = created or datetime.now(UTC)
    page, plots = report_page(view, created=at)
    document = report_document(
        evaluations, parts, comparisons, leakage, version=__version__, created=at
    )
    files = {"index.html": page.encode(), "evaluation.json": to_json(document).encode()}
    for plot in plots:
        files[f"plots/{plot.name}.svg"] = plot.svg
        files[f"plots/{plot.name}.png"] = plot.png
    write_report_folder(out, files)
    return out / "index.html"


def model_names(evaluations: Sequence[Evaluation]) -> tuple[str, ...]:
    """Return what to call each model; a number where two have one name."""
    bundles = [one.bundle or "model" for one in evaluations]
    return tuple(
        name if bundles.count(name) == 1 else f"{name} ({bundles[: place + 1].count(name)})"
        for place, name in enumerate(bundles)
    )


def _view(
    evaluations: Sequence[Evaluation],
    names: Sequence[str],
    parts: tuple[PartView, ...],
    leakage: Leakage | None,
    settings: Settings,
    *,
    grouped: bool,
) -> ReportView:
    first = evaluations[0]
    task = first.task
    missing = np.flatnonzero(~first.found)
    people = len(set(task.people))
    data = [
        ("Photographs", f"{len(task.photos):,}"),
        ("People", f"{people:,}" if people else "not known"),
        ("Face found in", f"{int(first.found.sum()):,}"),
    ]
    if task.left_out:
        data.append(("Left out", f"{len(task.left_out):,}"))
    if grouped and not any(cut.key == "groups" for part in parts for cut in part.slices):
        data.append(
            (
                "Your groups",
                f"no rates by group: no part of this protocol compares pairs of photographs that "
                f"the file names, or it compares all pairs of more than {MOST_PHOTOS:,}",
            )
        )
    return ReportView(
        title=task.title,
        lead=", ".join(names),
        tallies=_tallies(evaluations, names),
        leakage=finding_views(leakage),
        parts=parts,
        data=tuple(data),
        conditions=_conditions(evaluations, names),
        missing=tuple(photo_name(task.photos[row]) for row in missing.tolist()),
        left_out=task.left_out,
        confidence=settings.confidence,
        not_checked=() if leakage is None else leakage.not_checked,
    )


def _tallies(
    evaluations: Sequence[Evaluation], names: Sequence[str]
) -> tuple[tuple[str, str], ...]:
    """Return the first figure of every model; of a single one also its strictest rate."""
    if len(evaluations) == 1:
        known = [figure for figure in evaluations[0].parts[0].figures if _known(figure)]
        rates = [one for one in known[1:] if one.unit == "share" and one.interval is not None]
        return tuple(_tally(figure, figure.name) for figure in (*known[:1], *rates[-1:]))
    firsts = [one.parts[0].figures[0] for one in evaluations]
    return tuple(
        _tally(figure, f"{figure.name}, {name}")
        for figure, name in zip(firsts, names, strict=True)
        if _known(figure)
    )


def _known(figure: Figure) -> bool:
    return figure.value is not None or figure.at_most is not None


def _tally(figure: Figure, what: str) -> tuple[str, str]:
    bound = figure.value is None
    value = figure.at_most if figure.value is None else figure.value
    assert value is not None
    text = f"{100 * value:.2f} %" if figure.unit == "share" else f"{value:.4g}"
    return f"≤ {text}" if bound else text, what


def _conditions(
    evaluations: Sequence[Evaluation], names: Sequence[str]
) -> tuple[tuple[str, str], ...]:
    """Return the conditions: once where all models share a value, else each with its model."""
    keys = dict.fromkeys(key for one in evaluations for key in one.conditions)
    rows = [("protocol", evaluations[0].task.protocol), ("models", ", ".join(names))]
    for key in keys:
        values = [_text(one.conditions.get(key)) for one in evaluations]
        if len(set(values)) == 1:
            rows.append((key.replace("_", " "), values[0]))
        else:
            said = "; ".join(f"{name}: {value}" for name, value in zip(names, values, strict=True))
            rows.append((key.replace("_", " "), said))
    return tuple(rows)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "–" if value is None else str(value)


def _settings(evaluation: Evaluation) -> Settings:
    """Return the draws that the figures were made with, for those that the report adds."""
    said = evaluation.conditions
    usual = Settings()
    return Settings(
        replicates=int(said.get("replicates", usual.replicates)),
        confidence=float(said.get("confidence", usual.confidence)),
        seed=int(said.get("seed", usual.seed)),
    )


def _check(
    evaluations: Sequence[Evaluation],
    traits: Mapping[str, Float64] | None,
    groups: Sequence[str | None] | None,
) -> None:
    if not evaluations:
        raise InputError("expected at least one", item="evaluations")
    first = evaluations[0]
    for one in evaluations[1:]:
        same = one.task is first.task or (
            one.task.protocol == first.task.protocol and one.task.photos == first.task.photos
        )
        shapes = [(part.kind, part.name) for part in one.parts]
        if not same or shapes != [(part.kind, part.name) for part in first.parts]:
            raise InputError(
                f"expected every model under one task, got {first.task.protocol} of "
                f"{len(first.task.photos)} photographs and {one.task.protocol} of "
                f"{len(one.task.photos)}",
                item="evaluations",
            )
    wanted = len(first.task.photos)
    for name, values in (*(traits or {}).items(), ("groups", groups)):
        if values is not None and len(values) != wanted:
            raise InputError(f"expected {wanted} values, got {len(values)}", item=name)
