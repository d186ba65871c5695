"""The gallery in Milvus: vectors spread over a cluster, or in a file of Milvus Lite."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Literal
from uuid import uuid4

import numpy as np

from facemetric.errors import BundleMismatchError, GalleryError, InputError, PersonError
from facemetric.gallery.approximate import (
    EXACT,
    SearchIndex,
    check_enough,
    stored_index,
    with_recall,
)
from facemetric.gallery.binding import Binding, compare, other_flip
from facemetric.gallery.listing import Listing, PeoplePage
from facemetric.gallery.milvus import editing
from facemetric.gallery.milvus.address import parse_address
from facemetric.gallery.milvus.collections import Collections
from facemetric.gallery.milvus.directory import Directory
from facemetric.gallery.milvus.enrolment import Request, enrol
from facemetric.gallery.milvus.integrity import clear_orphans, problems
from facemetric.gallery.milvus.listing import page_of
from facemetric.gallery.milvus.rows import person_of, sample_of, vectors_of
from facemetric.gallery.milvus.searching import search
from facemetric.gallery.milvus.transfer import read_people, restore
from facemetric.gallery.names import group_names
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
from facemetric.gallery.rules import check_unit, refuse_on_server, time_text
from facemetric.index import Codec
from facemetric.types import Float32, ItemError, Match
from facemetric.vault import MasterKey

VERSION = 1


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
                raise _absent_gallery(where.shown)
            used.check_new(item=where.shown)
        self._read_only = read_only
        self._flip: bool | None = None
        self._collections = Collections(where, timeout_s=timeout_s)
        self._directory = Directory(self._collections, clock)
        try:
            self._open(used, create=create and not read_only)
        except BaseException:
            self._collections.close()
            raise

    @property
    def flip(self) -> bool | None:
        """Whether embeddings are averaged with the mirrored chips'; ``None``: not settled yet."""
        if self._flip is None:
            self._flip = self._collections.facts()["flip"]
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
        request = Request(name, samples, consent, keep_until, groups, conflicts)
        request.check(dim=self.dim)
        with self._writing():
            self._settle_flip(samples)
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
        counts = Counter(row["person"] for row in self._collections.every("samples", ("person",)))
        return [person_of(row, counts[row["id"]]) for row in self._directory.everyone()]

    def _page(self, listing: Listing) -> PeoplePage:
        return page_of(self._directory, listing)

    def person(self, person: str) -> Person:
        """Return one person by name or id; PersonError where there is none."""
        return self._directory.person(person)

    def samples(self, person: str | None = None) -> list[Sample]:
        """Return the samples of one person, or of all, in the order of enrolment."""
        identity = None if person is None else self._directory.row(person)["id"]
        return [sample_of(row, self.bundle) for row in self._directory.samples(identity)]

    def rename(self, person: str, name: str) -> Person:
        """Give a person another name; PersonError where someone else has it."""
        with self._writing():
            return editing.rename(self._directory, person, name)

    def set_terms(
        self, person: str, *, consent: Consent | None, keep_until: datetime | None
    ) -> Person:
        """Replace a person's consent and retention; ``None`` clears."""
        with self._writing():
            return editing.set_terms(self._directory, person, consent, keep_until)

    def set_groups(self, person: str, groups: Sequence[str]) -> Person:
        """Replace a person's groups; InputError where a name cannot be one."""
        names = group_names(groups)
        with self._writing():
            return editing.set_groups(self._directory, person, names)

    def groups(self) -> dict[str, int]:
        """Return the number of people in each group, by its name."""
        rows = self._collections.every("people", ("facts",))
        counted = Counter(group for row in rows for group in row["facts"]["groups"])
        return dict(sorted(counted.items()))

    def expired(self, at: datetime) -> list[Person]:
        """Return the people whose ``keep_until`` is not after ``at``."""
        limit = datetime.fromisoformat(time_text(at, name="at"))
        due = [one for one in self.people() if one.keep_until and one.keep_until <= limit]
        return sorted(due, key=lambda one: one.keep_until or limit)

    def merge(self, into: str, other: str) -> Person:
        """Move the samples of ``other`` to ``into``; see ``Gallery.merge``."""
        with self._writing():
            return editing.merge(self._directory, into, other)

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
        people = self._collections.every("people", ("facts",))
        names = {row["id"]: str(row["facts"]["name"]) for row in people}
        rows = [row for row in self._directory.samples(None, "vector") if row["person"] in names]
        embeddings = vectors_of(rows, self.dim)
        embeddings.setflags(write=False)
        owners = tuple(row["person"] for row in rows)
        return Vectors(
            embeddings,
            owners,
            tuple(row["id"] for row in rows),
            {one: names[one] for one in owners},
        )

    def records(self, *, chunk_people: int = 256) -> Iterator[Sequence[PersonRecord]]:
        """Yield everyone with all samples and embeddings; see ``Gallery.records``."""
        if chunk_people < 1:
            raise InputError(f"expected at least 1, got {chunk_people}", item="chunk_people")
        yield from read_people(
            self._directory, count=chunk_people, bundle=self.bundle, dim=self.dim
        )

    def restore(self, records: Sequence[PersonRecord]) -> int:
        """Store people as another gallery had them; see ``Gallery.restore``."""
        stored = [sample for record in records for sample in record.samples]
        for one in stored:
            check_unit(one.embedding[None], name=one.sample.source, dim=self.dim)
        samples = [NewSample(one.embedding, one.sample.source, flip=one.flip) for one in stored]
        with self._writing():
            self._settle_flip(samples)
            return restore(self._directory, records)

    def search_index(self) -> SearchIndex:
        """Return how samples are looked for."""
        self._index = stored_index(self._collections.facts().get("search_index"))
        return self._index

    def build_index(self, index: SearchIndex, *, queries: int = 200, seed: int = 0) -> SearchIndex:
        """Build Milvus's HNSW graph, or drop it; see ``Gallery.build_index``.

        Nobody can search until it is built. Others who have the gallery open walk the graph as
        broadly as before, until they open it again.
        """
        index.check()
        with self._writing():
            if index.kind == "exact":
                self._collections.index_samples("FLAT", {})
                self._keep_index(EXACT)
                return EXACT
            check_enough(self._collections.count("samples"), item=self._collections.address.shown)
            settings = {"M": index.m, "efConstruction": index.ef_construction}
            self._collections.index_samples("HNSW", settings)
            self._keep_index(index)
            measured = with_recall(index, self._drawn(queries, seed), self._answer)
            self._keep_index(measured)
        return measured

    def _keep_index(self, index: SearchIndex) -> None:
        kept = self._collections.facts() | {"search_index": index.to_stored()}
        self._collections.put_facts(kept)
        self._index = index

    def stats(self) -> Stats:
        """Return the gallery in figures; ``size_bytes`` is that of the file, 0 for a server."""
        facts = self._collections.facts()
        return Stats(
            gallery_id=self.id,
            bundle=self.bundle,
            dim=self.dim,
            bundle_sha256=facts["bundle_sha256"],
            flip=facts["flip"],
            encoding="f32",
            people=self._collections.count("people"),
            samples=self._collections.count("samples"),
            size_bytes=self._collections.size_bytes(),
            schema_version=facts["version"],
            created=datetime.fromisoformat(facts["created"]),
        )

    def check(self) -> list[str]:
        """Look at every row and return what is wrong; empty where it is sound."""
        try:
            return problems(self._directory, dim=self.dim)
        except GalleryError as error:
            return [str(error)]

    def close(self) -> None:
        """Close the connection."""
        self._collections.close()

    def _answer(self, queries: Float32, question: Question) -> list[list[Match]]:
        index = self.search_index() if question.exact else self._index
        return search(self._collections, queries, question, dim=self.dim, index=index)

    def _drawn(self, count: int, seed: int) -> Float32:
        """Return some samples' vectors, drawn."""
        ids = sorted(row["id"] for row in self._collections.every("samples", ()))
        chosen = np.random.default_rng(seed).choice(len(ids), min(count, len(ids)), replace=False)
        rows = self._collections.among("samples", "id", (ids[row] for row in chosen), ("vector",))
        return vectors_of(sorted(rows, key=lambda row: str(row["id"])), self.dim)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        if self._read_only:
            raise GalleryError(
                "was opened read-only",
                item=self._collections.address.shown,
                fix="Open it without read_only",
            )
        with self._collections.lock:
            yield

    def _open(self, used: Binding, *, create: bool) -> None:
        shown = self._collections.address.shown
        if not self._collections.exist():
            if not create:
                raise _absent_gallery(shown)
            used.check_new(item=shown)
            assert used.dim is not None
            self._collections.create(dim=used.dim)
            self._collections.put_facts(
                {
                    "version": VERSION,
                    "id": str(uuid4()),
                    "bundle": used.bundle,
                    "dim": used.dim,
                    "bundle_sha256": used.bundle_sha256,
                    "flip": used.flip,
                    "created": self._directory.moment(),
                }
            )
        self._collections.load()
        facts = self._collections.facts()
        if facts["version"] > VERSION:
            raise GalleryError(
                f"has version {facts['version']}, this program knows up to {VERSION}",
                item=shown,
                fix="Update facemetric to open it",
            )
        bound = Binding(facts["bundle"], facts["dim"], facts["bundle_sha256"], facts["flip"])
        compare(bound, used, item=shown)
        settled = {
            "bundle_sha256": facts["bundle_sha256"] or used.bundle_sha256,
            "flip": used.flip if facts["flip"] is None else facts["flip"],
        }
        if not self._read_only and facts | settled != facts:
            self._collections.put_facts(facts | settled)
            facts |= settled
        self.id, self.bundle, self.dim = facts["id"], facts["bundle"], facts["dim"]
        self.bundle_sha256 = facts["bundle_sha256"]
        self._flip = facts["flip"]
        self._index = stored_index(facts.get("search_index"))

    def _settle_flip(self, samples: Sequence[NewSample]) -> None:
        bound = self.flip
        for sample in samples:
            if bound is None:
                bound = sample.flip
                self._collections.put_facts(self._collections.facts() | {"flip": bound})
                self._flip = bound
            elif sample.flip != bound:
                raise other_flip(bound, item=sample.source)


def _absent_gallery(shown: str) -> GalleryError:
    return GalleryError("no such gallery", item=shown, fix="Enrol someone to create it")
