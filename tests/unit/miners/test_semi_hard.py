from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pytorch_metric_learning import distances, miners

from facemetric.errors import InputError
from facemetric.miners import HardPositive, SemiHard


def batch(people: int = 5, images: int = 4, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(people).repeat_interleave(images)
    centres = torch.randn(people, 6, generator=generator, dtype=torch.float64)
    noise = torch.randn(len(labels), 6, generator=generator, dtype=torch.float64)
    return centres[labels] + noise, labels


def peers(
    embeddings: torch.Tensor, labels: torch.Tensor, margin: float
) -> set[tuple[int, int, int]]:
    miner = miners.TripletMarginMiner(
        margin=margin, type_of_triplets="semihard", distance=distances.LpDistance(power=2)
    )
    return set(zip(*(rows.tolist() for rows in miner(embeddings, labels)), strict=True))


@settings(deadline=None, max_examples=30)
@given(
    people=st.integers(1, 5),
    images=st.integers(1, 5),
    margin=st.sampled_from([0.05, 0.2, 1.0]),
    seed=st.integers(0, 10**6),
)
def test_one_of_pytorch_metric_learnings_for_every_pair_that_has_any(
    people: int, images: int, margin: float, seed: int
) -> None:
    embeddings, labels = batch(people, images, seed)
    generator = torch.Generator().manual_seed(seed)
    mined = SemiHard(margin=margin)(embeddings, labels, generator=generator)
    ours = [tuple(row) for row in mined.triplets.tolist()]
    eligible = peers(embeddings, labels, margin)
    assert set(ours) <= eligible
    assert {row[:2] for row in ours} == {row[:2] for row in eligible}
    assert mined.shares.semi_hard.item() == pytest.approx(
        len(eligible) / max(people * images * (images - 1) * images * (people - 1), 1)
    )


def test_every_semi_hard_negative_is_as_likely() -> None:
    embeddings, labels = batch(6, 2)
    eligible = peers(embeddings, labels, 1.0)
    pair = max({row[:2] for row in eligible}, key=lambda p: sum(r[:2] == p for r in eligible))
    choices = [row[2] for row in eligible if row[:2] == pair]
    assert len(choices) > 3
    miner, generator = SemiHard(margin=1.0), torch.Generator().manual_seed(0)
    seen = dict.fromkeys(choices, 0)
    for _ in range(1000):
        triplets = miner(embeddings, labels, generator=generator).triplets.tolist()
        seen[next(n for a, p, n in triplets if (a, p) == pair)] += 1
    for count in seen.values():
        share = 1 / len(choices)
        assert abs(count / 1000 - share) < 4.5 * (share * (1 - share) / 1000) ** 0.5


def test_the_nearest_is_the_hardest_of_them() -> None:
    embeddings, labels = batch()
    unit = embeddings / embeddings.norm(dim=1, keepdim=True)
    far = torch.cdist(unit, unit)
    eligible = peers(embeddings, labels, 0.4)
    for a, p, n in SemiHard(margin=0.4, which="nearest")(embeddings, labels).triplets.tolist():
        assert far[a, n] == min(far[a, m] for b, q, m in eligible if (b, q) == (a, p))


def test_pairs_without_one_are_dropped_or_get_the_nearest_negative() -> None:
    embeddings, labels = batch()
    far = torch.cdist(*2 * [embeddings / embeddings.norm(dim=1, keepdim=True)])
    far[labels[:, None] == labels] = torch.inf
    margin = 0.01
    with_one = {row[:2] for row in peers(embeddings, labels, margin)}
    kept = SemiHard(margin=margin)(embeddings, labels).triplets
    filled = SemiHard(margin=margin, fallback="hardest")(embeddings, labels).triplets
    assert len(kept) == len(with_one) < len(filled) == 5 * 4 * 3
    for a, p, n in filled.tolist():
        if (a, p) not in with_one:
            assert n == far[a].argmin()


def test_hard_positives_are_the_farthest() -> None:
    embeddings, labels = batch()
    far = torch.cdist(*2 * [embeddings / embeddings.norm(dim=1, keepdim=True)])
    far[labels[:, None] != labels] = -1
    triplets = HardPositive(margin=1.0)(embeddings, labels).triplets
    assert len(triplets) > 10
    assert len(triplets) == len(triplets[:, 0].unique())
    assert torch.equal(triplets[:, 1], far.argmax(1)[triplets[:, 0]])
    assert {tuple(row) for row in triplets.tolist()} <= peers(embeddings, labels, 1.0)


@pytest.mark.parametrize("option", ["which", "fallback"])
def test_unknown_options_are_refused(option: str) -> None:
    with pytest.raises(InputError, match=f"{option}: expected one of .*, got 'none'"):
        SemiHard(**{option: "none"})
