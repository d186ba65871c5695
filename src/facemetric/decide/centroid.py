"""The person whose mean is most similar."""

from __future__ import annotations

import numpy as np

from facemetric.decide.classifier import CLASSIFIERS, Classifier
from facemetric.errors import InputError
from facemetric.types import Float32


@CLASSIFIERS.register("centroid")
class Centroid(Classifier):
    """The person whose mean direction is most similar; the score is that cosine."""

    name = "centroid"

    def _learn(self) -> None:
        sums = np.add.reduceat(self._samples.astype(np.float64), self._starts, axis=0)
        norms = np.linalg.norm(sums, axis=1, keepdims=True)
        if (norms < 1e-6).any():
            label = self.people[int(norms.argmin())]
            raise InputError("the samples cancel out and have no mean direction", item=label)
        self._centroids = (sums / norms).astype(np.float32)

    def _scores(self, queries: Float32, best: Float32) -> Float32:
        cosines: Float32 = queries @ self._centroids.T
        return cosines
