from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from facemetric.errors import GalleryError, PersonError
from facemetric.gallery import NewSample, SqliteGallery

MakeSample = Callable[..., NewSample]


def on_disk(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in path.parent.iterdir())


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
        assert gallery.check() == ["erased data may still be in the file: purge it"]
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
        assert gallery.check() == ["erased data may still be in the file: purge it"]
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
