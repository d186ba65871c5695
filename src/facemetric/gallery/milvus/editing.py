"""Changing and erasing what is enrolled in a Milvus gallery."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from facemetric.errors import PersonError
from facemetric.gallery.milvus.collections import Row
from facemetric.gallery.milvus.directory import Directory
from facemetric.gallery.milvus.rows import is_same, person_facts, person_of
from facemetric.gallery.names import clean_name, group_names, name_key, tidy_groups
from facemetric.gallery.records import Consent, Person


def rename(directory: Directory, person: str, name: str) -> Person:
    """Give a person another name; PersonError where someone else has it."""
    row, cleaned = directory.row(person), clean_name(name)
    taken = directory.find(cleaned)
    if taken is not None and taken["id"] != row["id"]:
        raise PersonError(
            f"the name is taken by {taken['facts']['name']!r}",
            item=cleaned,
            fix="Names are unique, whatever their case: add something to one of them, or merge",
        )
    return _put(directory, row | {"name_key": name_key(cleaned)}, {"name": cleaned})


def set_terms(
    directory: Directory, person: str, consent: Consent | None, keep_until: datetime | None
) -> Person:
    """Replace consent and retention."""
    row = directory.row(person)
    facts = row["facts"]
    changed = person_facts(
        facts["name"],
        created=facts["created"],
        updated=facts["updated"],
        consent=consent,
        keep_until=keep_until,
        groups=tuple(facts["groups"]),
    )
    return _put(directory, row, changed)


def set_groups(directory: Directory, person: str, groups: Sequence[str]) -> Person:
    """Replace a person's groups; InputError where a name cannot be one."""
    row = directory.row(person)
    names = group_names(groups, known=row["facts"]["groups"])
    changed = _put(directory, row, {"groups": list(names)})
    regroup(directory, row["id"], names)
    return changed


def regroup(directory: Directory, person: str, groups: tuple[str, ...]) -> None:
    """Write a person's groups beside each of the samples, where a search filters by them."""
    rows = directory.samples(person, "vector")
    directory.collections.put("samples", [row | {"groups": list(groups)} for row in rows])


def merge(directory: Directory, into: str, other: str) -> Person:
    """Move the samples of ``other`` to ``into``, drop those that both have, erase ``other``."""
    kept, gone = directory.row(into), directory.row(other)
    if kept["id"] == gone["id"]:
        raise PersonError("cannot be merged with itself", item=into)
    one, two = person_of(kept, 0), person_of(gone, 0)
    limits = [limit for limit in (one.keep_until, two.keep_until) if limit is not None]
    groups = tidy_groups([*one.groups, *two.groups])
    held = directory.samples(kept["id"], "vector")
    moved = [
        row
        for row in directory.samples(gone["id"], "vector")
        if not any(is_same(row, known) for known in held)
    ]
    facts = person_facts(
        one.name,
        created=kept["facts"]["created"],
        updated=kept["facts"]["updated"],
        consent=one.consent or two.consent,
        # Nobody's face is kept longer than was promised for any of the two.
        keep_until=min(limits, default=None),
        groups=groups,
    )
    _put(directory, kept, facts)
    directory.collections.put(
        "samples",
        [row | {"person": kept["id"], "groups": list(groups)} for row in [*held, *moved]],
    )
    erase(directory, gone["id"])
    return directory.person(kept["id"])


def erase(directory: Directory, person: str) -> None:
    """Delete a person, with whom the samples go out of sight, then the samples."""
    directory.collections.delete("people", [person])
    held = directory.collections.where("samples", f'person == "{person}"', ())
    directory.collections.delete("samples", [row["id"] for row in held])


def erase_sample(directory: Directory, sample_id: str) -> Person:
    """Delete a sample and return its person; PersonError where there is none."""
    identity = sample_id.strip().lower()
    found = directory.collections.among("samples", "id", [identity], ("person",))
    if not found:
        raise PersonError("no such sample", item=sample_id, fix="samples() lists their ids")
    row = directory.row(found[0]["person"])
    directory.collections.delete("samples", [identity])
    return _put(directory, row, {})


def _put(directory: Directory, row: Row, changes: Row) -> Person:
    """Write a person's row with some facts changed."""
    facts = row["facts"] | changes | {"updated": directory.moment()}
    directory.collections.put("people", [row | {"facts": facts}])
    return directory.person(row["id"])
