"""Split numpydoc entries that document several names at once (``provider, threads``).

Griffe gives all of them the type and the default of the first.
"""

from __future__ import annotations

import re
from typing import Any

import griffe

_ENTRY = re.compile(
    r"^(?P<names>\w+(?:, \w+)+)(?P<type> ?:.*)?\n(?P<text>(?:^[ \t]+\S.*\n?|^\n(?=[ \t]+\S))*)",
    re.MULTILINE,
)
_SECTION = re.compile(
    r"^(?:Parameters|Attributes|Raises)\n-+\n.*?(?=^\w[\w ]*\n-{3,}\n|\Z)", re.MULTILINE | re.DOTALL
)


def split_names(docstring: str) -> str:
    """Return a cleaned docstring in which every name has its own entry."""

    def apart(entry: re.Match[str]) -> str:
        names = entry["names"].split(", ")
        text = entry["text"].rstrip("\n")
        return "".join(f"{name}{entry['type'] or ''}\n{text}\n" for name in names)

    return _SECTION.sub(lambda section: _ENTRY.sub(apart, section[0]), docstring)


class SplitNames(griffe.Extension):
    """Applies `split_names` to every class and function."""

    def on_instance(self, *, obj: griffe.Object, **_: Any) -> None:
        """Rewrite the docstring before it is parsed."""
        if obj.docstring is not None:
            obj.docstring.value = split_names(obj.docstring.value)
