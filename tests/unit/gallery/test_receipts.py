"""Erasing with a receipt, and all about one person: in every backend that starts by itself."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from pydantic import ValidationError

from facemetric.errors import GalleryError, KeyMismatchError, PersonError
from facemetric.gallery import (
    Consent,
    Gallery,
    NewSample,
    Removal,
    SqliteGallery,
    erase,
    person_data,
    receipt_problems,
)
from facemetric.vault import AuditLog, Event, MasterKey, open_log, read_log, verify_log
from facemetric.wire import ErasureReceiptOut, to_json

MakeSample = Callable[..., NewSample]
KEY, OTHER = MasterKey(bytes(range(32))), MasterKey(bytes(range(1, 33)))
AT = datetime(2025, 6, 1, tzinfo=UTC)


@pytest.fixture(params=[None, KEY], ids=["plain", "encrypted"])
def people(request: pytest.FixtureRequest, path: Path, sample: MakeSample) -> Iterator[Gallery]:
    with SqliteGallery(path, bundle="net", dim=8, key=request.param) as gallery:
        consent = Consent("consent", "asked at the door", AT)
        gallery.enroll(
            "Ada", [sample(1), sample(2)], consent=consent, keep_until=AT, groups=["b", "a"]
        )
        gallery.enroll("Bob", [sample(3)])
        yield gallery


def test_a_receipt_says_what_went_and_holds_no_name(people: Gallery, tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.jsonl", key=KEY)
    ada = people.person("Ada")
    (receipt,) = erase(people, ["ADA", "nobody"], log=log, key=KEY, clock=lambda: AT)
    assert (receipt.person_id, receipt.gallery_id) == (ada.id, people.id)
    assert (receipt.samples, receipt.purged, receipt.reason) == (2, True, "request")
    assert receipt.erased == "2025-06-01T00:00:00.000000+00:00"
    assert "snapshot" in " ".join(receipt.erased_from)
    assert "backups and copies" in receipt.may_remain_in
    assert "files of events that a watch wrote" in receipt.may_remain_in
    assert "Ada" not in receipt.model_dump_json() and b"Ada" not in log.path.read_bytes()
    assert "Ada" not in people
    events = [entry.event for entry in read_log(log.path)]
    assert [event.action for event in events] == ["log.start", "person.erase.begin", "person.erase"]
    assert {event.subject for event in events[1:]} == {ada.id}
    assert events[2].counts == {"samples": 2, "purged": 1, "request": 1}
    assert verify_log(log.path, key=KEY).is_sound

    def problems(**changes: object) -> list[str]:
        changed = receipt.model_copy(update=changes)
        return receipt_problems(changed, key=KEY, log=log.path, gallery=people)

    assert problems() == []
    written = {**receipt.model_dump(by_alias=True), "verified_by": "somebody"}
    added = ErasureReceiptOut.model_validate_json(json.dumps(written))
    assert receipt_problems(added) == ["the digest does not fit: the receipt was changed"]
    assert problems(samples=3) == ["the digest does not fit: the receipt was changed"]
    assert "the signature is not by this key" in problems(signature="00" * 32)
    assert "it is not signed" in problems(signature=None)
    assert "it names no entry of an audit log" in problems(audit_entry=None)
    begun = [*read_log(log.path)][1]
    assert "entry 2 of the audit log is about something else" in problems(
        audit_entry=f"2:{begun.digest}"
    )
    (written_anew,) = problems(audit_entry=f"3:{'0' * 64}")[1:]
    assert "audit log: entry 3 is not the one that is remembered" in written_anew
    assert "the receipt is of another gallery" in problems(gallery_id="0")
    other = receipt.model_copy(update={"gallery_id": "0"})
    assert "entry 3 of the audit log is about something else" in receipt_problems(
        other, key=KEY, log=log.path
    )
    bob = people.person("Bob").id
    assert "the person is in the gallery" in problems(person_id=bob)


def test_without_key_and_log(people: Gallery) -> None:
    (receipt,) = erase(people, ["Bob"], reason="expired")
    assert (receipt.signature, receipt.key_id, receipt.audit_entry) == (None, None, None)
    assert receipt_problems(receipt, gallery=people) == []
    assert erase(people, ["Bob"]) == []


def test_a_log_goes_on_as_it_was_begun(tmp_path: Path) -> None:
    plain, keyed = tmp_path / "plain.jsonl", tmp_path / "keyed.jsonl"
    open_log(plain)
    open_log(keyed, key=KEY)
    with pytest.raises(KeyMismatchError, match=r"not chained with a key.*--plain-log"):
        open_log(plain, key=KEY)
    open_log(plain, key=KEY, plain=True).append(Event("a"))
    open_log(keyed, key=KEY, plain=True).append(Event("a"))
    assert verify_log(plain).is_sound and verify_log(keyed, key=KEY).is_sound
    for key in (None, OTHER):
        with pytest.raises(KeyMismatchError, match=f"is chained with the key {KEY.id}"):
            open_log(keyed, key=key)


def test_a_log_that_was_replaced_by_a_plain_one_is_not_taken(
    people: Gallery, tmp_path: Path
) -> None:
    path = tmp_path / "audit.jsonl"
    (receipt,) = erase(people, ["Ada"], log=open_log(path, key=KEY), key=KEY)
    assert receipt_problems(receipt, key=KEY, log=path) == []
    events = [entry.event for entry in read_log(path)][1:]
    path.unlink()
    open_log(path).append_all(events)  # by somebody who has the file and not the key
    verdict = verify_log(path, key=KEY)
    assert (verdict.entries, verdict.bad_entry) == (0, 1)
    assert verdict.problem is not None and "is not chained with a key" in verdict.problem
    (problem,) = receipt_problems(receipt, key=KEY, log=path)
    assert "entry 1 is not chained with a key: the log was written anew" in problem
    # Somebody who says that it was begun without a key is told what that leaves to see.
    (problem,) = receipt_problems(receipt, key=KEY, log=path, plain_log=True)
    assert "the log was written anew" in problem


def test_a_log_whose_first_line_was_cut_off_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    open_log(path, key=KEY)
    whole = path.read_bytes()
    for cut in (0, 1, len(whole) - 1):
        path.write_bytes(whole[:cut])
        open_log(path, key=KEY).append(Event("a"))
        assert verify_log(path, key=KEY).is_sound


def test_all_about_a_person_can_be_read(people: Gallery, tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.jsonl")
    ada = people.person("Ada")
    document = person_data(people, "ada", at=AT)
    assert (document.person_id, document.name, document.groups) == (ada.id, "Ada", ("a", "b"))
    assert document.consent is not None and document.consent.text == "asked at the door"
    assert document.keep_until == AT.isoformat() and document.audit is None
    samples = people.samples("Ada")
    assert [one.sample_id for one in document.samples] == [one.id for one in samples]
    vectors = people.vectors().embeddings[:2]
    for one, stored, vector in zip(document.samples, samples, vectors, strict=True):
        assert np.array_equal(np.array(one.embedding, np.float32), vector)
        assert (one.source, one.source_sha256) == (stored.source, stored.source_sha256)
        assert one.face is not None and one.face.quality is not None
        assert one.taken == "2024-05-01T12:30:00+00:00"
    erase(people, ["Bob"], log=log)
    assert person_data(people, "Ada", at=AT, entries=read_log(log.path)).audit == ()
    # A copy of the gallery has people of the same ids, and a history of its own.
    log.append(Event("person.edit", gallery=people.id, subject=ada.id))
    log.append(Event("person.enrol", gallery=str(UUID(int=1)), subject=ada.id))
    audit = person_data(people, "Ada", at=AT, entries=read_log(log.path)).audit
    assert audit is not None and [one.action for one in audit] == ["person.edit"]
    with pytest.raises(PersonError, match="no such person"):
        person_data(people, "Bob", at=AT)
    assert people.record(ada.id).person == ada
    assert Gallery.record(people, "Ada").person == ada  # the slow way of other backends


def test_a_receipt_claims_no_more_than_was_done(people: Gallery, path: Path) -> None:
    people._file.timeout_s = 0.2  # type: ignore[attr-defined]
    with sqlite3.connect(path) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM people").fetchone()
        (receipt,) = erase(people, ["Ada"], key=KEY, clock=lambda: AT)
    reader.close()
    assert not receipt.purged
    assert receipt.erased_from == ("what the gallery answers with",)
    assert receipt.may_remain_in[0] == "the gallery's files, until it is purged"
    assert "Ada" not in people


FIRST = """{
  "schema": "facemetric.erasure-receipt/1",
  "receipt_id": "3b2f17ec-7026-4e4b-9e02-0e17796d7703",
  "gallery_id": "ece6feb3-f51f-4b5a-9d82-bd0bbc9c563c",
  "person_id": "9409ccc9-e647-42ca-b3dc-12587cc5e05b",
  "reason": "request",
  "erased": "2026-01-02T03:04:05.000000+00:00",
  "samples": 1,
  "embeddings": 1,
  "purged": true,
  "erased_from": [
    "the database file, which was written anew",
    "its write-ahead log, which was emptied",
    "the snapshot of codes beside it, which was deleted"
  ],
  "may_remain_in": ["backups and copies", "exports", "files of events that a watch wrote"],
  "audit_entry": null,
  "key_id": "ce55fc1b559a3755",
  "digest": "325122e3926a963a7f871b0633affd70bfbae507ad83a4da5480bcf2a43bd4ae",
  "signature": "6ee2fb1fefa8594a9d7f751ecb1a00585f210ecd06ca9b39ffc3ac2186bcb132"
}"""
"""As it was written before receipts counted portraits."""


def test_a_receipt_of_the_first_version_is_still_one() -> None:
    receipt = ErasureReceiptOut.model_validate_json(FIRST)
    assert receipt.portraits is None
    assert receipt_problems(receipt, key=KEY) == []
    again = ErasureReceiptOut.model_validate_json(to_json(receipt))
    assert receipt_problems(again, key=KEY) == []
    more = receipt.model_copy(update={"samples": 2})
    assert "the digest does not fit" in receipt_problems(more, key=KEY)[0]
    for wrong in (
        FIRST.replace("receipt/1", "receipt/2"),
        FIRST.replace('"embeddings": 1,', '"embeddings": 1, "portraits": 1,'),
        FIRST.replace("receipt/1", "receipt/3"),
    ):
        with pytest.raises(ValidationError):
            ErasureReceiptOut.model_validate_json(wrong)


def test_who_is_gone_is_entered_whatever_fails(
    people: Gallery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = AuditLog(tmp_path / "audit.jsonl")
    ada, bob = people.person("Ada").id, people.person("Bob").id
    remove, purge = people.remove, people.purge

    def remove_ada(person: str, *, purge: bool) -> Removal:
        if person != ada:
            raise GalleryError("the disk went away")
        return remove(person, purge=purge)

    def entered() -> list[tuple[str, str | None, int | None]]:
        events = [entry.event for entry in read_log(log.path)][1:]
        return [(one.action, one.subject, one.counts.get("purged")) for one in events]

    monkeypatch.setattr(people, "remove", remove_ada)
    with pytest.raises(GalleryError, match="the disk went away"):
        erase(people, ["Ada", "Bob"], log=log)
    first = [
        ("person.erase.begin", ada, None),
        ("person.erase.begin", bob, None),
        ("person.erase", ada, 1),
    ]
    assert entered() == first and people.check() == []

    def fails() -> bool:
        raise GalleryError("no room")

    monkeypatch.setattr(people, "remove", remove)
    monkeypatch.setattr(people, "purge", fails)
    with pytest.raises(GalleryError, match="no room"):
        erase(people, ["Bob"], log=log)
    assert entered()[3:] == [("person.erase.begin", bob, None), ("person.erase", bob, 0)]
    assert purge() and people.check() == []
