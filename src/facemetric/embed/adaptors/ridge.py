"""Any linear map between two spaces."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemetric.embed.adaptors.adaptor import ADAPTORS, Adaptor
from facemetric.types import Float64


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
