from __future__ import annotations

import itertools

import pytest
import torch

from facemetric.errors import InputError
from facemetric.losses import Distillation, distillation_loss
from facemetric.losses.distillation import Match


def rows(seed: int, dim: int = 5) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(6, dim, generator=generator, dtype=torch.float64)


def slowly(student: torch.Tensor, teacher: torch.Tensor, match: Match) -> float:
    units = [s / s.norm() for s in student], [t / t.norm() for t in teacher]
    if match == "cosine":
        return sum(1 - float(s @ t) for s, t in zip(*units, strict=True)) / len(student)
    if match == "l2":
        both = zip(student, units[1], strict=True)
        return sum(float((s - t) @ (s - t)) for s, t in both) / len(student)
    far = [[float((x - y).norm()) for x, y in itertools.combinations(u, 2)] for u in units]
    means = [sum(each) / len(each) for each in far]
    total = 0.0
    for one, other in zip(*far, strict=True):
        gap = abs(one / means[0] - other / means[1])
        total += gap**2 / 2 if gap < 1 else gap - 0.5
    return total / len(far[0])


@pytest.mark.parametrize("match", ["cosine", "l2", "distances"])
def test_it_is_the_plain_loop(match: Match) -> None:
    loss = distillation_loss(rows(0), rows(1), match=match)
    assert loss.item() == pytest.approx(slowly(rows(0), rows(1), match))


@pytest.mark.parametrize("match", ["cosine", "l2", "distances"])
def test_gradients_reach_the_student_alone(match: Match) -> None:
    student, teacher = rows(0).requires_grad_(), rows(1).requires_grad_()
    distillation_loss(student, teacher, match=match).backward()
    assert student.grad.any()
    assert teacher.grad is None
    assert torch.autograd.gradcheck(
        lambda x: distillation_loss(x, teacher, match=match), (student,)
    )


@pytest.mark.parametrize("match", ["cosine", "distances"])
def test_a_student_that_only_differs_in_length_has_learnt_it(match: Match) -> None:
    assert distillation_loss(3 * rows(1), rows(1), match=match).item() == pytest.approx(0)


def test_distances_compare_networks_of_different_dimensions() -> None:
    assert distillation_loss(rows(0, 3), rows(1, 7), match="distances").item() > 0
    with pytest.raises(InputError, match=r"teacher: expected \(6, 3\), .* match='distances'"):
        distillation_loss(rows(0, 3), rows(1, 7))


@pytest.mark.parametrize("rows_", [1, 2])
def test_a_batch_with_one_pair_or_none_gives_no_nan(rows_: int) -> None:
    student = rows(0)[:rows_].requires_grad_()
    loss = distillation_loss(student, rows(1)[:rows_], match="distances")
    loss.backward()
    assert loss.isfinite()
    assert student.grad.isfinite().all()


def test_an_unknown_match_is_refused() -> None:
    with pytest.raises(InputError, match="match: expected one of cosine, l2, distances"):
        Distillation(match="hinton")  # type: ignore[arg-type]
