"""Adding samples to a person of a Milvus gallery."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import uuid4

from facemetric.errors import InputError, PersonError
from facemetric.gallery.milvus.collections import Row
from facemetric.gallery.milvus.directory import Directory, absent
from facemetric.gallery.milvus.editing import regroup
from facemetric.gallery.milvus.rows import (
    SAMPLE_FIELDS,
    is_same,
    new_sample_row,
    person_facts,
    person_of,
)
from facemetric.gallery.names import clean_name, group_names, is_id, name_key
from facemetric.gallery.records import Consent, Enrolment, NewSample, Receipt
from facemetric.gallery.rules import check_sample, refuse_portraits


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for one person."""

    name: str
    samples: Sequence[NewSample]
    consent: Consent | None
    keep_until: datetime | None
    groups: Sequence[str]
    conflicts: Literal["refuse", "allow"]

    def check(self, *, dim: int) -> None:
        """Raise InputError unless everything can be stored."""
        if self.conflicts not in ("refuse", "allow"):
            raise InputError(
                f"expected 'refuse' or 'allow', got {self.conflicts!r}", item="conflicts"
            )
        if not self.samples:
            raise InputError("no samples to enrol", item=self.name)
        for sample in self.samples:
            check_sample(sample, dim=dim)
        refuse_portraits(self.samples)


def enrol(directory: Directory, request: Request) -> Enrolment:
    """Store a request that was checked: the samples first, then the person, who makes them count.

    Raises
    ------
    PersonError
        The name cannot be one, or another person has the same face of the same picture.
    InputError
        A group's name cannot be one.
    """
    added = group_names(request.groups)
    found = directory.find(request.name)
    if found is None and is_id(request.name):
        raise absent(request.name)
    moment = directory.moment()
    row = _new_row(directory, request.name, moment) if found is None else found
    before = tuple(row["facts"]["groups"])
    after = tuple(sorted({*before, *added}))
    receipts, fresh = _receipts(directory, request, row["id"], after, moment)
    facts = _changed(row, request, after)
    if found is not None and (fresh or facts != row["facts"]):
        facts["updated"] = moment
    directory.collections.put("samples", fresh)
    if found is None or facts != row["facts"]:
        directory.collections.put("people", [row | {"facts": facts}])
    if found is not None and after != before:
        regroup(directory, row["id"], after)
    return Enrolment(directory.person(row["id"]), found is None, receipts)


def _new_row(directory: Directory, name: str, moment: str) -> Row:
    facts = person_facts(
        clean_name(name), created=moment, updated=moment, consent=None, keep_until=None, groups=()
    )
    return {
        "id": str(uuid4()),
        "name_key": name_key(name),
        "number": directory.next_number(),
        "facts": facts,
    }


def _changed(row: Row, request: Request, groups: tuple[str, ...]) -> Row:
    """Return a person's facts with the terms that a request gives."""
    known = person_of(row, 0)
    return person_facts(
        known.name,
        created=row["facts"]["created"],
        updated=row["facts"]["updated"],
        consent=request.consent or known.consent,
        keep_until=request.keep_until or known.keep_until,
        groups=groups,
    )


def _receipts(
    directory: Directory, request: Request, person: str, groups: tuple[str, ...], moment: str
) -> tuple[tuple[Receipt, ...], list[Row]]:
    """Return what becomes of samples, and the rows of those to add."""
    digests = {one.source_sha256 for one in request.samples if one.source_sha256 is not None}
    there = directory.collections.among("samples", "source_sha256", digests, SAMPLE_FIELDS)
    there.sort(key=lambda row: int(row["number"]))
    owners = (row["person"] for row in there)
    names = {
        row["id"]: str(row["facts"]["name"])
        for row in directory.collections.among("people", "id", owners, ("facts",))
    }
    receipts: list[Receipt] = []
    fresh: list[Row] = []
    for sample in request.samples:
        row = new_sample_row(
            sample,
            id=str(uuid4()),
            person=person,
            number=directory.next_number(),
            groups=groups,
            created=moment,
        )
        twins = [one for one in [*there, *fresh] if is_same(row, one)]
        elsewhere = [one["person"] for one in twins if one["person"] != person]
        others = tuple(names[owner] for owner in elsewhere if owner in names)
        if others and request.conflicts == "refuse":
            raise PersonError(
                f"this face of {sample.source} is already enrolled as {others[0]!r}",
                item=request.name,
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
