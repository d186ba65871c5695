from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from facemetric.errors import GalleryError, PersonError
from facemetric.gallery import Consent, NewSample, SqliteGallery
from facemetric.gallery.sqlite import gallery as sqlite_gallery
from facemetric.gallery.sqlite import memory
from facemetric.gallery.sqlite.snapshot import snapshot_folder
from facemetric.vault import MasterKey

MakeSample = Callable[..., NewSample]
UNPURGED = (
    "erased data may still be in the file, until a purge: facemetric gallery purge --gallery {}"
)


def on_disk(path: Path) -> bytes:
    """Return the bytes of the file, its log, and the snapshot beside it."""
    files = [file for file in path.parent.rglob("*") if file.is_file()]
    assert path.with_name(path.name + "-wal") in files
    return b"".join(file.read_bytes() for file in files)


def pieces(vector: np.ndarray) -> list[bytes]:
    blob = vector.tobytes()
    return [blob[start : start + 16] for start in range(0, len(blob), 16)]


def test_nothing_of_a_removed_person_is_left_in_the_files(
    gallery: SqliteGallery, path: Path, sample: MakeSample
) -> None:
    gone, kept = sample(1, photo="secret holiday.jpg"), sample(2, photo="stays.jpg")
    gallery.enroll("Erased Person", [gone])
    gallery.enroll("Other", [kept])
    before = on_disk(path)
    assert all(piece in before for piece in pieces(gone.embedding))
    removal = gallery.remove("erased person")
    assert (removal.name, removal.samples, removal.purged) == ("Erased Person", 1, True)
    after = on_disk(path)
    for needle in (*pieces(gone.embedding), b"Erased Person", b"erased person", b"secret holiday"):
        assert needle not in after
    for needle in (*pieces(kept.embedding), b"stays.jpg"):
        assert needle in after
    assert gone.source_sha256 is not None
    assert gone.source_sha256.encode() not in after
    assert gallery.check() == []


def test_pages_packed_anew_keep_no_copies(tmp_path: Path, sample: MakeSample) -> None:
    """Many insertions and deletions make SQLite move rows between pages."""
    path, dim = tmp_path / "g.db", 128
    dice = random.Random(3)
    gone: list[str] = []
    with SqliteGallery(path, bundle="b", dim=dim) as gallery:
        alive: list[int] = []
        for seed in range(250):
            gallery.enroll(f"Person number {seed:04d}", [sample(seed, dim=dim)])
            alive.append(seed)
            while dice.random() < 0.35 and len(alive) > 1:
                seed = alive.pop(dice.randrange(len(alive)))
                gallery.remove(f"Person number {seed:04d}", purge=False)
                gone.append(f"{seed:04d}")
        assert gallery.check() == [UNPURGED.format(path)]
        assert gallery.purge()
        data = on_disk(path)
        assert len(gone) > 80
        for number in gone:
            assert f"erson number {number}".encode() not in data
            vector = sample(int(number), dim=dim).embedding
            assert not any(piece in data for piece in pieces(vector))
        for seed in alive:
            assert sample(seed, dim=dim).embedding.tobytes() in data
        assert gallery.check() == []


NAMES = [b"Maiden Name", b"maiden name", b"Second Entry", b"second entry"]


