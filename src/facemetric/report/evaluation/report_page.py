"""The page of a whole evaluation: what may be wrong with it first, then its figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from facemetric.report.canvas import Plot
from facemetric.report.evaluation.definitions import definitions
from facemetric.report.evaluation.parts import part_section
from facemetric.report.evaluation.views import FindingView, PartView, ReportView
from facemetric.report.html import Html, element, isolate
from facemetric.report.page import page, section
from facemetric.report.tables import count, facts, failures

_NAMED = 200
"""More photographs than this are counted, not named."""

_LIMITS = (
    (
        "These figures are of these photographs.",
        "Other cameras, ages, poses and groups of people give others; the intervals are over "
        "people like the ones measured, not over other data.",
    ),
    (
        "A slice is not a cause.",
        "Slices differ in more than the trait they are cut by, and the largest and the smallest of "
        "several noisy rates differ even where nothing does.",
    ),
    (
        "Labels are taken as they are.",
        "A wrong name counts as an error of the model: look at the hardest pairs.",
    ),
)


def report_page(view: ReportView, *, created: datetime | None = None) -> tuple[str, list[Plot]]:
    """Return the page as one self-contained HTML document, and the plots on it.

    Parameters
    ----------
    view
        What was measured.
    created
        Time to print in the footer.

    Raises
    ------
    DependencyError
        matplotlib is absent.
    """
    sections: list[Html] = []
    drawn: list[Plot] = []
    for part in view.parts:
        prefix = f"{part.key}-" if len(view.parts) > 1 else ""
        made, plots = part_section(part, prefix=prefix)
        sections.append(made)
        drawn += plots
    text = page(
        view.title,
        view.lead,
        [
            _contents(view.parts),
            _leakage(view.leakage, view.not_checked),
            *sections,
            _data(view),
            section(
                "What the figures mean",
                f"Intervals and bounds have {view.confidence:.0%} confidence.",
                definitions(_needed(view)),
                anchor="definitions",
            ),
            section("What they do not say", "", _limits(), anchor="limits"),
        ],
        tallies=view.tallies,
        created=created,
    )
    return text, drawn


def _contents(parts: Sequence[PartView]) -> Html:
    entries = [
        ("Leakage", "leakage"),
        *((part.title, part.key) for part in parts),
        ("Data and conditions", "data"),
        ("Definitions", "definitions"),
        ("Limits", "limits"),
    ]
    links = [element("li", element("a", text, href=f"#{anchor}")) for text, anchor in entries]
    return element("nav", element("ol", *links), aria_label="Contents")


def _leakage(findings: Sequence[FindingView], not_checked: Sequence[str]) -> Html:
    if not findings and not not_checked:
        lead = (
            "No check was made whether the model has seen these people or photographs in "
            "training, nor whether folds share them."
        )
        return section("Leakage", lead, anchor="leakage")
    return section(
        "Leakage",
        "People or photographs that the model may have seen in training, or that folds share, "
        "make every figure below too good.",
        element(
            "ul",
            *map(_finding, findings),
            *(element("li", element("b", "– not checked: "), text) for text in not_checked),
            class_="findings",
        ),
        anchor="leakage",
    )


def _finding(finding: FindingView) -> Html:
    names = [element("li", isolate(item)) for item in finding.items]
    rest = finding.found - len(finding.items)
    if names and rest > 0:
        names.append(element("li", f"and {rest:,} more"))
    return element(
        "li",
        element(
            "b",
            f"✗ {finding.found:,} found: " if finding.found else "✓ none found: ",
            class_="wrong" if finding.found else "right",
        ),
        finding.check,
        element("p", finding.text, class_="note") if finding.text else None,
        element("details", element("summary", "Which"), element("ul", *names)) if names else None,
    )


def _data(view: ReportView) -> Html:
    missing = None
    if view.missing:
        names = [element("li", isolate(name)) for name in view.missing[:_NAMED]]
        if len(view.missing) > _NAMED:
            names.append(element("li", f"and {len(view.missing) - _NAMED:,} more"))
        missing = element(
            "details",
            element("summary", f"Without a face: {count(len(view.missing), 'photograph')}"),
            element("p", "They count, by the rule named above.", class_="note"),
            element("ul", *names),
        )
    return section(
        "Data and conditions",
        "",
        _facts("Data", view.data),
        missing,
        _facts("Conditions", view.conditions),
        failures(view.left_out),
        anchor="data",
    )


def _facts(title: str, rows: Sequence[tuple[str, str]]) -> Html | None:
    if not rows:
        return None
    return element("div", element("h3", title), facts(tuple(rows)), class_="block")


def _needed(view: ReportView) -> list[str]:
    parts = view.parts
    wanted = {
        "accept": True,
        "far": any(part.roc or part.slices for part in parts),
        "tar": any(part.roc for part in parts),
        "folds": any(part.folds for part in parts),
        "eer": any(part.roc for part in parts),
        "det": any(part.roc for part in parts),
        "cmc": any(part.cmc for part in parts),
        "distractors": any(part.distractors for part in parts),
        "dir": any(part.dir for part in parts),
        "angles": any(part.angles for part in parts),
        "groups": any(part.clustering for part in parts),
        "interval": True,
        "bound": True,
        "paired": any(part.comparisons for part in parts),
        "slices": any(part.slices for part in parts),
    }
    return [key for key, needed in wanted.items() if needed]


def _limits() -> Html:
    return element(
        "ul",
        *(element("li", element("b", head), " ", text) for head, text in _LIMITS),
        class_="limits",
    )
