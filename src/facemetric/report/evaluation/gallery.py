"""Plots and pairs of faces as parts of the page."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence

from facemetric.report.canvas import Plot, for_page
from facemetric.report.evaluation.views import FaceView, HardestView, PairView
from facemetric.report.html import Html, element
from facemetric.report.tables import figure as number


def plots(items: Sequence[Plot]) -> Html | None:
    """Return the plots beside each other, or below where the page is narrow."""
    if not items:
        return None
    return element("div", *map(_plot, items), class_="plots")


def _plot(plot: Plot) -> Html:
    data = base64.b64encode(for_page(plot.svg)).decode("ascii")
    return element(
        "figure",
        element("figcaption", element("b", plot.title), class_="plot-title"),
        element(
            "img",
            src=f"data:image/svg+xml;base64,{data}",
            alt=plot.alt,
            width=plot.size_px[0],
            height=plot.size_px[1],
        ),
        element("p", plot.caption, class_="note") if plot.caption else None,
        class_="plot",
    )


def hardest(view: HardestView, *, several: bool) -> Html:
    """Return a model's hardest pairs as pictures: first the accepts, then the rejects."""
    accepted, impostors = view.false_accepts
    rejected, genuine = view.false_rejects
    different, one = "different people, most alike", "one person, least alike"
    titles = (
        [f"{view.name}: {different}", f"{view.name}: {one}"]
        if several
        else [different.capitalize(), one.capitalize()]
    )
    return element(
        "div",
        element("h4", titles[0]),
        element(
            "p",
            f"{accepted:,} of {impostors:,} different-person pairs are accepted at "
            f"{number(view.threshold)} ({view.threshold_source}).",
            class_="note",
        ),
        _pairs(view.accepts, wrong="✗ accepted", right="rejected"),
        element("h4", titles[1]),
        element(
            "p",
            f"{rejected:,} of {genuine:,} same-person pairs are rejected. A pair may also be "
            "labelled wrongly, or show another face than the one that is meant.",
            class_="note",
        ),
        _pairs(view.rejects, wrong="✗ rejected", right="accepted"),
        class_="hardest",
    )


def _pairs(pairs: Sequence[PairView], *, wrong: str, right: str) -> Html:
    if not pairs:
        return element("p", "None.", class_="note")
    tiles = [
        element(
            "figure",
            element("div", _face(pair.left), _face(pair.right), class_="two"),
            element(
                "figcaption",
                element("span", number(pair.similarity), class_="number"),
                " ",
                element(
                    "span",
                    wrong if pair.wrong else right,
                    class_="decided wrong" if pair.wrong else "decided right",
                ),
            ),
            class_="hard card",
        )
        for pair in pairs
    ]
    return element("div", *tiles, class_="hards")


def _face(face: FaceView) -> Html:
    if face.picture is None:
        shown = element("div", "no picture", class_="absent note")
    else:
        shown = element(
            "img",
            src=face.picture.uri,
            alt=f"Face of {face.person or face.photo}",
            width=face.picture.size_px[0],
            height=face.picture.size_px[1],
            loading="lazy",
        )
    return element(
        "div",
        shown,
        element("p", _broken(face.person), class_="who") if face.person else None,
        element("p", _broken(face.photo), class_="file note"),
        element("p", face.note, class_="note wrong") if face.note else None,
    )


def _broken(name: str) -> Html:
    """Return a name whose lines end behind underscores, as far as they can."""
    words = re.split("(?<=_)(?=[^_])", name)
    # Isolated, so that right-to-left text stays inside it.
    return element(
        "bdi", words[0], *(part for word in words[1:] for part in (element("wbr"), word))
    )
