from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neighbors import NearestNeighbors

from facemetric.errors import GalleryError, InputError
from facemetric.gallery import NewSample, SqliteGallery, Vectors, matrix

MakeSample = Callable[..., NewSample]


def unit(seed: int, count: int, dim: int) -> np.ndarray:
    values = np.random.default_rng(seed).normal(size=(count, dim))
    return (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32)


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 2**32 - 1),
    rows=st.integers(0, 200),
    people=st.integers(1, 12),
    k=st.integers(1, 15),
)
def test_people_are_ranked_by_their_nearest_sample(
    seed: int, rows: int, people: int, k: int
) -> None:
    owners = np.random.default_rng(seed).integers(0, people, rows)
    vectors = Vectors(
        unit(seed, rows, 6),
        tuple(f"p{owner}" for owner in owners),
        tuple(f"s{row}" for row in range(rows)),
        {f"p{owner}": f"P {owner}" for owner in range(people)},
    )
    queries = unit(seed + 1, 4, 6)
    answers = matrix.search(vectors, queries, k, per="person")
    for query, answer in zip(queries, answers, strict=True):
        best: dict[str, tuple[float, str]] = {}
        for row, owner in enumerate(vectors.person_ids):
            similarity = float(vectors.embeddings[row].astype(float) @ query)
            if owner not in best or similarity > best[owner][0]:
                best[owner] = (similarity, f"s{row}")
        wanted = sorted(best, key=lambda owner: -best[owner][0])[:k]
        assert [match.person_id for match in answer] == wanted
        assert [match.sample_id for match in answer] == [best[owner][1] for owner in wanted]
        assert [match.similarity for match in answer] == pytest.approx(
            [best[owner][0] for owner in wanted], abs=1e-6
        )


def test_one_person_with_very_many_samples_hides_nobody() -> None:
    vectors = Vectors(
        np.concatenate([np.tile(unit(0, 1, 4), (3000, 1)), -unit(0, 1, 4)]),
        ("many",) * 3000 + ("one",),
        tuple(str(row) for row in range(3001)),
        {"many": "Many", "one": "One"},
    )
    (answer,) = matrix.search(vectors, unit(0, 1, 4), 2, per="person")
    assert [(match.name, match.sample_id) for match in answer] == [("Many", "0"), ("One", "3000")]


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


def test_the_matrix_is_kept_extended_and_read_again_as_needed(
    gallery: SqliteGallery, sample: MakeSample
) -> None:
    gallery.enroll("Ada", [sample(1)])
    gallery.enroll("Bob", [sample(2)])
    first = gallery.vectors()
    assert gallery.vectors() is first
    with SqliteGallery(gallery.path) as other:
        other.enroll("Cai", [sample(3)])
        extended = gallery.vectors()
        assert [extended.names[p] for p in extended.person_ids] == ["Ada", "Bob", "Cai"]
        assert len(first) == 2
        other.rename("Bob", "Rob")
        assert gallery.search(sample(2).embedding[None], 1)[0][0].name == "Rob"
        other.remove("Ada")
        assert [gallery.vectors().names[p] for p in gallery.vectors().person_ids] == ["Rob", "Cai"]
        other.merge("Cai", "Rob")
        assert {m.name for m in gallery.search(sample(2).embedding[None], 5)[0]} == {"Cai"}
        other.set_terms("Cai", consent=None, keep_until=None)
        kept = gallery.vectors()
        assert gallery.vectors() is kept
    # The last row's number is used again after it was removed.
    gallery.remove("Cai")
    gallery.enroll("Dee", [sample(4)])
    np.testing.assert_array_equal(gallery.vectors().embeddings, sample(4).embedding[None])


def test_one_query_reads_all_vectors_in_order(gallery: SqliteGallery, sample: MakeSample) -> None:
    with gallery._database.read() as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {matrix.VECTOR_QUERY}", ("b", 0)).fetchall()
    steps = [row[3] for row in plan]
    assert len(steps) == 3  # no sorting step
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
        ("vector = zeroblob(32)", "1 vectors are not of unit norm"),
        (f"vector = X'0000C07F{'00' * 28}'", "1 vectors are not of unit norm"),
    ],
)
def test_vectors_that_cannot_be_are_found_by_check(
    gallery: SqliteGallery, sample: MakeSample, change: str, cause: str
) -> None:
    gallery.enroll("Ada", [sample(1)])
    with gallery._database.write() as connection:
        connection.execute(f"UPDATE embeddings SET {change}")
        connection.execute("UPDATE gallery SET rewrites = rewrites + 1")
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
    assert gallery.check() == ["1 samples have no embedding of bundle 'net-v1'"]
