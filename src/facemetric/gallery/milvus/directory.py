"""Who is in a Milvus gallery: rows found by name, id and person."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime

from facemetric.errors import PersonError
from facemetric.gallery.milvus.collections import Collections, Row
from facemetric.gallery.milvus.rows import PERSON_FIELDS, SAMPLE_FIELDS, person_of, vectors_of
from facemetric.gallery.names import is_id, name_key
from facemetric.gallery.records import Person, Vectors
from facemetric.gallery.rules import time_text


class Directory:
    """The people of a gallery, over its collections.

    Parameters
    ----------
    collections
        The gallery's.
    clock
        Returns the time, with a time zone.
    """

    def __init__(self, collections: Collections, clock: Callable[[], datetime]) -> None:
        self.collections = collections
        self._clock = clock
        self._last_number = 0

    def find(self, person: str) -> Row | None:
        """Return the row of the person of a name or id."""
        if is_id(person):
            field, value = "id", person.strip().lower()
        else:
            field, value = "name_key", name_key(person)
        found = self.collections.among("people", field, [value], PERSON_FIELDS)
        return found[0] if found else None

    def row(self, person: str) -> Row:
        """Return the row of a person; PersonError where there is none."""
        row = self.find(person)
        if row is None:
            raise absent(person)
        return row

    def person(self, person: str) -> Person:
        """Return the record of a person; PersonError where there is none."""
        row = self.row(person)
        held = self.collections.where("samples", f'person == "{row["id"]}"', ())
        return person_of(row, len(held))

    def everyone(self) -> list[Row]:
        """Return all people's rows in the order of enrolment."""
        rows = self.collections.every("people", PERSON_FIELDS)
        return sorted(rows, key=lambda row: int(row["number"]))

    def people(self) -> list[Person]:
        """Return everyone's record in the order of enrolment."""
        held = Counter(row["person"] for row in self.collections.every("samples", ("person",)))
        return [person_of(row, held[row["id"]]) for row in self.everyone()]

    def groups(self) -> dict[str, int]:
        """Return the number of people in each group, by its name."""
        rows = self.collections.every("people", ("facts",))
        counted = Counter(group for row in rows for group in row["facts"]["groups"])
        return dict(sorted(counted.items()))

    def mapped(self) -> dict[str, int]:
        """Return the number of samples that were mapped from each bundle's embeddings."""
        rows = self.collections.every("samples", ("facts",), 'facts["mapped_from"] > ""')
        counted = Counter(row["facts"].get("mapped_from") for row in rows)
        return {bundle: counted[bundle] for bundle in sorted(filter(None, counted))}

    def vectors(self, *, dim: int) -> Vectors:
        """Return all embeddings and whose they are."""
        people = self.collections.every("people", ("facts",))
        names = {row["id"]: str(row["facts"]["name"]) for row in people}
        rows = [row for row in self.samples(None, "vector") if row["person"] in names]
        embeddings = vectors_of(rows, dim)
        embeddings.setflags(write=False)
        owners = tuple(row["person"] for row in rows)
        ids = tuple(row["id"] for row in rows)
        return Vectors(embeddings, owners, ids, {one: names[one] for one in owners})

    def samples(self, person: str | None, *more: str) -> list[Row]:
        """Return the sample rows of a person's id, or all, in the order of enrolment."""
        fields = (*SAMPLE_FIELDS, *more)
        if person is None:
            rows = list(self.collections.every("samples", fields))
        else:
            rows = self.collections.among("samples", "person", [person], fields)
        return sorted(rows, key=lambda row: int(row["number"]))

    def next_number(self) -> int:
        """Return a number above all that were given, also by other processes before."""
        self._last_number = max(self._last_number + 1, time.time_ns())
        return self._last_number

    def moment(self) -> str:
        """Return the time as text."""
        return time_text(self._clock(), name="clock")


def absent(person: str) -> PersonError:
    """Return the error for a name or id that nobody has."""
    return PersonError(
        "no such person", item=person, fix="The gallery's list of people has the names"
    )
