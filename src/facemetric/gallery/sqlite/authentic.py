"""What an encrypted gallery's answers must stand up to: the store as it is now, and its seals.

Positions in memory and groups in the store are plain numbers and digests, which somebody who can
write the file could exchange while a process searches.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from facemetric.errors import TamperedError
from facemetric.gallery.sql.sealing import Sealing
from facemetric.gallery.sqlite.connection import SqliteConnection
from facemetric.gallery.sqlite.memory import Int64, Memory
from facemetric.gallery.sqlite.sealed import Opened

_THEIR_GROUPS = """SELECT p.id, g.name, g.sealed FROM person_groups g
    JOIN people p ON p.row = g.person WHERE p.id IN (?*)"""


def check_vectors(memory: Memory, places: Int64, opened: Mapping[int, Opened]) -> None:
    """Raise TamperedError unless the store's vectors, by number, are those at the positions."""
    if not memory.exact:  # then they were compared again with those of the store
        return
    numbers = memory.rows.values[places].tolist()
    for number, held in zip(numbers, memory.stored(places), strict=True):
        if opened[number].vector != held:
            raise TamperedError(
                "the store has another vector than the one that was found",
                item=opened[number].sample_id,
                fix="Check the gallery, and open it again",
            )


def check_members(
    connection: SqliteConnection, sealing: Sealing, people: Iterable[str], groups: Sequence[str]
) -> None:
    """Raise TamperedError unless each person was put into one of the groups with the key."""
    wanted = {sealing.group_key(group): group for group in groups}
    strangers = set(people)
    for person, blind, sealed in connection.select_in(_THEIR_GROUPS, sorted(strangers)).fetchall():
        if blind in wanted and sealing.opened_group(person, sealed) == wanted[blind]:
            strangers.discard(person)
    if strangers:
        raise TamperedError("is not in the group", item=min(strangers), fix="Check the gallery")
