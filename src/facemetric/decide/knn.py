"""A vote of the nearest samples."""

from __future__ import annotations

import numpy as np

from facemetric.decide.classifier import CLASSIFIERS, Classifier
from facemetric.errors import InputError
from facemetric.types import Float32, Float64


@CLASSIFIERS.register("knn")
class Knn(Classifier):
    """A vote of the nearest samples, each with the inverse of its distance as its weight.

    The score is the person's share of the votes, in [0, 1]; people without a vote follow in the
    order of similarity. With one sample a person it ranks as the nearest neighbour does.

    Parameters
    ----------
    neighbours
        How many samples vote; all of them where fewer are known.

    Raises
    ------
    InputError
        ``neighbours`` is below 1.
    """

    name = "knn"

    def __init__(self, *, neighbours: int = 5) -> None:
        if neighbours < 1:
            raise InputError(f"expected at least 1, got {neighbours}", item="neighbours")
        self.neighbours = neighbours

    def _learn(self) -> None:
        from sklearn.neighbors import NearestNeighbors

        count = min(self.neighbours, len(self._samples))
        self._model = NearestNeighbors(n_neighbors=count, algorithm="brute").fit(self._samples)

    def _scores(self, queries: Float32, best: Float32) -> Float64:
        distances, rows = self._model.kneighbors(queries)
        same = distances == 0
        with np.errstate(divide="ignore"):
            # A sample that is the query itself outweighs all others.
            weights = np.where(same.any(axis=1, keepdims=True), same, 1 / distances)
        votes = np.zeros((len(queries), len(self.people)))
        np.add.at(votes, (np.arange(len(queries))[:, None], self._codes[rows]), weights)
        shares: Float64 = votes / weights.sum(axis=1, keepdims=True)
        return shares
