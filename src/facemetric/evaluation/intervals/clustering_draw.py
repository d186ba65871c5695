"""Clustering figures of people weighted by a draw."""

from __future__ import annotations

import numpy as np

from facemetric.evaluation.metrics.clustering import FScore, contingency
from facemetric.types import AnyArray, Float64


class ClusteringInDraw:
    """Finds every figure of a clustering in a draw of people.

    Seen from a drawn image, its own person is there once and every other as often as drawn: a
    second copy of a person in the same cluster is no error, and a perfect clustering stays perfect.

    Parameters
    ----------
    labels, clusters
        See `contingency`.

    Raises
    ------
    InputError
        See `contingency`.
    """

    def __init__(self, labels: AnyArray, clusters: AnyArray) -> None:
        table = contingency(labels, clusters)
        self._rows, self._columns = table.rows, table.columns
        self._counts = table.counts.astype(np.float64)
        self._images = table.people.astype(np.float64)
        self._clusters = len(table.clusters)

    @property
    def people(self) -> int:
        """How many people there are, in the order of their labels."""
        return len(self._images)

    def __call__(self, draw: Float64) -> Float64:
        """Return ``float64 (8,)`` in the order of `ClusteringIntervals`, for ``draw (people,)``."""
        counts, images = self._counts, self._images[self._rows]
        drawn = draw[self._rows] * counts
        in_cluster = np.bincount(self._columns, drawn, self._clusters)
        total = draw @ self._images

        # Pairs: of one person as often as drawn, of two as the product.
        together = float((drawn * (counts - 1)).sum()) / 2
        clustered = together + float((in_cluster**2).sum() - (drawn**2).sum()) / 2
        same = float((draw * self._images * (self._images - 1)).sum()) / 2
        pairs = same + float(total**2 - ((draw * self._images) ** 2).sum()) / 2
        pairwise = FScore(
            precision=together / clustered if clustered else 1.0,
            recall=together / same if same else 1.0,
        )
        numerator = 2 * (together * pairs - same * clustered)
        denominator = (same + clustered) * pairs - 2 * same * clustered

        # Images: the sizes of the cluster and of the whole as each of them sees it.
        cluster = counts + in_cluster[self._columns] - drawn
        whole = images + total - draw[self._rows] * images
        share = drawn / total
        bcubed = FScore(
            precision=float(share @ (counts / cluster)), recall=float(share @ (counts / images))
        )
        information = float(share @ np.log(counts * whole / (images * cluster)))
        entropies = float(share @ np.log(whole / images) + share @ np.log(whole / cluster))
        return np.array(
            [
                *(pairwise.precision, pairwise.recall, pairwise.f),
                *(bcubed.precision, bcubed.recall, bcubed.f),
                min(max(2 * information / entropies, 0.0), 1.0) if entropies else 1.0,
                numerator / denominator if denominator else 1.0,
            ]
        )
