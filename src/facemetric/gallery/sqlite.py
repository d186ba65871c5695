"""The gallery in one SQLite file: nothing to install, nothing to start."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from os import PathLike, fspath
from pathlib import Path
from typing import Literal

from facemetric.errors import GalleryError, InputError, PersonError
from facemetric.gallery import editing
from facemetric.gallery.binding import Binding, bind, fill_new, stored_binding
from facemetric.gallery.bulk import enrol_all
from facemetric.gallery.database import Database, file_exists
from facemetric.gallery.enrolment import Request, absent, enrol, find_person
from facemetric.gallery.everything import all_vectors
from facemetric.gallery.figures import figures
from facemetric.gallery.integrity import structural_problems, vector_problems
from facemetric.gallery.memory import Memory
from facemetric.gallery.names import group_names
from facemetric.gallery.protocol import BACKENDS, Gallery, now
from facemetric.gallery.ranking import By
from facemetric.gallery.records import (
    Consent,
    Enrolment,
    NewSample,
    Person,
    Removal,
    Sample,
    Stats,
    Vectors,
)
from facemetric.gallery.rows import (
    PERSON_QUERY,
    SAMPLE_QUERY,
    check_unit,
    person_of,
    sample_of,
    time_text,
)
from facemetric.gallery.searching import Question, search
from facemetric.gallery.snapshot import (
    put_in_place,
    read_snapshot,
    remove_snapshots,
    snapshot_bytes,
    write_part,
)
from facemetric.index import Codec
from facemetric.types import Float32, ItemError, Match

SNAPSHOT_ROWS = 16_384
"""A snapshot is written when so many vectors, and a quarter of those in it, are not in it."""


@BACKENDS.register("sqlite")
class SqliteGallery(Gallery):
    """A gallery in one SQLite file, with its write-ahead log beside it.

    Several processes may read while one writes; writers wait for each other. A commit returns
    once it is on disk.

    Parameters
    ----------
    address
        The file's path, or ``sqlite://`` and the path.
    bundle, dim
        The bundle in use and its dimensions. A new gallery needs both and is bound to them;
        with an existing one they are compared where they are given.
    bundle_sha256
        Hex digest of the bundle's graph, compared in the same way.
    flip
        Whether embeddings are averaged with the mirrored chips', compared in the same way. A
        gallery that was made without these two is bound by the first who opens it, not read-only,
        with them, and to ``flip`` by its first sample.
    codec
        Store one byte per dimension with this codec. Settled when the gallery is made.
    read_only
        Never write to the file.
    create
        Make the file where it is absent.
    timeout_s
        How long to wait for another process that is writing.
    clock
        Returns the time, with a time zone.

    Raises
    ------
    GalleryError
        Where the file is absent, somebody else's, damaged, locked or cannot be written.
    BundleMismatchError
        Where the gallery holds embeddings of another bundle, graph, dimension, flip or codec.
    InputError
        Where a new gallery is wanted without ``bundle`` and ``dim``, or the digest is none.
    """

    def __init__(
        self,
        address: str | PathLike[str],
        *,
        bundle: str | None = None,
        dim: int | None = None,
        bundle_sha256: str | None = None,
        flip: bool | None = None,
        codec: Codec | None = None,
        read_only: bool = False,
        create: bool = True,
        timeout_s: float = 30.0,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self.path = Path(fspath(address).removeprefix("sqlite://"))
        self._clock = clock

        used = Binding(bundle, dim, bundle_sha256, flip, codec)
        used.check_digest()

        def fill(connection: sqlite3.Connection) -> None:
            fill_new(connection, used, at=time_text(clock(), name="clock"))

        if create and not read_only and not file_exists(self.path):
            used.check_new(item=str(self.path))
        self._database = Database(
            self.path, read_only=read_only, create=fill if create else None, timeout_s=timeout_s
        )
        try:
            bound = bind(self._database, used)
            assert bound.bundle is not None and bound.dim is not None
            self.bundle, self.dim, self.codec = bound.bundle, bound.dim, bound.codec
            self.bundle_sha256, self._flip = bound.bundle_sha256, bound.flip
            self.id = self._identity()
            self._memory = Memory(self.bundle, self.dim, self.codec)
            self._has_read_snapshot = False
            if not read_only:
                # A process may have been killed between an erasure and its purge.
                self._purge(wait=False)
        except BaseException:
            self._database.close()
            raise

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
            rows = connection.execute(f"{PERSON_QUERY} ORDER BY p.row").fetchall()
        return [person_of(row) for row in rows]

    def person(self, person: str) -> Person:
        """Return one person by name or id; PersonError where there is none."""
        with self._database.read() as connection:
            return self._person(connection, self._row(connection, person))

    def samples(self, person: str | None = None) -> list[Sample]:
        """Return the samples of one person, or of all, in the order of enrolment."""
        with self._database.read() as connection:
            where = "" if person is None else f"WHERE p.row = {self._row(connection, person)}"
            rows = connection.execute(f"{SAMPLE_QUERY} {where} ORDER BY s.row").fetchall()
        return [sample_of(row) for row in rows]

    def rename(self, person: str, name: str) -> Person:
        """Give a person another name; PersonError where someone else has it."""
        with self._database.write() as connection:
            row = self._row(connection, person)
            editing.rename(connection, row, name, at=self._clock())
            return self._person(connection, row)

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
        query = "SELECT name, count(*) FROM person_groups GROUP BY name ORDER BY name"
        with self._database.read() as connection:
            return dict(connection.execute(query).fetchall())

    def expired(self, at: datetime) -> list[Person]:
        """Return the people whose ``keep_until`` is not after ``at``."""
        query = f"{PERSON_QUERY} WHERE p.keep_until <= ? ORDER BY p.keep_until, p.row"
        with self._database.read() as connection:
            rows = connection.execute(query, (time_text(at, name="at"),)).fetchall()
        return [person_of(row) for row in rows]

    def merge(self, into: str, other: str) -> Person:
        """Move the samples of ``other`` to ``into``; see ``Gallery.merge``."""
        with self._database.write() as connection:
            kept, gone = self._row(connection, into), self._row(connection, other)
            if kept == gone:
                raise PersonError("cannot be merged with itself", item=into)
            editing.merge(connection, kept, gone, at=self._clock())
            return self._person(connection, kept)

    def remove(self, person: str, *, purge: bool = True) -> Removal:
        """Erase a person; see ``Gallery.remove``."""
        with self._database.write() as connection:
            row = self._row(connection, person)
            gone = self._person(connection, row)
            editing.remove_person(connection, row)
        return Removal(gone.id, gone.name, gone.samples, purge and self.purge())

    def remove_sample(self, sample_id: str, *, purge: bool = True) -> Removal:
        """Erase one sample; see ``Gallery.remove_sample``."""
        with self._database.write() as connection:
            row = editing.remove_sample(connection, sample_id, at=self._clock())
            person = self._person(connection, row)
        return Removal(person.id, person.name, 1, purge and self.purge())

    def purge(self) -> bool:
        """Write the file anew, without what was erased; see ``Gallery.purge``."""
        return self._purge(wait=True)

    def search(
        self,
        queries: Float32,
        k: int = 5,
        *,
        per: Literal["person", "sample"] = "person",
        by: By = "best",
        groups: Sequence[str] | None = None,
    ) -> list[list[Match]]:
        """Return the nearest people or samples; see ``Gallery.search``."""
        question = Question(k, per, by, None if groups is None else group_names(groups))
        question.check()
        check_unit(queries, name="queries", dim=self.dim)
        with self._database.read() as connection:
            found = search(connection, self._updated(connection), queries, question)
        self._keep_snapshot()
        return found

    def compared(self) -> int:
        """Return how many samples a search looks at."""
        with self._database.read() as connection:
            return len(self._updated(connection))

    def vectors(self) -> Vectors:
        """Return all embeddings, read from the file."""
        with self._database.read() as connection:
            return all_vectors(connection, bundle=self.bundle, dim=self.dim, codec=self.codec)

    def stats(self) -> Stats:
        """Return the gallery in figures."""
        with self._database.read() as connection:
            size = self._database.size_bytes() + snapshot_bytes(self.path)
            return figures(connection, size_bytes=size)

    def check(self) -> list[str]:
        """Read the whole file and return what is wrong with it; empty where it is sound."""
        try:
            with self._database.read() as connection:
                problems = structural_problems(connection, self.bundle)
                return problems + vector_problems(self.vectors().embeddings)
        except GalleryError as error:
            return [str(error)]

    def close(self) -> None:
        """Let go of the file."""
        self._memory = Memory(self.bundle, self.dim, self.codec)
        self._database.close()

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

    def _purge(self, *, wait: bool) -> bool:
        with self._database.read() as connection:
            erasure = editing.unpurged(connection)
        if erasure is None:
            return True
        # It holds the codes of what was erased, and is soon written again.
        if not remove_snapshots(self.path) or not self._database.compact(wait=wait):
            return False
        self._memory.saved = 0
        with self._database.write() as connection:
            connection.execute("UPDATE gallery SET purged = max(purged, ?)", (erasure,))
        return True

    def _updated(self, connection: sqlite3.Connection) -> Memory:
        if not self._has_read_snapshot:
            self._has_read_snapshot = True
            kept = read_snapshot(self.path, gallery_id=self.id, bundle=self.bundle, dim=self.dim)
            if kept is not None and (self.codec is None or self.codec == kept.codec):
                self._memory.begin_with(kept)
        self._memory.update(connection)
        return self._memory

    def _keep_snapshot(self) -> None:
        """Write what is in memory beside the file, once enough of it is new."""
        memory = self._memory
        new = len(memory.rows.values) - memory.saved
        if self._database.read_only or memory.codes is None:
            return
        if new < max(SNAPSHOT_ROWS, memory.saved // 4):
            return
        taken = memory.snapshot(self.id)
        assert taken is not None
        memory.saved = len(memory.rows.values)
        part = write_part(self.path, *taken)
        if part is None:
            return
        with self._database.write() as connection:
            (last,) = connection.execute("SELECT max(number) FROM changes").fetchone()
            if (last or 0) == taken[0].change:
                put_in_place(self.path, part)
        # Otherwise someone erased meanwhile, and the codes may be those of the erased.
        shutil.rmtree(part, ignore_errors=True)

    def _identity(self) -> str:
        with self._database.read() as connection:
            return str(connection.execute("SELECT id FROM gallery").fetchone()[0])

    def _row(self, connection: sqlite3.Connection, person: str) -> int:
        row = find_person(connection, person)
        if row is None:
            raise absent(connection, person)
        return row

    def _person(self, connection: sqlite3.Connection, row: int) -> Person:
        return person_of(connection.execute(f"{PERSON_QUERY} WHERE p.row = ?", (row,)).fetchone())
