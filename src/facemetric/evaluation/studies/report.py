"""A study of one or more bundles as a page, as JSON and as what a terminal shows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from facemetric._version import __version__
from facemetric.evaluation.report.write import model_names
from facemetric.evaluation.studies.columns import Column, columns_of
from facemetric.evaluation.studies.run import StudyResult
from facemetric.report.evaluation import (
    StudyFigure,
    StudyLine,
    StudyView,
    check_plotting,
    check_report_folder,
    study_page,
    write_report_folder,
)
from facemetric.wire import PaperPointOut, StudiedOut, StudyLevelOut, StudyOut, to_json

PAPER = "FaceNet (paper)"


def study_document(results: Sequence[StudyResult]) -> StudyOut:
    """Return every bundle's evaluations, of one study under one task, as they are written."""
    study = results[0].study
    return StudyOut(
        version=__version__,
        study=study.name,
        title=study.title,
        axis=study.axis,
        paper=tuple(
            PaperPointOut(level=level, val=val / 100) for level, val in sorted(study.paper.items())
        ),
        paper_note=study.paper_note,
        studied=tuple(
            StudiedOut(
                bundle=one.unchanged.bundle,
                unchanged=one.unchanged.to_wire(),
                levels=tuple(
                    StudyLevelOut(level=level, measured=evaluation.to_wire())
                    for level, evaluation in zip(one.levels, one.evaluations, strict=True)
                ),
            )
            for one in results
        ),
    )


def study_rows(result: StudyResult) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the header and the rows of a table of one bundle, the paper's column last."""
    columns = columns_of(result.unchanged)
    several = len(result.unchanged.parts) > 1
    header = [result.study.axis, *(_title(column, several=several) for column in columns)]
    if result.study.paper:
        header.append(PAPER)
    rows = []
    for level, one in [*zip(result.levels, result.evaluations, strict=True), (None, None)]:
        shown = result.unchanged if one is None else one
        row = ["unchanged" if level is None else f"{level:g}"]
        row += [column.of(shown).text() for column in columns]
        if result.study.paper:
            val = None if level is None else result.study.paper.get(level)
            row.append("–" if val is None else f"{val:.1f} %")
        rows.append(tuple(row))
    return tuple(header), rows


def write_study(
    results: Sequence[StudyResult], out: Path, *, created: datetime | None = None
) -> Path:
    """Write ``index.html``, ``study.json`` and ``plots/`` and return the page's path.

    Parameters
    ----------
    results
        One study of one or more bundles under one task.
    out
        A new or empty folder, or that of an earlier report, which is replaced.
    created
        Time in the footer; now where ``None``.

    Raises
    ------
    SourceError
        ``out`` holds something that is no report, or cannot be written.
    DependencyError
        matplotlib is absent.
    """
    check_plotting()
    check_report_folder(out)
    page, plots = study_page(study_view(results), created=created or datetime.now(UTC))
    files = {
        "index.html": page.encode(),
        "study.json": to_json(study_document(results)).encode(),
    }
    for plot in plots:
        files[f"plots/{plot.name}.svg"] = plot.svg
        files[f"plots/{plot.name}.png"] = plot.png
    write_report_folder(out, files)
    return out / "index.html"


def study_view(results: Sequence[StudyResult]) -> StudyView:
    """Return a study of several bundles as plain values."""
    first = results[0]
    study, task = first.study, first.unchanged.task
    columns = columns_of(first.unchanged)
    # The paper's rates stand beside rates; where there are none, beside the first figure.
    rates = [column for column in columns if column.at_rate] or list(columns[:1])
    names = model_names([one.unchanged for one in results])
    # A study of dimensions has fewer levels for a smaller network.
    levels = sorted({level for one in results for level in one.levels})
    notes = {note: None for one in first.unchanged.parts for note in one.notes}
    return StudyView(
        title=f"{study.title}: {task.title}",
        lead=", ".join(names),
        axis=study.axis,
        log_axis=study.log_axis,
        paper_name=PAPER if study.paper else "",
        paper_note=study.paper_note,
        figures=tuple(
            StudyFigure(
                key=_key(column),
                title=_title(column, several=len(first.unchanged.parts) > 1),
                levels=np.array(levels, np.float64),
                lines=tuple(
                    _line(name, one, column, levels)
                    for name, one in zip(names, results, strict=True)
                ),
                paper={level: val / 100 for level, val in study.paper.items()}
                if column in rates
                else {},
            )
            for column in columns
        ),
        conditions=(
            ("protocol", task.protocol),
            ("photographs", f"{len(task.photos):,}"),
            ("face found in", f"{int(first.unchanged.found.sum()):,}"),
            *(
                (name.replace("_", " "), str(value))
                for name, value in first.unchanged.conditions.items()
            ),
        ),
        notes=tuple(notes),
    )


def _line(name: str, result: StudyResult, column: Column, levels: Sequence[float]) -> StudyLine:
    at = {
        level: column.of(one) for level, one in zip(result.levels, result.evaluations, strict=True)
    }
    figures = [at.get(level) for level in levels]
    intervals = [None if one is None else one.interval for one in figures]
    unchanged = column.of(result.unchanged)
    return StudyLine(
        name=name,
        values=np.array([_or_nan(None if one is None else one.value) for one in figures]),
        low=np.array([np.nan if one is None else one.low for one in intervals]),
        high=np.array([np.nan if one is None else one.high for one in intervals]),
        unchanged=_or_nan(unchanged.value),
        texts=tuple("–" if one is None else one.text() for one in [*figures, unchanged]),
    )


def _or_nan(value: float | None) -> float:
    return np.nan if value is None else value


def _title(column: Column, *, several: bool) -> str:
    return f"{column.part}: {column.figure}" if several else column.figure


def _key(column: Column) -> str:
    return re.sub(r"[^a-z0-9]+", "-", f"{column.part} {column.figure}".lower()).strip("-")
