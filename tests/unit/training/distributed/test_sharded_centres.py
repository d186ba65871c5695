from __future__ import annotations

import pytest
import torch

from facemetric.errors import InputError
from facemetric.losses import MARGINS, ArcFace, MarginSoftmax
from facemetric.training.distributed import Ranks, ShardedCentres, sampled_classes, shards_of


@pytest.mark.parametrize("name", MARGINS)
def test_alone_and_without_sampling_it_is_margin_softmax(name: str) -> None:
    torch.manual_seed(0)
    sharded = ShardedCentres(MARGINS[name](), classes=7, dim=4).double()
    whole = MarginSoftmax(MARGINS[name](), classes=7, dim=4).double()
    whole.centres.data.copy_(sharded.centres)
    embeddings = torch.randn(5, 4, dtype=torch.float64) * 20
    labels = torch.tensor([0, 6, 3, 3, 2])
    found = []
    for header in (sharded, whole):
        leaf = embeddings.clone().requires_grad_()
        loss = header(leaf, labels)
        loss.backward()
        found.append((loss, leaf.grad, header.centres.grad, header.predictions(leaf)))
    for ours, theirs in zip(*found, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", MARGINS)
def test_a_sample_is_the_loss_over_those_classes_alone(name: str) -> None:
    torch.manual_seed(0)
    header = ShardedCentres(MARGINS[name](), classes=40, dim=4, sample_rate=0.3, seed=8).double()
    embeddings, labels = torch.randn(3, 4, dtype=torch.float64) * 20, torch.tensor([5, 39, 5])
    used = sampled_classes(0, 40, rate=0.3, seed=8, step=11)
    used[labels] = True
    chosen = used.nonzero().squeeze(1)
    small = MarginSoftmax(MARGINS[name](), classes=len(chosen), dim=4).double()
    many = small.margin.centres_per_class
    rows = (chosen[:, None] * many + torch.arange(many)).flatten()
    small.centres.data.copy_(header.centres[rows])
    loss = header(embeddings, labels, step=11)
    wanted = small(embeddings, torch.searchsorted(chosen, labels))
    torch.testing.assert_close(loss, wanted, rtol=1e-12, atol=0)
    loss.backward()
    wanted.backward()
    assert header.centres.grad is not None and header.centres.grad.is_sparse
    gradient = header.centres.grad.coalesce()
    assert gradient.indices()[0].equal(rows)
    torch.testing.assert_close(gradient.values(), small.centres.grad, rtol=1e-9, atol=1e-12)


def test_evaluation_uses_every_class() -> None:
    torch.manual_seed(0)
    header = ShardedCentres(ArcFace(), classes=40, dim=4, sample_rate=0.1)
    embeddings, labels = torch.randn(3, 4), torch.tensor([1, 2, 3])
    header.eval()
    header(embeddings, labels).backward()
    assert header.centres.grad is not None and not header.centres.grad.is_sparse


@pytest.mark.parametrize("world", [1, 2, 3, 5])
def test_the_first_centres_do_not_depend_on_the_number_of_processes(world: int) -> None:
    whole = ShardedCentres(ArcFace(), classes=9000, dim=2, seed=4).centres
    parts = [
        ShardedCentres(ArcFace(), classes=9000, dim=2, ranks=Ranks(rank, world), seed=4)
        for rank in range(world)
    ]
    assert torch.cat([part.centres for part in parts]).equal(whole)
    assert whole.std().item() == pytest.approx(0.01, rel=0.05)
    assert not ShardedCentres(ArcFace(), classes=9000, dim=2, seed=5).centres.equal(whole)


def test_shards_are_found_inside_other_modules() -> None:
    header = ShardedCentres(MARGINS["softmax"](), classes=9, dim=2, ranks=Ranks(1, 2))
    shards = shards_of(torch.nn.ModuleDict({"head": header}))
    assert sorted(shards) == ["head.bias", "head.centres"]
    assert (shards["head.centres"].first, shards["head.centres"].total) == (5, 9)
    with_many = ShardedCentres(MARGINS["sub-centre-arcface"](), classes=9, dim=2, ranks=Ranks(1, 2))
    many = with_many.margin.centres_per_class
    shard = shards_of(with_many)["centres"]
    assert (shard.first, shard.total, len(shard.rows)) == (5 * many, 9 * many, 4 * many)


@pytest.mark.parametrize("label", [-1, 7])
def test_a_label_of_no_class_is_refused(label: int) -> None:
    header = ShardedCentres(ArcFace(), classes=7, dim=2)
    with pytest.raises(InputError, match=f"expected 0 to 6 for 7 classes, got .*{label}"):
        header(torch.randn(2, 2), torch.tensor([3, label]))


@pytest.mark.parametrize("options", [{"classes": 0}, {"sample_rate": 0.0}, {"sample_rate": 1.5}])
def test_impossible_sizes_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(InputError, match="expected"):
        ShardedCentres(ArcFace(), **{"classes": 5, "dim": 2, **options})  # type: ignore[arg-type]
