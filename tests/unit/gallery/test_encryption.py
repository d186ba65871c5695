"""Encrypted galleries: what the files show, which key opens them, what cannot be moved about."""

from __future__ import annotations

import shutil
import sqlite3
import struct
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from facemetric.errors import GalleryError, InputError, KeyMismatchError, TamperedError
from facemetric.gallery import Consent, Gallery, NewSample, SqliteGallery
from facemetric.gallery.sqlite import gallery as sqlite_gallery
from facemetric.gallery.sqlite import memory
from facemetric.gallery.sqlite.snapshot import snapshot_folder
from facemetric.index import Codec
from facemetric.vault import MasterKey

MakeSample = Callable[..., NewSample]

KEY, OTHER = MasterKey(bytes(range(32))), MasterKey(bytes(range(1, 33)))
DIM = 16
CONSENT = Consent("contract", "visitor agreement", datetime(2024, 1, 2, tzinfo=UTC))
FINE = Codec(np.full(DIM, -1.0), np.full(DIM, 2 / 255))


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Codes and snapshots at few vectors."""
    monkeypatch.setattr(memory, "FLOAT_ROWS", 110)
    monkeypatch.setattr(sqlite_gallery, "SNAPSHOT_ROWS", 100)


def fill(gallery: SqliteGallery, sample: MakeSample, people: int = 120) -> None:
    """Enrol through every way that there is."""
    gallery.enroll(
        "Zoë Quartermaine",
        [sample(0, dim=DIM, photo="zoe at home.jpg"), sample(1, dim=DIM)],
        consent=CONSENT,
        groups=["night shift"],
    )
    many = [(f"Pendleton {n}", [sample(n, dim=DIM)]) for n in range(2, people)]
    list(gallery.enroll_many(many))
    gallery.set_groups("Pendleton 2", ["night shift", "board room"])
    gallery.set_terms("Pendleton 2", consent=CONSENT, keep_until=None)
    gallery.rename("Pendleton 3", "Octavia Fairweather", purge=False)
    gallery.merge("Pendleton 4", "Pendleton 5", purge=False)
    query = sample(0, dim=DIM).embedding[None]
    assert gallery.search(query, 1)[0][0].name == "Zoë Quartermaine"


def needles(gallery: Gallery, codec: Codec | None = None) -> list[bytes]:
    """Return the bytes of everything personal that a gallery gives back."""
    found: list[bytes] = []
    for vector in gallery.vectors().embeddings:
        blob = vector.tobytes() if codec is None else codec.encode(vector[None]).tobytes()
        found += [blob[start : start + 12] for start in range(0, len(blob) - 11, 4)]
    for person in gallery.people():
        found += [person.name.encode(), person.name.casefold().encode()]
        found += [group.encode() for group in person.groups]
    for one in gallery.samples():
        assert one.source_sha256 and one.face and one.quality and one.taken
        found += [one.source.encode(), one.source_sha256.encode()]
        found += [one.taken.isoformat(timespec="microseconds").encode()]
        found += [struct.pack(">d", one.face.score)]
        found += [b"120.25", str(one.face.landmarks_px[0, 0]).encode() + b","]
    return [*found, CONSENT.basis.encode(), CONSENT.text.encode(), b"2024-01-02T00:00"]


def on_disk(folder: Path) -> dict[str, bytes]:
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


@pytest.mark.parametrize("codec", [None, FINE], ids=["floats", "codes"])
def test_no_file_shows_anything_personal(
    tmp_path: Path, sample: MakeSample, small: None, codec: Codec | None
) -> None:
    """The database, its log, the snapshot and backups; a plain gallery shows that we look well."""
    for key in (None, KEY):
        folder = tmp_path / ("plain" if key is None else "sealed")
        folder.mkdir()
        path = folder / "people.db"
        with SqliteGallery(path, bundle="net", dim=DIM, codec=codec, key=key) as gallery:
            fill(gallery, sample)
            wanted = needles(gallery, codec)
            connection = gallery._file._connection
            assert connection is not None
            connection.execute("VACUUM INTO ?", (str(folder / "backup.db"),))
            shutil.copytree(folder, tmp_path / f"copy of {folder.name}")
            files = on_disk(folder)
            assert {"people.db", "people.db-wal", "backup.db"} <= files.keys()
            assert len(files["people.db-wal"]) > 100_000 and len(files["backup.db"]) > 30_000
            assert any(name.startswith("people.db-index") for name in files)
        files |= {f"closed {name}": data for name, data in on_disk(folder).items()}
        everything = b"".join(files.values())
        shown = [needle for needle in wanted if needle in everything]
        if key is None:
            assert shown == wanted
        else:
            assert shown == []


def test_what_was_erased_is_gone_even_as_it_was_sealed(
    tmp_path: Path, sample: MakeSample, small: None
) -> None:
    path = tmp_path / "people.db"
    with SqliteGallery(path, bundle="net", dim=DIM, key=KEY) as gallery:
        fill(gallery, sample)
        wanted = needles(gallery)
        with gallery._file.read() as connection:
            sealed = connection.execute(
                """SELECT e.vector, s.source, s.source_sha256, p.name, p.name_key, p.consent_basis,
                p.id, s.id FROM people p JOIN samples s ON s.person = p.row
                JOIN embeddings e ON e.sample = s.row WHERE p.consent_basis IS NOT NULL"""
            ).fetchall()
        cells = [
            cell if isinstance(cell, bytes) else cell.encode() for row in sealed for cell in row
        ]
        assert len(cells) == 3 * 8
        before = b"".join(on_disk(tmp_path).values())
        assert all(cell in before for cell in cells)
        for name in ("zoë quartermaine", "Pendleton 2"):
            assert gallery.remove(name).purged
        after = b"".join(on_disk(tmp_path).values())
        assert not [one for one in (*cells, *wanted) if one in after]
        assert gallery.check() == []


def test_the_key_that_it_takes(tmp_path: Path, sample: MakeSample) -> None:
    path, plain = tmp_path / "people.db", tmp_path / "plain.db"
    with SqliteGallery(path, bundle="net", dim=DIM, key=KEY) as gallery:
        fill(gallery, sample, 8)
        assert gallery.stats().key_id == KEY.id
    SqliteGallery(plain, bundle="net", dim=DIM).close()
    for key, cause in (
        (None, f"is encrypted with the key {KEY.id}, and no key was given"),
        (OTHER, f"is encrypted with the key {KEY.id}, got the key {OTHER.id}"),
    ):
        for read_only in (False, True):
            with pytest.raises(KeyMismatchError, match=f"people.db: {cause}") as caught:
                Gallery.open(path, key=key, read_only=read_only)
            assert KEY.spelt()[20:] not in str(caught.value)
    with pytest.raises(GalleryError, match=r"plain.db: is not encrypted, and a key was given"):
        SqliteGallery(plain, key=KEY)
    for address in ("postgresql://nobody@nowhere/x", f"milvus://{tmp_path / 'm.db'}"):
        with pytest.raises(InputError, match="key: "):
            Gallery.open(address, bundle="net", dim=DIM, key=KEY)
    with SqliteGallery(path, key=KEY, read_only=True) as gallery:
        assert len(gallery) == 6


@pytest.fixture
def sealed(tmp_path: Path, sample: MakeSample) -> Iterator[SqliteGallery]:
    with SqliteGallery(tmp_path / "people.db", bundle="net", dim=DIM, key=KEY) as gallery:
        fill(gallery, sample, 8)
        yield gallery


CELLS = (
    ("people", "name"),
    ("people", "consent_basis"),
    ("samples", "source"),
    ("embeddings", "vector"),
    ("person_groups", "sealed"),
)


@pytest.mark.parametrize(("table", "column"), CELLS)
@pytest.mark.parametrize("how", ["swap", "change", "plain"])
def test_a_cell_that_was_moved_or_changed_is_found(
    sealed: SqliteGallery, table: str, column: str, how: str
) -> None:
    key = "person" if table == "person_groups" else "row"
    with sqlite3.connect(sealed.path) as raw:
        (one, first), (two, second) = raw.execute(
            f"SELECT {key}, {column} FROM {table} WHERE {column} IS NOT NULL ORDER BY {key} LIMIT 2"
        ).fetchall()
        if how == "swap":
            changed = {one: second, two: first}
        elif isinstance(first, bytes):
            changed = {
                one: first[:-1] + bytes([first[-1] ^ 1]) if how == "change" else bytes(4 * DIM)
            }
        else:
            changed = {one: ("AB"[first[0] == "A"] + first[1:]) if how == "change" else "Zoë"}
        for row, value in changed.items():
            raw.execute(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (value, row))
    raw.close()
    (problem,) = sealed.check()
    assert "cannot be opened" in problem or "holds what is not encrypted" in problem
    with SqliteGallery(sealed.path, key=KEY) as gallery, pytest.raises(TamperedError):
        gallery.search(np.eye(1, DIM, dtype=np.float32), 9)
        gallery.people()
        gallery.samples()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE samples SET person = (SELECT min(row) FROM people) WHERE person = 2",
        "UPDATE people SET id = CASE row WHEN 1 THEN 'x' ELSE id END",
    ],
)
def test_nobody_becomes_somebody_else_without_the_key(
    sealed: SqliteGallery, statement: str
) -> None:
    """Whoever can write the file, but lacks the key, cannot give his face another's name."""
    query = np.eye(1, DIM, dtype=np.float32)
    sealed.search(query, 9, per="sample")  # its memory follows the change, too
    with sqlite3.connect(sealed.path) as raw:
        raw.execute(statement)
    raw.close()
    with pytest.raises(TamperedError):
        sealed.search(query, 9, per="sample")
    with SqliteGallery(sealed.path, key=KEY) as again, pytest.raises(TamperedError):
        again.search(query, 9, per="sample")


