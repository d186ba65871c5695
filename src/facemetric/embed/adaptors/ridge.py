"""Any linear map between two spaces."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemetric.embed.adaptors.adaptor import ADAPTORS, Adaptor
from facemetric.types import AnyArray, Float64


@ADAPTORS.register("ridge")
class Ridge(Adaptor):
    """Any linear map; its penalty is chosen by leaving out one face after the other."""

    def _learn(self, old: Float64, new: Float64, seed: int) -> dict[str, AnyArray]:
        from sklearn.linear_model import RidgeCV

        spread = float((old**2).sum() / old.shape[1])
        penalties = spread * np.logspace(-5, 1, 13)
        fitted = RidgeCV(penalties, fit_intercept=False).fit(old, new)
        return {"linear": fitted.coef_.T, "penalty": np.array(fitted.alpha_)}

    def _map(self, old: Float64) -> NDArray[Any]:
        mapped: NDArray[Any] = old @ self.arrays["linear"]
        return mapped
