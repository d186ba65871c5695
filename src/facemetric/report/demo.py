"""The demo's page: enrol, identify, reject, verify, group; then time, machine and limits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from facemetric.report.cards import DemoReport, PairCard, PhotoCard, Timing
from facemetric.report.groups import groups_and_rest
from facemetric.report.html import Html, element, join
from facemetric.report.numberline import number_line
from facemetric.report.page import page, section
from facemetric.report.photo import photo
from facemetric.report.tables import count, facts, figure, table, threshold_facts

_LIMITS = (
    (
        "Liveness is not checked.",
        "A printed photograph or a screen matches as well as a person. A match is no proof "
        "that somebody was there.",
    ),
    (
        "A threshold is a rate, not a truth.",
        "It was measured on the data named above. Other cameras, ages, poses and groups of "
        "people give other rates; measure on your own before you rely on it.",
    ),
    (
        "The licence of the network belongs to the network.",
        "The program is Apache-2.0. The model bundle has its own licence and its own training "
        "data, shown above; read them before you ship.",
    ),
    (
        "Faces are personal data.",
        "Ask for consent, keep no longer than needed, and erase when asked. What the law demands "
        "depends on where you are.",
    ),
)


def demo_page(report: DemoReport, *, created: datetime | None = None) -> str:
    """Return the demo's page as one self-contained HTML document.

    Parameters
    ----------
    report
        What was done and what came out.
    created
        Time to print in the footer.
    """
    return page(
        "Faces recognised on this machine",
        "Each step below ran on real photographs, on this computer and without a network.",
        [
            _contents(),
            section(
                "1 · Enrolled",
                "One photograph of each person is all that the gallery holds.",
                _cards(report.enrolled, with_table=False),
                anchor="enrolled",
            ),
            section(
                "2 · Identified",
                "Other photographs of the same people. The program was not told who is on them.",
                _cards(report.identified),
                anchor="identified",
            ),
            section(
                "3 · Strangers rejected",
                "People who are not in the gallery. The right answer is “unknown”.",
                _cards(report.strangers),
                anchor="strangers",
            ),
            section(
                "4 · Verified",
                "Is this the same person? The similarity decides, at the threshold.",
                *(_pair(number, pair) for number, pair in enumerate(report.pairs, start=1)),
                _line(report.pairs),
                anchor="verified",
            ),
            section(
                "5 · Grouped",
                "A mixed folder, sorted by face, without names and without the number of people.",
                groups_and_rest(report.groups, report.alone, report.failed),
                anchor="grouped",
            ),
            section(
                "6 · What it rests on",
                "",
                _block("Decision", facts(threshold_facts(report.threshold))),
                _block("Model bundle", facts(report.bundle)) if report.bundle else None,
                _block("Photographs", facts(report.photographs)) if report.photographs else None,
                _block("Time", _timings(report.timings)) if report.timings else None,
                _block("Machine", facts(report.environment)) if report.environment else None,
                anchor="conditions",
            ),
            section("7 · Limits", "", _limits(), anchor="limits"),
        ],
        tallies=_tallies(report),
        created=created,
    )


def _tallies(report: DemoReport) -> list[tuple[str, str]]:
    cards = (*report.identified, *report.strangers)
    checked = [card.as_expected for card in cards if card.as_expected is not None]
    known = [pair for pair in report.pairs if pair.expected_same is not None]
    checked += [pair.same == pair.expected_same for pair in known]
    people, groups = len(report.enrolled), len(report.groups)
    rows = [(str(people), "person enrolled" if people == 1 else "people enrolled")]
    if checked:
        rows.append((f"{sum(checked)} of {len(checked)}", "answers as expected"))
    rows.append((str(groups), "group found" if groups == 1 else "groups found"))
    if report.timings:
        rows.append((f"{sum(step.seconds for step in report.timings):.1f} s", "for all steps"))
    return rows


def _contents() -> Html:
    anchors = ("Enrolled", "Identified", "Strangers", "Verified", "Grouped", "Conditions", "Limits")
    links = [element("li", element("a", text, href=f"#{text.lower()}")) for text in anchors]
    return element("nav", element("ol", *links), aria_label="Contents")


def _cards(cards: Sequence[PhotoCard], *, with_table: bool = True) -> Html:
    if not cards:
        return element("p", "None in this run.", class_="note")
    return element(
        "div",
        *(photo(card, with_table=with_table) for card in cards),
        class_="cards" if with_table else "cards small",
    )


def _pair(number: int, pair: PairCard) -> Html:
    status = None
    if pair.expected_same is not None:
        right = pair.same == pair.expected_same
        status = element(
            "p",
            "✓ as expected" if right else "✗ not as expected",
            class_="right" if right else "wrong",
        )
    verdict = "Same person" if pair.same else "Different people"
    relation = "at least" if pair.same else "below"
    said = element(
        "div",
        element(
            "h3",
            element("small", f"Pair {number}"),
            verdict,
            class_="said known" if pair.same else "said unknown",
        ),
        facts(
            (
                ("Similarity", figure(pair.similarity)),
                ("Squared distance", figure(pair.distance)),
                ("Threshold", f"{figure(pair.threshold.similarity)} (similarity is {relation} it)"),
                ("Source", pair.threshold.source),
                ("Liveness", "not checked"),
            )
        ),
        status,
        class_="verdict",
    )
    return element(
        "div",
        photo(pair.left, with_table=False),
        photo(pair.right, with_table=False),
        said,
        class_="pair",
    )


def _line(pairs: Sequence[PairCard]) -> Html | None:
    lines = []
    for limit in dict.fromkeys(pair.threshold.similarity for pair in pairs):
        marks = [
            (f"pair {number}", pair.similarity, pair.same)
            for number, pair in enumerate(pairs, start=1)
            if pair.threshold.similarity == limit
        ]
        lines.append(number_line(marks, limit))
    return join(lines) if lines else None


def _block(title: str, content: Html) -> Html:
    return element("div", element("h3", title), content, class_="block")


def _timings(steps: Sequence[Timing]) -> Html:
    heads = ("Step", "Items", "Time", "Each")
    rows = [
        element(
            "tr",
            element("th", step.step, scope="row"),
            element(
                "td",
                count(step.items, step.unit.removesuffix("s"), step.unit) if step.items else "–",
            ),
            element("td", f"{step.seconds:.2f} s", class_="number"),
            element(
                "td",
                f"{1000 * step.seconds / step.items:.0f} ms" if step.items else "–",
                class_="number",
            ),
        )
        for step in steps
    ]
    return table(heads, rows)


def _limits() -> Html:
    return element(
        "ul",
        *(element("li", element("b", head), " ", text) for head, text in _LIMITS),
        class_="limits",
    )
