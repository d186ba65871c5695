"""Words, figures and tables that the pages share."""

from __future__ import annotations

from collections.abc import Sequence

from facemetric.report.cards import Facts, ThresholdNote
from facemetric.report.html import Html, element, isolate
from facemetric.types import ItemError


def count(number: int, singular: str, plural: str | None = None) -> str:
    """Return ``"1 face"``, ``"2 faces"``."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"


def figure(value: float) -> str:
    """Return a similarity or a distance with three decimals and a true minus sign."""
    return f"{value:.3f}".replace("-", "\u2212")


def table(heads: Sequence[str], rows: Sequence[Html]) -> Html:
    """Return a table with a header row; it scrolls sideways where the page is narrow."""
    head = element("thead", element("tr", *(element("th", text, scope="col") for text in heads)))
    return element("div", element("table", head, element("tbody", *rows)), class_="scroll")


def facts(rows: Facts) -> Html:
    """Return a table of two columns, the first of them headers."""
    lines = [
        element("tr", element("th", what, scope="row"), element("td", value))
        for what, value in rows
    ]
    return element("div", element("table", *lines, class_="facts"), class_="scroll")


def threshold_facts(threshold: ThresholdNote) -> Facts:
    """Return the rows that say what a decision rests on."""
    rate = "not known" if threshold.far is None else f"{threshold.far:g}"
    return (
        ("Same person from", f"similarity {figure(threshold.similarity)}"),
        ("False-accept rate", rate),
        ("Source of the threshold", threshold.source),
        ("Liveness", "not checked"),
    )


def failures(failed: Sequence[ItemError]) -> Html | None:
    """Return the table of items that could not be used; ``None`` where there are none."""
    if not failed:
        return None
    rows = [
        element(
            "tr",
            element("th", isolate(item.item), scope="row", class_="file"),
            element("td", item.cause),
            element("td", item.fix or ""),
        )
        for item in failed
    ]
    return element(
        "section",
        element("h3", "Not used ", element("span", count(len(failed), "file"), class_="size")),
        table(("File", "Why", "What to do"), rows),
        class_="failed",
    )
