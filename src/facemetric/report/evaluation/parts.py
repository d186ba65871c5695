"""One part of a protocol as a section of the page, and its plots."""

from __future__ import annotations

from facemetric.report.canvas import Plot
from facemetric.report.evaluation.curves import det_plot, dir_plot, roc_plot
from facemetric.report.evaluation.folds import folds_plot
from facemetric.report.evaluation.gallery import hardest, plots
from facemetric.report.evaluation.histograms import angles_plot, scores_plot
from facemetric.report.evaluation.ranks import cmc_plot, distractors_plot
from facemetric.report.evaluation.slice_views import SlicesView
from facemetric.report.evaluation.slices import slices_plot
from facemetric.report.evaluation.tables import (
    comparisons_table,
    figures_table,
    folds_table,
    slice_table,
)
from facemetric.report.evaluation.views import PartView
from facemetric.report.html import Html, element, join
from facemetric.report.page import section


def part_section(part: PartView, *, prefix: str) -> tuple[Html, list[Plot]]:
    """Return the section and its plots, whose names begin with ``prefix``."""
    curves = _curves(part, prefix)
    spreads = _spreads(part, prefix)
    folds = [folds_plot(part.folds, name=f"{prefix}folds")] if part.folds else []
    cuts = [slices_plot(cut, name=f"{prefix}slices-{cut.key}") for cut in part.slices]
    several = len(part.models) > 1
    body = [
        figures_table(part) if part.figures else None,
        _notes(part),
        _block("Which model is better", _comparisons(part)) if part.comparisons else None,
        plots([*curves, *spreads]),
        _block("Folds", _folds(part, folds)) if part.folds else None,
        _block("Hardest pairs", *(hardest(view, several=several) for view in part.hardest))
        if part.hardest
        else None,
        _slices(part, cuts, several=several) if part.slices else None,
    ]
    made = section(part.title, part.lead, *body, anchor=part.key)
    return made, [*curves, *spreads, *folds, *cuts]


def _curves(part: PartView, prefix: str) -> list[Plot]:
    made = []
    if part.roc:
        made.append(roc_plot(part.roc, name=f"{prefix}roc"))
        if any(
            (curve.y[curve.supported] < 1).any() for curve in part.roc
        ):  # else there is no error
            made.append(det_plot(part.roc, name=f"{prefix}det"))
    if part.cmc:
        made.append(cmc_plot(part.cmc, name=f"{prefix}cmc"))
    if part.dir:
        made.append(dir_plot(part.dir, name=f"{prefix}dir"))
    if part.distractors:
        made.append(distractors_plot(part.distractors, name=f"{prefix}distractors"))
    return made


def _spreads(part: PartView, prefix: str) -> list[Plot]:
    made = []
    for kind, views, draw in (
        ("scores", part.scores, scores_plot),
        ("angles", part.angles, angles_plot),
    ):
        for number, view in enumerate(views, start=1):
            ending = f"-{number}" if len(views) > 1 else ""
            made.append(draw(view, name=f"{prefix}{kind}{ending}"))
    return made


def _notes(part: PartView) -> Html | None:
    if not part.notes:
        return None
    return element("ul", *(element("li", note) for note in part.notes), class_="notes")


def _comparisons(part: PartView) -> Html:
    made = len(part.comparisons)
    said = "One comparison was made" if made == 1 else f"{made} comparisons were made"
    return join(
        (
            element(
                "p",
                f"First less second, in percentage points, over the same people. {said}; the "
                "verdict goes by the corrected p.",
                class_="note",
            ),
            comparisons_table(part.comparisons),
        )
    )


def _folds(part: PartView, drawn: list[Plot]) -> Html:
    if len(part.folds) > 1:  # a wide table
        return join((plots(drawn), folds_table(part.folds)))
    return element("div", plots(drawn), folds_table(part.folds), class_="slice")


def _slices(part: PartView, cuts: list[Plot], *, several: bool) -> Html:
    blocks = []
    for view, plot in zip(part.slices, cuts, strict=True):
        tables = [slice_table(model, several=several) for model in view.models]
        blocks.append(
            element(
                "div",
                element("h4", view.title),
                element("p", view.definition, class_="note"),
                element("div", plots([plot]), element("div", *tables), class_="slice"),
                _differential(view, several=several),
                class_="block",
            )
        )
    return _block("Slices", *blocks)


def _differential(view: SlicesView, *, several: bool) -> Html | None:
    lines = [
        element("li", element("b", model.name, ": ") if several else None, model.differential)
        for model in view.models
        if model.differential
    ]
    return element("ul", *lines, class_="notes") if lines else None


def _block(title: str, *content: Html | None) -> Html:
    return element("div", element("h3", title), *content, class_="wide block")
