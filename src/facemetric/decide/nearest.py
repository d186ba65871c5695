"""The person of the most similar sample."""

from __future__ import annotations

from facemetric.decide.classifier import CLASSIFIERS, Classifier
from facemetric.types import Float32


@CLASSIFIERS.register("nearest")
class Nearest(Classifier):
    """The person whose best sample is most similar; the score is that similarity."""

    name = "nearest"

    def _scores(self, queries: Float32, best: Float32) -> Float32:
        return best
