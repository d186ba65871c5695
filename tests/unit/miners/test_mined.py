"""What holds of every miner: walks the registries."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from facemetric.errors import InputError
from facemetric.miners import MINERS, PAIR_MINERS

every_miner = pytest.mark.parametrize("name", MINERS)
every_pair_miner = pytest.mark.parametrize("name", PAIR_MINERS)
batches = {
    "labels": st.lists(st.integers(0, 4), min_size=0, max_size=14),
    "seed": st.integers(0, 10**6),
}


def drawn(rows: int, seed: int) -> Tensor:
    return torch.randn(rows, 4, generator=torch.Generator().manual_seed(seed))


def from_seed(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@every_miner
@settings(deadline=None, max_examples=25)
@given(**batches)
def test_triplets_are_an_anchor_a_positive_and_a_negative(
    name: str, labels: list[int], seed: int
) -> None:
    people = torch.tensor(labels, dtype=torch.int64)
    mined = MINERS[name]()(drawn(len(labels), seed), people, generator=from_seed(seed))
    assert mined.triplets.dtype == torch.int64
    assert mined.triplets.shape[1:] == (3,)
    anchors, positives, negatives = mined.triplets.unbind(1)
    assert (anchors != positives).all()
    assert (people[anchors] == people[positives]).all()
    assert (people[anchors] != people[negatives]).all()
    assert (anchors.diff() >= 0).all()
    assert len(torch.unique(mined.triplets[:, :2], dim=0)) == len(mined.triplets)


@every_miner
@settings(deadline=None, max_examples=25)
@given(margin=st.sampled_from([0.01, 0.2, 1.0, 4.0]), **batches)
def test_shares_are_counted_over_all_triplets(
    name: str, margin: float, labels: list[int], seed: int
) -> None:
    # Few directions: ties between distances then occur.
    embeddings = drawn(len(labels), seed).round().double()
    embeddings[embeddings.norm(dim=1) == 0] = 1.0
    people = torch.tensor(labels, dtype=torch.int64)
    unit = torch.nn.functional.normalize(embeddings, dim=1)
    far = 2 - 2 * unit @ unit.T
    counts = {"easy": 0, "semi_hard": 0, "hard": 0}
    for a in range(len(labels)):
        for p in range(len(labels)):
            for n in range(len(labels)):
                if a == p or labels[a] != labels[p] or labels[a] == labels[n]:
                    continue
                hard = far[a, n] <= far[a, p]
                easy = far[a, n] >= far[a, p] + margin
                counts["hard" if hard else "easy" if easy else "semi_hard"] += 1
    shares = MINERS[name](margin=margin)(embeddings, people).shares
    for kind, count in counts.items():
        found = getattr(shares, kind).item()
        assert found == pytest.approx(count / max(sum(counts.values()), 1), abs=1e-12)


@every_miner
def test_the_same_generator_gives_the_same_triplets(name: str) -> None:
    labels = torch.arange(5).repeat_interleave(4)
    first, again, other = (
        MINERS[name]()(drawn(20, 1), labels, generator=from_seed(seed)).triplets
        for seed in (7, 7, 8)
    )
    assert torch.equal(first, again)
    drawing = {"semi-hard", "hard-positive", "random", "curriculum", "distance-weighted"}
    assert torch.equal(first, other) == (name not in drawing)


@every_miner
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_is_widened_also_under_autocast(name: str, dtype: torch.dtype) -> None:
    labels = torch.arange(5).repeat_interleave(4)
    half = drawn(20, 1).to(dtype).requires_grad_()
    with torch.autocast("cpu", dtype=dtype):
        found = MINERS[name]()(half, labels, generator=from_seed(1))
    expected = MINERS[name]()(half.float(), labels, generator=from_seed(1))
    assert torch.equal(found.triplets, expected.triplets)
    assert not found.shares.easy.requires_grad


@every_miner
@pytest.mark.parametrize("kind", ["identical", "opposite", "zero", "nan"])
def test_collapsed_and_broken_embeddings_are_mined_without_an_error(name: str, kind: str) -> None:
    embeddings = torch.ones(8, 4)
    if kind == "opposite":
        embeddings[4:] = -1
    elif kind != "identical":
        embeddings[2:6] = float(kind) if kind == "nan" else 0.0
    labels = torch.arange(4).repeat_interleave(2)
    mined = MINERS[name]()(embeddings, labels, generator=from_seed(0))
    people = labels[mined.triplets]
    assert (people[:, 0] == people[:, 1]).all()
    assert (people[:, 0] != people[:, 2]).all()


@every_miner
def test_a_batch_longer_than_one_run_of_anchors_is_mined_whole(name: str) -> None:
    labels = torch.arange(180).repeat_interleave(3)
    generator = from_seed(0)
    embeddings = torch.randn(180, 4, generator=generator)[labels]
    embeddings += 0.5 * torch.randn(540, 4, generator=generator)
    anchors = MINERS[name]()(embeddings, labels, generator=generator).triplets[:, 0]
    assert len(anchors.unique()) > 500


@every_miner
def test_what_does_not_fit_is_refused(name: str) -> None:
    with pytest.raises(InputError, match=r"expected \(B, D\) and \(B,\), got \(3, 4\) and \(2,\)"):
        MINERS[name]()(drawn(3, 0), torch.tensor([0, 0]))
    with pytest.raises(InputError, match=r"margin: expected a margin in \(0, 4\], got 0"):
        MINERS[name](margin=0.0)


@every_pair_miner
@settings(deadline=None, max_examples=25)
@given(**batches)
def test_pairs_are_marked_and_all_pairs_of_one_person_are_there(
    name: str, labels: list[int], seed: int
) -> None:
    people = torch.tensor(labels, dtype=torch.int64)
    mined = PAIR_MINERS[name]()(drawn(len(labels), seed), people, generator=from_seed(seed))
    assert mined.pairs.shape == (len(mined.same), 2)
    assert (mined.pairs[:, 0] < mined.pairs[:, 1]).all()
    assert torch.equal(people[mined.pairs[:, 0]] == people[mined.pairs[:, 1]], mined.same)
    together = [
        [i, j]
        for i in range(len(labels))
        for j in range(i + 1, len(labels))
        if labels[i] == labels[j]
    ]
    assert sorted(mined.pairs[mined.same].tolist()) == together
