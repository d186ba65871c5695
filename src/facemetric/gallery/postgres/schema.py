"""The tables of the PostgreSQL gallery, and the steps that bring an older one up to date."""

from __future__ import annotations

from facemetric.errors import GalleryError
from facemetric.gallery.sql.connection import Connection

# One entry per version, never edited once released: add the next one below. Times are text in
# UTC, as in the SQLite gallery; {dim} is the number of dimensions.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE bundles (
            id TEXT PRIMARY KEY,
            sha256 TEXT,
            dim INTEGER NOT NULL CHECK (dim >= 2),
            flip INTEGER CHECK (flip IN (0, 1)),
            code_low BYTEA,
            code_step BYTEA,
            created TEXT NOT NULL
        )""",
        """CREATE TABLE gallery (
            "only" INTEGER PRIMARY KEY CHECK ("only" = 1),
            id TEXT NOT NULL,
            bundle TEXT NOT NULL REFERENCES bundles (id),
            created TEXT NOT NULL,
            schema_version INTEGER NOT NULL DEFAULT 0,
            erasures INTEGER NOT NULL DEFAULT 0,
            purged INTEGER NOT NULL DEFAULT 0
        )""",
        """CREATE TABLE people (
            row BIGINT PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            name_key TEXT NOT NULL UNIQUE,
            created TEXT NOT NULL,
            updated TEXT NOT NULL,
            consent_basis TEXT,
            consent_text TEXT,
            consent_at TEXT,
            keep_until TEXT
        )""",
        """CREATE TABLE person_groups (
            person BIGINT NOT NULL REFERENCES people (row) ON DELETE CASCADE,
            name TEXT NOT NULL,
            PRIMARY KEY (person, name)
        )""",
        "CREATE INDEX person_groups_name ON person_groups (name)",
        """CREATE TABLE samples (
            row BIGINT PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            person BIGINT NOT NULL REFERENCES people (row) ON DELETE CASCADE,
            source TEXT NOT NULL,
            source_sha256 TEXT,
            box_left DOUBLE PRECISION,
            box_top DOUBLE PRECISION,
            box_right DOUBLE PRECISION,
            box_bottom DOUBLE PRECISION,
            landmarks TEXT,
            score DOUBLE PRECISION,
            quality TEXT,
            taken TEXT,
            created TEXT NOT NULL
        )""",
        "CREATE INDEX samples_person ON samples (person)",
        "CREATE INDEX samples_source ON samples (source_sha256)",
        """CREATE TABLE embeddings (
            row BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            sample BIGINT NOT NULL REFERENCES samples (row) ON DELETE CASCADE,
            bundle TEXT NOT NULL REFERENCES bundles (id),
            flip INTEGER NOT NULL CHECK (flip IN (0, 1)),
            vector vector({dim}) NOT NULL,
            created TEXT NOT NULL,
            UNIQUE (sample, bundle)
        )""",
    ),
    (
        # The bundle whose embedding a sample's was mapped from, when the model was changed.
        "ALTER TABLE samples ADD COLUMN mapped_from TEXT",
    ),
    (
        # The settings of an approximate index and its recall, as JSON; NULL: none.
        "ALTER TABLE gallery ADD COLUMN search_index TEXT",
    ),
    (
        # People are listed in the order of code points, whatever the database's language.
        'CREATE INDEX people_listed ON people (name_key COLLATE "C")',
    ),
    (
        # The part of the photograph that a portrait shows is `frame`, as JSON.
        """CREATE TABLE portraits (
            sample BIGINT PRIMARY KEY REFERENCES samples (row) ON DELETE CASCADE,
            jpeg BYTEA NOT NULL,
            frame TEXT NOT NULL
        )""",
    ),
    (
        # `faces_erased` is the last erasure with which embeddings or portraits went: tables that
        # are large, which a purge of names alone leaves alone.
        "ALTER TABLE gallery ADD COLUMN faces_erased INTEGER NOT NULL DEFAULT 0",
        "UPDATE gallery SET faces_erased = erasures",
        """CREATE FUNCTION note_erased_faces() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (SELECT 1 FROM gone) THEN
                EXECUTE 'UPDATE ' || quote_ident(TG_TABLE_SCHEMA)
                    || '.gallery SET faces_erased = erasures + 1';
            END IF;
            RETURN NULL;
        END $$""",
        """CREATE TRIGGER embeddings_erased AFTER DELETE ON embeddings
            REFERENCING OLD TABLE AS gone
            FOR EACH STATEMENT EXECUTE FUNCTION note_erased_faces()""",
        """CREATE TRIGGER portraits_erased AFTER DELETE ON portraits
            REFERENCING OLD TABLE AS gone
            FOR EACH STATEMENT EXECUTE FUNCTION note_erased_faces()""",
    ),
)


def bring_up_to_date(connection: Connection, version: int, *, dim: int) -> None:
    """Carry out the steps from a version on, inside a transaction.

    Raises
    ------
    GalleryError
        The gallery was written by a newer program.
    """
    if version > len(MIGRATIONS):
        raise GalleryError(
            f"has schema version {version}, this program knows up to {len(MIGRATIONS)}",
            fix="Update facemetric to open it",
        )
    for statements in MIGRATIONS[version:]:
        for statement in statements:
            connection.execute(statement.replace("{dim}", str(dim)))
