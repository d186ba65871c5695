"""Portraits in galleries: kept if asked, in files, on a server; gone when they are erased."""

from __future__ import annotations

import base64
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from facemetric.errors import GalleryError, InputError, PersonError, TamperedError
from facemetric.gallery import (
    Gallery,
    NewSample,
    Portrait,
    PostgresGallery,
    SqliteGallery,
    erase,
    person_data,
    receipt_problems,
)
from facemetric.gallery.sqlite import gallery as sqlite_gallery
from facemetric.gallery.sqlite import memory
from facemetric.types import ItemError
from facemetric.vault import AuditLog, MasterKey, read_log
from layouts.kept import kept_portrait, made_jpeg, pieces
from layouts.postgres import postgres_address, server

MakeSample = Callable[..., NewSample]
UNPURGED = (
    "erased data may still be in the file, until a purge: facemetric gallery purge --gallery {}"
)
KEY, OTHER = MasterKey(bytes(range(32))), MasterKey(bytes(range(1, 33)))
BOUND = {"bundle": "net", "dim": 8, "flip": True}


@pytest.fixture
def keeping(sample: MakeSample) -> Callable[..., NewSample]:
    """Make a sample of a seed with the portrait of that seed."""

    def make(seed: int, **options: object) -> NewSample:
        return replace(sample(seed, **options), portrait=kept_portrait(seed))

    return make


