from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from facemetric.errors import GalleryError, InputError
from facemetric.gallery import Enrolment, NewSample, SqliteGallery
from facemetric.gallery.sqlite import memory
from facemetric.gallery.sqlite.connection import SqliteConnection
from facemetric.index import Codec

MakeSample = Callable[..., NewSample]


def unit(seed: int, count: int, dim: int) -> np.ndarray:
    values = np.random.default_rng(seed).normal(size=(count, dim))
    return (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32)


def enrolled(path: Path, vectors: np.ndarray, owners: np.ndarray, **options: Any) -> SqliteGallery:
    gallery = SqliteGallery(path, bundle="net", dim=vectors.shape[1], **options)
    people = {
        f"P{owner}": [
            NewSample(vectors[row], f"{row}.jpg") for row in np.flatnonzero(owners == owner)
        ]
        for owner in np.unique(owners)
    }
    assert all(isinstance(one, Enrolment) for one in gallery.enroll_many(people.items()))
    return gallery


def ranked(
    vectors: np.ndarray, owners: np.ndarray, query: np.ndarray
) -> tuple[list[str], list[float], list[str]]:
    """Return people by their nearest sample, with its similarity and source."""
    best: dict[str, tuple[float, str]] = {}
    for row, owner in enumerate(owners):
        similarity = float(vectors[row].astype(float) @ query)
        if f"P{owner}" not in best or similarity > best[f"P{owner}"][0]:
            best[f"P{owner}"] = (similarity, f"{row}.jpg")
    order = sorted(best, key=lambda owner: -best[owner][0])
    return order, [best[name][0] for name in order], [best[name][1] for name in order]


@pytest.mark.parametrize("held_as", ["floats", "codes", "codes of its own"])
def test_people_are_ranked_by_their_nearest_sample(
    path: Path, monkeypatch: pytest.MonkeyPatch, held_as: str
) -> None:
    monkeypatch.setattr(memory, "FLOAT_ROWS", 10_000 if held_as == "floats" else 200)
    rng = np.random.default_rng(3)
    vectors, queries = unit(1, 900, 16), unit(2, 20, 16)
    owners = rng.integers(0, 60, 900)
    codec = Codec.fit(vectors) if held_as == "codes of its own" else None
    compared = vectors if codec is None else codec.decode(codec.encode(vectors))
    with enrolled(path, vectors, owners, codec=codec) as gallery:
        sources = {one.id: one.source for one in gallery.samples()}
        for k in (1, 3, 25):
            for query, answer in zip(queries, gallery.search(queries, k), strict=True):
                people, similarities, nearest = (
                    some[:k] for some in ranked(compared, owners, query)
                )
                assert [match.name for match in answer] == people
                assert [sources[str(match.sample_id)] for match in answer] == nearest
                assert [match.similarity for match in answer] == pytest.approx(
                    similarities, abs=1e-6
                )
        assert (gallery._memory.codes is None) == (held_as == "floats")


@pytest.mark.parametrize("float_rows", [10_000, 200])
def test_one_person_with_very_many_samples_hides_nobody(
    path: Path, monkeypatch: pytest.MonkeyPatch, float_rows: int
) -> None:
    monkeypatch.setattr(memory, "FLOAT_ROWS", float_rows)
    near = unit(0, 1, 4) + 1e-3 * unit(1, 3000, 4)
    near /= np.linalg.norm(near, axis=1, keepdims=True)
    vectors = np.concatenate([near, -unit(0, 1, 4)]).astype(np.float32)
    with enrolled(path, vectors, np.array([0] * 3000 + [1])) as gallery:
        (answer,) = gallery.search(unit(0, 1, 4), 2)
        assert [match.name for match in answer] == ["P0", "P1"]


def test_samples_are_ranked_as_scikit_learn_ranks_them(
    gallery: SqliteGallery, sample: MakeSample
) -> None:
    for seed in range(30):
        gallery.enroll(f"P{seed % 7}", [sample(seed)])
    vectors = gallery.vectors()
    queries = unit(99, 5, 8)
    peer = NearestNeighbors(n_neighbors=6, metric="cosine", algorithm="brute")
    distances, rows = peer.fit(vectors.embeddings).kneighbors(queries)
    answers = gallery.search(queries, 6, per="sample")
    assert [[m.sample_id for m in answer] for answer in answers] == [
        [vectors.sample_ids[row] for row in answer] for answer in rows
    ]
    found = [[match.similarity for match in answer] for answer in answers]
    np.testing.assert_allclose(found, 1 - distances, atol=1e-6)


def test_vectors_stand_in_the_order_of_enrolment(
    gallery: SqliteGallery, sample: MakeSample
) -> None:
    assert gallery.vectors().embeddings.shape == (0, 8)
    assert gallery.search(unit(0, 2, 8), 3) == [[], []]
    for seed in range(5):
        gallery.enroll(f"P{seed % 2}", [sample(seed)])
    vectors = gallery.vectors()
    assert len(vectors) == 5
    wanted = np.stack([sample(seed).embedding for seed in range(5)])
    np.testing.assert_array_equal(vectors.embeddings, wanted)
    assert [vectors.names[person] for person in vectors.person_ids] == [
        "P0",
        "P1",
        "P0",
        "P1",
        "P0",
    ]
    assert not vectors.embeddings.flags.writeable


