from __future__ import annotations

import os
import sqlite3
import stat
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from facemetric.errors import GalleryError, InputError
from facemetric.gallery import NewSample, SqliteGallery
from facemetric.gallery.sqlite import file
from facemetric.gallery.sqlite.connection import SqliteConnection

MakeSample = Callable[..., NewSample]
UNPURGED = (
    "erased data may still be in the file, until a purge: facemetric gallery purge --gallery {}"
)


def make(path: Path, sample: MakeSample, people: int = 2) -> None:
    with SqliteGallery(path, bundle="net-v1", dim=8) as gallery:
        for seed in range(people):
            gallery.enroll(f"P{seed}", [sample(seed)])


def test_a_new_file_is_its_owners_alone_and_durable(path: Path, sample: MakeSample) -> None:
    with SqliteGallery(path, bundle="net-v1", dim=8) as gallery:
        gallery.enroll("Ada", [sample(1)])
        with gallery._database.read() as connection:
            settings = {
                name: connection.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
            }
    assert settings == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
    }
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_an_absent_file_is_not_made_by_reading(path: Path) -> None:
    for options in ({"read_only": True}, {"create": False}):
        with pytest.raises(GalleryError, match=r"gallery\.db: no such gallery\. Check the address"):
            SqliteGallery(path, **options)
    with pytest.raises(
        InputError, match=r"a new gallery is bound to a bundle.*Pass bundle and dim"
    ):
        SqliteGallery(path)
    assert not path.exists()


@pytest.mark.parametrize("options", [{}, {"read_only": True}])
def test_an_empty_file_holds_no_gallery_yet(path: Path, options: dict[str, bool]) -> None:
    path.touch()
    with pytest.raises(GalleryError, match="holds no gallery yet"):
        SqliteGallery(path, **{"create": False, **options})
    with SqliteGallery(path, bundle="net-v1", dim=8) as gallery:
        assert gallery.people() == []


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(GalleryError, match="cannot be created: No such file or directory"):
        SqliteGallery(tmp_path / "absent" / "g.db", bundle="net-v1", dim=8)
    with pytest.raises(GalleryError, match="is a folder, wanted a file"):
        SqliteGallery(tmp_path, bundle="net-v1", dim=8)


