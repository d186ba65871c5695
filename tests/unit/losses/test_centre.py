from __future__ import annotations

import pytest
import torch

from facemetric.errors import InputError
from facemetric.losses import Centre


def batch(seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    embeddings = torch.randn(9, 4, generator=generator)
    return embeddings, torch.tensor([0, 3, 3, 1, 0, 3, 1, 1, 1])


def test_loss_and_centres_are_those_of_the_papers_algorithm() -> None:
    loss = Centre(classes=5, dim=4, alpha=0.3)
    centres = torch.randn(5, 4, generator=torch.Generator().manual_seed(1))
    loss.centres.copy_(centres)
    for seed in range(3):
        embeddings, labels = batch(seed)
        expected = sum(
            ((x - centres[y]) ** 2).sum() / 2 for x, y in zip(embeddings, labels, strict=True)
        )
        torch.testing.assert_close(loss(embeddings, labels=labels), expected / len(labels))
        for person in range(5):
            mine = embeddings[labels == person]
            step = (centres[person] - mine).sum(0) / (1 + len(mine))
            centres[person] = centres[person] - 0.3 * step
        torch.testing.assert_close(loss.centres, centres)


def test_centres_stay_in_evaluation_and_have_no_gradient() -> None:
    embeddings, labels = batch()
    loss = Centre(classes=5, dim=4).eval()
    before = loss.centres.clone()
    loss(embeddings.requires_grad_(), labels=labels).backward()
    assert torch.equal(loss.centres, before)
    assert not list(loss.parameters())
    assert list(loss.state_dict()) == ["centres"]


def test_the_backward_pass_uses_the_centres_of_the_forward_pass() -> None:
    embeddings, labels = batch()
    embeddings.requires_grad_()
    loss = Centre(classes=5, dim=4)
    before = loss.centres.clone()
    loss(embeddings, labels=labels).backward()
    torch.testing.assert_close(embeddings.grad, (embeddings - before[labels]).detach() / 9)


@pytest.mark.parametrize(
    ("options", "cause"),
    [({"alpha": 0.0}, r"alpha: expected a rate in \(0, 1\]"), ({"classes": 0}, "at least 1 class")],
)
def test_options_out_of_range_are_refused(options: dict[str, float], cause: str) -> None:
    with pytest.raises(InputError, match=cause):
        Centre(**{"classes": 2, "dim": 2, **options})
