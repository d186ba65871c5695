"""How images and measures are spread over a pack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from facemetric.types import AnyArray
from facemetric.wire import BinOut, SpreadOut

_PERCENTILES = (1, 5, 25, 50, 75, 95, 99)
# Doubling steps: a few people have most of the images.
_PERSON_EDGES = (1, 2, 3, 5, 9, 17, 33, 65, 129)
_BINS = 24


def images_per_person(labels: AnyArray) -> SpreadOut:
    """Return how many images people have, in bins of doubling width."""
    counts = np.unique(labels, return_counts=True)[1]
    top = int(counts.max(initial=1))
    edges = [edge for edge in _PERSON_EDGES if edge <= top]
    while edges[-1] <= top:
        edges.append(2 * edges[-1] - 1 if edges[-1] > 2 else edges[-1] + 1)
    return _spread("images_per_person", counts, edges)


def measure_spreads(rows: Sequence[Mapping[str, float]]) -> tuple[SpreadOut, ...]:
    """Return the spread of each measure, over the rows that have it."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return tuple(
        _spread(name, values, _edges(values))
        for name in names
        for values in [np.array([row[name] for row in rows if name in row])]
    )


def _edges(values: AnyArray) -> Sequence[float]:
    low, high = np.percentile(values, [0.5, 99.5])
    if low == high:
        low, high = low - 0.5, high + 0.5
    # What lies beyond is counted in the outermost bins.
    return [float(edge) for edge in np.linspace(low, high, _BINS + 1)]


def _spread(name: str, values: AnyArray, edges: Sequence[float]) -> SpreadOut:
    low, high = edges[0], edges[-1]
    counts = np.histogram(np.clip(values, low, high), edges)[0]
    levels = np.percentile(values, _PERCENTILES) if len(values) else np.zeros(len(_PERCENTILES))
    return SpreadOut(
        name=name,
        count=len(values),
        **{
            f"p{level}": round(float(value), 4)
            for level, value in zip(_PERCENTILES, levels, strict=True)
        },
        bins=tuple(
            BinOut(low=round(float(a), 4), high=round(float(b), 4), count=int(count))
            for a, b, count in zip(edges, edges[1:], counts, strict=False)
        ),
    )
