"""A small network between two spaces."""

from __future__ import annotations

import warnings
from typing import Any

from numpy.typing import NDArray

from facemetric.embed.adaptors.adaptor import ADAPTORS, Adaptor
from facemetric.embed.adaptors.ridge import Ridge
from facemetric.types import Float64


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
