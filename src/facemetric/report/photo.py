"""A photograph with its faces marked: the picture, boxes over it, a table below it."""

from __future__ import annotations

from collections.abc import Sequence

from facemetric.report.cards import BoxLabel, PhotoCard
from facemetric.report.html import Html, element, isolate
from facemetric.report.picture import Picture
from facemetric.report.tables import count, figure, table

# Shares of the picture:
_LABEL_WIDTH, _LABEL_HEIGHT = 0.7, 0.15
_NAME_WIDTH = 0.2
"""In less room than this a label has the number alone."""
_EDGE = 0.12
"""Labels nearer to the edge than this grow inwards from it."""
_LANDMARKED = 0.12
"""Landmarks of a face narrower than this would hide it."""

_CROWD = 6
"""More faces than this on one photograph are labelled by number alone; the table names them."""


def photo(card: PhotoCard, *, with_table: bool = True) -> Html:
    """Return one photograph with its faces marked, and what is said of each face."""
    boxes = card.boxes
    status = None
    if card.as_expected is not None:
        wanted = f" (wanted: {card.expected})" if card.expected and not card.as_expected else ""
        status = element(
            "p",
            "✓ as expected" if card.as_expected else f"✗ not as expected{wanted}",
            class_="right" if card.as_expected else "wrong",
        )
    return element(
        "figure",
        _frame(card.picture, boxes, _alt(card)),
        element("figcaption", isolate(card.caption), class_="file"),
        element("p", card.note, class_="note") if card.note else None,
        _faces(boxes) if with_table and any(box.compared for box in boxes) else None,
        status,
        class_="card",
    )


def _alt(card: PhotoCard) -> str:
    if not card.boxes:
        return f"Photograph {card.caption}"
    names = ", ".join(_said(box) for box in card.boxes)
    return f"Photograph {card.caption} with {count(len(card.boxes), 'face')}: {names}"


def _said(box: BoxLabel) -> str:
    if box.name is not None:
        return box.name
    return "unknown" if box.compared else "a face"


def _frame(picture: Picture, boxes: Sequence[BoxLabel], alt: str) -> Html:
    left, top, right, bottom = picture.frame_xyxy_px
    size = (right - left, bottom - top)
    lines, spots, below = [], [], []
    for box in boxes:
        x0, y0, x1, y1 = box.box_xyxy_px
        x0, y0, x1, y1 = x0 - left, y0 - top, x1 - left, y1 - top
        lines.append(
            element(
                "rect",
                x=f"{x0:.1f}",
                y=f"{y0:.1f}",
                width=f"{max(x1 - x0, 0):.1f}",
                height=f"{max(y1 - y0, 0):.1f}",
                class_=box.verdict,
            )
        )
        if box.landmarks_px and (x1 - x0) / size[0] >= _LANDMARKED:
            dots = "".join(f"M{x - left:.1f} {y - top:.1f}h0" for x, y in box.landmarks_px)
            lines.append(element("path", d=dots, class_="dots"))
        hangs = y1 / size[1] <= 1 - _LABEL_HEIGHT or y0 / size[1] < _LABEL_HEIGHT
        below.append(hangs)
        spots.append((_share((x0 + x1) / 2, size[0]), _share(y1 if hangs else y0, size[1])))
    labels = [_label(number, boxes, spots, hangs=below[number]) for number in range(len(boxes))]
    marks = element(
        "svg", *lines, viewBox=f"0 0 {size[0]:.1f} {size[1]:.1f}", preserveAspectRatio="none"
    )
    return element(
        "div",
        element(
            "img",
            src=picture.uri,
            alt=alt,
            width=picture.size_px[0],
            height=picture.size_px[1],
            loading="lazy",
        ),
        element("div", marks, *labels, class_="marks", aria_hidden="true") if boxes else None,
        class_="photo",
        style=f"--ratio:{picture.ratio:.4f}",
    )


def _label(
    place: int,
    boxes: Sequence[BoxLabel],
    spots: Sequence[tuple[float, float]],
    *,
    hangs: bool,
) -> Html | None:
    """Return the label below (or above) a box, no wider than its neighbours leave room for."""
    box, (across, down) = boxes[place], spots[place]
    several = len(boxes) > 1
    text = _said(box) if box.compared or box.name else ""
    if not text and not several:
        return None
    beside = [
        abs(x - across)
        for i, (x, y) in enumerate(spots)
        if i != place and abs(y - down) < _LABEL_HEIGHT
    ]
    side, left = "middle", across
    room = min([_LABEL_WIDTH, 2 * min(across, 1 - across), *beside])
    if min(across, 1 - across) < _EDGE:  # grow inwards from the edge
        side, left = ("start", 0.0) if across < 0.5 else ("end", 1.0)
        room = min([_LABEL_WIDTH, *(gap / 2 for gap in beside)])
    if len(boxes) > _CROWD or room < _NAME_WIDTH:
        text, side, left, room = "", "middle", across, _LABEL_WIDTH
    return element(
        "span",
        str(place + 1) if several else None,
        " " if several and text else None,
        isolate(text) if text else None,
        class_=f"label {box.verdict} {side}{'' if hangs else ' above'}",
        style=f"left:{100 * left:.2f}%;top:{100 * down:.2f}%;max-width:{100 * room:.2f}%",
    )


def _share(value: float, whole: float) -> float:
    return min(max(value, 0.0), whole) / whole


def _faces(boxes: Sequence[BoxLabel]) -> Html:
    rows = []
    for number, box in enumerate(boxes, start=1):
        near = element("small", "nearest: ", isolate(box.nearest)) if box.nearest else None
        value = box.similarity
        rows.append(
            element(
                "tr",
                element("td", str(number), class_="number"),
                element(
                    "th",
                    isolate(_said(box), class_=f"said {box.verdict}"),
                    near if box.name is None else None,
                    scope="row",
                ),
                element("td", "–" if value is None else figure(value), class_="number"),
                element("td", "–" if value is None else figure(2 - 2 * value), class_="number"),
            )
        )
    return table(("Face", "Person", "Similarity", "Distance"), rows)
