"""The data key of an encrypted SQLite gallery: one row, wrapped by a master key."""

from __future__ import annotations

import sqlite3

from facemetric.errors import GalleryError, KeyMismatchError
from facemetric.gallery.sql.sealing import Sealing
from facemetric.vault import DataKey, Envelope, MasterKey, unwrap

_SCHEME = 1


def begin_encryption(connection: sqlite3.Connection, key: MasterKey, *, at: str) -> None:
    """Give a new gallery, inside the transaction that makes it, a data key of its own."""
    envelope = DataKey.new(_gallery_id(connection)).wrap(key)
    connection.execute(
        """INSERT INTO envelope (only, scheme, master_id, wrapped, created)
        VALUES (1, ?, ?, ?, ?)""",
        (_SCHEME, envelope.master_id, envelope.wrapped, at),
    )


def open_sealing(
    connection: sqlite3.Connection, key: MasterKey | None, *, item: str
) -> Sealing | None:
    """Return what opens a gallery's rows; `None` for a plain gallery, without a key.

    Raises
    ------
    KeyMismatchError
        It is encrypted, and the key is missing or another.
    GalleryError
        A key is given, and the gallery is not encrypted; or a newer program encrypted it.
    TamperedError
        The row is damaged, or that of another gallery.
    """
    envelope = stored_envelope(connection, item=item)
    if envelope is None:
        if key is None:
            return None
        raise GalleryError(
            "is not encrypted, and a key was given",
            item=item,
            fix="Open it without the key, or copy it into a new gallery that has one: "
            "facemetric gallery copy FROM TO --key-file KEY",
        )
    if key is None:
        raise KeyMismatchError(
            f"is encrypted with the key {envelope.master_id}, and no key was given",
            item=item,
            fix="Name it with --key-file or --key-command, put it into FACEMETRIC_GALLERY_KEY, or "
            "pass key= in Python",
        )
    return Sealing(unwrap(envelope, key, owner=_gallery_id(connection), item=item))


def change_master(
    connection: sqlite3.Connection, old: MasterKey, new: MasterKey, *, item: str
) -> None:
    """Wrap the data key with another master key, inside a transaction; rows stay as they are."""
    envelope = stored_envelope(connection, item=item)
    if envelope is None:
        raise GalleryError("is not encrypted", item=item, fix="There is no key to change")
    data = unwrap(envelope, old, owner=_gallery_id(connection), item=item)
    wrapped = data.wrap(new)
    connection.execute(
        "UPDATE envelope SET master_id = ?, wrapped = ?", (wrapped.master_id, wrapped.wrapped)
    )


def stored_envelope(connection: sqlite3.Connection, *, item: str) -> Envelope | None:
    """Return a gallery's wrapped data key; `None` where it is plain."""
    found = connection.execute("SELECT scheme, master_id, wrapped FROM envelope").fetchone()
    if found is None:
        return None
    if found[0] != _SCHEME:
        raise GalleryError(
            f"is encrypted by scheme {found[0]}, this program knows {_SCHEME}",
            item=item,
            fix="Update facemetric to open it",
        )
    return Envelope(found[1], found[2])


def _gallery_id(connection: sqlite3.Connection) -> str:
    return str(connection.execute("SELECT id FROM gallery").fetchone()[0])
