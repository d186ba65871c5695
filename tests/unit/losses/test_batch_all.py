from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pytorch_metric_learning import distances, losses, miners, reducers

from facemetric.errors import InputError
from facemetric.losses import BatchAllTriplet, batch_all_triplet_loss, triplet_loss
from facemetric.losses.batch_all import Rule


def eligible(
    embeddings: torch.Tensor, labels: torch.Tensor, margin: float, rule: Rule
) -> list[tuple[int, int, int]]:
    unit = embeddings / embeddings.norm(dim=1, keepdim=True)
    far = 2 - 2 * unit @ unit.T
    found = []
    for a in range(len(labels)):
        for p in range(len(labels)):
            for n in range(len(labels)):
                if a == p or labels[a] != labels[p] or labels[a] == labels[n]:
                    continue
                active = far[a, n] < far[a, p] + margin
                semi_hard = active and far[a, n] > far[a, p]
                if {"all": True, "active": active, "semi-hard": semi_hard}[rule]:
                    found.append((a, p, n))
    return found


@settings(deadline=None, max_examples=40)
@given(
    labels=st.lists(st.integers(0, 3), min_size=1, max_size=9),
    rule=st.sampled_from(["all", "active", "semi-hard"]),
    margin=st.sampled_from([0.05, 0.2, 1.0, 4.0]),
    chunk=st.integers(1, 10),
    seed=st.integers(0, 10**6),
)
def test_it_is_the_mean_over_a_list_of_all_triplets(
    labels: list[int], rule: Rule, margin: float, chunk: int, seed: int
) -> None:
    generator = torch.Generator().manual_seed(seed)
    embeddings = torch.randn(len(labels), 3, generator=generator, dtype=torch.float64)
    people = torch.tensor(labels)
    ours, theirs = embeddings.clone().requires_grad_(), embeddings.clone().requires_grad_()
    triplets = eligible(embeddings, people, margin, rule)
    loss = batch_all_triplet_loss(ours, people, margin=margin, rule=rule, chunk=chunk)
    listed = torch.tensor(triplets, dtype=torch.int64).reshape(-1, 3)
    expected = triplet_loss(theirs, listed, margin=margin)
    torch.testing.assert_close(loss, expected)
    loss.backward()
    expected.backward()
    torch.testing.assert_close(ours.grad, theirs.grad)


@pytest.mark.parametrize("rule", ["active", "semi-hard"])
def test_it_is_the_mean_over_pytorch_metric_learnings_triplets(rule: Rule) -> None:
    generator = torch.Generator().manual_seed(5)
    labels = torch.arange(6).repeat_interleave(5)
    centres = torch.randn(6, 16, generator=generator, dtype=torch.float64)
    noise = torch.randn(30, 16, generator=generator, dtype=torch.float64)
    embeddings = (centres[labels] + noise).requires_grad_()
    distance = distances.LpDistance(power=2)
    kind = "all" if rule == "active" else "semihard"
    mined = miners.TripletMarginMiner(margin=0.2, type_of_triplets=kind, distance=distance)(
        embeddings, labels
    )
    assert len(mined[0]) > 50
    peer = losses.TripletMarginLoss(margin=0.2, distance=distance, reducer=reducers.MeanReducer())
    expected = peer(embeddings, labels, mined)
    loss = batch_all_triplet_loss(embeddings, labels, rule=rule)
    torch.testing.assert_close(loss, expected)
    torch.testing.assert_close(
        torch.autograd.grad(loss, embeddings), torch.autograd.grad(expected, embeddings)
    )


def test_ties_are_hard_and_the_margins_end_is_easy() -> None:
    # Distances: the positive at 2, one negative at 2 as well, one at 4 with a margin of 2.
    embeddings = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.0, -1.0], [-1.0, 0.0]])
    labels = torch.tensor([0, 0, 1, 2])
    for rule, count in (("all", 4), ("active", 2), ("semi-hard", 0)):
        # Both anchors: hinge 2 - 2 + 2 for the tie, 2 - 4 + 2 = 0 for the other.
        loss = batch_all_triplet_loss(embeddings, labels, margin=2.0, rule=rule)
        assert loss.item() == pytest.approx(2 * 2.0 / count if count else 0.0)


def test_options_out_of_range_are_refused() -> None:
    with pytest.raises(InputError, match=r"rule: expected one of all, active, semi-hard, got 'no'"):
        BatchAllTriplet(rule="no")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="chunk: expected at least 1 anchor"):
        batch_all_triplet_loss(torch.ones(2, 2), torch.tensor([0, 1]), chunk=0)
