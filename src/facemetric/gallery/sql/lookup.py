"""Which of many names and pictures a SQL gallery has already."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from facemetric.gallery.sql.connection import Connection

_NAMES = "SELECT name_key FROM people WHERE name_key IN (?*)"
_PICTURES = "SELECT source_sha256 FROM samples WHERE source_sha256 IN (?*)"


def known_names(connection: Connection, keys: Sequence[str]) -> set[str]:
    """Return those of some names' keys that somebody has."""
    sealing = connection.sealing
    return _known(connection, _NAMES, keys, None if sealing is None else sealing.name_key)


def known_pictures(connection: Connection, digests: Sequence[str]) -> set[str]:
    """Return those of some pictures' SHA-256 that a sample is from."""
    sealing = connection.sealing
    return _known(connection, _PICTURES, digests, None if sealing is None else sealing.digest)


def _known(
    connection: Connection,
    query: str,
    values: Sequence[str],
    blind: Callable[[str], str | None] | None,
) -> set[str]:
    if blind is None:
        return {value for (value,) in connection.select_in(query, values)}
    stands_for = {blind(value): value for value in values}
    return {stands_for[found] for (found,) in connection.select_in(query, list(stands_for))}
