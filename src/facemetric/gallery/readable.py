"""What every gallery can be asked, also one that is opened to be read alone."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from datetime import datetime

from facemetric.errors import PersonError
from facemetric.gallery.listing import Listing, ListPlace, PeoplePage
from facemetric.gallery.portrait import Portrait
from facemetric.gallery.records import Person, PersonRecord, Sample, Stats, Vectors
from facemetric.gallery.searchable import Searchable
from facemetric.index import Codec


class Readable(Searchable):
    """Enrolled people, their samples and embeddings, as they are looked at.

    Attributes
    ----------
    id
        The gallery's own uuid.
    bundle, dim
        The bundle that its embeddings come from, and their number of dimensions.
    bundle_sha256
        Hex digest of that bundle's graph; ``None`` where nobody has told yet.
    keeps_portraits
        Whether portraits can be kept with samples; those that cannot refuse samples with one.
    codec
        Of a gallery that stores one byte per dimension; ``None`` where it stores floats.
    """

    keeps_portraits: bool = False
    codec: Codec | None = None

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
    def groups(self) -> dict[str, int]:
        """Return the number of people in each group, by its name."""

    @abstractmethod
    def expired(self, at: datetime) -> list[Person]:
        """Return the people whose ``keep_until`` is not after ``at``."""

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
    def stats(self) -> Stats:
        """Return the gallery in figures."""

    @abstractmethod
    def check(self) -> list[str]:
        """Read the whole store and return what is wrong with it; empty where it is sound."""

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
