"""The page of a packed data set: what it holds, what was left out, which labels to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from facemetric.report.bars import Bars, bars
from facemetric.report.cards import ClusterGroup, FaceTile, Facts
from facemetric.report.groups import face_group
from facemetric.report.html import Html, element, isolate, join
from facemetric.report.page import page, section
from facemetric.report.tables import facts


@dataclass(frozen=True, slots=True)
class LeftOutView:
    """Photographs left out for one reason.

    Attributes
    ----------
    reason, count
        Why, and how many.
    examples
        Name and a sentence for some of them, or all.
    """

    reason: str
    count: int
    examples: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SuspectView:
    """An image, some others of its person, and some of whom it looks like.

    Attributes
    ----------
    title, note
        What is suspicious, and the figures.
    face
        The image.
    own, like
        Others of its person; images of the person it is more like.
    own_name, like_name
        Who they are.
    """

    title: str
    note: str
    face: FaceTile | None
    own_name: str
    own: tuple[FaceTile, ...]
    like_name: str
    like: tuple[FaceTile, ...]


@dataclass(frozen=True, slots=True)
class DatasetView:
    """Everything on the page.

    Attributes
    ----------
    name
        Of the pack.
    tallies
        Large figures, each with what it counts.
    spreads
        Histograms.
    left_out
        By falling count.
    settings
        Facts of how it was made.
    labels_lead
        A sentence on the labels; empty where they were not judged.
    suspects, alike
        Images, and pairs of people.
    """

    name: str
    tallies: tuple[tuple[str, str], ...]
    spreads: tuple[Bars, ...]
    left_out: tuple[LeftOutView, ...]
    settings: Facts
    labels_lead: str = ""
    suspects: tuple[SuspectView, ...] = ()
    alike: tuple[SuspectView, ...] = ()


def dataset_page(view: DatasetView, *, created: datetime | None = None) -> str:
    """Return the page as one HTML document."""
    faces = bool(view.suspects or view.alike)
    return page(
        view.name,
        "A data set of aligned faces",
        [
            section(
                "What it holds",
                "What lies beyond the ends of a scale is counted in the outermost bars.",
                element("div", *map(bars, view.spreads), class_="plots"),
                anchor="holds",
            ),
            section("Left out", "", _left_out(view.left_out), anchor="left-out"),
            _labels(view) if view.labels_lead else None,
            section("How it was made", "", facts(view.settings), anchor="settings"),
        ],
        tallies=view.tallies,
        created=created,
        faces=faces,
    )


def _left_out(views: Sequence[LeftOutView]) -> Html:
    if not views:
        return element("p", "Nothing.", class_="note")
    return join(
        element(
            "details",
            element("summary", f"{view.reason}: {view.count:,}"),
            element(
                "ul",
                *(
                    element("li", isolate(name), f": {why}", class_="file")
                    for name, why in view.examples
                ),
                element("li", f"… and {view.count - len(view.examples):,} more")
                if view.count > len(view.examples)
                else None,
            ),
        )
        for view in views
    )


def _labels(view: DatasetView) -> Html:
    return section(
        "Labels to look at",
        view.labels_lead,
        element("h3", "Images that are more like another person") if view.suspects else None,
        *map(_suspect, view.suspects),
        element("h3", "Names that may be one person") if view.alike else None,
        *map(_suspect, view.alike),
        anchor="labels",
    )


def _suspect(view: SuspectView) -> Html:
    groups = [
        ClusterGroup(view.own_name, view.own),
        ClusterGroup(view.like_name, view.like),
    ]
    if view.face is not None:
        groups.insert(0, ClusterGroup("The image", (view.face,)))
    return element(
        "section",
        element("h4", isolate(view.title)),
        element("p", view.note, class_="note") if view.note else None,
        element("div", *map(face_group, groups), class_="suspect"),
        class_="group",
    )
