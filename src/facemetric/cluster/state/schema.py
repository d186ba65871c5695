"""The tables of a groups file."""

from __future__ import annotations

APPLICATION_ID = 0x464D4752
"""``"FMGR"`` in the file's header."""
VERSION = 1

TABLES = (
    """CREATE TABLE about (
        only INTEGER PRIMARY KEY CHECK (only = 1),
        bundle TEXT NOT NULL,
        bundle_sha256 TEXT NOT NULL,
        dim INTEGER NOT NULL CHECK (dim >= 2),
        flip INTEGER NOT NULL CHECK (flip IN (0, 1)),
        threshold REAL NOT NULL,
        threshold_source TEXT NOT NULL,
        seed INTEGER NOT NULL,
        fresh INTEGER NOT NULL DEFAULT 0
    ) STRICT""",
    """CREATE TABLE photos (
        row INTEGER PRIMARY KEY,
        source TEXT NOT NULL UNIQUE,
        sha256 TEXT NOT NULL
    ) STRICT""",
    # `label` is NULL for a face that is alone; `joined` is 0 until it was compared with all others.
    """CREATE TABLE faces (
        row INTEGER PRIMARY KEY AUTOINCREMENT,
        photo INTEGER NOT NULL REFERENCES photos (row) ON DELETE CASCADE,
        place INTEGER NOT NULL CHECK (place >= 1),
        face TEXT NOT NULL,
        vector BLOB NOT NULL,
        label INTEGER,
        joined INTEGER NOT NULL DEFAULT 0 CHECK (joined IN (0, 1)),
        UNIQUE (photo, place)
    ) STRICT""",
    """CREATE TABLE corrections (
        first INTEGER NOT NULL REFERENCES faces (row) ON DELETE CASCADE,
        second INTEGER NOT NULL REFERENCES faces (row) ON DELETE CASCADE,
        same INTEGER NOT NULL CHECK (same IN (0, 1)),
        PRIMARY KEY (first, second),
        CHECK (first < second)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX corrections_second ON corrections (second)",
)