@pytest.fixture(params=["plain", "sealed", "server"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Gallery]:
    """A gallery of each kind that keeps portraits."""
    if request.param == "server":
        opened = Gallery.open(postgres_address(), **BOUND)
    else:
        key = KEY if request.param == "sealed" else None
        opened = SqliteGallery(tmp_path / "people.db", key=key, **BOUND)
    with opened:
        yield opened


def on_disk(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


def shown(portrait: Portrait, files: bytes) -> float:
    """Return the share of a portrait's pieces that are in some files."""
    found = [piece in files for piece in pieces(portrait)]
    assert len(found) > 100
    return sum(found) / len(found)


def test_nothing_is_kept_unless_a_sample_has_a_portrait(
    kept: Gallery, sample: MakeSample, keeping: MakeSample
) -> None:
    assert kept.keeps_portraits
    plain, with_one = kept.enroll("Ada", [sample(1), keeping(2)]).receipts
    assert (plain.has_portrait, with_one.has_portrait) == (False, True)
    assert kept.portrait(plain.sample_id) is None
    assert kept.portrait(with_one.sample_id) == kept_portrait(2)
    assert [one.has_portrait for one in kept.samples("Ada")] == [False, True]
    assert kept.stats().portraits == 1
    assert kept.check() == []
    with pytest.raises(PersonError, match="no such sample"):
        kept.portrait("00000000-0000-0000-0000-000000000000")


def test_a_sample_that_is_there_gets_the_portrait_that_it_lacks(
    kept: Gallery, sample: MakeSample, keeping: MakeSample
) -> None:
    kept.enroll("Ada", [sample(1)])
    (again,) = kept.enroll("Ada", [keeping(1)]).receipts
    assert (again.status, again.has_portrait) == ("duplicate", True)
    (third,) = kept.enroll("Ada", [sample(1)]).receipts
    assert (third.status, third.has_portrait) == ("duplicate", True)
    other = replace(sample(1), portrait=kept_portrait(9))
    assert kept.enroll("Ada", [other]).receipts[0].has_portrait
    assert kept.portrait(again.sample_id) == kept_portrait(1)
    assert kept.stats().portraits == 1


def test_many_people_at_once_keep_theirs(
    kept: Gallery, sample: MakeSample, keeping: MakeSample
) -> None:
    people = [(f"P{n}", [keeping(n) if n % 2 else sample(n)]) for n in range(1, 9)]
    people.append(("Bad", [replace(sample(20), portrait=replace(kept_portrait(1), jpeg=b"no"))]))
    answers = list(kept.enroll_many(people))
    assert [isinstance(one, ItemError) for one in answers] == [False] * 8 + [True]
    assert kept.stats().portraits == 4
    for one in kept.samples():
        seed = int(one.source.split()[1].partition(".")[0])
        assert kept.portrait(one.id) == (kept_portrait(seed) if seed % 2 else None)


def test_a_portrait_goes_and_its_sample_stays(kept: Gallery, keeping: MakeSample) -> None:
    (receipt,) = kept.enroll("Ada", [keeping(1)]).receipts
    assert kept.remove_portrait(receipt.sample_id)
    assert kept.portrait(receipt.sample_id) is None
    assert kept.stats().portraits == 0
    assert kept.person("Ada").samples == 1
    assert kept.search(keeping(1).embedding[None], 1)[0][0].name == "Ada"
    with pytest.raises(PersonError, match="no portrait is kept"):
        kept.remove_portrait(receipt.sample_id)
    with pytest.raises(PersonError, match="no such sample"):
        kept.remove_portrait("00000000-0000-0000-0000-000000000000")


def test_erasures_count_the_portraits_that_go(
    kept: Gallery, keeping: MakeSample, sample: MakeSample, tmp_path: Path
) -> None:
    log = AuditLog(tmp_path / "audit.jsonl")
    enrolled = kept.enroll("Ada", [keeping(1), keeping(2), keeping(3), sample(4)])
    kept.enroll("Bob", [keeping(5)])
    kept.enroll("Eve", [sample(6)])
    assert kept.remove_sample(enrolled.receipts[0].sample_id).portraits == 1
    assert kept.remove_sample(enrolled.receipts[3].sample_id).portraits == 0
    ada, eve = erase(kept, ["Ada", "Eve"], log=log, key=KEY)
    assert [(one.samples, one.portraits) for one in (ada, eve)] == [(2, 2), (1, 0)]
    for receipt in (ada, eve):
        assert receipt.schema_name == "facemetric.erasure-receipt/2"
        assert receipt_problems(receipt, key=KEY, gallery=kept) == []
    fewer = ada.model_copy(update={"portraits": 1})
    assert "the digest does not fit" in receipt_problems(fewer)[0]
    ended = [one.event for one in read_log(log.path) if one.event.action == "person.erase"]
    assert [one.counts.get("portraits") for one in ended] == [2, None]
    assert kept.remove("Bob").portraits == 1


def test_portraits_go_with_their_samples_when_people_are_merged(
    kept: Gallery, sample: MakeSample, keeping: MakeSample
) -> None:
    """The last two are the same face of the same picture: who has a portrait hands it over."""
    kept.enroll("Ada", [keeping(1), sample(3), keeping(4)])
    also = [keeping(2), keeping(3), replace(sample(4), portrait=kept_portrait(5))]
    kept.enroll("A. Lovelace", also, conflicts="allow")
    kept.merge("Ada", "A. Lovelace")
    found = {one.source: kept.portrait(one.id) for one in kept.samples("Ada")}
    assert found == {f"photo {n}.jpg": kept_portrait(n) for n in (1, 2, 3, 4)}
    assert kept.stats().portraits == 4
    assert kept.purge() and kept.check() == []


def test_the_export_of_a_person_has_the_portraits(
    kept: Gallery, sample: MakeSample, keeping: MakeSample
) -> None:
    kept.enroll("Ada", [keeping(1), sample(2)])
    data = person_data(kept, "Ada", at=datetime(2030, 1, 1, tzinfo=UTC))
    first, second = data.samples
    assert first.portrait is not None and second.portrait is None
    assert base64.b64decode(first.portrait.base64) == made_jpeg(1)
    assert first.portrait.frame_xyxy_px == (2.5, 4.0, 98.5, 100.0)
    assert json.loads(data.model_dump_json())["samples"][0]["portrait"]["base64"]


def test_a_bad_portrait_stores_nothing(kept: Gallery, sample: MakeSample) -> None:
    wrong = replace(sample(1), portrait=Portrait(b"<html>", (0.0, 0.0, 1.0, 1.0)))
    with pytest.raises(InputError, match="no JPEG"):
        kept.enroll("Ada", [sample(2), wrong])
    assert len(kept) == 0


@pytest.mark.parametrize("key", [None, KEY], ids=["plain", "sealed"])
def test_files_show_a_portrait_unless_they_are_sealed(
    tmp_path: Path,
    sample: MakeSample,
    keeping: MakeSample,
    key: MasterKey | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The file, its log, the snapshot of codes and a backup."""
    monkeypatch.setattr(memory, "FLOAT_ROWS", 110)
    monkeypatch.setattr(sqlite_gallery, "SNAPSHOT_ROWS", 100)
    folder = tmp_path / "g"
    folder.mkdir()
    path = folder / "people.db"
    with SqliteGallery(path, key=key, **BOUND) as gallery:
        for seed in range(12):
            gallery.enroll(f"P{seed}", [keeping(seed)])
        list(gallery.enroll_many((f"P{n}", [sample(n)]) for n in range(12, 130)))
        gallery.search(keeping(1).embedding[None], 1)
        connection = gallery._file._connection
        assert connection is not None
        connection.execute("VACUUM INTO ?", (str(folder / "backup.db"),))
        assert {"people.db", "people.db-wal", "people.db-index"} <= {
            one.name for one in folder.iterdir()
        }
        data = on_disk(folder)
    for seed in range(12):
        share = shown(kept_portrait(seed), data)
        assert share == 0 if key else share > 0.95
    assert (b"\xff\xd8\xff\xe0\x00\x10JFIF" in data) == (key is None)
    assert (b"2.5, 4.0, 98.5" in data) == (key is None)


@pytest.mark.parametrize("key", [None, KEY], ids=["plain", "sealed"])
@pytest.mark.parametrize("way", ["person", "sample", "portrait", "with a receipt"])
def test_nothing_of_an_erased_portrait_is_left_in_the_files(
    tmp_path: Path, keeping: MakeSample, key: MasterKey | None, way: str
) -> None:
    """As it was, and as it was sealed."""
    path = tmp_path / "people.db"
    with SqliteGallery(path, key=key, **BOUND) as gallery:
        gallery.enroll("Other", [keeping(1)])
        (receipt,) = gallery.enroll("Ada", [keeping(2)]).receipts
        gallery.enroll("Third", [keeping(3)])
        with gallery._file.read() as connection:
            stored = dict(connection.execute("SELECT sample, jpeg FROM portraits").fetchall())
        stored = {row: replace(kept_portrait(row), jpeg=blob) for row, blob in stored.items()}

        def share(row: int) -> float:
            data, jpeg = on_disk(tmp_path), stored[row].jpeg
            places = range(700, len(jpeg) - 24, 24)
            return sum(jpeg[one : one + 24] in data for one in places) / len(places)

        assert min(share(row) for row in stored) > 0.95
        if way == "person":
            assert gallery.remove("Ada").purged
        elif way == "sample":
            assert gallery.remove_sample(receipt.sample_id).purged
        elif way == "portrait":
            assert gallery.remove_portrait(receipt.sample_id)
        else:
            (document,) = erase(gallery, ["Ada"])
            assert set(gallery.erased_from) <= set(document.erased_from)
        assert [share(row) > 0.95 for row in sorted(stored)] == [True, False, True]
        assert share(2) == 0
        assert gallery.check() == []


def test_a_purge_that_was_put_off_is_asked_for(path: Path, keeping: MakeSample) -> None:
    with SqliteGallery(path, **BOUND) as gallery:
        (receipt,) = gallery.enroll("Ada", [keeping(1)]).receipts
        assert not gallery.remove_portrait(receipt.sample_id, purge=False)
        assert gallery.check() == [UNPURGED.format(path)]
        assert gallery.purge()
        assert shown(kept_portrait(1), on_disk(path.parent)) == 0


def test_a_server_holds_nothing_after_the_vacuum(keeping: MakeSample) -> None:
    _, folder = server()
    with Gallery.open(postgres_address(), **BOUND) as gallery:
        gallery.enroll("Ada", [keeping(71)])
        (receipt,) = gallery.enroll("Other", [keeping(72)]).receipts

        def tables() -> bytes:
            gallery._server.outside("CHECKPOINT")  # type: ignore[attr-defined]
            return on_disk(folder / "base")

        assert min(shown(kept_portrait(n), tables()) for n in (71, 72)) > 0.95
        assert gallery.remove("Ada").purged
        assert shown(kept_portrait(71), tables()) == 0
        assert shown(kept_portrait(72), tables()) > 0.95
        assert gallery.remove_portrait(receipt.sample_id)
        assert shown(kept_portrait(72), tables()) == 0


def test_a_damaged_portrait_on_a_server_is_found(keeping: MakeSample) -> None:
    with PostgresGallery(postgres_address(), **BOUND) as gallery:
        (receipt,) = gallery.enroll("Ada", [keeping(1)]).receipts
        assert gallery.check() == []
        with gallery._server.write() as connection:
            connection.execute("UPDATE portraits SET jpeg = ?", (b"no picture",))
        assert gallery.check() == [f"portrait of sample {receipt.sample_id}: is no JPEG"]


def test_milvus_refuses_before_anything_is_stored(
    tmp_path: Path, sample: MakeSample, keeping: MakeSample
) -> None:
    pytest.importorskip("milvus_lite")
    with Gallery.open(f"milvus://{tmp_path}/faces.db", **BOUND) as gallery:
        assert not gallery.keeps_portraits and gallery.stats().portraits is None
        with pytest.raises(InputError, match="keeps none; nothing was stored"):
            gallery.enroll("Ada", [sample(1), keeping(2)])
        assert len(gallery) == 0
        (receipt,) = gallery.enroll("Ada", [sample(1)]).receipts
        assert gallery.portrait(receipt.sample_id) is None
        with pytest.raises(PersonError, match="no portrait is kept"):
            gallery.remove_portrait(receipt.sample_id)


def test_a_new_master_key_opens_portraits(path: Path, keeping: MakeSample) -> None:
    with SqliteGallery(path, key=KEY, **BOUND) as gallery:
        (receipt,) = gallery.enroll("Ada", [keeping(1)]).receipts
        assert gallery.change_key(KEY, OTHER)
    with SqliteGallery(path, key=OTHER) as gallery:
        assert gallery.portrait(receipt.sample_id) == kept_portrait(1)


def test_a_sealed_portrait_opens_beside_its_own_sample_alone(
    path: Path, keeping: MakeSample
) -> None:
    with SqliteGallery(path, key=KEY, **BOUND) as gallery:
        for name, seed in (("Ada", 1), ("Grace", 2)):
            gallery.enroll(name, [keeping(seed)])
    swap = """UPDATE portraits SET {0} = (SELECT o.{0} FROM portraits o WHERE
        o.sample != portraits.sample)"""
    for column in ("jpeg", "frame"):
        changed = path.with_name(f"{column}.db")
        shutil.copy(path, changed)
        connection = sqlite3.connect(changed)
        connection.execute(swap.format(column))
        connection.commit()
        connection.close()
        with SqliteGallery(changed, key=KEY) as gallery:
            (sample,) = gallery.samples("Ada")
            with pytest.raises(TamperedError):
                gallery.portrait(sample.id)
            assert len(gallery.check()) == 1


def test_a_portrait_that_is_damaged_is_named(path: Path, keeping: MakeSample) -> None:
    with SqliteGallery(path, **BOUND) as gallery:
        gallery.enroll("Ada", [keeping(1), keeping(2)])
        with gallery._file.write() as connection:
            connection.execute("UPDATE portraits SET jpeg = X'00' WHERE sample = 2")
        second = gallery.samples()[1]
        assert gallery.check() == [f"portrait of sample {second.id}: is no JPEG"]


def test_a_file_from_before_portraits_gets_room_for_them(path: Path, keeping: MakeSample) -> None:
    with SqliteGallery(path, **BOUND) as gallery:
        gallery.enroll("Ada", [replace(keeping(1), portrait=None)])
        version = gallery.stats().schema_version
    connection = sqlite3.connect(path)
    connection.execute("DROP TABLE portraits")
    connection.execute(f"PRAGMA user_version = {version - 1}")
    connection.close()
    with pytest.raises(GalleryError, match="old schema version"):
        SqliteGallery(path, read_only=True)
    with SqliteGallery(path) as gallery:
        assert [one.has_portrait for one in gallery.samples("Ada")] == [False]
        assert gallery.enroll("Ada", [keeping(1)]).receipts[0].has_portrait
        assert gallery.check() == []
