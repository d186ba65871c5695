from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pytorch_metric_learning import distances, miners

from facemetric.miners import BatchHard


@settings(deadline=None, max_examples=30)
@given(
    labels=st.lists(st.integers(0, 4), min_size=2, max_size=14).filter(lambda x: len(set(x)) > 1),
    seed=st.integers(0, 10**6),
)
def test_it_agrees_with_pytorch_metric_learning(labels: list[int], seed: int) -> None:
    people = torch.tensor(labels)
    generator = torch.Generator().manual_seed(seed)
    embeddings = torch.randn(len(labels), 5, generator=generator, dtype=torch.float64)
    peer = miners.BatchHardMiner(distance=distances.LpDistance(power=2))
    expected = torch.stack(peer(embeddings, people), dim=1)
    assert torch.equal(BatchHard()(embeddings, people).triplets, expected)
