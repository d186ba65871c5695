"""People who must not be calibrated on: those of the check, and those under two names."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import CalibrationError
from facemetric.evaluation.impostors import genuine_similarities
from facemetric.evaluation.leakage import nearest_people, people_with_doubles
from facemetric.types import AnyArray, Float32

ALIKE_SHARE = 0.1
"""Of the pairs of one person: so alike that hardly a stranger is."""


@dataclass(frozen=True, eq=False, slots=True)
class LeftOut:
    """Who was left out, and by which rule.

    Attributes
    ----------
    shared
        ``int64 (S,)``: labels of people who are in the other collection too.
    doubled
        ``int64 (P,)``: labels that have a photograph as one of another label has it.
    alike
        Cosine from which two were taken for one.
    """

    shared: NDArray[np.int64]
    doubled: NDArray[np.int64]
    alike: float

    @property
    def labels(self) -> NDArray[np.int64]:
        """All of them, once each."""
        return np.union1d(self.shared, self.doubled)


def people_left_out(
    embeddings: Float32,
    labels: AnyArray,
    *,
    other: tuple[Float32, AnyArray] | None = None,
    alike: float | None = None,
) -> LeftOut:
    """Find people who are in another collection too, and those who have two names in this one.

    A strong network must judge: to a weak one strangers are as alike as one person's photographs,
    and who leaves out the most similar strangers makes the false-accept rate look better than it
    is.

    Parameters
    ----------
    embeddings
        ``float32 (N, D)``, unit norm, of the judging network.
    labels
        ``int (N,)``: the person in each.
    other
        Embeddings and labels of the other collection, whose people are left out.
    alike
        Cosine from which two photographs of two names, or the mean embeddings of two people in
        two collections, are taken for one person. ``None``: what a tenth of this collection's
        pairs of one person reach.

    Raises
    ------
    CalibrationError
        ``alike`` is not given and nobody has two photographs.
    InputError
        The shapes disagree.
    """
    if alike is None:
        genuine = genuine_similarities(embeddings, labels)
        if not len(genuine):
            raise CalibrationError(
                "nobody has two photographs, so that nothing says how alike they would be",
                item="labels",
                fix="Give the similarity from which two are one (alike=, --alike)",
            )
        alike = float(np.quantile(genuine, 1 - ALIKE_SHARE))
    shared = np.zeros(0, np.int64)
    if other is not None:
        near = nearest_people(embeddings, labels, *other)
        shared = near.people[near.similarities >= alike]
    return LeftOut(shared, people_with_doubles(embeddings, labels, similarity=alike), alike)
