"""Names mapped to builders, with a suggestion when a name is misspelt."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

from facemetric.errors import InputError, UnknownNameError

T = TypeVar("T")


class Registry(Generic[T]):
    """A mapping from name to builder.

    Parameters
    ----------
    kind
        What the names stand for, used in messages: ``"detector"``.

    Examples
    --------
    >>> shapes = Registry[type]("shape")
    >>> shapes.add("square", dict)
    >>> shapes["squaer"]
    Traceback (most recent call last):
    ...
    facemetric.errors.UnknownNameError: squaer: no such shape. Did you mean 'square'?
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._items: dict[str, T] = {}

    def add(self, name: str, item: T) -> None:
        """Register ``item``; InputError where the name is taken."""
        if name in self._items:
            raise InputError(f"this {self.kind} is registered twice", item=name)
        self._items[name] = item

    def register(self, name: str) -> Callable[[T], T]:
        """Register the decorated object under ``name``."""

        def decorate(item: T) -> T:
            self.add(name, item)
            return item

        return decorate

    def __getitem__(self, name: str) -> T:
        try:
            return self._items[name]
        except KeyError:
            raise UnknownNameError(
                f"no such {self.kind}", item=name, fix=suggest(name, self._items)
            ) from None

    def __contains__(self, name: object) -> bool:
        return name in self._items

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._items))

    def __len__(self) -> int:
        return len(self._items)


def suggest(name: str, known: Iterable[str]) -> str:
    """Return the sentence that follows an unknown name: the nearest one, or all of them."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1)
    if near:
        return f"Did you mean {near[0]!r}?"
    return f"Known: {', '.join(names) or 'none'}"
