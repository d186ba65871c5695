"""What every gallery can do, whatever it is stored in: be asked, and be changed."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from os import PathLike
from types import TracebackType
from typing import Any, Literal, Self

from facemetric.errors import PersonError
from facemetric.gallery.readable import Readable
from facemetric.gallery.records import (
    Consent,
    Enrolment,
    NewSample,
    Person,
    PersonRecord,
    Removal,
)
from facemetric.registry import Registry
from facemetric.types import ItemError

BACKENDS: Registry[Callable[..., Gallery]] = Registry("gallery backend")


def now() -> datetime:
    """Return the time of day in UTC: the clock that galleries use by default."""
    return datetime.now(UTC)


class Gallery(Readable):
    """Enrolled people and their faces' embeddings, of one model bundle.

    Everything that takes a ``person`` takes a name or an id. Names are unique, whatever their
    case: enrolling a known name adds to that person. What was returned from a method that changes
    something is on disk. A gallery may be used from several threads, which take turns, and by
    several processes, each of which opens it for itself.

    Attributes
    ----------
    erased_from, may_remain_in
        Places that erasing, once purged, clears of a person's bytes, and those that it does not
        reach.
    made
        Where it was made by this very opening, without a password; ``None``: it was there.
    """

    erased_from: tuple[str, ...] = ("the store",)
    may_remain_in: tuple[str, ...] = (
        "backups and copies",
        "exports",
        "files of events that a watch wrote",
    )

    made: str | None = None

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
    def rename(self, person: str, name: str, *, purge: bool = False) -> Person:
        """Give a person another name; the old one stays in the files until they are purged.

        That is owed: `check` tells of it, and a file is purged when it is next opened to write.
        ``purge=True`` purges at once, which takes as long as with `remove`, and does not tell
        whether all is clear: call ``purge`` instead, which does.

        Raises
        ------
        PersonError
            Where there is no such person, the name cannot be one, or someone else has it.
        """

    @abstractmethod
    def set_terms(
        self, person: str, *, consent: Consent | None, keep_until: datetime | None
    ) -> Person:
        """Replace a person's consent and retention by what is given; ``None`` clears.

        A consent that was replaced stays in the files until they are purged, as with `rename`.
        """

    @abstractmethod
    def set_groups(self, person: str, groups: Sequence[str]) -> Person:
        """Replace a person's groups; InputError where a name cannot be one.

        Names of groups that he leaves stay in the files until they are purged, as with `rename`.
        """

    @abstractmethod
    def merge(self, into: str, other: str, *, purge: bool = False) -> Person:
        """Move the samples of ``other`` to ``into`` and remove ``other``; both are one person.

        Samples that both have are kept once, groups are those of both. Consent is that of
        ``into``, or else of ``other``; the earlier ``keep_until`` holds. The name of ``other``,
        and samples that both had, stay in the files until they are purged, as with `rename`.

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
        """Clear the files of what was erased or replaced; return whether that is done.

        ``False`` means that another process was reading or writing all the while, that the disk
        has no room to write the file anew, or that the server clears them in its own time.
        """

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
    def close(self) -> None:
        """Let go of the files; using the gallery afterwards raises GalleryError."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
