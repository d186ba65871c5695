from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.miners import AllPairs, HardPairs, RandomPairs

labels_of_batches = st.lists(st.integers(0, 4), min_size=0, max_size=14)


def drawn(rows: int) -> torch.Tensor:
    return torch.randn(rows, 4, generator=torch.Generator().manual_seed(rows))


@settings(deadline=None, max_examples=20)
@given(labels=labels_of_batches)
def test_all_pairs_are_there_once(labels: list[int]) -> None:
    mined = AllPairs()(drawn(len(labels)), torch.tensor(labels, dtype=torch.int64))
    count = len(labels)
    assert mined.pairs.tolist() == [[i, j] for i in range(count) for j in range(i + 1, count)]


@settings(deadline=None, max_examples=20)
@given(labels=labels_of_batches.filter(lambda x: len(x) >= 2 * max(map(x.count, x), default=0)))
def test_as_many_pairs_of_two_people_as_of_one(labels: list[int]) -> None:
    for miner in (RandomPairs(), HardPairs()):
        mined = miner(drawn(len(labels)), torch.tensor(labels, dtype=torch.int64))
        assert 2 * int(mined.same.sum()) == len(mined.same)


def test_hard_pairs_are_the_nearest_negatives_of_each_first_face() -> None:
    labels = torch.arange(4).repeat_interleave(3)
    embeddings = drawn(12)
    far = torch.cdist(*2 * [torch.nn.functional.normalize(embeddings, dim=1)])
    far[labels[:, None] == labels] = torch.inf
    expected = []
    for anchor in range(12):
        after = int((labels[anchor + 1 :] == labels[anchor]).sum())
        expected += [sorted((anchor, int(n))) for n in far[anchor].argsort()[:after]]
    mined = HardPairs()(embeddings, labels)
    assert mined.pairs[~mined.same].tolist() == expected
