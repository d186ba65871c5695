"""A photograph with its faces marked: the picture, boxes over it, a table below it."""

from __future__ import annotations

from collections.abc import Sequence

from facemetric.report.cards import BoxLabel, PhotoCard
from facemetric.report.html import Html, element, isolate
from facemetric.report.picture import Picture
from facemetric.report.tables import count, figure, table

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
    width, height = right - left, bottom - top
    lines, labels = [], []
    crowd = len(boxes) > _CROWD
    for number, box in enumerate(boxes, start=1):
        x0, y0, x1, y1 = box.box_xyxy_px
        lines.append(
            element(
                "rect",
                x=f"{x0 - left:.1f}",
                y=f"{y0 - top:.1f}",
                width=f"{max(x1 - x0, 0):.1f}",
                height=f"{max(y1 - y0, 0):.1f}",
                class_=box.verdict,
            )
        )
        if box.landmarks_px:
            dots = "".join(f"M{x - left:.1f} {y - top:.1f}h0" for x, y in box.landmarks_px)
            lines.append(element("path", d=dots, class_="dots"))
        # A label hangs below its box, or stands inside its lower edge near the picture's end.
        low = (y1 - top) / height > 0.85
        across = min(max((x0 + x1) / 2 - left, 0.0), width) / width
        down = min(max(y1 - top, 0.0), height) / height
        shift = "start" if across < 0.2 else "end" if across > 0.8 else "middle"
        text = _said(box) if box.compared or box.name else ""
        labels.append(
            element(
                "span",
                str(number) if len(boxes) > 1 or not text else None,
                " " if len(boxes) > 1 and text and not crowd else None,
                isolate(text) if text and not crowd else None,
                class_=f"label {box.verdict} {shift}{' low' if low else ''}",
                style=f"left:{_edge(shift, x0 - left, x1 - left, width, across):.2f}%;"
                f"top:{100 * down:.2f}%",
            )
        )
    marks = element(
        "svg",
        *lines,
        viewBox=f"0 0 {width:.1f} {height:.1f}",
        preserveAspectRatio="none",
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


def _edge(shift: str, left: float, right: float, width: float, across: float) -> float:
    if shift == "start":
        return 100 * max(left, 0.0) / width
    if shift == "end":
        return 100 * min(right, width) / width
    return 100 * across


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
