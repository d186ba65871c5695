"""Enrolling many at once stores what enrolling one after another stores."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.gallery import Enrolment, NewSample, SqliteGallery
from facemetric.gallery.sql.bulk import _uuids
from facemetric.index import Codec
from facemetric.types import ItemError

DIM = 4
NAMES = (
    "Ada",
    "ADA ",
    "Bob",
    "Zoë",
    "",
    "x\x07",
    "é" * 300,
    "10000000-0000-4000-8000-000000000000",
)


def vector(seed: int) -> np.ndarray:
    values = np.random.default_rng(seed).normal(size=DIM)
    return (values / np.linalg.norm(values)).astype(np.float32)


def a_sample(seed: int, digest: int | None, wrong: str, flip: bool) -> NewSample:
    embedding = vector(seed)
    match wrong:
        case "norm":
            embedding = embedding * 2
        case "nan":
            embedding = np.full(DIM, np.nan, np.float32)
        case "dim":
            embedding = embedding[:3]
        case "type":
            embedding = embedding.astype(np.float64)
    sha = None if digest is None else ("no digest" if digest == 9 else f"{digest:064x}")
    return NewSample(embedding, f"{seed}.jpg", sha, flip=flip)


samples = st.builds(
    a_sample,
    seed=st.integers(0, 50),
    digest=st.none() | st.integers(0, 9),
    wrong=st.sampled_from(["", "", "", "", "", "norm", "nan", "dim", "type"]),
    flip=st.sampled_from([True, True, True, True, False]),
)
people = st.lists(
    st.tuples(st.sampled_from(NAMES) | st.text(max_size=8), st.lists(samples, max_size=3)),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(people=people, chunk=st.integers(1, 12), told=st.booleans(), codes=st.booleans())
def test_the_result_is_that_of_one_after_another(
    tmp_path_factory: pytest.TempPathFactory,
    people: list[tuple[str, list[NewSample]]],
    chunk: int,
    told: bool,
    codes: bool,
) -> None:
    folder = tmp_path_factory.mktemp("bulk")
    seen = []
    for name, at_once in (("one.db", 1), ("many.db", chunk)):
        codec = Codec(np.full(DIM, -1.0), np.full(DIM, 2 / 255)) if codes else None
        with SqliteGallery(
            folder / name, bundle="net", dim=DIM, flip=True if told else None, codec=codec
        ) as gallery:
            if at_once == 1:
                answers = [one for pair in people for one in gallery.enroll_many([pair])]
            else:
                answers = list(gallery.enroll_many(people, chunk_people=at_once))
            assert gallery.check() == []
            seen.append((described(answers), stored(gallery)))
    assert seen[0] == seen[1]


def described(answers: list[Enrolment | ItemError]) -> list[object]:
    return [
        answer
        if isinstance(answer, ItemError)
        else (
            answer.person.name,
            answer.person.samples,
            answer.created,
            [(one.status, one.also_of) for one in answer.receipts],
        )
        for answer in answers
    ]


def stored(gallery: SqliteGallery) -> list[object]:
    """Return everything but ids and times."""
    vectors = gallery.vectors()
    names = {person.id: person.name for person in gallery.people()}
    return [
        [(person.name, person.samples) for person in gallery.people()],
        [
            (names[one.person_id], one.source, one.source_sha256, one.bundles)
            for one in gallery.samples()
        ],
        vectors.embeddings.tobytes(),
        [names[one] for one in vectors.person_ids],
        gallery.flip,
    ]


def test_what_comes_back_is_what_is_stored(path: Path) -> None:
    with SqliteGallery(path, bundle="net", dim=DIM, flip=True) as gallery:
        people = [
            (f"P{number}", [NewSample(vector(2 * number + k), f"{number}-{k}.jpg") for k in (0, 1)])
            for number in range(20)
        ]
        answers = list(gallery.enroll_many(people, chunk_people=100))
        assert [answer.person for answer in answers] == [  # type: ignore[union-attr]
            dataclasses.replace(person, samples=2) for person in gallery.people()
        ]
        receipts = [one.sample_id for answer in answers for one in answer.receipts]  # type: ignore[union-attr]
        assert receipts == [sample.id for sample in gallery.samples()]


def test_ids_are_random_uuids() -> None:
    made = list(_uuids(2000))
    assert len(set(made)) == 2000
    parsed = [UUID(one) for one in made]
    assert [str(one) for one in parsed] == made
    assert {one.version for one in parsed} == {4}
    assert {one[19] for one in made} == set("89ab")


def test_a_time_without_a_zone_is_that_persons_failure_alone(tmp_path: Path) -> None:
    wrong = dataclasses.replace(a_sample(2, None, "", True), taken=datetime(2024, 1, 1))
    people = [
        ("first", [a_sample(1, None, "", True)]),
        ("second", [wrong]),
        ("third", [a_sample(3, None, "", True)]),
    ]
    with SqliteGallery(tmp_path / "gallery.db", bundle="net", dim=DIM, flip=True) as gallery:
        answers = list(gallery.enroll_many(people))
        assert [isinstance(one, ItemError) for one in answers] == [False, True, False]
        assert [person.name for person in gallery.people()] == ["first", "third"]
