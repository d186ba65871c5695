from __future__ import annotations

import pytest
import torch

from facemetric.errors import InputError
from facemetric.miners import Curriculum, SemiHard

LABELS = torch.arange(12).repeat_interleave(5)
EMBEDDINGS = torch.randn(60, 8, generator=torch.Generator().manual_seed(0))


def share_nearest(triplets: torch.Tensor) -> float:
    far = torch.cdist(*2 * [torch.nn.functional.normalize(EMBEDDINGS, dim=1)])
    far[LABELS[:, None] == LABELS] = torch.inf
    return (triplets[:, 2] == far.argmin(1)[triplets[:, 0]]).double().mean().item()


@pytest.mark.parametrize(("progress", "share"), [(0.0, 0.5), (0.5, 0.75), (1.0, 1.0)])
def test_half_is_hard_at_first_and_all_at_the_end(progress: float, share: float) -> None:
    miner = Curriculum()
    miner.advance(progress)
    assert miner.hard_share == share
    mined = miner(EMBEDDINGS, LABELS, generator=torch.Generator().manual_seed(1))
    assert len(mined.triplets) == 12 * 5 * 4
    # A random negative is the nearest once in 55 times.
    assert share_nearest(mined.triplets) == pytest.approx(share + (1 - share) / 55, abs=0.03)


def test_none_are_hard_with_a_share_of_nought() -> None:
    mined = Curriculum(start=0.0)(EMBEDDINGS, LABELS, generator=torch.Generator().manual_seed(1))
    assert share_nearest(mined.triplets) < 0.06


def test_hard_can_mean_semi_hard() -> None:
    generator = torch.Generator().manual_seed(1)
    mined = Curriculum(start=1.0, hard="semi-hard")(EMBEDDINGS, LABELS, generator=generator)
    possible = SemiHard(fallback="hardest")
    expected = possible(EMBEDDINGS, LABELS, generator=generator)
    far = torch.cdist(*2 * [torch.nn.functional.normalize(EMBEDDINGS, dim=1)]).square()
    pairs = {(a, p): n for a, p, n in expected.triplets.tolist()}
    for a, p, n in mined.triplets.tolist():
        gap, gap_there = far[a, n] - far[a, p], far[a, pairs[a, p]] - far[a, p]
        assert (0 < gap < 0.2 + 1e-5) == (0 < gap_there < 0.2 + 1e-5)


@pytest.mark.parametrize(
    ("options", "cause"),
    [
        ({"start": 1.5}, r"start: expected a share in \[0, 1\], got 1.5"),
        ({"end": -1.0}, r"end: expected a share in \[0, 1\], got -1"),
        ({"hard": "soft"}, "hard: expected one of hardest, semi-hard, got 'soft'"),
    ],
)
def test_options_out_of_range_are_refused(options: dict[str, float], cause: str) -> None:
    with pytest.raises(InputError, match=cause):
        Curriculum(**options)
    with pytest.raises(InputError, match="progress: expected a share"):
        Curriculum().advance(2.0)