@pytest.mark.parametrize("key", [None, MasterKey(bytes(range(32)))], ids=["plain", "sealed"])
def test_nothing_of_a_name_that_was_replaced_is_left_in_the_files(
    path: Path, sample: MakeSample, key: MasterKey | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a gallery with a snapshot, whose rows of changes tell of the merge."""
    monkeypatch.setattr(memory, "FLOAT_ROWS", 20)
    monkeypatch.setattr(sqlite_gallery, "SNAPSHOT_ROWS", 10)

    def stored(gallery: SqliteGallery) -> set[bytes]:
        """What stands for names in rows: themselves, or what is sealed and blinded."""
        with gallery._database.read() as connection:
            rows = connection.execute("SELECT name, name_key FROM people").fetchall()
        return {text.encode() for row in rows for text in row}

    with SqliteGallery(path, bundle="b", dim=8, key=key) as gallery:
        list(gallery.enroll_many((f"Guest {seed}", [sample(seed)]) for seed in range(120)))
        gallery.enroll("Maiden Name", [sample(150)])
        gallery.enroll("Second Entry", [sample(151)])
        gallery.search(sample(1).embedding[None], 1)
        assert snapshot_folder(path).exists()
        before = stored(gallery)
        assert all((name in on_disk(path)) == (key is None) for name in NAMES)
        gallery.rename("Maiden Name", "Married Name")
        replaced = before - stored(gallery)
        assert len(replaced) == 2 and len(gallery.check()) == 1
        kept = {file: file.read_bytes() for file in snapshot_folder(path).iterdir()}
        assert gallery.purge() and gallery.check() == []
        assert kept == {file: file.read_bytes() for file in snapshot_folder(path).iterdir()}
        assert not any(name in on_disk(path) for name in replaced)
        before = stored(gallery)
        gallery.merge("Married Name", "Second Entry", purge=True)
        assert not snapshot_folder(path).exists()
        replaced |= before - stored(gallery)
        assert len(replaced) == 4 and gallery.check() == []
        gallery.search(sample(1).embedding[None], 1)
        assert snapshot_folder(path).exists()  # made anew
        left = on_disk(path)
        assert not any(name in left for name in [*replaced, *NAMES])
        assert all(name in left for name in stored(gallery))


def test_many_are_renamed_with_one_purge(
    gallery: SqliteGallery, path: Path, sample: MakeSample
) -> None:
    for seed in range(3):
        gallery.enroll(f"Maiden {seed}", [sample(seed)])
    gallery.rename("Maiden 0", "Maiden 0")  # nothing is replaced
    assert gallery.check() == []
    gallery.rename("Maiden 0", "Married 0")
    gallery.merge("Maiden 1", "Maiden 2")
    assert b"Maiden 2" in on_disk(path) and len(gallery.check()) == 1
    assert gallery.purge() and gallery.check() == []
    assert b"Maiden 0" not in on_disk(path) and b"Maiden 2" not in on_disk(path)


@pytest.mark.parametrize("key", [None, MasterKey(bytes(range(32)))], ids=["plain", "sealed"])
def test_consents_and_groups_that_were_replaced_are_owed_a_purge(
    path: Path, sample: MakeSample, key: MasterKey | None
) -> None:
    at = datetime(2024, 5, 1, tzinfo=UTC)
    first, second = (Consent("consent", f"{which} text", at) for which in ("first", "second"))
    stored = """SELECT coalesce(consent_text, consent_basis) FROM people
        WHERE consent_basis IS NOT NULL
        UNION SELECT coalesce(sealed, name) FROM person_groups"""
    with SqliteGallery(path, bundle="b", dim=8, key=key) as gallery:
        gallery.enroll("Ada", [sample(1)], consent=first, groups=["night watch"])
        gallery.enroll("Ada", [sample(2)], consent=first, groups=["day watch"])
        gallery.set_groups("Ada", ["day watch", "night watch", "third"])  # nothing is replaced
        gallery.set_terms("Ada", consent=first, keep_until=at)
        assert gallery.check() == []
        for change in (
            lambda: gallery.enroll("Ada", [sample(3)], consent=second),
            lambda: gallery.set_terms("Ada", consent=None, keep_until=at),
            lambda: gallery.set_groups("Ada", ["third"]),
        ):
            with gallery._database.read() as connection:
                before = {text for (text,) in connection.execute(stored).fetchall()}
            change()
            with gallery._database.read() as connection:
                gone = before - {text for (text,) in connection.execute(stored).fetchall()}
            assert gone and len(gallery.check()) == 1
            assert all(text.encode() in on_disk(path) for text in gone)
            assert gallery.purge() and gallery.check() == []
            assert not any(text.encode() in on_disk(path) for text in gone)


def test_one_sample_is_erased_and_the_person_stays(
    gallery: SqliteGallery, path: Path, sample: MakeSample
) -> None:
    receipts = gallery.enroll("Ada", [sample(1), sample(2)]).receipts
    removal = gallery.remove_sample(receipts[0].sample_id)
    assert (removal.name, removal.samples, removal.purged) == ("Ada", 1, True)
    assert not any(piece in on_disk(path) for piece in pieces(sample(1).embedding))
    assert [s.id for s in gallery.samples("Ada")] == [receipts[1].sample_id]
    gallery.remove_sample(receipts[1].sample_id)
    assert gallery.person("Ada").samples == 0
    assert gallery.search(sample(1).embedding[None], 3) == [[]]
    with pytest.raises(PersonError, match="no such sample"):
        gallery.remove_sample(receipts[0].sample_id)


def test_a_reader_in_the_way_is_told_and_the_purge_made_up_for(
    path: Path, sample: MakeSample
) -> None:
    with SqliteGallery(path, bundle="b", dim=8, timeout_s=0.2) as gallery:
        gallery.enroll("Ada", [sample(1)])
        gallery.enroll("Bob", [sample(2)])
        with SqliteGallery(path, read_only=True) as reader, reader._database.read() as connection:
            connection.execute("SELECT count(*) FROM people").fetchone()
            assert not gallery.remove("Ada").purged
            assert len(gallery.people()) == 1
        assert gallery.check() == [UNPURGED.format(path)]
    with SqliteGallery(path) as gallery:
        assert gallery.check() == []
        assert not any(piece in on_disk(path) for piece in pieces(sample(1).embedding))


def test_a_read_only_gallery_erases_nothing(path: Path, sample: MakeSample) -> None:
    with SqliteGallery(path, bundle="b", dim=8) as gallery:
        gallery.enroll("Ada", [sample(1)])
    with SqliteGallery(path, read_only=True) as gallery:
        with pytest.raises(GalleryError, match="opened read-only"):
            gallery.remove("Ada")
        assert gallery.purge()  # nothing to do
        assert len(gallery) == 1