def test_a_file_that_is_no_database_is_refused_and_left_alone(path: Path) -> None:
    path.write_bytes(b"these are holiday notes, not a gallery" * 50)
    before = path.read_bytes()
    with pytest.raises(GalleryError, match=r"gallery\.db: is not a gallery \(no SQLite file\)"):
        SqliteGallery(path, bundle="net-v1", dim=8)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "script",
    [
        "CREATE TABLE notes (text TEXT)",
        "PRAGMA application_id = 1234",
        "PRAGMA user_version = 3",
    ],
)
def test_another_programs_file_is_refused_and_left_alone(path: Path, script: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(script)
    connection.commit()
    connection.close()
    before = path.read_bytes()
    with pytest.raises(GalleryError, match="belongs to another program"):
        SqliteGallery(path, bundle="net-v1", dim=8)
    assert path.read_bytes() == before


@pytest.mark.parametrize("seed", range(8))
def test_damage_is_an_error_not_a_crash(path: Path, sample: MakeSample, seed: int) -> None:
    import random

    make(path, sample, 60)
    data = bytearray(path.read_bytes())
    dice = random.Random(seed)
    for page in dice.sample(range(1, len(data) // 4096), 5):
        data[page * 4096 : page * 4096 + 100] = dice.randbytes(100)
    path.write_bytes(bytes(data))
    try:
        with SqliteGallery(path) as gallery:
            assert gallery.check()
            gallery.people()
            gallery.samples()
            gallery.vectors()
    except GalleryError as error:
        assert "gallery.db" in str(error)


def test_a_truncated_file_is_damaged(path: Path, sample: MakeSample) -> None:
    make(path, sample, 30)
    path.write_bytes(path.read_bytes()[: 5 * 4096])
    with pytest.raises(GalleryError, match=r"is damaged\. Restore it from a copy"):
        SqliteGallery(path).check() and SqliteGallery(path).people()


def test_another_writer_is_waited_for_and_then_named(path: Path, sample: MakeSample) -> None:
    make(path, sample)
    with SqliteGallery(path, timeout_s=0.1) as gallery:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(GalleryError, match=r"another process was writing for more than 0\.1 s"):
            gallery.enroll("Bob", [sample(9)])
        assert len(gallery.people()) == 2  # reading goes on
        other.execute("ROLLBACK")
        other.close()
        gallery.enroll("Bob", [sample(9)])


def test_others_read_while_one_waits_to_write(path: Path, sample: MakeSample) -> None:
    make(path, sample)
    with SqliteGallery(path) as gallery, ThreadPoolExecutor(1) as pool:
        other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        written = pool.submit(gallery.rename, "P0", "Ada")
        for _ in range(5):
            assert [one.name for one in gallery.people()] == ["P0", "P1"]
            assert not written.done()
        other.execute("ROLLBACK")
        assert written.result(120).name == "Ada"
        other.close()


def test_read_only_writes_nothing(path: Path, sample: MakeSample) -> None:
    make(path, sample)
    before = path.read_bytes()
    with SqliteGallery(path, read_only=True) as gallery:
        assert len(gallery.people()) == 2
        for change in (
            lambda: gallery.enroll("Bob", [sample(9)]),
            lambda: gallery.rename("P0", "Q"),
            lambda: gallery.remove("P0"),
        ):
            with pytest.raises(GalleryError, match=r"opened read-only\. Open it without read_only"):
                change()
    assert path.read_bytes() == before


def test_a_read_only_disk_is_read_without_a_log(
    path: Path, sample: MakeSample, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(path, sample)
    monkeypatch.setattr(file, "_is_on_read_only_disk", lambda _: True)
    with SqliteGallery(path, read_only=True) as gallery:
        assert len(gallery.search(sample(1).embedding[None], 1)[0]) == 1
        assert not path.with_name("gallery.db-shm").exists()
    path.with_name("gallery.db-wal").write_bytes(b"x")
    with pytest.raises(GalleryError, match="changes in its write-ahead log, on a disk that is"):
        SqliteGallery(path, read_only=True)


def test_the_disk_is_asked_whether_it_is_read_only(path: Path) -> None:
    path.touch()
    assert not file._is_on_read_only_disk(path)
    proc = Path("/sys/kernel")
    if proc.exists():
        assert isinstance(file._is_on_read_only_disk(proc), bool)


def test_a_full_disk_loses_nothing_that_was_acknowledged(path: Path, sample: MakeSample) -> None:
    make(path, sample)
    with SqliteGallery(path) as gallery:
        with gallery._database.read() as connection:
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
        assert gallery._file._connection is not None
        gallery._file._connection.execute(f"PRAGMA max_page_count = {pages + 2}")
        acknowledged = 2
        with pytest.raises(GalleryError, match="the disk is full"):
            for seed in range(100, 200):
                gallery.enroll(f"P{seed}", [sample(seed)])
                acknowledged += 1
        assert len(gallery.people()) == acknowledged
        assert gallery.check() == []


def test_a_full_disk_puts_a_purge_off(
    path: Path, sample: MakeSample, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who was erased is, and the gallery opens; the bytes go once there is room."""
    make(path, sample)
    carried_out = SqliteConnection.execute

    def execute(self: SqliteConnection, sql: str, *values: Any) -> sqlite3.Cursor:
        if sql == "VACUUM":
            full = sqlite3.OperationalError("database or disk is full")
            full.sqlite_errorname = "SQLITE_FULL"
            raise full
        return carried_out(self, sql, *values)

    with monkeypatch.context() as disk:
        disk.setattr(SqliteConnection, "execute", execute)
        with SqliteGallery(path) as gallery:
            assert gallery.remove("P0").purged is False
            assert [person.name for person in gallery] == ["P1"]
        with SqliteGallery(path) as gallery:
            assert gallery.purge() is False
            assert gallery.check() == [UNPURGED.format(path)]
    with SqliteGallery(path) as gallery:
        assert gallery.check() == []


def test_a_closed_gallery_says_so(path: Path, sample: MakeSample) -> None:
    make(path, sample)
    gallery = SqliteGallery(path)
    gallery.close()
    gallery.close()
    with pytest.raises(GalleryError, match="is closed"):
        gallery.people()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_child_must_open_for_itself(path: Path, sample: MakeSample) -> None:
    make(path, sample)
    with SqliteGallery(path) as gallery:
        child = os.fork()
        if child == 0:
            try:
                gallery.people()
            except GalleryError as error:
                os._exit(7 if "opened by the parent process" in str(error) else 1)
            os._exit(1)
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == 7
        assert len(gallery.people()) == 2


def test_threads_take_turns(path: Path, sample: MakeSample) -> None:
    failures: list[BaseException] = []
    with SqliteGallery(path, bundle="net-v1", dim=8) as gallery:

        def work(number: int) -> None:
            try:
                for seed in range(number * 10, number * 10 + 10):
                    gallery.enroll(f"P{seed}", [sample(seed)])
                    match = gallery.search(sample(seed).embedding[None], 1)[0][0]
                    assert match.name == f"P{seed}"
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert len(gallery.people()) == 40


@pytest.mark.parametrize("name", ["x" * 300, "a\0b"])
def test_a_path_that_cannot_be_looked_at_is_an_error_of_the_gallery(path: Path, name: str) -> None:
    for options in ({}, {"read_only": True}, {"bundle": "net-v1", "dim": 8}):
        with pytest.raises(GalleryError, match=r"cannot be opened: .*Check the path"):
            SqliteGallery(path.parent / name, **options)


def test_the_way_out_of_a_read_only_folder_depends_on_what_was_wanted(
    path: Path, sample: MakeSample
) -> None:
    make(path, sample)
    error = sqlite3.OperationalError("attempt to write a readonly database")
    error.sqlite_errorname = "SQLITE_READONLY_DIRECTORY"
    for read_only, wanted in ((True, "Copy it to a folder"), (False, "or open with read_only")):
        with (
            SqliteGallery(path, read_only=read_only) as gallery,
            pytest.raises(GalleryError, match=wanted),
            gallery._database.read(),
        ):
            raise error
