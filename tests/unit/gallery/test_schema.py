from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from facemetric.errors import GalleryError
from facemetric.gallery import NewSample, SqliteGallery
from facemetric.gallery.sqlite import schema

MakeSample = Callable[..., NewSample]

# A file as version 1 wrote it, kept by hand: galleries of every version must open for ever.
VERSION_1 = """
CREATE TABLE bundles (id TEXT PRIMARY KEY, sha256 TEXT, dim INTEGER NOT NULL CHECK (dim >= 2),
  flip INTEGER CHECK (flip IN (0, 1)), code_low BLOB, code_step BLOB, created TEXT NOT NULL,
  CHECK ((code_low IS NULL) = (code_step IS NULL))) STRICT;
CREATE TABLE gallery (only INTEGER PRIMARY KEY CHECK (only = 1), id TEXT NOT NULL,
  bundle TEXT NOT NULL REFERENCES bundles (id), created TEXT NOT NULL,
  rewrites INTEGER NOT NULL DEFAULT 0, erasures INTEGER NOT NULL DEFAULT 0,
  purged INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE people (row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
  name_key TEXT NOT NULL UNIQUE, created TEXT NOT NULL, updated TEXT NOT NULL, consent_basis TEXT,
  consent_text TEXT, consent_at TEXT, keep_until TEXT) STRICT;
CREATE TABLE samples (row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
  person INTEGER NOT NULL REFERENCES people (row) ON DELETE CASCADE, source TEXT NOT NULL,
  source_sha256 TEXT, box_left REAL, box_top REAL, box_right REAL, box_bottom REAL,
  landmarks TEXT, score REAL, quality TEXT, taken TEXT, created TEXT NOT NULL) STRICT;
CREATE INDEX samples_person ON samples (person);
CREATE INDEX samples_source ON samples (source_sha256);
CREATE TABLE embeddings (row INTEGER PRIMARY KEY,
  sample INTEGER NOT NULL REFERENCES samples (row) ON DELETE CASCADE,
  bundle TEXT NOT NULL REFERENCES bundles (id), flip INTEGER NOT NULL CHECK (flip IN (0, 1)),
  encoding TEXT NOT NULL CHECK (encoding IN ('f32', 'u8')), vector BLOB NOT NULL, key_id TEXT,
  created TEXT NOT NULL, UNIQUE (sample, bundle)) STRICT;
INSERT INTO bundles VALUES ('net-v1', NULL, 2, 1, NULL, NULL, '2025-01-01T00:00:00.000000+00:00');
INSERT INTO gallery (only, id, bundle, created)
  VALUES (1, '11111111-1111-4111-8111-111111111111', 'net-v1', '2025-01-01T00:00:00.000000+00:00');
INSERT INTO people VALUES (1, '22222222-2222-4222-8222-222222222222', 'Ada Ek', 'ada ek',
  '2025-01-01T00:00:00.000000+00:00', '2025-01-02T00:00:00.000000+00:00', 'consent', 'asked',
  '2024-12-31T00:00:00.000000+00:00', '2030-01-01T00:00:00.000000+00:00');
INSERT INTO samples VALUES (1, '33333333-3333-4333-8333-333333333333', 1, 'a.jpg', NULL,
  1.0, 2.0, 3.0, 4.0, '[[1.0, 2.0], [1.0, 2.0], [1.0, 2.0], [1.0, 2.0], [1.0, 2.0]]', 0.5,
  '{"size_px": 1.0, "sharpness": 1.0, "yaw_deg": 1.0, "pitch_deg": 1.0, "roll_deg": 1.0,
    "brightness": 1.0, "contrast": 1.0, "clipped": 1.0}', NULL,
  '2025-01-02T00:00:00.000000+00:00');
INSERT INTO embeddings VALUES (1, 1, 'net-v1', 1, 'f32', X'0000803F00000000', NULL,
  '2025-01-02T00:00:00.000000+00:00');
PRAGMA application_id = 1179469633;
PRAGMA user_version = 1;
"""


def write(path: Path, script: str) -> None:
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.close()


def test_a_file_of_version_1_still_opens(path: Path) -> None:
    write(path, VERSION_1)
    with SqliteGallery(path) as gallery:
        assert gallery.id == "11111111-1111-4111-8111-111111111111"
        assert gallery.person("ada ek").consent is not None
        (stored,) = gallery.samples("Ada Ek")
        assert stored.face is not None and stored.face.box_xyxy_px.tolist() == [1, 2, 3, 4]
        np.testing.assert_array_equal(gallery.vectors().embeddings, [[1, 0]])
        assert gallery.check() == []
        assert gallery.stats().schema_version == len(schema.MIGRATIONS)


def test_todays_tables_are_those_that_the_steps_lead_to(tmp_path: Path) -> None:
    def tables(path: Path) -> set[str]:
        connection = sqlite3.connect(path)
        rows = connection.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL").fetchall()
        connection.close()
        spaced = (re.sub("([(),])", r" \1 ", sql) for (sql,) in rows)
        return {" ".join(sql.split()) for sql in spaced}

    old, new = tmp_path / "old.db", tmp_path / "new.db"
    write(old, VERSION_1)
    SqliteGallery(old).close()
    SqliteGallery(new, bundle="net-v1", dim=2).close()
    assert tables(old) == tables(new)


def add_step(monkeypatch: pytest.MonkeyPatch, *statements: str) -> None:
    steps = (*schema.MIGRATIONS, statements)
    monkeypatch.setattr(schema.migrate, "__defaults__", (steps,))
    monkeypatch.setattr(schema.check_version, "__defaults__", (steps,))


def test_an_older_file_is_brought_up_to_date(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(path, VERSION_1)
    add_step(
        monkeypatch, "ALTER TABLE people ADD COLUMN notes TEXT", "UPDATE people SET notes = 'x'"
    )
    with pytest.raises(GalleryError, match=r"old schema version 1.*Open it once without read_only"):
        SqliteGallery(path, read_only=True)
    with SqliteGallery(path) as gallery:
        assert gallery.stats().schema_version == len(schema.MIGRATIONS) + 1
        assert gallery.person("Ada Ek").samples == 1
        with gallery._database.read() as connection:
            assert connection.execute("SELECT notes FROM people").fetchall() == [("x",)]
    with SqliteGallery(path, read_only=True) as gallery:
        assert len(gallery) == 1


def test_a_step_that_fails_changes_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(path, VERSION_1)
    with monkeypatch.context() as patch:
        add_step(patch, "ALTER TABLE people ADD COLUMN notes TEXT", "UPDATE absent SET a = 1")
        with pytest.raises(GalleryError, match="no such table: absent"):
            SqliteGallery(path)
    with SqliteGallery(path) as gallery:
        assert gallery.stats().schema_version == len(schema.MIGRATIONS)
        assert gallery.check() == []
        with gallery._database.read() as connection:
            columns = [row[1] for row in connection.execute("PRAGMA table_info(people)")]
        assert "notes" not in columns


@pytest.mark.parametrize("read_only", [False, True])
def test_a_newer_file_is_refused_and_left_alone(path: Path, read_only: bool) -> None:
    write(path, VERSION_1 + "PRAGMA user_version = 99;")
    before = path.read_bytes()
    with pytest.raises(
        GalleryError, match=r"gallery\.db: has schema version 99, .* up to \d+\. Update facemetric"
    ):
        SqliteGallery(path, read_only=read_only)
    assert path.read_bytes() == before
