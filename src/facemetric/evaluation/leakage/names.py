"""The same person by name: in two folds, or in the task and in the training list."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

# Letters that Unicode does not take apart into a plain letter and a mark.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)


def plain_name(name: str) -> str:
    """Return a name in the form that names are compared in.

    Case, marks on letters and everything that is neither a letter nor a digit (underscores,
    hyphens, points, further spaces) make no difference; the order of the words does. A number is
    compared by its value.

    Examples
    --------
    >>> plain_name("José_NÚÑEZ ") == plain_name("jose  nunez")
    True
    >>> plain_name("00123")
    '123'
    """
    taken_apart = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(sign for sign in taken_apart if not unicodedata.combining(sign))
    words = "".join(sign if sign.isalnum() else " " for sign in letters.translate(_PLAIN)).split()
    plain = " ".join(words)
    if plain.isdecimal():
        return plain.lstrip("0") or "0"
    return plain or name


def is_number(name: str) -> bool:
    """Return whether a name is only a number, which says nothing outside its own collection."""
    return plain_name(name).isdecimal()


def shared_names(first: Iterable[str], second: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return the people of both lists, as each list spells them, sorted; empty names are nobody.

    Examples
    --------
    >>> shared_names(["John_Smith", "Ann"], ["john smith", "Bob"])
    (('John_Smith', 'john smith'),)
    """
    spelt = {plain_name(name): name for name in sorted(set(second), reverse=True) if name}
    found = ((name, spelt.get(plain_name(name))) for name in sorted(set(first)) if name)
    return tuple((name, other) for name, other in found if other is not None)