@pytest.mark.parametrize("float_rows", [10_000, 100])
def test_what_others_commit_is_seen(
    path: Path, sample: MakeSample, monkeypatch: pytest.MonkeyPatch, float_rows: int
) -> None:
    monkeypatch.setattr(memory, "FLOAT_ROWS", float_rows)
    crowd = unit(77, 150, 8)

    def first(seed: int) -> str:
        return gallery.search(sample(seed).embedding[None], 1)[0][0].name

    with enrolled(path, crowd, np.arange(150)) as gallery, SqliteGallery(path) as other:
        gallery.enroll("Ada", [sample(1)])
        gallery.enroll("Bob", [sample(2)])
        assert (first(1), first(2)) == ("Ada", "Bob")
        other.enroll("Cai", [sample(3)])
        assert first(3) == "Cai"
        other.rename("Bob", "Rob")
        assert first(2) == "Rob"
        other.remove("Ada")
        assert first(1) != "Ada"
        other.merge("Cai", "Rob")
        assert first(2) == first(3) == "Cai"
        other.remove_sample(other.samples("Cai")[0].id)
        assert first(2) == "Cai" or first(3) == "Cai"
        # The last one of all goes, and the next one gets a number of its own.
        gallery.remove("Cai")
        gallery.enroll("Dee", [sample(4)])
        assert first(4) == "Dee"
        assert "Cai" not in {m.name for m in gallery.search(sample(2).embedding[None], 200)[0]}
        assert len(gallery._memory) == gallery.stats().samples == 151


def test_new_vectors_are_read_in_order_without_sorting(
    gallery: SqliteGallery, sample: MakeSample
) -> None:
    with gallery._database.read() as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {memory._NEW}", ("b", 0)).fetchall()
    steps = [row[3] for row in plan]
    assert len(steps) == 2  # no sorting step
    assert steps[0].startswith("SEARCH e USING INTEGER PRIMARY KEY")


def test_similarities_stay_within_one(path: Path, vector: Callable[..., np.ndarray]) -> None:
    embedding = vector(1) * np.float32(1.0005)
    with SqliteGallery(path, bundle="b", dim=8) as gallery:
        gallery.enroll("Ada", [NewSample(embedding, "a.jpg")])
        (match,) = gallery.search(embedding[None], 1)[0]
    assert match.similarity == 1.0
    assert match.distance == 0.0


@pytest.mark.parametrize(
    ("queries", "options", "cause"),
    [
        (unit(0, 1, 8)[0], {}, "queries: expected float"),
        (unit(0, 1, 4), {}, r"queries: expected float \(N, 8\), got float32 \(1, 4\)"),
        (2 * unit(0, 1, 8), {}, "queries: expected unit norm, got 2"),
        (unit(0, 1, 8), {"k": 0}, "k: expected at least 1"),
        (unit(0, 1, 8), {"per": "photo"}, "per: expected 'person' or 'sample', got 'photo'"),
    ],
)
def test_wrong_questions_are_refused(
    gallery: SqliteGallery,
    sample: MakeSample,
    queries: np.ndarray,
    options: dict[str, object],
    cause: str,
) -> None:
    gallery.enroll("Ada", [sample(1)])
    with pytest.raises(InputError, match=cause):
        gallery.search(queries, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ("vector = X'0000'", "has 2 bytes of f32, wanted 32 of f32"),
        ("encoding = 'u8'", "has 32 bytes of u8, wanted 32 of f32"),
        ("key_id = 'k'", "has encrypted vectors, which this version cannot read"),
        ("vector = zeroblob(32)", "vectors that are not of unit norm: 1"),
        (f"vector = X'0000C07F{'00' * 28}'", "vectors that are not of unit norm: 1"),
    ],
)
def test_vectors_that_cannot_be_are_found_by_check(
    gallery: SqliteGallery, sample: MakeSample, change: str, cause: str
) -> None:
    gallery.enroll("Ada", [sample(1)])
    with gallery._database.write() as connection:
        connection.execute(f"UPDATE embeddings SET {change}")
    (problem,) = gallery.check()
    assert cause in problem
    if "unit norm" not in cause:
        with pytest.raises(GalleryError, match=cause):
            gallery.search(unit(0, 1, 8), 1)


def test_a_sample_without_a_vector_is_found_by_check(
    gallery: SqliteGallery, sample: MakeSample
) -> None:
    gallery.enroll("Ada", [sample(1)])
    with gallery._database.write() as connection:
        connection.execute("DELETE FROM embeddings")
    assert gallery.check() == ["samples without an embedding of bundle 'net-v1': 1"]


def test_changes_whose_reading_failed_are_read_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vectors = unit(1, 30, 16)
    with enrolled(path, vectors, np.arange(30)) as gallery, SqliteGallery(path) as other:
        assert gallery.search(vectors[:1], 1)[0][0].name == "P0"
        other.remove("P0", purge=False)
        select_in = SqliteConnection.select_in

        def failing(self: SqliteConnection, *words: Any) -> sqlite3.Cursor:
            monkeypatch.setattr(SqliteConnection, "select_in", select_in)
            raise sqlite3.OperationalError("disk I/O error")

        monkeypatch.setattr(SqliteConnection, "select_in", failing)
        with pytest.raises(GalleryError, match="disk I/O error"):
            gallery.search(vectors[:1], 1)
        assert gallery.search(vectors[:1], 1)[0][0].name != "P0"
