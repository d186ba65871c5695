"""Learning rates beside torch's own schedulers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch.optim import lr_scheduler

from facemetric.training import schedules

STEPS = 40


def shares_of_torch(
    make: Callable[[torch.optim.Optimizer], lr_scheduler.LRScheduler],
) -> list[float]:
    optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = make(optimiser)
    seen = []
    for _ in range(STEPS):
        seen.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        scheduler.step()
    return seen


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (schedules.constant(), lambda o: lr_scheduler.ConstantLR(o, 1.0)),
        (schedules.cosine(STEPS), lambda o: lr_scheduler.CosineAnnealingLR(o, STEPS)),
        (
            schedules.cosine(STEPS, final_share=0.1),
            lambda o: lr_scheduler.CosineAnnealingLR(o, STEPS, eta_min=0.1),
        ),
        (
            schedules.polynomial(STEPS, power=2),
            lambda o: lr_scheduler.PolynomialLR(o, STEPS, power=2),
        ),
        (
            schedules.step([10, 30], gamma=0.5),
            lambda o: lr_scheduler.MultiStepLR(o, [10, 30], gamma=0.5),
        ),
    ],
)
def test_a_schedule_is_that_of_torch(
    ours: schedules.Schedule, theirs: Callable[[torch.optim.Optimizer], lr_scheduler.LRScheduler]
) -> None:
    assert [ours(step) for step in range(STEPS)] == pytest.approx(shares_of_torch(theirs))


def test_a_warm_up_rises_to_the_schedule() -> None:
    warm = schedules.warmed_up(schedules.cosine(10), 2)
    assert warm(0) == 0
    assert warm(1) == pytest.approx(0.5 * schedules.cosine(10)(1))
    assert warm(2) == schedules.cosine(10)(2)
    assert warm(7.5) == schedules.cosine(10)(7.5)
    plain = schedules.constant()
    assert schedules.warmed_up(plain, 0) is plain


def test_past_the_end_the_final_share_stays() -> None:
    assert schedules.cosine(3, final_share=0.2)(9) == pytest.approx(0.2)
    assert schedules.polynomial(3, final_share=0.2)(9) == pytest.approx(0.2)
