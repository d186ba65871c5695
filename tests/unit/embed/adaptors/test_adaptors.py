"""Maps between embedding spaces, against what is known of them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import orthogonal_procrustes
from scipy.stats import ortho_group
from sklearn.linear_model import Ridge as SklearnRidge

from facemetric.embed.adaptors import ADAPTORS, Adaptor, Mlp, Procrustes, Ridge, best_adaptor
from facemetric.errors import InputError


def unit(values: np.ndarray) -> np.ndarray:
    return (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32)


def faces(count: int, dim: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return unit(rng.standard_normal((count, dim)) + 0.5)


def small(name: str) -> Adaptor:
    return Mlp(hidden=32) if name == "mlp" else ADAPTORS[name]()


@pytest.mark.parametrize("name", sorted(ADAPTORS))
def test_a_turned_space_is_turned_back(name: str) -> None:
    old = faces(600, 12)
    turn = ortho_group.rvs(12, random_state=1)
    new = unit(old @ turn)
    adaptor = small(name).fit(old[:400], new[:400])
    assert (adaptor.old_dim, adaptor.new_dim) == (12, 12)
    mapped = adaptor(old[400:])
    assert mapped.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(mapped, axis=1), 1, atol=1e-6)
    assert (mapped * new[400:]).sum(axis=1).min() > 0.995


@pytest.mark.parametrize("dims", [(12, 20), (20, 12)])
@pytest.mark.parametrize("name", sorted(ADAPTORS))
def test_spaces_of_other_dimensions(name: str, dims: tuple[int, int]) -> None:
    rng = np.random.default_rng(2)
    hidden = faces(900, 10)
    old, new = (unit(hidden @ rng.standard_normal((10, dim))) for dim in dims)
    mapped = small(name).fit(old[:700], new[:700])(old[700:])
    assert mapped.shape == (200, dims[1])
    before = abs(float(np.corrcoef(old[700:] @ old[700:].T, new[700:] @ new[700:].T)[0, 1]))
    own = (mapped * new[700:]).sum(axis=1).mean()
    shifted = (np.roll(mapped, 1, axis=0) * new[700:]).sum(axis=1).mean()
    assert own > shifted + 0.2 and before <= 1


def test_procrustes_is_scipys_and_ridge_is_scikit_learns() -> None:
    old, new = faces(500, 8, 1), faces(500, 8, 2)
    a, b = old - old.mean(axis=0), new - new.mean(axis=0)
    turn, _ = orthogonal_procrustes(a.astype(float), b.astype(float))
    fitted = Procrustes().fit(old, new)
    np.testing.assert_allclose(fitted.arrays["turn"], turn, atol=1e-5)
    ridge = Ridge().fit(old, new)
    peer = SklearnRidge(float(ridge.arrays["penalty"]), fit_intercept=False).fit(a, b)
    np.testing.assert_allclose(ridge.arrays["linear"].T, peer.coef_, atol=1e-4)


@pytest.mark.parametrize("name", sorted(ADAPTORS))
def test_what_was_learnt_can_be_kept(name: str) -> None:
    old = faces(300, 8)
    fitted = small(name).fit(old, faces(300, 5, 1))
    again = ADAPTORS[name]().restored(fitted.arrays)
    np.testing.assert_array_equal(again(old), fitted(old))
    with pytest.raises(InputError, match="is no map of this kind"):
        ADAPTORS[name]().restored({"old_mean": np.zeros(8), "new_mean": np.zeros(5)})


def test_the_network_follows_what_no_line_can() -> None:
    old = faces(900, 6)
    new = unit(np.abs(old - old.mean(axis=0)) + 0.05)
    mapped, straight = (one.fit(old[:700], new[:700])(old[700:]) for one in (Mlp(), Ridge()))
    assert (mapped * new[700:]).sum() > (straight * new[700:]).sum()


def test_the_best_is_chosen_on_people_who_were_held_back() -> None:
    rng = np.random.default_rng(3)
    old = faces(800, 12)
    people = np.arange(800) // 4
    # A stretched space: a rotation cannot follow it, a linear map can.
    new = unit(old @ (ortho_group.rvs(12, random_state=1) * rng.uniform(0.2, 3, 12)))
    assert best_adaptor(old, new, people, names=["procrustes", "ridge"]) == "ridge"


def test_too_few_or_unequal() -> None:
    with pytest.raises(InputError, match="expected at least 100 faces"):
        Ridge().fit(faces(50, 4), faces(50, 4))
    with pytest.raises(InputError, match="got 200 and 199"):
        Ridge().fit(faces(200, 4), faces(199, 4))
    with pytest.raises(InputError, match=r"old: expected float \(N, 4\)"):
        Ridge().fit(faces(200, 4), faces(200, 4))(faces(3, 5))


def test_the_choice_says_that_too_few_faces_are_left() -> None:
    people = np.arange(110) // 5
    with pytest.raises(InputError, match="85 of 110 faces are left"):
        best_adaptor(faces(110, 8), faces(110, 8, seed=1), people)


def test_a_stored_map_without_a_mean_is_no_map() -> None:
    learnt = dict(Ridge().fit(faces(100, 8), faces(100, 6, seed=1)).arrays)
    del learnt["new_mean"]
    with pytest.raises(InputError, match="is no map of this kind"):
        Ridge().restored(learnt)
