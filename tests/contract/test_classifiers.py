"""What every classifier must do, however it ranks."""

from __future__ import annotations

import numpy as np
import pytest

from facemetric.decide import CLASSIFIERS
from facemetric.errors import InputError

PEOPLE, EACH, DIM = 6, 5, 32
DISCRIMINATIVE = {"linear-svm"}
"""Classifiers that learn people apart from each other, and so need two."""


def _units(values: np.ndarray) -> np.ndarray:
    return (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(params=sorted(CLASSIFIERS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def known() -> tuple[np.ndarray, list[str]]:
    rng = np.random.default_rng(3)
    centres = rng.normal(size=(PEOPLE, DIM)).repeat(EACH, axis=0)
    samples = _units(centres + 0.3 * rng.normal(size=centres.shape))
    return samples, [f"P{row // EACH}" for row in range(len(samples))]


def test_there_are_classifiers() -> None:
    assert len(CLASSIFIERS) >= 4
    assert set(CLASSIFIERS) > DISCRIMINATIVE


def test_clear_faces_are_ranked_first(name: str, known: tuple[np.ndarray, list[str]]) -> None:
    samples, labels = known
    rng = np.random.default_rng(4)
    queries = _units(samples + 0.02 * rng.normal(size=samples.shape))
    classifier = CLASSIFIERS[name]().fit(samples, labels)
    assert classifier.name == name
    assert classifier.people == tuple(f"P{number}" for number in range(PEOPLE))
    answers = classifier.rank(queries, 3)
    assert [answer[0].label for answer in answers] == labels
    for query, answer in zip(queries, answers, strict=True):
        assert len(answer) == 3
        assert len({one.label for one in answer}) == 3
        scores = [one.score for one in answer]
        assert scores == sorted(scores, reverse=True)
        for one in answer:
            # The similarity that is decided on is the cosine to that person's best sample.
            own = [row for row, label in enumerate(labels) if label == one.label]
            cosines = samples[own] @ query
            assert one.similarity == pytest.approx(cosines.max(), abs=1e-5)
            assert one.row == own[int(cosines.argmax())]


def test_the_order_of_samples_does_not_matter(
    name: str, known: tuple[np.ndarray, list[str]]
) -> None:
    samples, labels = known
    order = np.random.default_rng(5).permutation(len(samples))
    mixed = CLASSIFIERS[name]().fit(samples[order], [labels[row] for row in order])
    assert [answer[0].label for answer in mixed.rank(samples, 1)] == labels


def test_one_person_with_one_face_is_enough_or_refused_with_a_way_out(name: str) -> None:
    sample = _units(np.ones((1, DIM)))
    if name in DISCRIMINATIVE:
        with pytest.raises(InputError, match=r"at least two people, got one: Ada\. Use 'nearest'"):
            CLASSIFIERS[name]().fit(sample, ["Ada"])
        return
    ((one,),) = CLASSIFIERS[name]().fit(sample, ["Ada"]).rank(sample, 5)
    assert (one.label, one.row) == ("Ada", 0)
    assert one.similarity == pytest.approx(1)


def test_what_cannot_be_learned_or_asked_is_refused(
    name: str, known: tuple[np.ndarray, list[str]]
) -> None:
    samples, labels = known
    with pytest.raises(InputError, match="nobody is known yet"):
        CLASSIFIERS[name]().rank(samples)
    with pytest.raises(InputError, match="nobody is enrolled"):
        CLASSIFIERS[name]().fit(samples[:0], [])
    with pytest.raises(InputError, match="labels"):
        CLASSIFIERS[name]().fit(samples, labels[1:])
    with pytest.raises(InputError, match="embeddings"):
        CLASSIFIERS[name]().fit(samples * 2, labels)
    fitted = CLASSIFIERS[name]().fit(samples, labels)
    with pytest.raises(InputError, match="k: expected at least 1"):
        fitted.rank(samples, 0)
    with pytest.raises(InputError, match="queries"):
        fitted.rank(samples[:, :-1])
    assert fitted.rank(samples[:0]) == []
