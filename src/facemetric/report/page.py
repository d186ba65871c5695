"""The frame of every page: one file, no script, nothing fetched."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files

from facemetric._version import __version__
from facemetric.report.html import Html, element, join

# Even a hole in the escaping could run no script and fetch nothing.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'"


def page(
    title: str,
    lead: str,
    body: Sequence[str | None],
    *,
    tallies: Sequence[tuple[str, str]] = (),
    created: datetime | None = None,
    faces: bool = True,
) -> str:
    """Return a whole HTML document; it can always be written as UTF-8.

    Parameters
    ----------
    title, lead
        Heading and the sentence below it.
    body
        Sections, in order.
    tallies
        Large figures below the heading, each with what it counts.
    created
        Time to print in the footer; none where ``None``.
    faces
        Whether the page shows faces, which the footer then says.
    """
    boxes = [
        element("li", element("b", figure), element("span", what), class_="tally")
        for figure, what in tallies
    ]
    stamp = f", {created:%Y-%m-%d %H:%M}" if created else ""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("meta", name="robots", content="noindex"),
        element("title", title),
        element("style", _style()),
    )
    content = element(
        "body",
        element(
            "header",
            element("h1", title),
            element("p", lead, class_="lead") if lead else None,
            element("ul", *boxes, class_="tallies") if boxes else None,
        ),
        element("main", *body),
        element(
            "footer",
            element("p", f"facemetric {__version__}{stamp}"),
            element(
                "p",
                "This file holds photographs of faces: share it only with those who may see them.",
            )
            if faces
            else None,
        ),
    )
    return join([Html("<!doctype html>\n"), element("html", head, content, lang="en"), "\n"])


def section(title: str, lead: str, *children: str | None, anchor: str) -> Html:
    """Return a section with its heading; ``anchor`` is a literal of this package."""
    return element(
        "section",
        element("h2", title, id=anchor),
        element("p", lead, class_="lead") if lead else None,
        *children,
        aria_labelledby=anchor,
    )


@cache
def _style() -> Html:
    return Html(files("facemetric.report").joinpath("style.css").read_text(encoding="utf-8"))
