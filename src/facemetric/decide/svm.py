"""A linear support-vector machine for each person against the others."""

from __future__ import annotations

import warnings

import numpy as np

from facemetric.decide.classifier import CLASSIFIERS, Classifier
from facemetric.errors import InputError
from facemetric.types import Float32, Float64


@CLASSIFIERS.register("linear-svm")
class LinearSvm(Classifier):
    """A linear support-vector machine for each person against all others.

    The score is the signed distance from the person's hyperplane, in margins. One sample a person
    is enough; one person is not.

    Parameters
    ----------
    penalty
        Weight of the training errors (``C``); higher fits the samples harder.
    seed
        Order in which the solver visits the samples.

    Raises
    ------
    InputError
        From ``fit``, where only one person is known: nobody to tell them from.
    """

    name = "linear-svm"

    def __init__(self, *, penalty: float = 1.0, seed: int = 0) -> None:
        if not 0 < penalty < np.inf:
            raise InputError(f"expected a positive number, got {penalty}", item="penalty")
        self.penalty = penalty
        self.seed = seed

    def _learn(self) -> None:
        if len(self.people) < 2:
            raise InputError(
                f"expected at least two people, got one: {self.people[0]}",
                item=self.name,
                fix="Use 'nearest', which needs nobody to compare with",
            )
        from sklearn.svm import LinearSVC

        self._model = LinearSVC(C=self.penalty, dual=True, max_iter=20_000, random_state=self.seed)
        with warnings.catch_warnings():
            # One sample a person looks like a regression to scikit-learn, which says so.
            warnings.filterwarnings("ignore", "The number of unique classes", UserWarning)
            self._model.fit(self._samples, self._codes)

    def _scores(self, queries: Float32, best: Float32) -> Float64:
        margins = np.asarray(self._model.decision_function(queries), dtype=np.float64)
        # For two people scikit-learn gives the second one's margin only.
        return np.stack([-margins, margins], axis=1) if margins.ndim == 1 else margins
