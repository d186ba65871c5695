from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from facemetric.errors import InputError, PersonError
from facemetric.gallery import Consent, Enrolment, NewSample, SqliteGallery
from facemetric.types import ItemError

MakeSample = Callable[..., NewSample]


def test_a_new_person_is_acknowledged(gallery: SqliteGallery, sample: MakeSample) -> None:
    answer = gallery.enroll("  Ada  Lovelace", [sample(1), sample(2)])
    assert answer.created
    assert answer.added == 2
    assert answer.person.name == "Ada Lovelace"
    assert answer.person.samples == 2
    assert [receipt.status for receipt in answer.receipts] == ["added", "added"]
    assert [s.id for s in gallery.samples("Ada Lovelace")] == [r.sample_id for r in answer.receipts]


def test_a_known_name_adds_to_that_person(gallery: SqliteGallery, sample: MakeSample) -> None:
    first = gallery.enroll("Ada", [sample(1)])
    again = gallery.enroll("ADA ", [sample(2)])
    by_id = gallery.enroll(first.person.id, [sample(3)])
    assert not again.created
    assert not by_id.created
    assert by_id.person.id == first.person.id
    assert by_id.person.name == "Ada"
    assert by_id.person.samples == 3
    assert by_id.person.updated > again.person.updated > first.person.updated
    assert by_id.person.created == first.person.created


def test_all_that_is_known_of_a_sample_comes_back(
    gallery: SqliteGallery, sample: MakeSample
) -> None:
    given = sample(1)
    gallery.enroll("Ada", [given, NewSample(sample(2).embedding, "array 2")])
    full, bare = gallery.samples()
    assert given.face is not None and full.face is not None
    assert (full.source, full.source_sha256) == (given.source, given.source_sha256)
    np.testing.assert_array_equal(full.face.box_xyxy_px, given.face.box_xyxy_px)
    np.testing.assert_array_equal(full.face.landmarks_px, given.face.landmarks_px)
    assert full.face.score == given.face.score
    assert full.quality == given.quality
    assert full.taken == given.taken
    assert full.bundles == bare.bundles == ("net-v1",)
    assert (bare.face, bare.quality, bare.taken, bare.source_sha256) == (None,) * 4


def test_the_same_face_of_the_same_photo_is_not_stored_twice(
    gallery: SqliteGallery, sample: MakeSample
) -> None:
    first = gallery.enroll("Ada", [sample(1)])
    moved = sample(1, box=(12, 22, 62, 92))
    again = gallery.enroll("Ada", [moved, sample(1)])
    assert [receipt.status for receipt in again.receipts] == ["duplicate", "duplicate"]
    assert {receipt.sample_id for receipt in again.receipts} == {first.receipts[0].sample_id}
    assert again.added == 0
    assert again.person == first.person
    assert len(gallery.samples()) == 1


def test_a_duplicate_within_one_call_is_noticed(gallery: SqliteGallery, sample: MakeSample) -> None:
    answer = gallery.enroll("Ada", [sample(1), sample(1)])
    assert [receipt.status for receipt in answer.receipts] == ["added", "duplicate"]


def test_pictures_without_a_hash_are_all_stored(gallery: SqliteGallery, sample: MakeSample) -> None:
    bare = replace(sample(1), source_sha256=None)
    assert gallery.enroll("Ada", [bare, bare]).added == 2


def test_two_faces_of_one_photo_belong_to_two_people(
    gallery: SqliteGallery, sample: MakeSample
) -> None:
    gallery.enroll("Ada", [sample(1, photo="both.jpg", box=(0, 0, 50, 60))])
    answer = gallery.enroll("Bob", [sample(2, photo="both.jpg", box=(80, 0, 130, 60))])
    assert answer.receipts[0].also_of == ()
    assert answer.added == 1


def test_one_face_cannot_be_two_people_unnoticed(
    gallery: SqliteGallery, sample: MakeSample
) -> None:
    gallery.enroll("Ada", [sample(1)])
    with pytest.raises(
        PersonError, match=r"Bob: this face of photo 1.jpg is already enrolled as 'Ad"
    ):
        gallery.enroll("Bob", [sample(2), sample(1)])
    assert [person.name for person in gallery.people()] == ["Ada"]
    answer = gallery.enroll("Bob", [sample(1)], conflicts="allow")
    assert answer.receipts[0].status == "added"
    assert answer.receipts[0].also_of == ("Ada",)


