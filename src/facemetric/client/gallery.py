"""One gallery of a service."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Protocol

from facemetric.client.call import Answer, Call, Photo
from facemetric.client.calls import OneFace, Select
from facemetric.client.gallerycalls import (
    By,
    Conflicts,
    GalleryCalls,
    Kind,
    enrol_options,
    identify_options,
    search_body,
    terms_body,
)
from facemetric.wire import (
    EnrollOut,
    ErasedOut,
    ErasureReceiptOut,
    GalleryOut,
    GroupsOut,
    IdentifyOut,
    PeoplePageOut,
    PersonDataOut,
    PersonOut,
    PersonShowOut,
    PortraitErasedOut,
    SamplesOut,
    SearchOut,
    WatchEvent,
    WatchEventsOut,
)
from facemetric.wire.requests import ConsentIn, PersonIn

PAGE = 500


class Send(Protocol):
    """Sends a request and returns its document."""

    def __call__(self, call: Call[Answer]) -> Answer:
        """Send."""


class Follow(Protocol):
    """Yields the events of a stream."""

    def __call__(self, path: str, last_id: str | None) -> Iterator[WatchEvent]:
        """Follow."""


class GalleryClient:
    """What can be asked of one gallery; made by ``Client.gallery``."""

    def __init__(self, name: str, send: Send, follow: Follow) -> None:
        self.name = name
        self._calls = GalleryCalls(name)
        self._send = send
        self._follow = follow

    def show(self) -> GalleryOut:
        """Return the gallery in figures."""
        return self._send(self._calls.show())

    def groups(self) -> GroupsOut:
        """Return the groups with the number of people in each."""
        return self._send(self._calls.groups())

    def events(self, *, limit: int = 100, kind: Kind | None = None) -> WatchEventsOut:
        """Return the last events of the watch over this gallery."""
        return self._send(self._calls.events(limit, kind))

    def follow_events(self, *, last_id: str | None = None) -> Iterator[WatchEvent]:
        """Yield events as they come, from behind ``last_id`` where it is given; for ever."""
        return self._follow(f"{self._calls.root}/events/stream", last_id)

    def put_on_list(self, group: str, person_id: str) -> PersonShowOut:
        """Add a person to a group."""
        return self._send(self._calls.listed("PUT", group, person_id))

    def take_off_list(self, group: str, person_id: str) -> PersonShowOut:
        """Take a person out of a group."""
        return self._send(self._calls.listed("DELETE", group, person_id))

    def identify(
        self,
        photos: Sequence[Photo],
        *,
        stranger_risk: float = 0.01,
        threshold: float | None = None,
        candidates: int = 5,
        groups: Sequence[str] | None = None,
        select: Select = "all",
    ) -> IdentifyOut:
        """Say who is in photographs; see ``Recognizer.identify_many``."""
        options = identify_options(stranger_risk, threshold, candidates, groups, select)
        return self._send(self._calls.identify(photos, options))

    def search(
        self,
        embeddings: Any,
        *,
        candidates: int = 5,
        by: By = "best",
        groups: Sequence[str] | None = None,
        stranger_risk: float = 0.01,
        threshold: float | None = None,
    ) -> SearchOut:
        """Say whom embeddings ``(N, D)`` of unit length are of."""
        asked = search_body(embeddings, candidates, by, groups, stranger_risk, threshold)
        return self._send(self._calls.search(asked))

    def enrol(
        self,
        name: str,
        photos: Sequence[Photo],
        *,
        groups: Sequence[str] = (),
        consent: ConsentIn | None = None,
        keep_until: datetime | None = None,
        select: OneFace | None = None,
        refuse_poor: bool = False,
        conflicts: Conflicts = "refuse",
        keep_portraits: bool = False,
    ) -> EnrollOut:
        """Enrol a person from photographs; what is answered is on disk.

        ``keep_portraits`` keeps a small picture of each face, where the service allows it.
        """
        options = enrol_options(select, refuse_poor, conflicts, keep_portraits)
        return self._send(self._calls.enrol(name, photos, groups, consent, keep_until, options))

    def enrol_group(
        self,
        name: str,
        job_id: str,
        faces: Sequence[int],
        *,
        groups: Sequence[str] = (),
        consent: ConsentIn | None = None,
        keep_until: datetime | None = None,
        keep_portraits: bool = False,
    ) -> EnrollOut:
        """Enrol faces of a finished job, by their numbers, as one person.

        ``keep_portraits`` needs a job that was begun with it.
        """
        asked = terms_body(name, groups, consent, keep_until)
        asked |= {"job_id": job_id, "faces": list(faces)}
        if keep_portraits:  # older services do not know the word
            asked["keep_portraits"] = True
        return self._send(self._calls.enrol_group(asked))

    def add_photos(
        self,
        person_id: str,
        photos: Sequence[Photo],
        *,
        select: OneFace | None = None,
        refuse_poor: bool = False,
        conflicts: Conflicts = "refuse",
        keep_portraits: bool = False,
    ) -> EnrollOut:
        """Enrol more photographs of somebody."""
        options = enrol_options(select, refuse_poor, conflicts, keep_portraits)
        return self._send(self._calls.add_photos(person_id, photos, options))

    def find(
        self,
        *,
        name: str | None = None,
        group: str | None = None,
        limit: int = 100,
        after: str | None = None,
    ) -> PeoplePageOut:
        """Return a page of people, by a part of the name or a group."""
        return self._send(self._calls.find(name, group, limit, after))

    def people(self, *, name: str | None = None, group: str | None = None) -> Iterator[PersonOut]:
        """Yield everyone, page after page."""
        after = None
        while True:
            page = self.find(name=name, group=group, limit=PAGE, after=after)
            yield from page.people
            if page.next is None:
                return
            after = page.next

    def person(self, person_id: str) -> PersonShowOut:
        """Return one person."""
        return self._send(self._calls.person(person_id))

    def change(self, person_id: str, changes: PersonIn) -> PersonShowOut:
        """Change what is set in ``changes``, and nothing else."""
        given = changes.model_dump(mode="json", exclude_unset=True)
        return self._send(self._calls.change(person_id, given))

    def merge(self, person_id: str, other: str) -> PersonShowOut:
        """Make ``other`` part of a person."""
        return self._send(self._calls.merge(person_id, other))

    def export(self, person_id: str) -> PersonDataOut:
        """Return everything that is stored about a person."""
        return self._send(self._calls.export(person_id))

    def erase(self, person_id: str) -> ErasureReceiptOut:
        """Erase a person and return the receipt."""
        return self._send(self._calls.erase(person_id))

    def samples(self, person_id: str) -> SamplesOut:
        """Return a person's enrolled photographs."""
        return self._send(self._calls.samples(person_id))

    def erase_sample(self, person_id: str, sample_id: str) -> ErasedOut:
        """Erase one photograph."""
        return self._send(self._calls.erase_sample(person_id, sample_id))

    def portrait(self, person_id: str, sample_id: str) -> bytes:
        """Return the JPEG of a face that is kept with a photograph; ServiceError without one."""
        return self._send(self._calls.portrait(person_id, sample_id))

    def erase_portrait(self, person_id: str, sample_id: str) -> PortraitErasedOut:
        """Erase the picture of a face; the photograph's embedding stays."""
        return self._send(self._calls.erase_portrait(person_id, sample_id))
