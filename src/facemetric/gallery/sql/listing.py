"""Pages of people out of a SQL gallery."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from facemetric.gallery.listing import Listing, ListPlace, PeoplePage
from facemetric.gallery.names import key_of_clean
from facemetric.gallery.sql.connection import Connection
from facemetric.gallery.sql.rows import Row, people_where
from facemetric.gallery.sql.sealing import Sealing

_OPENED_AT_ONCE = 1000
_IN_GROUP = "n.row IN (SELECT g.person FROM person_groups g WHERE g.name = ?)"
# BINARY: the order of code points, as Python has it, whatever the language of the server. Keys
# are unique, so an index of them alone gives the order.
_BEHIND = "n.name_key COLLATE BINARY > ?"
_PAGE = """WHERE p.row IN (
        SELECT n.row FROM people n {where} ORDER BY n.name_key COLLATE BINARY LIMIT ?
    ) ORDER BY p.name_key COLLATE BINARY"""


def page_of(connection: Connection, listing: Listing) -> PeoplePage:
    """Return a page: walked along the index of names, or picked where names are sealed."""
    if connection.sealing is not None:
        return _picked(connection, connection.sealing, listing)
    conditions: list[str] = []
    values: list[str] = []
    if listing.part:
        conditions.append("instr(n.name_key, ?) > 0")
        values.append(listing.part)
    if listing.group is not None:
        conditions.append(_IN_GROUP)
        values.append(listing.group)
    count = f"SELECT count(*) FROM people n {_where(conditions)}"
    (total,) = connection.execute(count, values).fetchone()
    if listing.after is not None:
        conditions.append(_BEHIND)
        values.append(listing.after.key)
    clause = _PAGE.format(where=_where(conditions))
    found = people_where(connection, clause, (*values, listing.limit + 1))
    return listing.page(found, int(total))


def _picked(connection: Connection, sealing: Sealing, listing: Listing) -> PeoplePage:
    """Open every name, those of a group alone where one is asked for, and hold few of them."""
    conditions, values = [], []
    if listing.group is not None:
        conditions.append(_IN_GROUP)
        values.append(sealing.group_key(listing.group))
    rows = connection.execute(f"SELECT n.id, n.name FROM people n {_where(conditions)}", values)
    places, total = listing.picked(_places(iter(rows), sealing))
    wanted = [place.id for place in places]
    marks = ",".join("?" * len(wanted))
    found = people_where(connection, f"WHERE p.id IN ({marks})", tuple(wanted))
    return listing.page(sorted(found, key=ListPlace.of), total)


def _places(rows: Iterator[Row], sealing: Sealing) -> Iterator[ListPlace]:
    while chunk := list(islice(rows, _OPENED_AT_ONCE)):
        names = sealing.opened_names(chunk)
        for (identity, _), name in zip(chunk, names, strict=True):
            yield ListPlace(key_of_clean(name), identity)


def _where(conditions: list[str]) -> str:
    return f"WHERE {' AND '.join(conditions)}" if conditions else ""
