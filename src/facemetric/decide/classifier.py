"""Who a face is among known people: what every classifier has in common.

A classifier *ranks* people by its own score. Whether the first of them is named at all is decided
elsewhere (``identify``), on the cosine similarity to that person's best sample: that number has a
calibrated false-accept rate, while an SVM's margin or a vote of neighbours depends on who else
happens to be enrolled and is positive for somebody even when a stranger asks.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from facemetric.decide.units import unit_rows
from facemetric.errors import InputError
from facemetric.registry import Registry
from facemetric.types import AnyArray, Float32

# Similarities are held for this many query-sample pairs at a time (64 MB).
_CHUNK = 1 << 24


@dataclass(frozen=True, slots=True)
class Ranked:
    """A person that a face may be.

    Attributes
    ----------
    label
        As given to ``fit``.
    similarity
        Cosine to the person's most similar sample, in [-1, 1].
    score
        The classifier's own score; higher is more likely, comparable within one query only.
    row
        Which row given to ``fit`` that sample is; ``None`` where the ranking is not from ``fit``.
    """

    label: str
    similarity: float
    score: float
    row: int | None = None


class Classifier(ABC):
    """Ranks known people for a face; ``fit`` first."""

    name: ClassVar[str]
    people: tuple[str, ...] = ()
    """The labels, in the order of their first appearance."""

    def fit(self, embeddings: AnyArray, labels: Sequence[str]) -> Self:
        """Learn who is known; what was learned before is forgotten.

        Parameters
        ----------
        embeddings
            ``float (N, D)``, unit rows, at least one.
        labels
            N labels; a person may have one or more.

        Raises
        ------
        InputError
            Nothing is given, lengths differ, or the rows are not unit vectors.
        """
        samples = unit_rows(np.asarray(embeddings), name="embeddings").astype(np.float32)
        if len(samples) != len(labels):
            raise InputError(
                f"expected one for each of the {len(samples)} embeddings, got {len(labels)}",
                item="labels",
            )
        if not len(samples):
            raise InputError("nobody is enrolled", item="labels", fix="Enrol somebody first")
        code_of = {label: code for code, label in enumerate(dict.fromkeys(labels))}
        codes = np.array([code_of[label] for label in labels])
        self.people = tuple(code_of)
        # Samples of a person side by side, so that the best of each is one reduction.
        self._row_of = np.argsort(codes, kind="stable")
        self._samples = samples[self._row_of]
        self._codes = codes[self._row_of]
        self._starts = np.searchsorted(self._codes, np.arange(len(self.people)))
        self._learn()
        return self

    @property
    def sample_count(self) -> int:
        """How many samples a query is compared with."""
        return len(self._samples) if self.people else 0

    def rank(self, queries: AnyArray, k: int = 5) -> list[list[Ranked]]:
        """Rank the people for each query ``(Q, D)``: the best ``k``, or all where fewer are known.

        Equal scores are ordered by similarity, then by first appearance.

        Raises
        ------
        InputError
            ``fit`` was not called, ``k`` is below 1, or the queries do not fit the samples.
        """
        if not self.people:
            raise InputError("nobody is known yet", item=self.name, fix="Call fit first")
        if k < 1:
            raise InputError(f"expected at least 1, got {k}", item="k")
        dim = self._samples.shape[1]
        units = unit_rows(np.asarray(queries), name="queries", dim=dim).astype(np.float32)
        step = max(1, _CHUNK // len(self._samples))
        return [
            ranked
            for start in range(0, len(units), step)
            for ranked in self._rank(units[start : start + step], k)
        ]

    def _rank(self, queries: Float32, k: int) -> list[list[Ranked]]:
        similarities = np.clip(queries @ self._samples.T, -1.0, 1.0)
        best = np.maximum.reduceat(similarities, self._starts, axis=1)
        scores = self._scores(queries, best)
        # The last key counts most; lexsort is stable, which leaves the first enrolled first.
        order = np.lexsort((-best, -scores), axis=1)[:, :k]
        ends = np.append(self._starts[1:], len(self._samples))
        result = []
        for query, persons in enumerate(order):
            ranked = []
            for person in persons.tolist():
                start = int(self._starts[person])
                at = start + int(similarities[query, start : ends[person]].argmax())
                ranked.append(
                    Ranked(
                        self.people[person],
                        float(best[query, person]),
                        float(scores[query, person]),
                        int(self._row_of[at]),
                    )
                )
            result.append(ranked)
        return result

    def _learn(self) -> None:  # noqa: B027  the nearest neighbour has nothing to learn
        """Prepare from ``_samples`` and ``_codes``."""

    @abstractmethod
    def _scores(self, queries: Float32, best: Float32) -> NDArray[np.floating]:
        """Score ``(Q, P)`` people, given the best similarity to each."""


CLASSIFIERS: Registry[Callable[[], Classifier]] = Registry("classifier")
"""Classifiers by name; call an entry to build one with its default options."""