def test_consent_and_retention_are_kept_and_replaced(
    gallery: SqliteGallery, sample: MakeSample
) -> None:
    consent = Consent("consent", "for the door", datetime(2024, 1, 2, tzinfo=UTC))
    until = datetime(2026, 1, 1, tzinfo=UTC)
    gallery.enroll("Ada", [sample(1)], consent=consent, keep_until=until)
    kept = gallery.enroll("Ada", [sample(2)]).person
    assert (kept.consent, kept.keep_until) == (consent, until)
    contract = Consent("contract", "", datetime(2025, 1, 2, tzinfo=UTC))
    changed = gallery.enroll("Ada", [sample(2)], consent=contract).person
    assert (changed.consent, changed.keep_until) == (contract, until)
    assert changed.updated > kept.updated


def test_many_are_enrolled_in_chunks_and_failures_stand_alone(
    gallery: SqliteGallery, sample: MakeSample
) -> None:
    wrong = replace(sample(3), embedding=sample(3).embedding * 2)
    people = [
        ("Ada", [sample(1)]),
        ("Bob", [sample(2), sample(1)]),
        ("Cai", [sample(5), wrong]),
        ("", [sample(6)]),
        ("Dee", [sample(4)]),
    ]
    answers = list(gallery.enroll_many(people, chunk_people=3))
    assert [type(answer) for answer in answers] == [
        *(Enrolment, ItemError, ItemError, ItemError, Enrolment)
    ]
    assert [a.code for a in answers if isinstance(a, ItemError)] == ["person", "input", "person"]
    assert [person.name for person in gallery.people()] == ["Ada", "Dee"]
    assert len(gallery.vectors()) == 2


def test_many_are_on_disk_before_they_are_yielded(
    gallery: SqliteGallery, sample: MakeSample
) -> None:
    people = [(f"P{i}", [sample(i)]) for i in range(10)]
    with SqliteGallery(gallery.path, read_only=True) as reader:
        for done, _ in enumerate(gallery.enroll_many(people, chunk_people=4), start=1):
            assert reader.stats().people == min(-(-done // 4) * 4, 10)
    assert done == 10


@pytest.mark.parametrize(
    ("embedding", "cause"),
    [
        (np.ones(8, dtype=np.float32), "expected unit norm, got 2.828"),
        (np.full(8, np.nan, dtype=np.float32), "not finite"),
        (np.eye(8)[0], "expected float32, got float64"),
        (np.eye(4, dtype=np.float32)[0], r"expected float \(N, 8\), got float32 \(1, 4\)"),
        (np.eye(8, dtype=np.float32), "expected one embedding"),
        (np.zeros(8, dtype=np.uint8), "expected float"),
    ],
)
def test_wrong_embeddings_are_refused(
    gallery: SqliteGallery, embedding: np.ndarray, cause: str
) -> None:
    with pytest.raises(InputError, match=f"a.jpg: {cause}"):
        gallery.enroll("Ada", [NewSample(embedding, "a.jpg")])
    assert gallery.people() == []


def test_wrong_metadata_is_refused(gallery: SqliteGallery, sample: MakeSample) -> None:
    with pytest.raises(InputError, match="no samples"):
        gallery.enroll("Ada", [])
    with pytest.raises(InputError, match="64 hex digits, got 'abc'"):
        gallery.enroll("Ada", [replace(sample(1), source_sha256="abc")])
    with pytest.raises(InputError, match="taken: expected a time with a time zone"):
        gallery.enroll("Ada", [replace(sample(1), taken=datetime(2024, 1, 1))])
    with pytest.raises(InputError, match="conflicts: expected 'refuse' or 'allow', got 'maybe'"):
        gallery.enroll("Ada", [sample(1)], conflicts="maybe")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="chunk_people"):
        list(gallery.enroll_many([], chunk_people=0))
    with pytest.raises(PersonError, match="no such person"):
        gallery.enroll("0ec8ab2e-3b1f-4a4b-9d55-0f6f1f1f1f1f", [sample(1)])
    assert gallery.people() == []


def test_a_path_that_is_no_unicode_is_stored_spelt_out(
    gallery: SqliteGallery, sample: MakeSample
) -> None:
    gallery.enroll("Ada", [replace(sample(1), source="caf\udce9.jpg")])
    assert gallery.samples()[0].source == "caf\\udce9.jpg"
