from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import LinearSVC

from facemetric.decide import CLASSIFIERS, Centroid, Knn, LinearSvm, Nearest
from facemetric.errors import InputError, UnknownNameError

NAMES = ["centroid", "knn", "linear-svm", "nearest"]


def _people(
    count: int, shots: int, *, dim: int = 32, noise: float = 0.1, seed: int = 0
) -> tuple[np.ndarray, list[str]]:
    """Unit vectors about one direction a person."""
    rng = np.random.default_rng(seed)
    means = rng.normal(size=(count, dim))
    values = np.repeat(means / np.linalg.norm(means, axis=1, keepdims=True), shots, axis=0)
    values = values + rng.normal(size=values.shape) * noise
    labels = [f"p{person}" for person in range(count) for _ in range(shots)]
    return (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32), labels


def _split(people: int, shots: int, **more: float) -> tuple[np.ndarray, list[str], np.ndarray]:
    """Samples with labels, and one further query for each person."""
    values, labels = _people(people, shots + 1, **more)
    known = np.arange(len(values)) % (shots + 1) < shots
    return (
        values[known],
        [one for one, keep in zip(labels, known, strict=True) if keep],
        values[~known],
    )


def test_the_registry_holds_the_four() -> None:
    assert list(CLASSIFIERS) == NAMES
    for name in NAMES:
        assert CLASSIFIERS[name]().name == name
    with pytest.raises(UnknownNameError, match="Did you mean 'linear-svm'"):
        CLASSIFIERS["linear_svm"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shots", [1, 3])
def test_everybody_is_recognised_and_every_field_is_true(name: str, shots: int) -> None:
    samples, labels, queries = _split(30, shots, noise=0.05)
    classifier = CLASSIFIERS[name]().fit(samples, labels)
    assert classifier.people == tuple(f"p{person}" for person in range(30))
    assert classifier.sample_count == 30 * shots
    ranked = classifier.rank(queries, k=4)
    for person, candidates in enumerate(ranked):
        assert candidates[0].label == f"p{person}"
        assert len({one.label for one in candidates}) == 4
        scores = [one.score for one in candidates]
        assert scores == sorted(scores, reverse=True)
        for one in candidates:
            assert labels[one.row] == one.label
            own = [row for row, label in enumerate(labels) if label == one.label]
            cosines = samples[own] @ queries[person]
            assert one.row == own[int(cosines.argmax())]
            assert one.similarity == pytest.approx(cosines.max(), abs=1e-6)


@pytest.mark.parametrize("name", NAMES)
@settings(deadline=None, max_examples=8)
@given(seed=st.integers(0, 999))
def test_the_order_of_enrolment_does_not_matter(name: str, seed: int) -> None:
    samples, labels, queries = _split(6, 3, noise=0.2, seed=seed)
    order = np.random.default_rng(seed).permutation(len(samples))
    one = CLASSIFIERS[name]().fit(samples, labels).rank(queries, k=6)
    shuffled = CLASSIFIERS[name]().fit(samples[order], [labels[i] for i in order])
    for before, after in zip(one, shuffled.rank(queries, k=6), strict=True):
        assert [x.label for x in before] == [x.label for x in after]
        assert [x.row for x in before] == [int(order[x.row]) for x in after]
        np.testing.assert_allclose([x.score for x in before], [x.score for x in after], atol=2e-3)


@pytest.mark.parametrize("name", NAMES)
def test_queries_in_a_batch_answer_as_they_do_alone(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples, labels, queries = _split(9, 2, noise=0.2)
    classifier = CLASSIFIERS[name]().fit(samples, labels)
    whole = classifier.rank(queries, k=3)
    monkeypatch.setattr("facemetric.decide.classifier._CHUNK", len(samples) * 2)
    for ours, theirs in zip(whole, classifier.rank(queries, k=3), strict=True):
        assert [x.label for x in ours] == [x.label for x in theirs]
        np.testing.assert_allclose([x.score for x in ours], [x.score for x in theirs], atol=1e-5)


@pytest.mark.parametrize("name", ["centroid", "knn", "nearest"])
def test_one_person_is_enough(name: str) -> None:
    samples, labels = _people(1, 1)
    (ranked,) = CLASSIFIERS[name]().fit(samples, labels).rank(samples)
    assert [one.label for one in ranked] == ["p0"]


def test_an_svm_needs_somebody_to_tell_them_from() -> None:
    samples, labels = _people(1, 3)
    with pytest.raises(InputError, match=r"linear-svm: expected at least two people, got one: p0"):
        LinearSvm().fit(samples, labels)


@pytest.mark.parametrize("people", [2, 3, 7])
def test_svm_scores_are_scikit_learns(people: int) -> None:
    samples, labels, queries = _split(people, 4, noise=0.3)
    codes = np.repeat(np.arange(people), 4)
    margins = LinearSVC(dual=True, random_state=0, max_iter=20_000).fit(samples, codes)
    wanted = margins.decision_function(queries)
    if people == 2:
        wanted = np.stack([-wanted, wanted], axis=1)
    for row, ranked in enumerate(LinearSvm().fit(samples, labels).rank(queries, k=people)):
        ours = {one.label: one.score for one in ranked}
        for person in range(people):
            assert ours[f"p{person}"] == pytest.approx(wanted[row, person], abs=1e-3)


def test_knn_votes_are_scikit_learns() -> None:
    samples, labels, queries = _split(6, 4, noise=0.6)
    peer = KNeighborsClassifier(5, weights="distance").fit(samples, labels)
    shares = peer.predict_proba(queries)
    for row, ranked in enumerate(Knn().fit(samples, labels).rank(queries, k=6)):
        for one in ranked:
            wanted = shares[row, list(peer.classes_).index(one.label)]
            assert one.score == pytest.approx(wanted, abs=1e-4)


def test_knn_gives_a_known_picture_all_the_votes() -> None:
    samples, labels = _people(6, 4, noise=0.6)
    for row, ranked in enumerate(Knn().fit(samples, labels).rank(samples, k=6)):
        assert ranked[0].label == labels[row]
        assert ranked[0].row == row
        assert sum(one.score for one in ranked) == pytest.approx(1)


def test_knn_outvotes_a_single_nearest_sample() -> None:
    def at(angle: float) -> list[float]:
        return [np.cos(angle), np.sin(angle)]

    samples = np.array([at(0.30), at(-0.32), at(-0.34), at(-0.36)], np.float32)
    labels = ["near", "many", "many", "many"]
    query = np.array([at(0.0)], np.float32)
    assert Nearest().fit(samples, labels).rank(query)[0][0].label == "near"
    assert Knn().fit(samples, labels).rank(query)[0][0].label == "many"
    assert Knn(neighbours=1).fit(samples, labels).rank(query)[0][0].label == "near"


def test_centroid_scores_are_cosines_to_the_mean_direction() -> None:
    samples, labels, queries = _split(5, 3, noise=0.4)
    for row, ranked in enumerate(Centroid().fit(samples, labels).rank(queries, k=5)):
        for one in ranked:
            mean = samples[[label == one.label for label in labels]].mean(axis=0)
            wanted = mean @ queries[row] / np.linalg.norm(mean)
            assert one.score == pytest.approx(wanted, abs=1e-5)


def test_samples_that_cancel_out_are_named() -> None:
    samples = np.array([[1, 0], [-1, 0], [0, 1]], np.float32)
    with pytest.raises(InputError, match="anna: the samples cancel out"):
        Centroid().fit(samples, ["anna", "anna", "bert"])


def test_equal_candidates_come_in_order_of_enrolment() -> None:
    samples = np.array([[1, 0]] * 3, np.float32)
    ranked = Nearest().fit(samples, ["c", "a", "b"]).rank(samples[:1])[0]
    assert [one.label for one in ranked] == ["c", "a", "b"]


def test_fitting_again_forgets() -> None:
    samples, labels = _people(4, 1)
    classifier = Nearest().fit(samples, labels).fit(samples[:2], ["x", "y"])
    assert classifier.people == ("x", "y")
    assert classifier.sample_count == 2


def test_wrong_use_is_told() -> None:
    samples, labels = _people(3, 1)
    with pytest.raises(InputError, match=r"nearest: nobody is known yet\. Call fit first"):
        Nearest().rank(samples)
    with pytest.raises(
        InputError, match="labels: expected one for each of the 3 embeddings, got 2"
    ):
        Nearest().fit(samples, labels[:2])
    with pytest.raises(InputError, match="nobody is enrolled"):
        Nearest().fit(samples[:0], [])
    with pytest.raises(InputError, match="k: expected at least 1"):
        Nearest().fit(samples, labels).rank(samples, k=0)
    with pytest.raises(InputError, match="embeddings: expected unit vectors"):
        Nearest().fit(samples * 2, labels)
    with pytest.raises(InputError, match=r"queries: expected float \(N, 32\)"):
        Nearest().fit(samples, labels).rank(samples[:, :5])
    with pytest.raises(InputError, match="neighbours"):
        Knn(neighbours=0)
    with pytest.raises(InputError, match="penalty"):
        LinearSvm(penalty=0)


def test_no_queries_give_no_answers() -> None:
    samples, labels = _people(3, 1)
    assert Nearest().fit(samples, labels).rank(samples[:0]) == []
