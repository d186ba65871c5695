"""From one network's embeddings to another's: a map fitted on photographs that both have seen."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import InputError
from facemetric.registry import Registry
from facemetric.types import Float32, Float64, check_embeddings

LEAST_ROWS = 100
FOLDS = 5


class Adaptor(ABC):
    """Maps unit embeddings of an old network into the space of a new one.

    Both sides are centred on their own means first: embeddings that share a large mean would
    otherwise be matched by it alone.

    Attributes
    ----------
    old_dim, new_dim
        Number of dimensions of either side; 0 before `fit`.
    """

    old_dim: int = 0
    new_dim: int = 0

    def fit(self, old: Float32, new: Float32, *, seed: int = 0) -> Adaptor:
        """Learn the map from embeddings of the same faces.

        Parameters
        ----------
        old, new
            ``float32 (N, D)`` and ``float32 (N, E)``, unit rows, N at least 100.
        seed
            For maps that are learnt by chance.

        Raises
        ------
        InputError
            The two are not embeddings of equally many faces, or of too few.
        """
        check_embeddings(old, name="old")
        check_embeddings(new, name="new")
        if len(old) != len(new) or len(old) < LEAST_ROWS:
            raise InputError(
                f"expected at least {LEAST_ROWS} faces with both embeddings, got {len(old)} and "
                f"{len(new)}",
                item="old, new",
            )
        self.old_dim, self.new_dim = old.shape[1], new.shape[1]
        self._old_mean: Float64 = old.mean(axis=0, dtype=np.float64)
        self._new_mean: Float64 = new.mean(axis=0, dtype=np.float64)
        self._learn(old - self._old_mean, new - self._new_mean, seed)
        return self

    def __call__(self, old: Float32) -> Float32:
        """Return ``float32 (N, E)`` unit embeddings for ``float32 (N, D)``."""
        check_embeddings(old, name="old", dim=self.old_dim)
        mapped = self._map(old - self._old_mean) + self._new_mean
        lengths = np.linalg.norm(mapped, axis=1, keepdims=True)
        unit: Float32 = (mapped / np.maximum(lengths, 1e-12)).astype(np.float32)
        return unit

    @abstractmethod
    def _learn(self, old: Float64, new: Float64, seed: int) -> None: ...

    @abstractmethod
    def _map(self, old: Float64) -> NDArray[Any]: ...


ADAPTORS: Registry[Callable[[], Adaptor]] = Registry("adaptor")
"""Adaptors by name."""


@ADAPTORS.register("procrustes")
class Procrustes(Adaptor):
    """A rotation (of part of the space, where the dimensions differ) and one scale.

    Nothing else keeps all similarities among the old embeddings as they were. Schönemann, "A
    generalized solution of the orthogonal Procrustes problem" (Psychometrika 31, 1966).
    """

    def _learn(self, old: Float64, new: Float64, seed: int) -> None:
        left, values, right = np.linalg.svd(old.T @ new, full_matrices=False)
        self._turn = left @ right
        self._scale = float(values.sum() / max(float((old**2).sum()), 1e-12))

    def _map(self, old: Float64) -> NDArray[Any]:
        mapped: NDArray[Any] = self._scale * old @ self._turn
        return mapped


@ADAPTORS.register("ridge")
class Ridge(Adaptor):
    """Any linear map; its penalty is chosen by five-fold cross-validation over faces."""

    def _learn(self, old: Float64, new: Float64, seed: int) -> None:
        from sklearn.linear_model import RidgeCV

        spread = float((old**2).sum() / old.shape[1])
        penalties = spread * np.logspace(-5, 1, 13)
        self._fitted = RidgeCV(penalties, fit_intercept=False).fit(old, new)

    def _map(self, old: Float64) -> NDArray[Any]:
        mapped: NDArray[Any] = self._fitted.predict(old)
        return mapped


@ADAPTORS.register("mlp")
class Mlp(Adaptor):
    """A small network over the linear map: one hidden layer learns what it leaves.

    It stops when a tenth of the faces, held back, gains nothing in ten passes, or after 200.
    """

    hidden = 256

    def _learn(self, old: Float64, new: Float64, seed: int) -> None:
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.neural_network import MLPRegressor

        self._linear = Ridge()
        self._linear._learn(old, new, seed)
        self._spread = float(old.std()), float(new.std())
        rest = (new - self._linear._map(old)) / self._spread[1]
        network = MLPRegressor(
            hidden_layer_sizes=(self.hidden,),
            alpha=1e-3,
            early_stopping=True,
            max_iter=200,
            random_state=seed,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            self._fitted = network.fit(old / self._spread[0], rest)

    def _map(self, old: Float64) -> NDArray[Any]:
        rest = self._fitted.predict(old / self._spread[0])
        mapped: NDArray[Any] = self._linear._map(old) + self._spread[1] * rest
        return mapped


def best_adaptor(old: Float32, new: Float32, people: NDArray[Any], *, seed: int = 0) -> str:
    """Return the name of the adaptor that brings held-back people nearest to the new embeddings.

    Five folds, no person in two of them: a map that remembers people must not win by it.

    Parameters
    ----------
    old, new
        As for `Adaptor.fit`.
    people
        ``(N,)``: whose face each is.
    """
    _, numbers = np.unique(people, return_inverse=True)
    rng = np.random.default_rng(seed)
    fold = rng.permutation(numbers.max() + 1)[numbers] % FOLDS
    scores: dict[str, float] = {}
    for name in ADAPTORS:
        cosines = []
        for held in range(FOLDS):
            inside = fold != held
            fitted = ADAPTORS[name]().fit(old[inside], new[inside], seed=seed)
            cosines.append((fitted(old[~inside]) * new[~inside]).sum(axis=1))
        scores[name] = float(np.concatenate(cosines).mean())
    return max(scores, key=lambda name: scores[name])
