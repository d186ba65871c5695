"""The requests that concern one gallery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote

from facemetric.client.call import Call, Photo, files_of
from facemetric.client.calls import OneFace, Select
from facemetric.wire import (
    EnrollOut,
    ErasedOut,
    ErasureReceiptOut,
    GalleryOut,
    GroupsOut,
    IdentifyOut,
    PeoplePageOut,
    PersonDataOut,
    PersonShowOut,
    PortraitErasedOut,
    SamplesOut,
    SearchOut,
    WatchEventsOut,
)
from facemetric.wire.requests import ConsentIn

By = Literal["best", "top-mean", "centroid"]
Conflicts = Literal["refuse", "allow"]
Kind = Literal["alert", "left", "unknown", "source", "list"]


@dataclass(frozen=True, slots=True)
class GalleryCalls:
    """Makes the requests for one gallery."""

    name: str

    @property
    def root(self) -> str:
        """Where the gallery is."""
        return f"/v1/galleries/{quote(self.name, safe='')}"

    def show(self) -> Call[GalleryOut]:
        """Ask for figures."""
        return Call("GET", self.root, GalleryOut)

    def groups(self) -> Call[GroupsOut]:
        """Ask for the groups."""
        return Call("GET", f"{self.root}/groups", GroupsOut)

    def events(self, limit: int, kind: Kind | None) -> Call[WatchEventsOut]:
        """Ask for a watch's last events."""
        options = {"limit": limit, "kind": kind}
        return Call("GET", f"{self.root}/events", WatchEventsOut, options)

    def listed(
        self, method: Literal["PUT", "DELETE"], group: str, person_id: str
    ) -> Call[PersonShowOut]:
        """Ask to put somebody on a list, or to take them off it."""
        place = f"{self.root}/groups/{quote(group, safe='')}/people/{quote(person_id, safe='')}"
        return Call(method, place, PersonShowOut)

    def identify(self, photos: Sequence[Photo], options: Mapping[str, Any]) -> Call[IdentifyOut]:
        """Ask who is in photographs."""
        path = f"{self.root}/identify"
        return Call("POST", path, IdentifyOut, options, files=files_of(photos))

    def search(self, asked: Mapping[str, Any]) -> Call[SearchOut]:
        """Ask whom embeddings are of."""
        return Call("POST", f"{self.root}/search", SearchOut, json=asked)

    def find(
        self, name: str | None, group: str | None, limit: int, after: str | None
    ) -> Call[PeoplePageOut]:
        """Ask for people."""
        asked = {"name": name, "group": group, "limit": limit, "after": after}
        return Call("POST", f"{self.root}/people/find", PeoplePageOut, json=asked)

    def person(self, person_id: str) -> Call[PersonShowOut]:
        """Ask for one person."""
        return Call("GET", self._person(person_id), PersonShowOut)

    def enrol(
        self,
        name: str,
        photos: Sequence[Photo],
        groups: Sequence[str],
        consent: ConsentIn | None,
        keep_until: datetime | None,
        options: Mapping[str, Any],
    ) -> Call[EnrollOut]:
        """Ask to enrol a person."""
        form = {"name": name}
        if groups:
            form["groups"] = ",".join(groups)
        if keep_until is not None:
            form["keep_until"] = keep_until.isoformat()
        if consent is not None:
            form |= {"consent_basis": consent.basis, "consent_text": consent.text}
            if consent.at is not None:
                form["consent_at"] = consent.at.isoformat()
        path = f"{self.root}/people"
        return Call("POST", path, EnrollOut, options, files=files_of(photos), form=form)

    def enrol_group(self, asked: Mapping[str, Any]) -> Call[EnrollOut]:
        """Ask to enrol faces of a job."""
        return Call("POST", f"{self.root}/people/from-job", EnrollOut, json=asked)

    def add_photos(
        self, person_id: str, photos: Sequence[Photo], options: Mapping[str, Any]
    ) -> Call[EnrollOut]:
        """Ask to enrol more photographs."""
        path = f"{self._person(person_id)}/samples"
        return Call("POST", path, EnrollOut, options, files=files_of(photos))

    def change(self, person_id: str, changes: Mapping[str, Any]) -> Call[PersonShowOut]:
        """Ask to change a person."""
        return Call("PATCH", self._person(person_id), PersonShowOut, json=changes)

    def merge(self, person_id: str, other: str) -> Call[PersonShowOut]:
        """Ask to make two people one."""
        path = f"{self._person(person_id)}/merge"
        return Call("POST", path, PersonShowOut, json={"other": other}, safe=False)

    def export(self, person_id: str) -> Call[PersonDataOut]:
        """Ask for all that is stored of a person."""
        return Call("GET", f"{self._person(person_id)}/export", PersonDataOut)

    def erase(self, person_id: str) -> Call[ErasureReceiptOut]:
        """Ask to erase a person."""
        return Call("DELETE", self._person(person_id), ErasureReceiptOut, safe=False)

    def samples(self, person_id: str) -> Call[SamplesOut]:
        """Ask for a person's photographs."""
        return Call("GET", f"{self._person(person_id)}/samples", SamplesOut)

    def erase_sample(self, person_id: str, sample_id: str) -> Call[ErasedOut]:
        """Ask to erase a photograph."""
        path = f"{self._person(person_id)}/samples/{quote(sample_id, safe='')}"
        return Call("DELETE", path, ErasedOut, safe=False)

    def portrait(self, person_id: str, sample_id: str) -> Call[bytes]:
        """Ask for a kept picture of a face."""
        return Call("GET", self._portrait(person_id, sample_id), bytes)

    def erase_portrait(self, person_id: str, sample_id: str) -> Call[PortraitErasedOut]:
        """Ask to erase a kept picture."""
        return Call("DELETE", self._portrait(person_id, sample_id), PortraitErasedOut, safe=False)

    def _portrait(self, person_id: str, sample_id: str) -> str:
        return f"{self._person(person_id)}/samples/{quote(sample_id, safe='')}/portrait"

    def _person(self, person_id: str) -> str:
        return f"{self.root}/people/{quote(person_id, safe='')}"


