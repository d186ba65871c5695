"""Contact sheets: who is in these photographs, and which faces belong together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from facemetric.report.cards import ClusterGroup, FaceTile, Facts, PhotoCard, ThresholdNote
from facemetric.report.groups import groups_and_rest
from facemetric.report.html import element
from facemetric.report.page import page, section
from facemetric.report.photo import photo
from facemetric.report.tables import count, facts, failures, threshold_facts
from facemetric.types import ItemError


def identify_page(
    photos: Sequence[PhotoCard],
    *,
    threshold: ThresholdNote,
    failed: Sequence[ItemError] = (),
    details: Facts = (),
    title: str = "Who is in these photographs",
    created: datetime | None = None,
) -> str:
    """Return a page with every photograph, its faces named or unknown, and the threshold.

    Parameters
    ----------
    photos
        One card a photograph, in the order to show.
    threshold
        What the answers were decided by.
    failed
        Photographs that could not be used.
    details
        Further rows for the table of conditions: gallery, bundle, licence.
    title
        The heading.
    created
        Time to print in the footer.
    """
    boxes = [box for card in photos for box in card.boxes]
    known = sum(box.verdict == "known" for box in boxes)
    unknown = sum(box.verdict == "unknown" for box in boxes)
    return page(
        title,
        "",
        [
            section(
                "Photographs",
                "The number of a face is the same on the photograph and in the table below it.",
                element("div", *map(photo, photos), class_="cards"),
                failures(failed),
                anchor="photographs",
            ),
            section(
                "What it rests on", "", facts(threshold_facts(threshold) + details), anchor="how"
            ),
        ],
        tallies=_tallies(
            (len(photos), "photograph"),
            (len(boxes), "face"),
            (known, "known", "known"),
            (unknown, "unknown", "unknown"),
            (len(failed), "not used", "not used"),
        ),
        created=created,
    )


def cluster_page(
    groups: Sequence[ClusterGroup],
    *,
    alone: Sequence[FaceTile] = (),
    failed: Sequence[ItemError] = (),
    details: Facts = (),
    title: str = "Faces in groups",
    created: datetime | None = None,
) -> str:
    """Return a page with the groups, largest first, and the faces that fell in none.

    Parameters
    ----------
    groups
        Faces that were put together.
    alone
        Faces in no group.
    failed
        Photographs that could not be used.
    details
        Rows for the table of conditions: method, threshold, bundle.
    title
        The heading.
    created
        Time to print in the footer.
    """
    grouped = sum(len(group.faces) for group in groups)
    return page(
        title,
        "",
        [
            section(
                "Groups",
                "A group is meant to be one person. The program knows no names here.",
                groups_and_rest(groups, alone, failed),
                anchor="groups",
            ),
            section("What it rests on", "", facts(details), anchor="how") if details else None,
        ],
        tallies=_tallies(
            (len(groups), "group"),
            (grouped, "face in groups", "faces in groups"),
            (len(alone), "in no group", "in no group"),
            (len(failed), "not used", "not used"),
        ),
        created=created,
    )


def _tallies(*rows: tuple[int, str] | tuple[int, str, str]) -> list[tuple[str, str]]:
    return [(str(row[0]), count(*row).split(" ", 1)[1]) for row in rows]
