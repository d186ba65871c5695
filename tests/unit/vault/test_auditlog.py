"""The log: what is entered, who finds what in it, and what every changed byte does."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.errors import InputError, KeyMismatchError, TamperedError, VaultError
from facemetric.vault import AuditLog, Event, Head, MasterKey, read_log, verify_log

KEY = MasterKey(bytes(32))
IDS = [str(UUID(int=n, version=4)) for n in range(9)]


def clock() -> Iterator[datetime]:
    start = datetime(2025, 1, 1, tzinfo=UTC)
    return (start + timedelta(seconds=n) for n in count())


def write(path: Path, key: MasterKey | None, entries: int = 3) -> list[bytes]:
    times = clock()
    log = AuditLog(path, key=key, clock=lambda: next(times))
    for number in range(entries):
        log.append(Event("person.erase", subject=IDS[number], counts={"samples": number}))
    return path.read_bytes().splitlines(keepends=True)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audit.jsonl"


@pytest.mark.parametrize("key", [None, KEY])
def test_what_is_entered_is_read_and_verified(path: Path, key: MasterKey | None) -> None:
    log = AuditLog(path, key=key)
    entry = log.append(Event("key.use", "denied", IDS[0], IDS[1], IDS[2], {"faces": 2}))
    assert path.stat().st_mode & 0o777 == 0o600
    start, read = read_log(path)
    assert (start.number, start.event.action) == (1, "log.start")
    assert read == entry
    assert verify_log(path, key=key).head == Head(2, entry.digest)
    again = AuditLog(path, key=key).append_all([Event("a"), Event("b")])
    assert [one.number for one in again] == [3, 4]
    log.append(Event("c"))  # the first one follows what the second one wrote
    verdict = verify_log(path, key=key)
    assert verdict.is_sound and verdict.entries == 5


@pytest.mark.parametrize("key", [None, KEY])
def test_one_changed_byte_is_detected_and_the_entry_named(
    path: Path, key: MasterKey | None
) -> None:
    """Every byte of a small log, changed in a bit or made the end of a line."""
    lines = write(path, key, 2)
    whole = b"".join(lines)
    owner = [number for number, line in enumerate(lines, 1) for _ in line]
    with path.open("r+b", buffering=0) as file:
        for position, number in enumerate(owner):
            for value in {whole[position] ^ 1 << position % 8, 10} - {whole[position]}:
                file.seek(position)
                file.write(bytes([value]))
                verdict = verify_log(path, key=key)
                assert verdict.bad_entry == number, (position, value, verdict)
                assert verdict.entries == number - 1
            file.seek(position)
            file.write(whole[position : position + 1])
    assert verify_log(path, key=key).is_sound


@given(st.data())
@settings(deadline=None, max_examples=60)
def test_lines_taken_out_doubled_or_moved_are_detected(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("log") / "audit.jsonl"
    lines = write(path, KEY, 5)
    chosen = data.draw(st.lists(st.sampled_from(range(6)), max_size=7))
    path.write_bytes(b"".join(lines[n] for n in chosen))
    is_beginning = bool(chosen) and chosen == [*range(len(chosen))]
    verdict = verify_log(path, key=KEY)
    assert verdict.is_sound == is_beginning
    head = Head(6, json.loads(lines[5])["digest"])
    assert verify_log(path, key=KEY, head=head).is_sound == (len(chosen) == 6 and is_beginning)


def test_what_each_chain_shows_of_one_who_can_write_the_file(path: Path, tmp_path: Path) -> None:
    forged = tmp_path / "forged.jsonl"
    write(path, KEY)
    write(forged, None)
    # Without a key a whole chain can be made anew: only a remembered head shows it.
    assert verify_log(forged).is_sound
    remembered = Head(2, "0" * 64)
    verdict = verify_log(forged, head=remembered)
    assert (verdict.bad_entry, verdict.entries) == (2, 1)
    assert "written anew" in str(verdict.problem)
    # With a key nobody else makes even the first digest.
    verdict = verify_log(forged, key=KEY)
    assert (verdict.bad_entry, verdict.problem) == (
        1,
        "is not chained with a key: the log was written anew, or begun without one",
    )
    assert verify_log(path, key=MasterKey.new()).bad_entry == 1
    with pytest.raises(KeyMismatchError, match=f"is chained with the key {KEY.id}"):
        verify_log(path)
    # A log that is cut off at a line's end is as sound as it was then, unless its head is known.
    head = verify_log(path, key=KEY).head
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:2]))
    assert verify_log(path, key=KEY).is_sound
    verdict = verify_log(path, key=KEY, head=head)
    assert (verdict.bad_entry, verdict.entries) == (3, 2)
    assert "cut off, it had 4 entries" in str(verdict.problem)


@pytest.mark.parametrize(
    "event",
    [
        Event("Person Erased"),
        Event("erase", subject="Ada Lovelace"),
        Event("erase", actor="ada"),
        Event("erase", gallery="/home/ada/people.db"),
        Event("erase", outcome="Ada"),
        Event("erase", counts={"Ada Lovelace": 1}),
        Event("erase", counts={"similarity": 0.5}),  # type: ignore[dict-item]
        Event("erase", counts={"big": 1 << 63}),
        Event("erase", counts={f"c{n}": n for n in range(33)}),
    ],
)
def test_names_and_figures_of_faces_are_refused(path: Path, event: Event) -> None:
    log = AuditLog(path)
    before = path.read_bytes()
    with pytest.raises(InputError):
        log.append(event)
    with pytest.raises(InputError):
        log.append_all([Event("fine"), event])
    assert path.read_bytes() == before


@pytest.mark.parametrize("cut", [1, 2, 30])
def test_a_line_that_was_being_written_is_cut_off_and_that_entered(path: Path, cut: int) -> None:
    lines = write(path, KEY)
    path.write_bytes(b"".join(lines)[:-cut])
    assert verify_log(path, key=KEY).bad_entry == 4
    AuditLog(path, key=KEY).append(Event("after"))
    entries = [*read_log(path)]
    assert [one.event.action for one in entries[2:]] == ["person.erase", "log.repair", "after"]
    assert entries[3].event.counts == {"bytes": len(lines[3]) - cut}
    assert verify_log(path, key=KEY).is_sound


def test_only_a_beginning_is_begun_again(path: Path) -> None:
    path.write_bytes(write(path, KEY)[0][:20])
    AuditLog(path, key=KEY).append(Event("after"))
    assert [one.event.action for one in read_log(path)] == ["log.start", "after"]
    assert verify_log(path, key=KEY).is_sound


def test_a_damaged_end_is_not_built_upon(path: Path) -> None:
    lines = write(path, KEY)
    for wrong, key in (
        (b"".join(lines), None),
        (b"".join(lines), MasterKey.new()),
        (b"".join(lines[:3]) + lines[3].replace(b"erase", b"renam"), KEY),
        (b"notes of mine\n", KEY),
        (b"notes of mine", KEY),
        (b"x" * 100_000, KEY),
    ):
        path.write_bytes(wrong)
        with pytest.raises(TamperedError, match="damaged, or was chained with another key"):
            AuditLog(path, key=key)
        assert path.read_bytes() == wrong


def test_what_cannot_be_read_or_written(path: Path, tmp_path: Path) -> None:
    with pytest.raises(VaultError, match="cannot be read: No such file"):
        verify_log(path)
    with pytest.raises(VaultError, match=r"cannot be written: Is a directory\. Name a file in"):
        AuditLog(tmp_path)
    path.touch()
    assert verify_log(path).bad_entry == 1
    for line in (b"[" * 16_000, b'{"number":1}', b"null", b"\xff"):
        path.write_bytes(line + b"\n")
        assert verify_log(path).bad_entry == 1
        with pytest.raises(VaultError, match="entry 1 cannot be read"):
            list(read_log(path))
    for text in ("3", "0:" + "0" * 64, "3:xyz"):
        with pytest.raises(InputError, match="NUMBER:DIGEST"):
            Head.parse(text)
    assert str(Head.parse("3:" + "ab" * 32)) == "3:" + "ab" * 32


def enter(path: str, count: int) -> None:
    log = AuditLog(path, key=KEY)
    for number in range(count):
        log.append(Event("tick", subject=str(uuid4()), counts={"number": number}))


def test_several_processes_write_one_chain(path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    workers = [spawn.Process(target=enter, args=(str(path), 15)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
        assert worker.exitcode == 0
    verdict = verify_log(path, key=KEY)
    assert verdict.is_sound and verdict.entries == 46


@pytest.mark.parametrize("key", [None, MasterKey(bytes(range(32)))])
def test_an_end_that_was_changed_takes_no_entry_with_it(
    tmp_path: Path, key: MasterKey | None
) -> None:
    path = tmp_path / "end.jsonl"
    AuditLog(path, key=key).append(Event("person.erase"))
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + b"x")
    with pytest.raises(TamperedError, match="entry 2"):
        AuditLog(path, key=key)
    assert path.read_bytes() == whole[:-1] + b"x"


@pytest.mark.parametrize("left", [0, 1, 3])
def test_who_writes_notices_that_entries_were_cut_off(path: Path, left: int) -> None:
    log = AuditLog(path)
    for number in range(3):
        log.append(Event("person.erase", subject=IDS[number]))
    kept = b"".join(path.read_bytes().splitlines(keepends=True)[:left])
    path.write_bytes(kept)
    for _ in range(2):
        with pytest.raises(TamperedError, match="entry 4, which was there, is gone"):
            log.append(Event("person.erase", subject=IDS[4]))
    assert path.read_bytes() == kept


def test_a_log_that_was_moved_away_is_begun_anew(path: Path, tmp_path: Path) -> None:
    log = AuditLog(path)
    log.append(Event("person.erase", subject=IDS[0]))
    path.rename(tmp_path / "before.jsonl")
    assert log.append(Event("person.erase", subject=IDS[1])).number == 2
    for each in (path, tmp_path / "before.jsonl"):
        verdict = verify_log(each)
        assert (verdict.is_sound, verdict.entries) == (True, 2)
