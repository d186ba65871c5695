from __future__ import annotations

import math

import pytest
import torch

from facemetric.errors import InputError
from facemetric.miners import DistanceWeighted


def test_negatives_come_as_often_as_the_papers_weights_say() -> None:
    dim, draws = 5, 3000
    embeddings = torch.randn(12, dim, generator=torch.Generator().manual_seed(4))
    labels = torch.tensor([0, 0, *range(1, 11)])
    unit = torch.nn.functional.normalize(embeddings.double(), dim=1)
    weights = torch.zeros(2, 12, dtype=torch.float64)
    for a in range(2):
        for n in range(2, 12):
            distance = float((unit[a] - unit[n]).norm())
            if distance < 1.4:
                d = max(distance, 0.5)
                weights[a, n] = 1 / (d ** (dim - 2) * (1 - d * d / 4) ** ((dim - 3) / 2))
    weights /= weights.sum(1, keepdim=True)
    assert ((weights > 0).sum(1) > 3).all()
    assert (weights[:, 2:] == 0).any()
    counts = torch.zeros(2, 12, dtype=torch.float64)
    generator = torch.Generator().manual_seed(0)
    miner = DistanceWeighted()
    for _ in range(draws):
        triplets = miner(embeddings, labels, generator=generator).triplets
        assert triplets[:, :2].tolist() == [[0, 1], [1, 0]]
        counts[triplets[:, 0], triplets[:, 2]] += 1
    deviation = (weights * (1 - weights) / draws).sqrt()
    assert ((counts / draws - weights).abs() <= 4.5 * deviation).all()


def test_no_negative_within_reach_gives_no_triplet() -> None:
    embeddings = torch.tensor([[1.0, 0, 0], [0.9, 0.1, 0], [-1, 0, 0]])
    labels = torch.tensor([0, 0, 1])
    assert len(DistanceWeighted()(embeddings, labels).triplets) == 0
    assert len(DistanceWeighted(farthest=2.0)(embeddings * 1.0, labels).triplets) <= 2


def test_many_dimensions_do_not_overflow() -> None:
    embeddings = torch.randn(20, 2048, generator=torch.Generator().manual_seed(0))
    labels = torch.arange(5).repeat_interleave(4)
    mined = DistanceWeighted(farthest=1.9)(embeddings, labels)
    assert len(mined.triplets) == 5 * 4 * 3


@pytest.mark.parametrize("reach", [(0.0, 1.0), (1.4, 1.4), (0.5, math.nan), (0.5, 2.1)])
def test_a_reach_out_of_range_is_refused(reach: tuple[float, float]) -> None:
    with pytest.raises(InputError, match="nearest and farthest: expected 0 < nearest < farthest"):
        DistanceWeighted(nearest=reach[0], farthest=reach[1])