def test_the_master_key_is_changed_and_rows_stay(sealed: SqliteGallery, sample: MakeSample) -> None:
    with sqlite3.connect(sealed.path) as raw:
        (wrapped,) = raw.execute("SELECT wrapped FROM envelope").fetchone()
        vectors = raw.execute("SELECT vector FROM embeddings").fetchall()
    raw.close()
    with SqliteGallery(sealed.path, key=KEY) as other:
        with pytest.raises(KeyMismatchError):
            other.change_key(OTHER, KEY)
        assert other.change_key(KEY, OTHER)
    # One that is open goes on.
    sealed.enroll("After", [sample(90, dim=DIM)])
    with pytest.raises(KeyMismatchError, match=f"encrypted with the key {OTHER.id}"):
        SqliteGallery(sealed.path, key=KEY)
    with SqliteGallery(sealed.path, key=OTHER) as gallery:
        assert "After" in gallery and gallery.check() == []
        assert gallery.stats().key_id == OTHER.id
    with sqlite3.connect(sealed.path) as raw:
        assert raw.execute("SELECT vector FROM embeddings").fetchall()[: len(vectors)] == vectors
    raw.close()
    assert wrapped not in b"".join(on_disk(sealed.path.parent).values())


def test_the_row_of_the_old_key_goes_with_the_next_purge_where_somebody_reads(
    tmp_path: Path, sample: MakeSample
) -> None:
    path = tmp_path / "people.db"
    with SqliteGallery(path, bundle="b", dim=8, key=KEY, timeout_s=0.2) as gallery:
        gallery.enroll("Ada", [sample(1)])
        with gallery._database.read() as connection:
            (wrapped,) = connection.execute("SELECT wrapped FROM envelope").fetchone()
        with (
            SqliteGallery(path, key=KEY, read_only=True) as reader,
            reader._database.read() as connection,
        ):
            connection.execute("SELECT count(*) FROM people").fetchone()
            assert not gallery.change_key(KEY, OTHER)
            assert wrapped in b"".join(on_disk(tmp_path).values())
        (problem,) = gallery.check()
        assert problem.endswith(f"facemetric gallery purge --gallery {path} --key-file FILE")
        assert gallery.purge() and gallery.check() == []
        assert wrapped not in b"".join(on_disk(tmp_path).values())


