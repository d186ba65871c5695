"""Markup from values that nobody vouches for: the one place where text is escaped.

Names, file names and messages come from photographs and users. ``element`` escapes every plain
``str``; only ``Html``, which it returns, passes through. Adding two ``Html`` gives a plain
``str``, so a mistake shows as visible tags rather than as live ones.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

_VOID = frozenset({"br", "hr", "img", "link", "meta", "path", "rect", "wbr"})
# Surrogates (from undecodable file names) cannot be written as UTF-8; controls are not HTML.
_UNWRITABLE = re.compile("[\ud800-\udfff\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")


class Html(str):
    """A string that is markup already."""

    __slots__ = ()


def escape(value: str) -> Html:
    """Return ``value`` as markup that shows the same text, whatever it holds.

    Characters that HTML or UTF-8 cannot carry become U+FFFD.
    """
    return Html(html.escape(_UNWRITABLE.sub("\ufffd", value), quote=True))


def element(tag: str, *children: str | None, **attributes: str | int | bool | None) -> Html:
    """Return one element with its children, escaped unless they are ``Html``.

    Attribute names lose a trailing underscore and swap the others for hyphens (``class_``,
    ``aria_hidden``). ``None`` and ``False`` leave an attribute or a child out; ``True`` gives a
    bare attribute. ``tag`` and the attribute names must be literals of this package.

    Examples
    --------
    >>> element("p", "Ada & <b>", class_="name")
    '<p class="name">Ada &amp; &lt;b&gt;</p>'
    """
    head = tag
    for key, value in attributes.items():
        name = key.rstrip("_").replace("_", "-")
        if value is True:
            head += f" {name}"
        elif value is not None and value is not False:
            head += f' {name}="{escape(str(value))}"'
    if tag in _VOID:
        return Html(f"<{head}>" if tag not in {"path", "rect"} else f"<{head}/>")
    return Html(f"<{head}>{join(children)}</{tag}>")


def join(parts: Iterable[str | None]) -> Html:
    """Return the parts one after the other, escaped unless they are ``Html``."""
    return Html("".join(part if isinstance(part, Html) else escape(part) for part in parts if part))


def isolate(value: str, **attributes: str | int | bool | None) -> Html:
    """Return a name or file name, isolated so that right-to-left text stays inside it."""
    return element("bdi", value, **attributes)
