from __future__ import annotations

from importlib import import_module

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.errors import InputError
from facemetric.index import Edges, neighbour_graph
from facemetric.index.cells import Cells
from facemetric.index.nearest import Nearest


def _units(count: int, seed: int, dim: int = 8) -> np.ndarray:
    values = np.random.default_rng(seed).normal(size=(count, dim))
    return (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32)


def _pairs(edges: Edges) -> set[tuple[int, int]]:
    return set(zip(edges.first.tolist(), edges.second.tolist(), strict=True))


def _brute(values: np.ndarray, neighbours: int, threshold: float, start: int) -> set:
    """Every row's nearest, row by row; of two old rows nothing is asked."""
    products = values @ values.T
    found = set()
    for row in range(len(values)):
        others = [o for o in range(len(values)) if o != row and max(o, row) >= start]
        others.sort(key=lambda other: -products[row, other])
        for other in others[:neighbours]:
            if products[row, other] >= threshold:
                found.add((min(row, other), max(row, other)))
    return found


def _in_small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    module = import_module("facemetric.index.neighbours")
    monkeypatch.setattr(module, "ROWS_AT_ONCE", 16)
    monkeypatch.setattr(module, "COLUMNS_AT_ONCE", 8)
    monkeypatch.setattr(import_module("facemetric.index.nearest"), "HELD", 50)
    monkeypatch.setattr(import_module("facemetric.index.nearest"), "HELD_PER_ROW", 1)


@settings(deadline=None, max_examples=40)
@given(
    count=st.integers(1, 70),
    seed=st.integers(0, 10**6),
    neighbours=st.integers(1, 9),
    threshold=st.floats(-1, 0.9),
    data=st.data(),
)
def test_the_graph_is_that_of_sorted_rows(
    count: int, seed: int, neighbours: int, threshold: float, data: st.DataObject
) -> None:
    values = _units(count, seed)
    start = data.draw(st.integers(0, count))
    with pytest.MonkeyPatch.context() as patch:
        _in_small_parts(patch)
        edges = neighbour_graph(values, neighbours=neighbours, threshold=threshold, start=start)
        # With all cells looked into, nothing is missed.
        celled = neighbour_graph(
            values, neighbours=neighbours, threshold=threshold, start=0, exact=False, seed=seed
        )
    assert _pairs(edges) == _brute(values, neighbours, threshold, start)
    assert len(_pairs(edges)) == len(edges)
    assert _pairs(celled) == _brute(values, neighbours, threshold, 0)
    similar = (values[edges.first] * values[edges.second]).sum(axis=1)
    np.testing.assert_allclose(edges.similarities, similar, atol=1e-6)


def test_cells_find_nearly_all_pairs_of_a_person() -> None:
    rng = np.random.default_rng(0)
    people = np.repeat(rng.normal(size=(400, 32)), 10, axis=0)
    values = people + 0.5 * rng.normal(size=people.shape)
    values = (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32)
    wanted = _pairs(neighbour_graph(values, neighbours=9, threshold=0.6))
    rows: list[int] = []
    found = neighbour_graph(values, neighbours=9, threshold=0.6, exact=False, tell=rows.append)
    assert len(wanted & _pairs(found)) > 0.97 * len(wanted)
    assert rows == sorted(rows) and rows[-1] == len(values)
    again = neighbour_graph(values, neighbours=9, threshold=0.6, exact=False)
    assert np.array_equal(found.first, again.first) and np.array_equal(found.second, again.second)
    joined = _pairs(neighbour_graph(values, neighbours=9, threshold=0.6, exact=False, start=3600))
    late = {pair for pair in wanted if pair[1] >= 3600}
    assert len(late & joined) > 0.97 * len(late)


def test_cells_without_rows_keep_their_centre() -> None:
    values = np.repeat(_units(2, 0), 20, axis=0)
    cells = Cells.fit(values, 6, seed=0)
    assert cells.centres.shape == (6, 8) and np.isfinite(cells.centres).all()
    assert cells.nearest(values, 2).shape == (40, 2)


def test_nothing_is_shown() -> None:
    assert len(Nearest(5, 2, threshold=0.5).edges()) == 0
    assert len(neighbour_graph(np.eye(4, dtype=np.float32), neighbours=2, threshold=0.5)) == 0
    assert len(neighbour_graph(np.empty((0, 4), np.float32), neighbours=2, threshold=0.5)) == 0


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"threshold": 1.5}, "threshold: expected a cosine"),
        ({"neighbours": 0}, "neighbours: expected at least 1, got 0"),
        ({"start": 5}, "start: expected 0 to 4, got 5"),
    ],
)
def test_options_out_of_range(options: dict[str, float], says: str) -> None:
    with pytest.raises(InputError, match=says):
        neighbour_graph(
            np.eye(4, dtype=np.float32), **{"neighbours": 2, "threshold": 0.5, **options}
        )
