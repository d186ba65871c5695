"""Face crops in groups."""

from __future__ import annotations

from collections.abc import Sequence

from facemetric.report.cards import ClusterGroup, FaceTile
from facemetric.report.html import Html, element, isolate, join
from facemetric.report.tables import count, failures
from facemetric.types import ItemError


def groups_and_rest(
    groups: Sequence[ClusterGroup], alone: Sequence[FaceTile], failed: Sequence[ItemError]
) -> Html:
    """Return the groups, largest first, then the faces in none, then what could not be used."""
    ordered = sorted(groups, key=lambda item: -len(item.faces))
    return join(
        [
            *(_group(item.title, item.faces) for item in ordered),
            None if groups else element("p", "No two faces were put together.", class_="note"),
            _group("In no group", alone) if alone else None,
            failures(failed),
        ]
    )


def _group(title: str, faces: Sequence[FaceTile]) -> Html:
    """Return a titled grid of face crops."""
    return element(
        "section",
        element(
            "h3", isolate(title), " ", element("span", count(len(faces), "face"), class_="size")
        ),
        element("div", *map(_tile, faces), class_="tiles"),
        class_="group",
    )


def _tile(face: FaceTile) -> Html:
    """Return one face crop with its file name."""
    return element(
        "figure",
        element(
            "img",
            src=face.picture.uri,
            alt=f"Face from {face.caption}",
            width=face.picture.size_px[0],
            height=face.picture.size_px[1],
            loading="lazy",
        ),
        element("figcaption", isolate(face.caption), class_="file"),
        element("p", face.note, class_="note") if face.note else None,
        class_="tile",
    )


def face_group(group: ClusterGroup) -> Html:
    """Return a small titled grid of face crops, to stand beside others."""
    return element(
        "div",
        element("p", isolate(group.title), class_="file"),
        element("div", *map(_tile, group.faces), class_="tiles"),
    )
