"""Pages of people out of a Milvus gallery."""

from __future__ import annotations

from collections import Counter

from facemetric.gallery.listing import Listing, ListPlace, PeoplePage
from facemetric.gallery.milvus.directory import Directory
from facemetric.gallery.milvus.rows import PERSON_FIELDS, person_of


def page_of(directory: Directory, listing: Listing) -> PeoplePage:
    """Return a page: Milvus does not sort, so that every name is looked at and few are held."""
    collections = directory.collections
    group = listing.group
    fields = ("name_key",) if group is None else ("name_key", "facts")
    places, total = listing.picked(
        ListPlace(row["name_key"], row["id"])
        for row in collections.every("people", fields)
        if group is None or group in row["facts"]["groups"]
    )
    shown = places[: listing.limit]
    ids = [place.id for place in shown]
    found = {row["id"]: row for row in collections.among("people", "id", ids, PERSON_FIELDS)}
    held = Counter(
        row["person"] for row in collections.among("samples", "person", ids, ("person",))
    )
    # Somebody may have been erased meanwhile, nothing here is of one moment: the page is shorter
    # then, and not the last one for it.
    people = tuple(person_of(found[one], held[one]) for one in ids if one in found)
    return PeoplePage(people, total, shown[-1] if len(places) > listing.limit else None)