def test_a_data_key_opens_its_own_gallery_alone(tmp_path: Path, sealed: SqliteGallery) -> None:
    with SqliteGallery(tmp_path / "b.db", bundle="net", dim=DIM, key=KEY) as other:
        with sqlite3.connect(sealed.path) as raw:
            (wrapped,) = raw.execute("SELECT wrapped FROM envelope").fetchone()
        raw.close()
        with other._file.write() as connection:
            connection.execute("UPDATE envelope SET wrapped = ?", (wrapped,))
    with pytest.raises(TamperedError, match="its data key is damaged, or was wrapped for"):
        SqliteGallery(tmp_path / "b.db", key=KEY)


def test_the_snapshot_is_sealed_read_and_never_believed_when_wrong(
    tmp_path: Path, sample: MakeSample, small: None
) -> None:
    path = tmp_path / "people.db"
    queries = np.stack([sample(n, dim=DIM).embedding for n in range(6, 12)])

    def names(gallery: SqliteGallery) -> list[str]:
        return [answer[0].name for answer in gallery.search(queries, 1)]

    with SqliteGallery(path, bundle="net", dim=DIM, key=KEY) as gallery:
        fill(gallery, sample)
        wanted = names(gallery)
    (file,) = snapshot_folder(path).iterdir()
    assert file.name == "index.sealed" and file.stat().st_mode & 0o077 == 0
    with SqliteGallery(path, key=KEY) as gallery:
        assert names(gallery) == wanted and gallery._memory.saved == 120
        assert gallery.stats().size_bytes > file.stat().st_size
    good = file.read_bytes()
    for bad in (b"", good[:-1], good[:200] + b"x" + good[201:]):
        file.write_bytes(bad)
        with SqliteGallery(path, key=KEY) as gallery:
            statements: list[str] = []
            gallery._file._connection.set_trace_callback(statements.append)  # type: ignore[union-attr]
            assert names(gallery) == wanted
            assert any("e.row > 0" in one for one in statements)


