"""What every gallery can do, whatever it is stored in."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from os import PathLike
from types import TracebackType
from typing import Any, Literal, Self

from facemetric.errors import PersonError
from facemetric.gallery.listing import Listing, ListPlace, PeoplePage
from facemetric.gallery.portrait import Portrait
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
from facemetric.gallery.searchable import Searchable
from facemetric.index import Codec
from facemetric.registry import Registry
from facemetric.types import ItemError

BACKENDS: Registry[Callable[..., Gallery]] = Registry("gallery backend")


def now() -> datetime:
    """Return the time of day in UTC: the clock that galleries use by default."""
    return datetime.now(UTC)


class Gallery(Searchable):
    """Enrolled people and their faces' embeddings, of one model bundle.

    Everything that takes a ``person`` takes a name or an id. Names are unique, whatever their
    case: enrolling a known name adds to that person. What was returned from a method that changes
    something is on disk. A gallery may be used from several threads, which take turns, and by
    several processes, each of which opens it for itself.

    Attributes
    ----------
    id
        The gallery's own uuid.
    bundle, dim
        The bundle that its embeddings come from, and their number of dimensions.
    bundle_sha256
        Hex digest of that bundle's graph; ``None`` where nobody has told yet.
    erased_from, may_remain_in
        Places that erasing, once purged, clears of a person's bytes, and those that it does not
        reach.
    keeps_portraits
        Whether portraits can be kept with samples; those that cannot refuse samples with one.
    codec
        Of a gallery that stores one byte per dimension; ``None`` where it stores floats.
    made
        Where it was made by this very opening, without a password; ``None``: it was there.
    """

    erased_from: tuple[str, ...] = ("the store",)
    may_remain_in: tuple[str, ...] = (
        "backups and copies",
        "exports",
        "files of events that a watch wrote",
    )

    keeps_portraits: bool = False
    codec: Codec | None = None
    made: str | None = None

    id: str
    bundle: str
    bundle_sha256: str | None

    @property
    @abstractmethod
    def flip(self) -> bool | None:
        """Whether embeddings are averaged with the mirrored chips'; ``None``: not settled yet."""

    @property
    @abstractmethod
    def place(self) -> str:
        """Where it is kept, the same for every spelling of its address."""

    @staticmethod
    def open(address: str | PathLike[str], **options: Any) -> Gallery:
        """Open a gallery: a file, or ``backend://…`` for another store than SQLite.

        Options are those of the backend; see ``SqliteGallery`` for ``bundle``, ``dim``,
        ``bundle_sha256``, ``flip``, ``codec``, ``key``, ``read_only`` and ``create``.

        Raises
        ------
        GalleryError
            Where there is no such gallery or it cannot be used.
        BundleMismatchError
            Where it holds embeddings of another bundle, graph or ``flip`` than those named.
        UnknownNameError
            Where there is no such backend.
        """
        scheme, separator, _ = str(address).partition("://")
        return BACKENDS[scheme if separator else "sqlite"](address, **options)

    @abstractmethod
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
        """Add samples to the person of that name (or id), who is made where there is none.

        A face that the person already has (the same file, boxes that overlap by half) is
        reported as a duplicate and not stored again; a portrait is added where it has none.
        ``consent`` and ``keep_until`` replace what
        was known where they are given; ``groups`` are added to the person's.

        Raises
        ------
        PersonError
            Where the name cannot be one, or another person has the same face of the same picture
            and ``conflicts`` is ``"refuse"``. Nothing is stored then.
        InputError
            Where there are no samples, an embedding is not ``float32 (D,)`` of unit norm, a
            group's name cannot be one, or there is a portrait and the gallery keeps none.
        BundleMismatchError
            Where a sample's ``flip`` is not the gallery's; the first one enrolled may settle it.
        GalleryError
            Where it cannot be written.
        """

    @abstractmethod
    def enroll_many(
        self,
        people: Iterable[tuple[str, Sequence[NewSample]]],
        *,
        chunk_people: int = 64,
        conflicts: Literal["refuse", "allow"] = "refuse",
    ) -> Iterator[Enrolment | ItemError]:
        """Enrol many people, ``chunk_people`` in one transaction; yield each once it is on disk.

        A person who cannot be enrolled gives an ``ItemError`` in his place, and the rest go on.
        The work is done as the iterator is consumed.

        Raises
        ------
        GalleryError
            Where the gallery cannot be written; what was yielded before stays.
        """

    @abstractmethod
    def people(self) -> list[Person]:
        """Return everyone, in the order of enrolment."""

    def people_page(
        self,
        *,
        after: ListPlace | None = None,
        limit: int = 100,
        search: str | None = None,
        group: str | None = None,
    ) -> PeoplePage:
        """Return some people, in the order of their names whatever the case, and how many fit.

        People who come, go or are renamed between two pages move nobody else: a page begins
        behind ``after``, whether somebody is there or not. SQLite and PostgreSQL walk an index of
        names. An encrypted SQLite gallery opens every name for each page, and Milvus reads every
        key; neither holds more than the page.

        Parameters
        ----------
        after
            ``next`` of the page before; the first page where it is left out.
        limit
            How many, 1 to 1000.
        search
            A part of the name, in any case and Unicode form.
        group
            People in this group alone.

        Raises
        ------
        InputError
            The limit is out of range, a text has control characters, or the group's name cannot
            be one.
        """
        return self._page(Listing.of(after, limit, search, group))

    @abstractmethod
    def _page(self, listing: Listing) -> PeoplePage:
        """Answer a question for a page that was checked."""

    @abstractmethod
    def person(self, person: str) -> Person:
        """Return one person; PersonError where there is none."""

    @abstractmethod
    def samples(self, person: str | None = None) -> list[Sample]:
        """Return the samples of one person, or of all, in the order of enrolment.

        Raises
        ------
        PersonError
            Where there is no such person.
        """

    @abstractmethod
    def mapped(self) -> dict[str, int]:
        """Return how many samples an upgrade mapped, and did not embed, by the old bundle."""

    @abstractmethod
    def rename(self, person: str, name: str, *, purge: bool = True) -> Person:
        """Give a person another name, and clear the files of the old one as `remove` does.

        Pass ``purge=False`` while renaming many, and call ``purge`` at the end.

        Raises
        ------
        PersonError
            Where there is no such person, the name cannot be one, or someone else has it.
        """

    @abstractmethod
    def set_terms(
        self, person: str, *, consent: Consent | None, keep_until: datetime | None
    ) -> Person:
        """Replace a person's consent and retention by what is given; ``None`` clears."""

    @abstractmethod
    def set_groups(self, person: str, groups: Sequence[str]) -> Person:
        """Replace a person's groups; InputError where a name cannot be one."""

    @abstractmethod
    def groups(self) -> dict[str, int]:
        """Return the number of people in each group, by its name."""

    @abstractmethod
    def expired(self, at: datetime) -> list[Person]:
        """Return the people whose ``keep_until`` is not after ``at``."""

    @abstractmethod
    def merge(self, into: str, other: str, *, purge: bool = True) -> Person:
        """Move the samples of ``other`` to ``into`` and remove ``other``; both are one person.

        Samples that both have are kept once, groups are those of both. Consent is that of
        ``into``, or else of ``other``; the earlier ``keep_until`` holds. The name of ``other``
        goes from the files as with `remove`; pass ``purge=False`` while merging many, and call
        ``purge`` at the end.

        Raises
        ------
        PersonError
            Where one is absent, or both are the same.
        """

    @abstractmethod
    def remove(self, person: str, *, purge: bool = True) -> Removal:
        """Erase a person with all samples and embeddings, from the files as well.

        That writes the files anew (a second or two for 100,000 people): pass ``purge=False``
        while removing many, and call ``purge`` at the end.

        Raises
        ------
        PersonError
            Where there is no such person.
        """

    @abstractmethod
    def remove_sample(self, sample_id: str, *, purge: bool = True) -> Removal:
        """Erase one sample; the person stays, even with no sample left.

        Raises
        ------
        PersonError
            Where there is no such sample.
        """

    def portrait(self, sample_id: str) -> Portrait | None:
        """Return the portrait that is kept with a sample; ``None`` where none is.

        Raises
        ------
        PersonError
            Where there is no such sample.
        """
        if not any(sample.id == sample_id for sample in self.samples()):
            raise PersonError("no such sample", item=sample_id, fix="samples() lists their ids")
        return None

    def remove_portrait(self, sample_id: str, *, purge: bool = True) -> bool:
        """Erase the portrait of a sample, which stays; return whether the files are clear of it.

        Raises
        ------
        PersonError
            Where there is no such sample, or no portrait is kept with it.
        """
        self.portrait(sample_id)
        raise PersonError("no portrait is kept", item=sample_id)

    @abstractmethod
    def purge(self) -> bool:
        """Clear the files of what was erased, renamed or merged; return whether that is done.

        ``False`` means that another process was reading or writing all the while, that the disk
        has no room to write the file anew, or that the server clears them in its own time.
        """

    @abstractmethod
    def vectors(self) -> Vectors:
        """Return all embeddings with whose they are, for classifiers and clustering."""

    @abstractmethod
    def records(self, *, chunk_people: int = 256) -> Iterator[Sequence[PersonRecord]]:
        """Yield everyone with all samples and embeddings, in the order of enrolment, in chunks.

        Each chunk is of one moment; people who come meanwhile stand at the end.
        """

    def record(self, person: str) -> PersonRecord:
        """Return all that is known of one person; PersonError where there is none."""
        wanted = self.person(person).id
        for chunk in self.records():
            for record in chunk:
                if record.person.id == wanted:
                    return record
        raise PersonError("was erased meanwhile", item=wanted)

    @abstractmethod
    def restore(self, records: Sequence[PersonRecord]) -> int:
        """Store people as another gallery had them, in one transaction, ids and times kept.

        Those whose id is there already are left alone, so that an interrupted copy can go on;
        returns how many were new.

        Raises
        ------
        PersonError
            Somebody else has a name or a sample, or a name is none. Nothing is stored then.
        BundleMismatchError
            A sample's ``flip`` is not the gallery's.
        InputError
            An id, group or embedding is none, or there are portraits and this gallery keeps none.
        GalleryError
            It cannot be written.
        """

    @abstractmethod
    def stats(self) -> Stats:
        """Return the gallery in figures."""

    @abstractmethod
    def check(self) -> list[str]:
        """Read the whole store and return what is wrong with it; empty where it is sound."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the files; using the gallery afterwards raises GalleryError."""

    def __len__(self) -> int:
        return self.stats().people

    def __iter__(self) -> Iterator[Person]:
        return iter(self.people())

    def __contains__(self, person: object) -> bool:
        try:
            self.person(str(person))
        except PersonError:
            return False
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
