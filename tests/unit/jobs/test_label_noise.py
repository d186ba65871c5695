from __future__ import annotations

import numpy as np
import pytest

from facemetric.errors import InputError
from facemetric.jobs import find_label_noise
from facemetric.types import Float32


def people(
    count: int, each: int, *, dim: int = 24, spread: float = 0.12, seed: int = 0
) -> tuple[Float32, np.ndarray]:
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(count, dim))
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    labels = np.repeat(np.arange(count), each)
    vectors = centres[labels] + spread * rng.normal(size=(len(labels), dim))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32), labels


def test_swapped_labels_are_found_and_nothing_else() -> None:
    vectors, labels = people(40, 6)
    wrong = labels.copy()
    wrong[[3, 50]] = labels[[50, 3]]
    noise = find_label_noise(vectors, wrong)
    assert {one.row for one in noise.suspects} == {3, 50}
    assert {(one.row, one.like) for one in noise.suspects} == {(3, labels[3]), (50, labels[50])}
    assert all(one.own < noise.far_below < one.nearest for one in noise.suspects)
    assert noise.judged == 240


def test_figures_are_those_of_loops() -> None:
    vectors, labels = people(9, 3, dim=4, spread=0.5)
    noise = find_label_noise(vectors, labels * 10, stranger_share=0.2)
    means = {}
    for person in range(9):
        total = vectors[labels == person].sum(axis=0)
        means[person] = total / np.linalg.norm(total)
    strangers, expected = [], {}
    for row, person in enumerate(labels):
        others = [i for i in range(len(labels)) if labels[i] == person and i != row]
        total = vectors[others].sum(axis=0)
        own = float(vectors[row] @ total / np.linalg.norm(total))
        cosines = {p: float(vectors[row] @ means[p]) for p in means if p != person}
        strangers.extend(cosines.values())
        best = max(cosines, key=cosines.__getitem__)
        expected[row] = (own, cosines[best], best * 10)
    assert noise.far_below == pytest.approx(np.quantile(strangers, 0.8), abs=0.01)
    suspects = {one.row: one for one in noise.suspects}
    assert suspects
    for row, (own, nearest, like) in expected.items():
        assert (row in suspects) == (own < noise.far_below and nearest > own)
        if row in suspects:
            assert suspects[row].own == pytest.approx(own, abs=1e-5)
            assert suspects[row].nearest == pytest.approx(nearest, abs=1e-5)
            assert suspects[row].like == like
            assert suspects[row].others == 2
    behind = [one.nearest - one.own for one in noise.suspects]
    assert behind == sorted(behind, reverse=True)


def test_one_person_under_two_names() -> None:
    vectors, labels = people(30, 8)
    names = labels.copy()
    doubled = list(range(8))
    for person in doubled:
        names[np.flatnonzero(labels == person)[4:]] = 30 + person
    noise = find_label_noise(vectors, names)
    found = [(pair.first, pair.second) for pair in noise.alike]
    assert len(found) >= len(doubled) // 2
    assert set(found) <= {(person, 30 + person) for person in doubled}
    assert noise.alike_from is not None
    similarities = [pair.similarity for pair in noise.alike]
    assert similarities == sorted(similarities, reverse=True)
    assert similarities[-1] >= noise.alike_from > 0.8


def test_people_with_one_image_are_not_judged() -> None:
    vectors, labels = people(20, 1)
    noise = find_label_noise(vectors, labels)
    assert (noise.judged, noise.suspects, noise.alike_from, noise.alike) == (0, (), None, ())


def test_answers_do_not_depend_on_the_order() -> None:
    vectors, labels = people(700, 2, dim=8, spread=0.4)
    order = np.random.default_rng(1).permutation(len(labels))
    first = find_label_noise(vectors, labels)
    second = find_label_noise(vectors[order], labels[order])
    assert {one.row for one in first.suspects} == {int(order[one.row]) for one in second.suspects}
    assert first.far_below == pytest.approx(second.far_below)


def test_what_cannot_be_judged() -> None:
    vectors, labels = people(2, 3)
    with pytest.raises(InputError, match="at least two people"):
        find_label_noise(vectors, np.zeros(6, np.int64))
    with pytest.raises(InputError, match="stranger_share"):
        find_label_noise(vectors, labels, stranger_share=0)
    with pytest.raises(InputError, match=r"expected int \(6,\)"):
        find_label_noise(vectors, labels[:3])
