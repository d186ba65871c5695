"""Enrolled faces that can be searched, all of them compared or through an index."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Literal

from facemetric.errors import GalleryError
from facemetric.gallery.approximate import EXACT, SearchIndex
from facemetric.gallery.names import tidy_groups
from facemetric.gallery.ranking import By, Question
from facemetric.gallery.rules import check_unit
from facemetric.types import Float32, Match


class Searchable(ABC):
    """The questions that every gallery answers.

    Attributes
    ----------
    dim
        Number of dimensions of its embeddings.
    """

    dim: int

    def search(
        self,
        queries: Float32,
        k: int = 5,
        *,
        per: Literal["person", "sample"] = "person",
        by: By = "best",
        groups: Sequence[str] | None = None,
        exact: bool = False,
    ) -> list[list[Match]]:
        """Return the ``k`` nearest people or samples of each query, the most similar first.

        Parameters
        ----------
        queries
            ``float32 (Q, D)``, unit norm.
        k
            How many to return; fewer come where the gallery has fewer.
        per
            ``"person"``: every person once. ``"sample"``: every sample.
        by
            What a person's similarity is. ``"best"``: that of the nearest sample. ``"top-mean"``:
            the mean of the three nearest. ``"centroid"``: that of the mean direction of all. For
            the last two, the people with the ``max(10 k, 50)`` nearest samples are compared.
        groups
            Look at people in any of these groups alone, always exactly; everyone where it is left
            out.
        exact
            Compare every sample, even where the gallery has an index.

        Raises
        ------
        InputError
            Where queries are not finite, of unit norm and of this gallery's dimension.
        """
        chosen = None if groups is None else tidy_groups(groups)
        question = Question(k, per, by, chosen, exact)
        question.check()
        check_unit(queries, name="queries", dim=self.dim)
        return self._answer(queries, question)

    @abstractmethod
    def _answer(self, queries: Float32, question: Question) -> list[list[Match]]:
        """Answer a question that was checked."""

    def search_index(self) -> SearchIndex:
        """Return how samples are looked for; all are compared where nothing else was chosen."""
        return EXACT

    def build_index(self, index: SearchIndex, *, queries: int = 200, seed: int = 0) -> SearchIndex:
        """Build an index, or drop it for ``EXACT``, and measure what it finds.

        Parameters
        ----------
        index
            Its kind and settings.
        queries
            Samples, drawn with ``seed``, to measure its recall with; see ``SearchIndex``.

        Raises
        ------
        GalleryError
            This kind of gallery has no index, there are too few samples for one, or the store
            cannot build it.
        InputError
            A setting is out of range.
        """
        index.check()
        if index.kind == "exact":
            return EXACT
        raise GalleryError(
            "compares every sample: it has no other index",
            item="index",
            fix="Copy the gallery to PostgreSQL or Milvus (facemetric gallery copy)",
        )

    @abstractmethod
    def compared(self) -> int:
        """Return how many samples a search looks at."""