@pytest.mark.parametrize("codec", [None, FINE], ids=["floats", "codes"])
def test_vectors_that_change_places_while_somebody_searches(
    tmp_path: Path, sample: MakeSample, codec: Codec | None
) -> None:
    path = tmp_path / "people.db"
    with SqliteGallery(path, bundle="net", dim=DIM, key=KEY, codec=codec) as gallery:
        fill(gallery, sample, 8)
        query = sample(0, dim=DIM).embedding[None]
        with sqlite3.connect(path) as raw:
            for old, new in ((1, 99), (4, 1), (99, 4)):
                raw.execute("UPDATE embeddings SET row = ? WHERE row = ?", (new, old))
        raw.close()
        with pytest.raises(TamperedError, match="the store has another vector than the one"):
            gallery.search(query, 1)
    with SqliteGallery(path, key=KEY) as gallery:  # numbers alone mean nothing
        assert gallery.search(query, 1)[0][0].name == "Zoë Quartermaine"


def test_nobody_is_in_a_group_that_was_not_put_there_with_the_key(sealed: SqliteGallery) -> None:
    query = np.eye(1, DIM, dtype=np.float32)
    assert len(sealed.search(query, 9, groups=["board room", "night shift"])[0]) == 2
    with sqlite3.connect(sealed.path) as raw:
        raw.execute(
            """INSERT INTO person_groups SELECT 3, name, sealed FROM person_groups WHERE name IN
            (SELECT name FROM person_groups GROUP BY name HAVING count(*) = 1)"""
        )
    raw.close()
    with pytest.raises(TamperedError):
        sealed.search(query, 9, groups=["board room"])
    assert len(sealed.search(query, 9, groups=["night shift"])[0]) == 2


def test_a_name_that_leads_to_somebody_else_is_not_followed(
    sealed: SqliteGallery, sample: MakeSample
) -> None:
    sealed.enroll("Ada", [sample(901, dim=DIM)])
    sealed.enroll("Ben", [sample(902, dim=DIM)])
    with sqlite3.connect(sealed.path) as raw:
        (ada, key), (ben, other) = raw.execute(
            "SELECT row, name_key FROM people ORDER BY row DESC LIMIT 2"
        ).fetchall()
        for row, put in ((ada, "elsewhere"), (ben, key), (ada, other)):
            raw.execute("UPDATE people SET name_key = ? WHERE row = ?", (put, row))
    raw.close()
    for way in (sealed.person, sealed.remove):
        with pytest.raises(TamperedError, match="a name leads to another person's row"):
            way("Ada")
    with pytest.raises(TamperedError, match="a name leads"):
        sealed.enroll("Ben", [sample(903, dim=DIM)])
