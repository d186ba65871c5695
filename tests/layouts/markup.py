"""A page as another parser reads it."""

from __future__ import annotations

from html.parser import HTMLParser


class Markup(HTMLParser):
    """Tags and text, by the standard library's parser, as an oracle."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def read(markup: str) -> Markup:
    """Read a whole page, or a part of one."""
    reader = Markup()
    reader.feed(markup)
    reader.close()
    return reader
