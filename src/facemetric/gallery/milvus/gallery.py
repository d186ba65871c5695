"""The gallery in Milvus: vectors spread over a cluster, or in a file of Milvus Lite."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Literal

from facemetric.errors import BundleMismatchError, GalleryError, InputError, PersonError
from facemetric.gallery.approximate import SearchIndex
from facemetric.gallery.binding import Binding
from facemetric.gallery.listing import Listing, PeoplePage
from facemetric.gallery.milvus import editing
from facemetric.gallery.milvus.address import parse_address
from facemetric.gallery.milvus.client import Client
from facemetric.gallery.milvus.collections import Collections
from facemetric.gallery.milvus.directory import Directory
from facemetric.gallery.milvus.enrolment import Request, enrol
from facemetric.gallery.milvus.facts import Facts, absent_gallery
from facemetric.gallery.milvus.indexing import build
from facemetric.gallery.milvus.integrity import clear_orphans, problems
from facemetric.gallery.milvus.listing import page_of
from facemetric.gallery.milvus.reach import place_of
from facemetric.gallery.milvus.rows import sample_of
from facemetric.gallery.milvus.searching import search
from facemetric.gallery.milvus.transfer import read_people, restore
from facemetric.gallery.protocol import BACKENDS, Gallery, now
from facemetric.gallery.ranking import Question
from facemetric.gallery.records import (
    Consent,
    Enrolment,
    NewSample,
    Person,
    PersonRecord,
    Removal,
    Sample,
    Stats,
    Vectors,
)
from facemetric.gallery.rules import check_records, refuse_on_server, refuse_portraits, time_text
from facemetric.index import Codec
from facemetric.types import Float32, ItemError, Match
from facemetric.vault import MasterKey


@BACKENDS.register("milvus")
class MilvusGallery(Gallery):
    """A gallery in three Milvus collections: facts, people, samples.

    Milvus has no transactions. What makes a change count is one row, written last (a new person)
    or deleted first (an erasure): a process that is killed between leaves samples without a
    person, which nobody finds, and which `purge` clears. Writers should be one process at a time:
    two that enrol the same new name at once make two people of it, which `check` names. Milvus
    searches vectors as they are: encrypt its volumes.

    Parameters
    ----------
    address
        ``milvus://host:19530/database?gallery=staff``, or ``milvus:///folder/people-milvus.db``.
    bundle, dim, bundle_sha256, flip
        As for ``SqliteGallery``.
    codec
        Must be left out: one-byte codes are for SQLite galleries.
    key
        Must be left out: the server compares vectors as they are.
    read_only
        Never write to it.
    create
        Make the gallery where it is absent.
    timeout_s
        Of a call.
    clock
        Returns the time, with a time zone.

    Raises
    ------
    DependencyError
        pymilvus is not installed.
    GalleryError
        The server cannot be reached, or there is no such gallery.
    BundleMismatchError
        The gallery holds embeddings of another bundle, graph, dimension or flip.
    InputError
        A new gallery is wanted without ``bundle`` and ``dim``, or with a codec or a key.
    """

    erased_from = ("what Milvus answers with",)
    may_remain_in = (
        "Milvus' files until it compacts them, and dropped ones for its retention time",
        "files of Milvus Lite until it merges them",
        "the log of its message queue, for its retention time",
        *Gallery.may_remain_in,
    )

    def __init__(
        self,
        address: str,
        *,
        bundle: str | None = None,
        dim: int | None = None,
        bundle_sha256: str | None = None,
        flip: bool | None = None,
        codec: Codec | None = None,
        key: MasterKey | None = None,
        read_only: bool = False,
        create: bool = True,
        timeout_s: float = 30.0,
        clock: Callable[[], datetime] = now,
    ) -> None:
        refuse_on_server(codec=codec, key=key)
        used = Binding(bundle, dim, bundle_sha256, flip)
        used.check_digest()
        where = parse_address(address)
        if where.file is not None and not where.file.exists():
            if read_only or not create:
                raise absent_gallery(where.shown)
            used.check_new(item=where.shown)
        self._read_only = read_only
        self._client = Client(where, timeout_s=timeout_s)
        self._collections = Collections(self._client)
        self._directory = Directory(self._collections, clock)
        try:
            self._facts = Facts(
                self._collections,
                used,
                read_only=read_only,
                create=create and not read_only,
                moment=self._directory.moment(),
            )
        except BaseException:
            self._client.close()
            raise
        self.id, self.bundle, self.dim = self._facts.id, self._facts.bundle, self._facts.dim
        self.bundle_sha256 = self._facts.bundle_sha256
        self.made = where.shown if self._facts.is_new else None

    @property
    def place(self) -> str:
        """The file or server, and the collections' names in it; see ``Gallery.place``."""
        return place_of(self._client.address)

    @property
    def flip(self) -> bool | None:
        """Whether embeddings are averaged with the mirrored chips'; ``None``: not settled yet."""
        return self._facts.flip

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
        request = Request(name, samples, consent, keep_until, groups, conflicts)
        request.check(dim=self.dim)
        with self._writing():
            self._facts.settle_flip(samples)
            return enrol(self._directory, request)

    def enroll_many(
        self,
        people: Iterable[tuple[str, Sequence[NewSample]]],
        *,
        chunk_people: int = 64,
        conflicts: Literal["refuse", "allow"] = "refuse",
    ) -> Iterator[Enrolment | ItemError]:
        """Enrol many people, one after another; see ``Gallery.enroll_many``."""
        if chunk_people < 1:
            raise InputError(f"expected at least 1, got {chunk_people}", item="chunk_people")
        for name, samples in people:
            try:
                yield self.enroll(name, samples, conflicts=conflicts)
            except (PersonError, InputError, BundleMismatchError) as error:
                yield ItemError.of(error, item=name)

    def people(self) -> list[Person]:
        """Return everyone, in the order of enrolment."""
        return self._directory.people()

    def _page(self, listing: Listing) -> PeoplePage:
        return page_of(self._directory, listing)

    def person(self, person: str) -> Person:
        """Return one person by name or id; PersonError where there is none."""
        return self._directory.person(person)

    def samples(self, person: str | None = None) -> list[Sample]:
        """Return the samples of one person, or of all, in the order of enrolment."""
        identity = None if person is None else self._directory.row(person)["id"]
        return [sample_of(row, self.bundle) for row in self._directory.samples(identity)]

    def mapped(self) -> dict[str, int]:
        """Return how many samples an upgrade mapped; see ``Gallery.mapped``."""
        return self._directory.mapped()

    def rename(self, person: str, name: str, *, purge: bool = False) -> Person:
        """Give a person another name; see ``Gallery.rename``."""
        with self._writing():
            renamed = editing.rename(self._directory, person, name)
            if purge:
                self.purge()
            return renamed

    def set_terms(
        self, person: str, *, consent: Consent | None, keep_until: datetime | None
    ) -> Person:
        """Replace a person's consent and retention; ``None`` clears."""
        with self._writing():
            return editing.set_terms(self._directory, person, consent, keep_until)

    def set_groups(self, person: str, groups: Sequence[str]) -> Person:
        """Replace a person's groups; InputError where a name cannot be one."""
        with self._writing():
            return editing.set_groups(self._directory, person, groups)

    def groups(self) -> dict[str, int]:
        """Return the number of people in each group, by its name."""
        return self._directory.groups()

    def expired(self, at: datetime) -> list[Person]:
        """Return the people whose ``keep_until`` is not after ``at``."""
        limit = datetime.fromisoformat(time_text(at, name="at"))
        due = [one for one in self.people() if one.keep_until and one.keep_until <= limit]
        return sorted(due, key=lambda one: one.keep_until or limit)

    def merge(self, into: str, other: str, *, purge: bool = False) -> Person:
        """Move the samples of ``other`` to ``into``; see ``Gallery.merge``."""
        with self._writing():
            merged = editing.merge(self._directory, into, other)
            if purge:
                self.purge()
            return merged

    def remove(self, person: str, *, purge: bool = True) -> Removal:
        """Erase a person; see ``Gallery.remove``."""
        with self._writing():
            gone = self.person(person)
            editing.erase(self._directory, gone.id)
            return Removal(gone.id, gone.name, gone.samples, purge and self.purge())

    def remove_sample(self, sample_id: str, *, purge: bool = True) -> Removal:
        """Erase one sample; see ``Gallery.remove_sample``."""
        with self._writing():
            person = editing.erase_sample(self._directory, sample_id)
            return Removal(person.id, person.name, 1, purge and self.purge())

    def purge(self) -> bool:
        """Clear what killed processes left, ask Milvus to drop deleted rows, and return ``False``.

        Milvus drops them from its files in its own time, and says of none when that was: a
        cluster after compaction and its retention time, Milvus Lite when it merges files.
        """
        with self._writing():
            clear_orphans(self._collections)
            self._collections.compact()
        return False

    def compared(self) -> int:
        """Return how many samples a search looks at."""
        return self._collections.count("samples")

    def vectors(self) -> Vectors:
        """Return all embeddings, read from Milvus."""
        return self._directory.vectors(dim=self.dim)

    def records(self, *, chunk_people: int = 256) -> Iterator[Sequence[PersonRecord]]:
        """Yield everyone with all samples and embeddings; see ``Gallery.records``."""
        if chunk_people < 1:
            raise InputError(f"expected at least 1, got {chunk_people}", item="chunk_people")
        yield from read_people(
            self._directory, count=chunk_people, bundle=self.bundle, dim=self.dim
        )

    def restore(self, records: Sequence[PersonRecord]) -> int:
        """Store people as another gallery had them; see ``Gallery.restore``."""
        check_records(records, dim=self.dim)
        stored = [sample for record in records for sample in record.samples]
        refuse_portraits(stored)
        samples = [NewSample(one.embedding, one.sample.source, flip=one.flip) for one in stored]
        with self._writing():
            self._facts.settle_flip(samples)
            return restore(self._directory, records)

    def search_index(self) -> SearchIndex:
        """Return how samples are looked for."""
        return self._facts.stored_index()

    def build_index(self, index: SearchIndex, *, queries: int = 200, seed: int = 0) -> SearchIndex:
        """Build Milvus's HNSW graph, or drop it; see ``Gallery.build_index``.

        Nobody can search until it is built. Others who have the gallery open walk the graph as
        broadly as before, until they open it again.
        """
        index.check()
        with self._writing():
            return build(
                self._collections, self._facts, index, self._answer, queries=queries, seed=seed
            )

    def stats(self) -> Stats:
        """Return the gallery in figures; ``size_bytes`` is that of the file, 0 for a server."""
        return self._facts.stats()

    def check(self) -> list[str]:
        """Look at every row and return what is wrong; empty where it is sound."""
        try:
            return problems(self._directory, dim=self.dim)
        except GalleryError as error:
            return [str(error)]

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _answer(self, queries: Float32, question: Question) -> list[list[Match]]:
        index = self.search_index() if question.exact else self._facts.index
        return search(self._collections, queries, question, dim=self.dim, index=index)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        if self._read_only:
            raise GalleryError(
                "was opened read-only",
                item=self._client.address.shown,
                fix="Open it without read_only",
            )
        with self._client.lock:
            yield