def identify_options(
    stranger_risk: float,
    threshold: float | None,
    candidates: int,
    groups: Sequence[str] | None,
    select: Select,
) -> dict[str, Any]:
    """Return the options of ``identify`` as they stand in the address."""
    return {
        "stranger_risk": stranger_risk,
        "threshold": threshold,
        "candidates": candidates,
        "groups": None if groups is None else list(groups),
        "select": select,
    }


def enrol_options(
    select: OneFace | None, refuse_poor: bool, conflicts: Conflicts, keep_portraits: bool
) -> dict[str, Any]:
    """Return the options of ``enrol`` as they stand in the address."""
    return {
        "select": select,
        "refuse_poor": refuse_poor,
        "conflicts": conflicts,
        "keep_portraits": keep_portraits or None,
    }


def search_body(
    embeddings: Any,
    candidates: int,
    by: By,
    groups: Sequence[str] | None,
    stranger_risk: float,
    threshold: float | None,
) -> dict[str, Any]:
    """Return what ``search`` asks; ``embeddings`` may be an array."""
    rows = (
        embeddings.tolist() if hasattr(embeddings, "tolist") else [list(row) for row in embeddings]
    )
    return {
        "embeddings": rows,
        "candidates": candidates,
        "by": by,
        "groups": None if groups is None else list(groups),
        "stranger_risk": stranger_risk,
        "threshold": threshold,
    }


def terms_body(
    name: str, groups: Sequence[str], consent: ConsentIn | None, keep_until: datetime | None
) -> dict[str, Any]:
    """Return a person's terms as JSON."""
    return {
        "name": name,
        "groups": list(groups),
        "consent": None if consent is None else consent.model_dump(mode="json"),
        "keep_until": keep_until.isoformat() if keep_until else None,
    }
