"""The gallery in Milvus: vectors spread over a cluster, or in a file of Milvus Lite."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Literal
from uuid import uuid4

import numpy as np

from facemetric.errors import BundleMismatchError, GalleryError, InputError, PersonError
from facemetric.gallery.binding import Binding, compare, other_flip
from facemetric.gallery.milvus.address import parse_address
from facemetric.gallery.milvus.collections import Collections, Row
from facemetric.gallery.milvus.rows import (
    PERSON_FIELDS,
    SAMPLE_FIELDS,
    new_sample_row,
    person_facts,
    person_of,
    sample_of,
    stored_sample_row,
    vectors_of,
)
from facemetric.gallery.milvus.searching import search
from facemetric.gallery.names import clean_name, group_names, is_id, name_key
from facemetric.gallery.protocol import BACKENDS, Gallery, now
from facemetric.gallery.ranking import By, Question
from facemetric.gallery.records import (
    Consent,
    Enrolment,
    NewSample,
    Person,
    PersonRecord,
    Receipt,
    Removal,
    Sample,
    Stats,
    StoredSample,
    Vectors,
)
from facemetric.gallery.rules import NORM_TOLERANCE, check_sample, check_unit, same_face, time_text
from facemetric.index import Codec
from facemetric.types import Float32, ItemError, Match

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
        A new gallery is wanted without ``bundle`` and ``dim``, or with a codec.
    """

    def __init__(
        self,
        address: str,
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
        if codec is not None:
            raise InputError("one-byte codes are for SQLite galleries", item="codec")
        used = Binding(bundle, dim, bundle_sha256, flip)
        used.check_digest()
        where = parse_address(address)
        if where.file is not None and not where.file.exists():
            if read_only or not create:
                raise _absent_gallery(where.shown)
            used.check_new(item=where.shown)
        self._clock = clock
        self._read_only = read_only
        self._last_number = 0
        self._flip: bool | None = None
        self._collections = Collections(where, timeout_s=timeout_s)
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
        self._check_writable()
        if conflicts not in ("refuse", "allow"):
            raise InputError(f"expected 'refuse' or 'allow', got {conflicts!r}", item="conflicts")
        if not samples:
            raise InputError("no samples to enrol", item=name)
        for sample in samples:
            check_sample(sample, dim=self.dim)
        added_groups = group_names(groups)
        with self._collections.lock:
            self._settle_flip(samples)
            row = self._find(name)
            if row is None and is_id(name):
                raise self._absent(name)
            moment = time_text(self._clock(), name="clock")
            created = row is None
            if row is None:
                facts = person_facts(
                    clean_name(name),
                    created=moment,
                    updated=moment,
                    consent=None,
                    keep_until=None,
                    groups=(),
                )
                row = {
                    "id": str(uuid4()),
                    "name_key": name_key(name),
                    "number": self._next_number(),
                    "facts": facts,
                }
            before = tuple(row["facts"]["groups"])
            after = tuple(sorted({*before, *added_groups}))
            receipts, fresh = self._receipts(row["id"], samples, name, conflicts, after, moment)
            facts = dict(row["facts"]) | {"groups": list(after)}
            if consent is not None or keep_until is not None:
                known = person_of(row, 0)
                facts |= {
                    key: value
                    for key, value in person_facts(
                        facts["name"],
                        created=facts["created"],
                        updated=moment,
                        consent=consent or known.consent,
                        keep_until=keep_until or known.keep_until,
                        groups=after,
                    ).items()
                    if key in ("consent", "keep_until")
                }
            if not created and (fresh or facts != row["facts"]):
                facts["updated"] = moment
            self._collections.put("samples", fresh)
            if created or facts != row["facts"]:
                self._collections.put("people", [row | {"facts": facts}])
            if not created and after != before:
                self._regroup(row["id"], after)
            return Enrolment(self.person(row["id"]), created, receipts)

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
        rows = sorted(
            self._collections.every("people", PERSON_FIELDS), key=lambda row: int(row["number"])
        )
        return [person_of(row, counts[row["id"]]) for row in rows]

    def person(self, person: str) -> Person:
        """Return one person by name or id; PersonError where there is none."""
        row = self._row(person)
        held = self._collections.where("samples", f'person == "{row["id"]}"', ())
        return person_of(row, len(held))

    def samples(self, person: str | None = None) -> list[Sample]:
        """Return the samples of one person, or of all, in the order of enrolment."""
        return [sample_of(row, self.bundle) for row in self._sample_rows(person)]

    def rename(self, person: str, name: str) -> Person:
        """Give a person another name; PersonError where someone else has it."""
        self._check_writable()
        with self._collections.lock:
            row = self._row(person)
            taken = self._find(clean_name(name))
            if taken is not None and taken["id"] != row["id"]:
                raise PersonError(
                    f"the name is taken by {taken['facts']['name']!r}",
                    item=clean_name(name),
                    fix="Names are unique, whatever their case: add something to one of them, or "
                    "merge",
                )
            facts = row["facts"] | {"name": clean_name(name), "updated": self._moment()}
            self._collections.put("people", [row | {"name_key": name_key(name), "facts": facts}])
            return self.person(row["id"])

    def set_terms(
        self, person: str, *, consent: Consent | None, keep_until: datetime | None
    ) -> Person:
        """Replace a person's consent and retention; ``None`` clears."""
        self._check_writable()
        with self._collections.lock:
            row = self._row(person)
            facts = row["facts"]
            changed = person_facts(
                facts["name"],
                created=facts["created"],
                updated=self._moment(),
                consent=consent,
                keep_until=keep_until,
                groups=tuple(facts["groups"]),
            )
            self._collections.put("people", [row | {"facts": changed}])
            return self.person(row["id"])

    def set_groups(self, person: str, groups: Sequence[str]) -> Person:
        """Replace a person's groups; InputError where a name cannot be one."""
        self._check_writable()
        names = group_names(groups)
        with self._collections.lock:
            row = self._row(person)
            facts = row["facts"] | {"groups": list(names), "updated": self._moment()}
            self._collections.put("people", [row | {"facts": facts}])
            self._regroup(row["id"], names)
            return self.person(row["id"])

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
        self._check_writable()
        with self._collections.lock:
            kept, gone = self._row(into), self._row(other)
            if kept["id"] == gone["id"]:
                raise PersonError("cannot be merged with itself", item=into)
            one, two = person_of(kept, 0), person_of(gone, 0)
            limits = [limit for limit in (one.keep_until, two.keep_until) if limit is not None]
            groups = tuple(sorted({*one.groups, *two.groups}))
            facts = person_facts(
                one.name,
                created=kept["facts"]["created"],
                updated=self._moment(),
                consent=one.consent or two.consent,
                keep_until=min(limits, default=None),
                groups=groups,
            )
            held = self._sample_rows(kept["id"], "vector")
            moved = [
                row
                for row in self._sample_rows(gone["id"], "vector")
                if not any(_same(row, known) for known in held)
            ]
            rows = [row | {"person": kept["id"], "groups": list(groups)} for row in [*held, *moved]]
            self._collections.put("people", [kept | {"facts": facts}])
            self._collections.put("samples", rows)
            self._erase(gone["id"])
            return self.person(kept["id"])

    def remove(self, person: str, *, purge: bool = True) -> Removal:
        """Erase a person; see ``Gallery.remove``."""
        self._check_writable()
        with self._collections.lock:
            gone = self.person(person)
            self._erase(gone.id)
            return Removal(gone.id, gone.name, gone.samples, purge and self.purge())

    def remove_sample(self, sample_id: str, *, purge: bool = True) -> Removal:
        """Erase one sample; see ``Gallery.remove_sample``."""
        self._check_writable()
        with self._collections.lock:
            identity = sample_id.strip().lower()
            found = self._collections.among("samples", "id", [identity], ("person",))
            if not found:
                raise PersonError("no such sample", item=sample_id, fix="samples() lists their ids")
            row = self._row(found[0]["person"])
            self._collections.delete("samples", [identity])
            facts = row["facts"] | {"updated": self._moment()}
            self._collections.put("people", [row | {"facts": facts}])
            return Removal(row["id"], facts["name"], 1, purge and self.purge())

    def purge(self) -> bool:
        """Clear what killed processes left, and ask Milvus to drop deleted rows from its files.

        Milvus compacts in the background, and keeps dropped files for its retention time.
        """
        self._check_writable()
        with self._collections.lock:
            known = {row["id"] for row in self._collections.every("people", ())}
            orphans = [
                row["id"]
                for row in self._collections.every("samples", ("person",))
                if row["person"] not in known
            ]
            self._collections.delete("samples", orphans)
            self._collections.compact()
        return True

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
        return search(self._collections, queries, question, dim=self.dim)

    def compared(self) -> int:
        """Return how many samples a search looks at."""
        return self._collections.count("samples")

    def vectors(self) -> Vectors:
        """Return all embeddings, read from Milvus."""
        names = {
            row["id"]: row["facts"]["name"] for row in self._collections.every("people", ("facts",))
        }
        rows = [row for row in self._sample_rows(None, "vector") if row["person"] in names]
        embeddings = vectors_of(rows, self.dim)
        embeddings.setflags(write=False)
        people = tuple(row["person"] for row in rows)
        return Vectors(
            embeddings,
            people,
            tuple(row["id"] for row in rows),
            {one: names[one] for one in people},
        )

    def records(self, *, chunk_people: int = 256) -> Iterator[Sequence[PersonRecord]]:
        """Yield everyone with all samples and embeddings; see ``Gallery.records``."""
        if chunk_people < 1:
            raise InputError(f"expected at least 1, got {chunk_people}", item="chunk_people")
        everyone = sorted(
            self._collections.every("people", PERSON_FIELDS), key=lambda row: int(row["number"])
        )
        for start in range(0, len(everyone), chunk_people):
            chunk = everyone[start : start + chunk_people]
            rows = self._collections.among(
                "samples", "person", [row["id"] for row in chunk], (*SAMPLE_FIELDS, "vector")
            )
            rows.sort(key=lambda row: int(row["number"]))
            held: dict[str, list[StoredSample]] = {row["id"]: [] for row in chunk}
            for row, vector in zip(rows, vectors_of(rows, self.dim), strict=True):
                stored = StoredSample(sample_of(row, self.bundle), vector, row["facts"]["flip"])
                held[row["person"]].append(stored)
            yield [
                PersonRecord(person_of(row, len(held[row["id"]])), tuple(held[row["id"]]))
                for row in chunk
            ]

    def restore(self, records: Sequence[PersonRecord]) -> int:
        """Store people as another gallery had them; see ``Gallery.restore``."""
        self._check_writable()
        stored = [sample for record in records for sample in record.samples]
        for one in stored:
            check_unit(one.embedding[None], name=one.sample.source, dim=self.dim)
        with self._collections.lock:
            self._settle_flip(
                [NewSample(one.embedding, one.sample.source, flip=one.flip) for one in stored]
            )
            ids = [record.person.id for record in records]
            known = {row["id"] for row in self._collections.among("people", "id", ids, ())}
            fresh = [record for record in records if record.person.id not in known]
            keys = {name_key(record.person.name): record.person.name for record in fresh}
            for row in self._collections.among("people", "name_key", keys, ("name_key",)):
                raise PersonError(
                    "somebody else has the name",
                    item=keys[row["name_key"]],
                    fix="Rename one of the two first",
                )
            samples: list[Row] = []
            people: list[Row] = []
            for record in fresh:
                person = record.person
                facts = person_facts(
                    person.name,
                    created=time_text(person.created, name="created"),
                    updated=time_text(person.updated, name="updated"),
                    consent=person.consent,
                    keep_until=person.keep_until,
                    groups=person.groups,
                )
                people.append(
                    {
                        "id": person.id,
                        "name_key": name_key(person.name),
                        "number": self._next_number(),
                        "facts": facts,
                    }
                )
                samples += [
                    stored_sample_row(one, number=self._next_number(), groups=person.groups)
                    for one in record.samples
                ]
            self._collections.put("samples", samples)
            self._collections.put("people", people)
            return len(fresh)

    def stats(self) -> Stats:
        """Return the gallery in figures; ``size_bytes`` is that of the file, 0 for a server."""
        facts = self._collections.facts()
        file = self._collections.address.file
        size = 0
        if file is not None:
            parts = file.rglob("*") if file.is_dir() else [file]
            size = sum(part.stat().st_size for part in parts if part.is_file())
        return Stats(
            gallery_id=self.id,
            bundle=self.bundle,
            dim=self.dim,
            bundle_sha256=facts["bundle_sha256"],
            flip=facts["flip"],
            encoding="f32",
            people=self._collections.count("people"),
            samples=self._collections.count("samples"),
            size_bytes=size,
            schema_version=facts["version"],
            created=datetime.fromisoformat(facts["created"]),
        )

    def check(self) -> list[str]:
        """Look at every row and return what is wrong; empty where it is sound."""
        try:
            people = list(self._collections.every("people", PERSON_FIELDS))
            rows = self._sample_rows(None, "vector")
        except GalleryError as error:
            return [str(error)]
        known = {row["id"] for row in people}
        problems = []
        orphans = sum(row["person"] not in known for row in rows)
        if orphans:
            problems.append(f"{orphans} samples belong to nobody: purge them")
        often = Counter(row["name_key"] for row in people)
        for row in people:
            if often[row["name_key"]] > 1:
                problems.append(f"{row['facts']['name']!r} is the name of several: merge them")
        norms = np.linalg.norm(vectors_of(rows, self.dim), axis=1)
        odd = int(np.count_nonzero(~(np.abs(norms - 1.0) <= NORM_TOLERANCE)))
        if odd:
            problems.append(f"{odd} vectors are not of unit norm")
        return problems

    def close(self) -> None:
        """Close the connection."""
        self._collections.close()

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
                    "created": self._moment(),
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
        self.bundle_sha256, self._flip = facts["bundle_sha256"], facts["flip"]

    def _receipts(
        self,
        person: str,
        samples: Sequence[NewSample],
        name: str,
        conflicts: str,
        groups: tuple[str, ...],
        moment: str,
    ) -> tuple[tuple[Receipt, ...], list[Row]]:
        """Return what becomes of samples, and the rows of those to add."""
        digests = {one.source_sha256 for one in samples if one.source_sha256 is not None}
        there = self._collections.among("samples", "source_sha256", digests, SAMPLE_FIELDS)
        there.sort(key=lambda row: int(row["number"]))
        owners = self._collections.among(
            "people", "id", (row["person"] for row in there), ("facts",)
        )
        names = {row["id"]: row["facts"]["name"] for row in owners}
        receipts: list[Receipt] = []
        fresh: list[Row] = []
        for sample in samples:
            row = new_sample_row(
                sample,
                id=str(uuid4()),
                person=person,
                number=self._next_number(),
                groups=groups,
                created=moment,
            )
            twins = [one for one in [*there, *fresh] if _same(row, one)]
            elsewhere = [one["person"] for one in twins if one["person"] != person]
            others = tuple(names[owner] for owner in elsewhere if owner in names)
            if others and conflicts == "refuse":
                raise PersonError(
                    f"this face of {sample.source} is already enrolled as {others[0]!r}",
                    item=name,
                    fix=f"Enrol it as {others[0]!r}, or allow it with conflicts='allow' "
                    "(--allow-conflict)",
                )
            own = [one["id"] for one in twins if one["person"] == person]
            if own:
                receipts.append(Receipt(own[0], "duplicate", others))
            else:
                receipts.append(Receipt(row["id"], "added", others))
                fresh.append(row)
        return tuple(receipts), fresh

    def _settle_flip(self, samples: Sequence[NewSample]) -> None:
        bound = self.flip
        for sample in samples:
            if bound is None:
                bound = sample.flip
                self._collections.put_facts(self._collections.facts() | {"flip": bound})
                self._flip = bound
            elif sample.flip != bound:
                raise other_flip(bound, item=sample.source)

    def _regroup(self, person: str, groups: tuple[str, ...]) -> None:
        rows = self._sample_rows(person, "vector")
        self._collections.put("samples", [row | {"groups": list(groups)} for row in rows])

    def _erase(self, person: str) -> None:
        """Delete a person, with whom the samples go out of sight, then the samples."""
        self._collections.delete("people", [person])
        held = self._collections.where("samples", f'person == "{person}"', ())
        self._collections.delete("samples", [row["id"] for row in held])

    def _sample_rows(self, person: str | None, *more: str) -> list[Row]:
        fields = (*SAMPLE_FIELDS, *more)
        if person is None:
            rows = list(self._collections.every("samples", fields))
        else:
            identity = self._row(person)["id"]
            rows = self._collections.among("samples", "person", [identity], fields)
        return sorted(rows, key=lambda row: int(row["number"]))

    def _find(self, person: str) -> Row | None:
        if is_id(person):
            field, value = "id", person.strip().lower()
        else:
            field, value = "name_key", name_key(person)
        found = self._collections.among("people", field, [value], PERSON_FIELDS)
        return found[0] if found else None

    def _row(self, person: str) -> Row:
        row = self._find(person)
        if row is None:
            raise self._absent(person)
        return row

    def _absent(self, person: str) -> PersonError:
        return PersonError(
            "no such person", item=person, fix="The gallery's list of people has the names"
        )

    def _next_number(self) -> int:
        """Return a number above all that were given, also by other processes before."""
        self._last_number = max(self._last_number + 1, time.time_ns())
        return self._last_number

    def _moment(self) -> str:
        return time_text(self._clock(), name="clock")

    def _check_writable(self) -> None:
        if self._read_only:
            raise GalleryError(
                "was opened read-only",
                item=self._collections.address.shown,
                fix="Open it without read_only",
            )


def _same(one: Row, other: Row) -> bool:
    """Whether two rows are of the same face of the same picture."""
    if not one["source_sha256"] or one["source_sha256"] != other["source_sha256"]:
        return False
    boxes = [row["facts"]["box"] or (None,) * 4 for row in (one, other)]
    return same_face(*boxes)


def _absent_gallery(shown: str) -> GalleryError:
    return GalleryError("no such gallery", item=shown, fix="Enrol someone to create it")
