"""Galleries in SQL databases: everything but search and what erasing leaves behind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Literal

from facemetric.errors import InputError, PersonError
from facemetric.gallery.binding import Binding
from facemetric.gallery.listing import Listing, PeoplePage
from facemetric.gallery.portrait import Portrait
from facemetric.gallery.protocol import Gallery
from facemetric.gallery.records import (
    Consent,
    Enrolment,
    NewSample,
    Person,
    PersonRecord,
    Removal,
    Sample,
)
from facemetric.gallery.rules import check_records, time_text
from facemetric.gallery.sql import editing
from facemetric.gallery.sql.binding import bind, bind_samples, stored_binding
from facemetric.gallery.sql.bulk import enrol_all
from facemetric.gallery.sql.connection import Connection, Database
from facemetric.gallery.sql.enrolment import Request, absent, enrol, find_person
from facemetric.gallery.sql.figures import count_groups, count_mapped
from facemetric.gallery.sql.listing import page_of
from facemetric.gallery.sql.portraits import (
    count_portraits,
    has_portrait,
    portraits_of,
    sample_row,
)
from facemetric.gallery.sql.rows import SAMPLE_QUERY, people_where, samples_of
from facemetric.gallery.sql.transfer import read_people, restore
from facemetric.types import ItemError


class SqlGallery(Gallery):
    """People, samples and embeddings as rows; how they are searched is up to the backend.

    Parameters
    ----------
    database
        Open, with its tables.
    used
        What is in use, to be compared with what the gallery is bound to.
    clock
        Returns the time, with a time zone.

    Raises
    ------
    BundleMismatchError
        Where the gallery holds embeddings of another bundle, graph, dimension, flip or codec.
    """

    keeps_portraits = True

    def __init__(self, database: Database, used: Binding, *, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        bound = bind(database, used)
        assert bound.bundle is not None and bound.dim is not None
        self.bundle, self.dim = bound.bundle, bound.dim
        self.codec = bound.codec
        self.bundle_sha256, self._flip = bound.bundle_sha256, bound.flip
        with database.read() as connection:
            self.id = str(connection.execute("SELECT id FROM gallery").fetchone()[0])

    @property
    def flip(self) -> bool | None:
        """Whether embeddings are averaged with the mirrored chips'; ``None``: not settled yet."""
        if self._flip is None:
            with self._database.read() as connection:
                self._flip = stored_binding(connection).flip
        return self._flip

    def enroll(
        self,
        name: str,
        samples: Sequence[NewSample],
        *,
        consent: Consent | None = None,
        keep_until: datetime | None = None,
        groups: Sequence[str] = (),
        conflicts: Literal["refuse", "allow"] = "refuse",
    ) -> Enrolment:
        """Add samples to a person; see ``Gallery.enroll``."""
        request = self._request(name, samples, consent, keep_until, groups, conflicts)
        with self._database.write() as connection:
            return enrol(connection, request, at=self._clock())

    def enroll_many(
        self,
        people: Iterable[tuple[str, Sequence[NewSample]]],
        *,
        chunk_people: int = 64,
        conflicts: Literal["refuse", "allow"] = "refuse",
    ) -> Iterator[Enrolment | ItemError]:
        """Enrol many people in few transactions; see ``Gallery.enroll_many``."""
        if chunk_people < 1:
            raise InputError(f"expected at least 1, got {chunk_people}", item="chunk_people")
        remaining = iter(people)
        while chunk := list(islice(remaining, chunk_people)):
            requests = [
                self._request(name, samples, None, None, (), conflicts) for name, samples in chunk
            ]
            with self._database.write() as connection:
                answers = enrol_all(connection, requests, at=self._clock())
            yield from answers

    def people(self) -> list[Person]:
        """Return everyone, in the order of enrolment."""
        with self._database.read() as connection:
            return people_where(connection, "ORDER BY p.row")

    def _page(self, listing: Listing) -> PeoplePage:
        with self._database.read() as connection:
            return page_of(connection, listing)

    def person(self, person: str) -> Person:
        """Return one person by name or id; PersonError where there is none."""
        with self._database.read() as connection:
            return self._person(connection, self._row(connection, person))

    def samples(self, person: str | None = None) -> list[Sample]:
        """Return the samples of one person, or of all, in the order of enrolment."""
        with self._database.read() as connection:
            where = "" if person is None else f"WHERE p.row = {self._row(connection, person)}"
            rows = connection.execute(f"{SAMPLE_QUERY} {where} ORDER BY s.row").fetchall()
            return samples_of(connection, rows)

    def mapped(self) -> dict[str, int]:
        """Return how many samples an upgrade mapped; see ``Gallery.mapped``."""
        with self._database.read() as connection:
            return count_mapped(connection)

    def rename(self, person: str, name: str, *, purge: bool = False) -> Person:
        """Give a person another name; see ``Gallery.rename``."""
        with self._database.write() as connection:
            row = self._row(connection, person)
            editing.rename(connection, row, name, at=self._clock())
            renamed = self._person(connection, row)
        if purge:
            self.purge()
        return renamed

    def set_terms(
        self, person: str, *, consent: Consent | None, keep_until: datetime | None
    ) -> Person:
        """Replace a person's consent and retention; ``None`` clears."""
        with self._database.write() as connection:
            row = self._row(connection, person)
            editing.set_terms(connection, row, consent, keep_until, at=self._clock())
            return self._person(connection, row)

    def set_groups(self, person: str, groups: Sequence[str]) -> Person:
        """Replace a person's groups; InputError where a name cannot be one."""
        with self._database.write() as connection:
            row = self._row(connection, person)
            editing.set_groups(connection, row, groups, at=self._clock())
            return self._person(connection, row)

    def groups(self) -> dict[str, int]:
        """Return the number of people in each group, by its name."""
        with self._database.read() as connection:
            return count_groups(connection)

    def expired(self, at: datetime) -> list[Person]:
        """Return the people whose ``keep_until`` is not after ``at``."""
        clause = "WHERE p.keep_until <= ? ORDER BY p.keep_until, p.row"
        with self._database.read() as connection:
            return people_where(connection, clause, (time_text(at, name="at"),))

    def merge(self, into: str, other: str, *, purge: bool = False) -> Person:
        """Move the samples of ``other`` to ``into``; see ``Gallery.merge``."""
        with self._database.write() as connection:
            kept, gone = self._row(connection, into), self._row(connection, other)
            if kept == gone:
                raise PersonError("cannot be merged with itself", item=into)
            editing.merge(connection, kept, gone, at=self._clock())
            merged = self._person(connection, kept)
        if purge:
            self.purge()
        return merged

    def remove(self, person: str, *, purge: bool = True) -> Removal:
        """Erase a person; see ``Gallery.remove``."""
        with self._database.write() as connection:
            row = self._row(connection, person)
            gone, portraits = self._person(connection, row), count_portraits(connection, row)
            editing.remove_person(connection, row)
        return Removal(gone.id, gone.name, gone.samples, purge and self.purge(), portraits)

    def remove_sample(self, sample_id: str, *, purge: bool = True) -> Removal:
        """Erase one sample; see ``Gallery.remove_sample``."""
        with self._database.write() as connection:
            portraits = int(has_portrait(connection, sample_row(connection, sample_id)[0]))
            row = editing.remove_sample(connection, sample_id, at=self._clock())
            person = self._person(connection, row)
        return Removal(person.id, person.name, 1, purge and self.purge(), portraits)

    def portrait(self, sample_id: str) -> Portrait | None:
        """Return the portrait that is kept with a sample; see ``Gallery.portrait``."""
        with self._database.read() as connection:
            row, _ = sample_row(connection, sample_id)
            return portraits_of(connection, [row]).get(row)

    def remove_portrait(self, sample_id: str, *, purge: bool = True) -> bool:
        """Erase a portrait alone; see ``Gallery.remove_portrait``."""
        with self._database.write() as connection:
            editing.drop_portrait(connection, sample_id, at=self._clock())
        return purge and self.purge()

    def records(self, *, chunk_people: int = 256) -> Iterator[Sequence[PersonRecord]]:
        """Yield everyone with all samples and embeddings; see ``Gallery.records``."""
        if chunk_people < 1:
            raise InputError(f"expected at least 1, got {chunk_people}", item="chunk_people")
        last = 0
        while True:
            with self._database.read() as connection:
                found, last = self._read(connection, after=last, count=chunk_people)
            if not found:
                return
            yield found

    def record(self, person: str) -> PersonRecord:
        """Return all that is known of one person; PersonError where there is none."""
        with self._database.read() as connection:
            before = self._row(connection, person) - 1
            ((record,), _) = self._read(connection, after=before, count=1)
        return record

    def restore(self, records: Sequence[PersonRecord]) -> int:
        """Store people as another gallery had them; see ``Gallery.restore``."""
        check_records(records, dim=self.dim)
        stored = [sample for record in records for sample in record.samples]
        with self._database.write() as connection:
            bind_samples(
                connection,
                [NewSample(one.embedding, one.sample.source, flip=one.flip) for one in stored],
            )
            return restore(connection, records, bundle=self.bundle, codec=self.codec)

    def _read(
        self, connection: Connection, *, after: int, count: int
    ) -> tuple[list[PersonRecord], int]:
        return read_people(
            connection,
            after=after,
            count=count,
            bundle=self.bundle,
            dim=self.dim,
            codec=self.codec,
        )

    def _request(
        self,
        name: str,
        samples: Sequence[NewSample],
        consent: Consent | None,
        keep_until: datetime | None,
        groups: Sequence[str],
        conflicts: Literal["refuse", "allow"],
    ) -> Request:
        bound = (self.bundle, self.dim, self.codec)
        return Request(name, samples, consent, keep_until, groups, conflicts, *bound)

    def _row(self, connection: Connection, person: str) -> int:
        row = find_person(connection, person)
        if row is None:
            raise absent(connection, person)
        return row

    def _person(self, connection: Connection, row: int) -> Person:
        return people_where(connection, "WHERE p.row = ?", (row,))[0]
