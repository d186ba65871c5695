from __future__ import annotations

import torch

from facemetric.miners import RandomTriplets


def test_every_negative_is_as_likely_and_every_pair_gets_one() -> None:
    labels = torch.tensor([0, 0, 0, 1, 1, 2, 3])
    embeddings = torch.randn(7, 4, generator=torch.Generator().manual_seed(0))
    generator = torch.Generator().manual_seed(1)
    counts = torch.zeros(7, 7)
    for _ in range(600):
        triplets = RandomTriplets()(embeddings, labels, generator=generator).triplets
        assert len(triplets) == 3 * 2 + 2
        counts[triplets[:, 0], triplets[:, 2]] += 1
    for anchor in range(5):
        drawn = counts[anchor][labels != labels[anchor]]
        expected = drawn.sum() / len(drawn)
        assert ((drawn - expected).abs() < 4.5 * expected.sqrt()).all()
