"""A small network between two spaces."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemetric.embed.adaptors.adaptor import ADAPTORS, Adaptor
from facemetric.embed.adaptors.ridge import Ridge
from facemetric.types import AnyArray, Float64


@ADAPTORS.register("mlp")
class Mlp(Adaptor):
    """A small network over the linear map: one hidden layer learns what it leaves.

    It stops when a tenth of the faces, held back, gains nothing in five passes.

    Parameters
    ----------
    hidden
        Units of the hidden layer.
    passes
        Most passes over the faces.
    """

    def __init__(self, *, hidden: int = 256, passes: int = 200) -> None:
        super().__init__()
        self.hidden = hidden
        self.passes = passes

    def _learn(self, old: Float64, new: Float64, seed: int) -> dict[str, AnyArray]:
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.neural_network import MLPRegressor

        linear = Ridge()._learn(old, new, seed)["linear"]
        old_spread, new_spread = float(old.std()), float(new.std())
        network = MLPRegressor(
            hidden_layer_sizes=(self.hidden,),
            alpha=1e-3,
            batch_size=min(512, max(16, len(old) // 20)),
            learning_rate_init=2e-3,
            early_stopping=True,
            n_iter_no_change=5,
            max_iter=self.passes,
            random_state=seed,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            rest = (new - old @ linear) / new_spread
            guess = network.fit(old / old_spread, rest).predict(old / old_spread)
        # Of a network that has learnt too little, no more than brings the faces nearer.
        share = float(np.clip((guess * rest).sum() / max((guess**2).sum(), 1e-12), 0, 1))
        new_spread *= share
        first, second = network.coefs_
        return {
            "linear": linear,
            "first": first / old_spread,
            "first_bias": network.intercepts_[0],
            "second": second * new_spread,
            "second_bias": network.intercepts_[1] * new_spread,
        }

    def _map(self, old: Float64) -> NDArray[Any]:
        learnt = self.arrays
        hidden = np.maximum(old @ learnt["first"] + learnt["first_bias"], 0)
        rest = hidden @ learnt["second"] + learnt["second_bias"]
        mapped: NDArray[Any] = old @ learnt["linear"] + rest
        return mapped
