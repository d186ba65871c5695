"""Pages of a gallery's people, in the order of their names: questions, answers, and picking."""

from __future__ import annotations

import heapq
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from facemetric.errors import InputError
from facemetric.gallery.names import key_of_clean, tidy_groups
from facemetric.gallery.records import Person

MOST_LISTED = 1000
"""People on a page, at most."""


class ListPlace(NamedTuple):
    """A place in the list of people: that of somebody with this key of the name and this id."""

    key: str
    id: str

    @classmethod
    def of(cls, person: Person) -> ListPlace:
        """Return somebody's place."""
        return cls(key_of_clean(person.name), person.id)


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """Some of a gallery's people, in the order of their names.

    Attributes
    ----------
    people
        At most as many as were asked for.
    total
        How many the question holds for, on all pages.
    next
        Where the page behind goes on (its ``after``); `None` at the end.
    """

    people: tuple[Person, ...]
    total: int
    next: ListPlace | None


@dataclass(frozen=True, slots=True)
class Listing:
    """A question for a page, checked; ``part`` is spelt as keys of names are."""

    after: ListPlace | None
    limit: int
    part: str
    group: str | None

    @classmethod
    def of(
        cls, after: ListPlace | None, limit: int, search: str | None, group: str | None
    ) -> Listing:
        """Check a question; InputError where it makes no sense."""
        if not 1 <= limit <= MOST_LISTED:
            raise InputError(f"expected 1 to {MOST_LISTED}, got {limit}", item="limit")
        for item, text in (("search", search or ""), ("after", "".join(after or ()))):
            if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text):
                raise InputError(
                    "a name has no control characters", item=item, fix="Leave them out"
                )
        part = key_of_clean(" ".join((search or "").split()))
        return cls(after, limit, part, None if group is None else tidy_groups([group])[0])

    def page(self, people: Iterable[Person], total: int) -> PeoplePage:
        """Return the page of the people behind ``after``, in order: one more than ``limit``."""
        found = tuple(people)
        shown = found[: self.limit]
        more = len(found) > self.limit
        return PeoplePage(shown, total, ListPlace.of(shown[-1]) if more else None)

    def picked(self, places: Iterable[ListPlace]) -> tuple[list[ListPlace], int]:
        """Return the first places behind ``after``, one more than ``limit``, and how many fit.

        For stores that cannot sort by name: every place is looked at, and few are held.
        """
        total = 0

        def behind() -> Iterable[ListPlace]:
            nonlocal total
            for place in places:
                if self.part in place.key:
                    total += 1
                    if self.after is None or place > self.after:
                        yield place

        return heapq.nsmallest(self.limit + 1, behind()), total
