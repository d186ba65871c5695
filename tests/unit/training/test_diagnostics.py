from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.errors import InputError
from facemetric.training.diagnostics import centre_norms, collapsed, embedding_spread


@settings(deadline=None, max_examples=30)
@given(count=st.integers(2, 12), dim=st.integers(2, 12), seed=st.integers(0, 99))
def test_against_loops(count: int, dim: int, seed: int) -> None:
    values = np.random.default_rng(seed).normal(0.3, 1, (count, dim)).astype(np.float32)
    spread = embedding_spread(torch.from_numpy(values))
    units = [row / math.sqrt(sum(v * v for v in row.tolist())) for row in values]
    cosines = [float(units[i] @ units[j]) for i in range(count) for j in range(count) if i != j]
    assert spread.mean_cosine == pytest.approx(np.mean(cosines), abs=1e-5)
    deviations = np.std(units, axis=0) * math.sqrt(dim)
    assert spread.dimension_deviation == pytest.approx(np.sqrt(np.mean(deviations**2)), abs=1e-5)
    assert spread.quietest_deviation == pytest.approx(deviations.min(), abs=1e-5)
    singular = np.linalg.svd(np.array(units, np.float64), compute_uv=False)
    shares = singular[singular > 0] / singular.sum()
    rank = math.exp(-sum(share * math.log(share) for share in shares.tolist()))
    assert spread.effective_rank == pytest.approx(rank, rel=1e-3)
    assert spread.norm_mean == pytest.approx(np.linalg.norm(values, axis=1).mean(), rel=1e-5)


def test_an_even_spread_has_not_collapsed() -> None:
    values = torch.randn(2000, 16, generator=torch.Generator().manual_seed(0))
    spread = embedding_spread(values)
    assert abs(spread.mean_cosine) < 0.01
    assert spread.dimension_deviation == pytest.approx(1, abs=0.01)
    assert spread.effective_rank > 15.9
    assert collapsed(spread) is None


def test_points_lines_and_nan_have() -> None:
    point = torch.ones(8, 4) + 0.01 * torch.randn(8, 4, generator=torch.Generator().manual_seed(1))
    assert "point the same way" in str(collapsed(embedding_spread(point)))
    line = torch.tensor([[1.0, 2.0, 0.0]]) * torch.tensor([1.0, -1.0, 2.0, -3.0])[:, None]
    assert "on one line" in str(collapsed(embedding_spread(line)))
    broken = torch.randn(4, 4)
    broken[0, 0] = math.inf
    assert collapsed(embedding_spread(broken)) == "embeddings are not finite"
    assert "on one line" in str(collapsed(embedding_spread(torch.zeros(4, 3))))


def test_names_in_the_log_and_half_precision() -> None:
    values = torch.randn(6, 4).to(torch.bfloat16).requires_grad_()
    figures = embedding_spread(values).figures()
    assert set(figures) == {
        "embedding_mean_cosine",
        "embedding_dimension_deviation",
        "embedding_quietest_deviation",
        "embedding_effective_rank",
        "embedding_norm_mean",
        "embedding_norm_deviation",
    }
    norms = centre_norms(torch.tensor([[3.0, 4.0], [0.0, 1.0]]))
    assert norms == {"centre_norm_min": 1.0, "centre_norm_mean": 3.0, "centre_norm_max": 5.0}


@pytest.mark.parametrize("shape", [(4,), (1, 4), (0, 4), (2, 2, 2)])
def test_wrong_shapes(shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="embeddings: expected"):
        embedding_spread(torch.zeros(shape))
