"""The Rand index, adjusted for chance."""

from __future__ import annotations

from facemetric.evaluation.metrics.clustering.contingency import contingency
from facemetric.types import AnyArray


def adjusted_rand_index(labels: AnyArray, clusters: AnyArray) -> float:
    """Return the agreement over pairs: 1 for equal groupings, 0 in the mean for random ones.

    Hubert, Arabie, "Comparing partitions", 1985; at least -0.5. Integer arithmetic up
    to the last division. See `contingency` for the parameters and errors.
    """
    table = contingency(labels, clusters)
    both = sum(count * (count - 1) // 2 for count in table.counts.tolist())
    same = sum(count * (count - 1) // 2 for count in table.people.tolist())
    clustered = sum(count * (count - 1) // 2 for count in table.clusters.tolist())
    pairs = table.images * (table.images - 1) // 2
    # Multiplied by 2 * pairs, so that no rounding comes before the division.
    numerator = 2 * (both * pairs - same * clustered)
    denominator = (same + clustered) * pairs - 2 * same * clustered
    return numerator / denominator if denominator else 1.0
