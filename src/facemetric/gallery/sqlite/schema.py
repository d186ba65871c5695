"""The tables of the SQLite gallery, and the steps that bring an older file up to date."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from facemetric.errors import GalleryError

APPLICATION_ID = 0x464D4741
"""``"FMGA"`` in the file's header: what tells a gallery from any other SQLite file."""

# One entry per version, never edited once released: add the next one below.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        # `sha256` (of the graph) and `flip` are NULL until somebody tells; then they are settled.
        """CREATE TABLE bundles (
            id TEXT PRIMARY KEY,
            sha256 TEXT,
            dim INTEGER NOT NULL CHECK (dim >= 2),
            flip INTEGER CHECK (flip IN (0, 1)),
            code_low BLOB,
            code_step BLOB,
            created TEXT NOT NULL,
            CHECK ((code_low IS NULL) = (code_step IS NULL))
        ) STRICT""",
        # `purged` follows `erasures` once the erased bytes are gone from the file. `rewrites`
        # counted every change that was not a mere addition, for readers.
        """CREATE TABLE gallery (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            id TEXT NOT NULL,
            bundle TEXT NOT NULL REFERENCES bundles (id),
            created TEXT NOT NULL,
            rewrites INTEGER NOT NULL DEFAULT 0,
            erasures INTEGER NOT NULL DEFAULT 0,
            purged INTEGER NOT NULL DEFAULT 0
        ) STRICT""",
        """CREATE TABLE people (
            row INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            name_key TEXT NOT NULL UNIQUE,
            created TEXT NOT NULL,
            updated TEXT NOT NULL,
            consent_basis TEXT,
            consent_text TEXT,
            consent_at TEXT,
            keep_until TEXT
        ) STRICT""",
        """CREATE TABLE samples (
            row INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            person INTEGER NOT NULL REFERENCES people (row) ON DELETE CASCADE,
            source TEXT NOT NULL,
            source_sha256 TEXT,
            box_left REAL,
            box_top REAL,
            box_right REAL,
            box_bottom REAL,
            landmarks TEXT,
            score REAL,
            quality TEXT,
            taken TEXT,
            created TEXT NOT NULL
        ) STRICT""",
        "CREATE INDEX samples_person ON samples (person)",
        "CREATE INDEX samples_source ON samples (source_sha256)",
        # Vectors stand apart, so that walking the samples does not read them. A sample has at
        # most one embedding of a bundle; `key_id` names the key of an encrypted one.
        """CREATE TABLE embeddings (
            row INTEGER PRIMARY KEY,
            sample INTEGER NOT NULL REFERENCES samples (row) ON DELETE CASCADE,
            bundle TEXT NOT NULL REFERENCES bundles (id),
            flip INTEGER NOT NULL CHECK (flip IN (0, 1)),
            encoding TEXT NOT NULL CHECK (encoding IN ('f32', 'u8')),
            vector BLOB NOT NULL,
            key_id TEXT,
            created TEXT NOT NULL,
            UNIQUE (sample, bundle)
        ) STRICT""",
    ),
    (
        # AUTOINCREMENT: a number is never used again, so whoever has read up to one knows that
        # what is new has a higher one.
        """CREATE TABLE numbered_embeddings (
            row INTEGER PRIMARY KEY AUTOINCREMENT,
            sample INTEGER NOT NULL REFERENCES samples (row) ON DELETE CASCADE,
            bundle TEXT NOT NULL REFERENCES bundles (id),
            flip INTEGER NOT NULL CHECK (flip IN (0, 1)),
            encoding TEXT NOT NULL CHECK (encoding IN ('f32', 'u8')),
            vector BLOB NOT NULL,
            key_id TEXT,
            created TEXT NOT NULL,
            UNIQUE (sample, bundle)
        ) STRICT""",
        "INSERT INTO numbered_embeddings SELECT * FROM embeddings ORDER BY row",
        "DROP TABLE embeddings",
        "ALTER TABLE numbered_embeddings RENAME TO embeddings",
        # What happened to embeddings after they were added: readers bring the codes that they
        # hold in memory up to date by it. A number from 2**62 on is none's: it marks a snapshot.
        """CREATE TABLE changes (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            embedding INTEGER NOT NULL
        ) STRICT""",
        """CREATE TRIGGER embedding_erased AFTER DELETE ON embeddings BEGIN
            INSERT INTO changes (embedding) VALUES (old.row);
        END""",
        """CREATE TRIGGER sample_moved AFTER UPDATE OF person ON samples BEGIN
            INSERT INTO changes (embedding) SELECT row FROM embeddings WHERE sample = new.row;
        END""",
        "ALTER TABLE gallery DROP COLUMN rewrites",
        """CREATE TABLE person_groups (
            person INTEGER NOT NULL REFERENCES people (row) ON DELETE CASCADE,
            name TEXT NOT NULL,
            PRIMARY KEY (person, name)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX person_groups_name ON person_groups (name)",
    ),
    (
        # The bundle whose embedding a sample's was mapped from, when the model was changed.
        "ALTER TABLE samples ADD COLUMN mapped_from TEXT",
    ),
    (
        # One row where the gallery is encrypted: its data key, wrapped by the master key.
        """CREATE TABLE envelope (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            scheme INTEGER NOT NULL,
            master_id TEXT NOT NULL,
            wrapped BLOB NOT NULL,
            created TEXT NOT NULL
        ) STRICT""",
        # In an encrypted gallery `name` is what groups are found by, and this the name itself.
        "ALTER TABLE person_groups ADD COLUMN sealed TEXT",
    ),
    (
        # Apart from the samples, so that walking them does not read pictures. `frame` is the part
        # of the photograph that is shown, as JSON.
        """CREATE TABLE portraits (
            sample INTEGER PRIMARY KEY REFERENCES samples (row) ON DELETE CASCADE,
            jpeg BLOB NOT NULL,
            frame TEXT NOT NULL
        ) STRICT""",
    ),
)


def schema_version(connection: sqlite3.Connection) -> int:
    """Return the version of an open file: 0 where it has no tables yet."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def is_blank(connection: sqlite3.Connection) -> bool:
    """Return whether a file holds nothing yet; GalleryError where it is somebody else's."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if application == APPLICATION_ID:
        return False
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if application or tables or schema_version(connection):
        raise GalleryError(
            "this SQLite file belongs to another program",
            fix="Name another file; this one was not touched",
        )
    return True


def check_version(
    connection: sqlite3.Connection, migrations: Sequence[Sequence[str]] = MIGRATIONS
) -> bool:
    """Return whether the file must be migrated.

    Raises
    ------
    GalleryError
        Where it was written by a newer program.
    """
    version = schema_version(connection)
    if version > len(migrations):
        raise GalleryError(
            f"has schema version {version}, this program knows up to {len(migrations)}",
            fix="Update facemetric to open it",
        )
    return version < len(migrations)


def migrate(
    connection: sqlite3.Connection, migrations: Sequence[Sequence[str]] = MIGRATIONS
) -> None:
    """Bring a file to the newest version; call it inside a transaction, so that it is all or none.

    Raises
    ------
    GalleryError
        Where it was written by a newer program.
    """
    check_version(connection, migrations)
    for version in range(schema_version(connection), len(migrations)):
        for statement in migrations[version]:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {version + 1}")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
