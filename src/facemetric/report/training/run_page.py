"""The page of a run: what came out, how it went, what was asked for, where it ran."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from facemetric.report.canvas import Plot
from facemetric.report.evaluation.gallery import plots
from facemetric.report.evaluation.tables import table
from facemetric.report.html import Html, element
from facemetric.report.page import page, section
from facemetric.report.tables import facts
from facemetric.report.training.plots import panel_plot
from facemetric.report.training.views import PanelView, RunView

_SECTIONS = (
    ("Learning", "learning"),
    ("Evaluation", "evaluation"),
    ("Spread and speed", "health"),
    ("Notes", "notes"),
    ("Recipe", "recipe"),
    ("Environment", "environment"),
)


def run_page(view: RunView, *, created: datetime | None = None) -> tuple[str, list[Plot]]:
    """Return the page as one self-contained HTML document, and the plots on it.

    Parameters
    ----------
    view
        What was logged.
    created
        Time to print in the footer.

    Raises
    ------
    DependencyError
        matplotlib is absent.
    """
    drawn = {
        "learning": _drawn(view.learning),
        "evaluation": _drawn(view.evaluations),
        "health": _drawn(view.health),
    }
    made = {
        "learning": _plots("Learning", drawn["learning"], "learning"),
        "evaluation": _evaluation(view, drawn["evaluation"]),
        "health": _plots("Spread and speed", drawn["health"], "health"),
        "notes": _notes(view.notes),
        "recipe": _recipe(view),
        "environment": _environment(view),
    }
    text = page(
        view.title,
        view.lead,
        [_contents([key for key, one in made.items() if one]), *made.values()],
        tallies=view.tallies,
        created=created,
        faces=False,
    )
    return text, [plot for part in drawn.values() for plot in part]


def _drawn(panels: Sequence[PanelView]) -> list[Plot]:
    return [panel_plot(panel) for panel in panels]


def _contents(there: Sequence[str]) -> Html:
    links = [
        element("li", element("a", title, href=f"#{anchor}"))
        for title, anchor in _SECTIONS
        if anchor in there
    ]
    return element("nav", element("ol", *links), aria_label="Contents")


def _plots(title: str, drawn: Sequence[Plot], anchor: str) -> Html | None:
    return section(title, "", plots(drawn), anchor=anchor) if drawn else None


def _evaluation(view: RunView, drawn: Sequence[Plot]) -> Html | None:
    if not view.rows:
        return None
    rows = [
        element(
            "tr",
            element("th", str(row.epoch), scope="row"),
            element("td", f"{row.step:,}", class_="number"),
            *(element("td", text, class_="number") for text in row.texts),
        )
        for row in view.rows
    ]
    return section(
        "Evaluation",
        "By the recipe's protocols, and on photographs held back (closed set). Whether they share "
        "people with the training set is not checked here: facemetric evaluate --training does.",
        plots(drawn),
        table(("Epoch", "Step", *view.evaluated), rows),
        anchor="evaluation",
    )


def _notes(notes: Sequence[str]) -> Html | None:
    if not notes:
        return None
    items = [element("li", note) for note in notes]
    return section("Notes", "", element("ul", *items, class_="limits"), anchor="notes")


def _recipe(view: RunView) -> Html | None:
    if not view.recipe:
        return None
    blocks = [
        element("div", element("h3", title), facts(rows), class_="block")
        for title, rows in view.recipe
    ]
    return section("Recipe", "As it was resolved, defaults included.", *blocks, anchor="recipe")


def _environment(view: RunView) -> Html | None:
    if not view.environment:
        return None
    return section("Environment", "", facts(view.environment), anchor="environment")
