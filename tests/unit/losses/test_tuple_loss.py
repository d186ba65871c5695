"""What holds of every loss over tuples: walks the registry."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from facemetric.errors import InputError
from facemetric.losses import TUPLE_LOSSES, TupleLoss
from facemetric.losses.tuple_loss import check_tuples

OPTIONS = {"centre": {"classes": 3, "dim": 6}}
LABELS = torch.tensor([0, 0, 0, 1, 1, 2, 2])
EVERYTHING = {
    "labels": LABELS,
    "pairs": torch.tensor([[0, 1], [0, 3], [2, 5], [5, 6], [3, 4], [1, 6]]),
    "same": torch.tensor([True, False, False, True, True, False]),
    "triplets": torch.tensor([[0, 1, 3], [1, 2, 6], [5, 6, 0], [3, 4, 5]]),
}

every_loss = pytest.mark.parametrize("name", TUPLE_LOSSES)


def build(name: str, dtype: torch.dtype = torch.float32) -> TupleLoss:
    loss = TUPLE_LOSSES[name](**OPTIONS.get(name, {})).to(dtype).eval()
    if name == "centre":
        loss.centres.copy_(drawn(3, seed=1))
    return loss


def drawn(rows: int = 7, *, seed: int = 0, dtype: torch.dtype = torch.float32) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(rows, 6, generator=generator, dtype=torch.float64).to(dtype)


def value(loss: TupleLoss, embeddings: Tensor) -> Tensor:
    known = {**EVERYTHING, "reference": drawn(seed=2).to(embeddings.dtype)}
    return loss(embeddings, **{need: known[need] for need in loss.needs})


@every_loss
def test_the_gradient_is_that_of_finite_differences(name: str) -> None:
    embeddings = drawn(dtype=torch.float64).requires_grad_()
    loss = build(name, torch.float64)
    assert value(loss, embeddings).item() > 0
    assert torch.autograd.gradcheck(lambda x: value(loss, x), (embeddings,))


@every_loss
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_comes_in_and_single_precision_is_calculated(
    name: str, dtype: torch.dtype
) -> None:
    half = drawn().to(dtype).requires_grad_()
    whole = half.detach().float().requires_grad_()
    loss = build(name)
    with torch.autocast("cpu", dtype=dtype):
        in_half = value(loss, half)
        in_half.backward()
    expected = value(loss, whole)
    expected.backward()
    assert in_half.dtype == torch.float32
    torch.testing.assert_close(in_half, expected, rtol=2e-3, atol=1e-6)
    assert half.grad.dtype == dtype
    torch.testing.assert_close(half.grad.float(), whole.grad, rtol=2e-2, atol=2e-3)


@every_loss
@pytest.mark.parametrize("direction", ["identical", "opposite", "zero", "tiny"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_embeddings_at_one_point_or_opposite_give_no_nan(
    name: str, direction: str, dtype: torch.dtype
) -> None:
    embeddings = drawn(1).repeat(7, 1)
    if direction == "opposite":
        embeddings[LABELS == 1] *= -1
    embeddings = embeddings * {"zero": 0.0, "tiny": 1e-4}.get(direction, 1.0)
    embeddings = embeddings.to(dtype).requires_grad_()
    loss = value(build(name), embeddings)
    loss.backward()
    assert loss.isfinite()
    assert embeddings.grad.isfinite().all()


@pytest.mark.parametrize("name", ["contrastive", "harmonic-triplet", "triplet"])
def test_nothing_mined_gives_nought_with_a_gradient(name: str) -> None:
    embeddings = drawn().requires_grad_()
    loss = build(name)
    known = {**EVERYTHING, "reference": drawn(seed=2)}
    given = {need: known[need] for need in loss.needs}
    result = loss(embeddings, **{n: v[:0] if n != "reference" else v for n, v in given.items()})
    result.backward()
    assert result.item() == 0
    assert not embeddings.grad.any()


@every_loss
def test_the_same_input_gives_the_same_bits(name: str) -> None:
    embeddings = drawn().requires_grad_()
    results = []
    for _ in range(2):
        loss = value(build(name), embeddings)
        results.append((loss.detach(), torch.autograd.grad(loss, embeddings)[0]))
    assert torch.equal(results[0][0], results[1][0])
    assert torch.equal(results[0][1], results[1][1])


@pytest.mark.parametrize(
    "tuples", [torch.zeros(2, 2, dtype=torch.int64), torch.zeros(3), torch.zeros(2, 3)]
)
def test_tuples_of_another_shape_or_type_are_refused(tuples: Tensor) -> None:
    with pytest.raises(InputError, match=r"triplets: expected int64 \(T, 3\), got"):
        check_tuples(tuples, 3, name="triplets")


@pytest.mark.parametrize(
    "name", ["batch-all-triplet", "contrastive", "harmonic-triplet", "triplet"]
)
def test_a_margin_out_of_range_is_refused(name: str) -> None:
    for margin in (0.0, -1.0, 4.5, float("nan")):
        with pytest.raises(InputError, match="margin: expected a margin in"):
            TUPLE_LOSSES[name](margin=margin)
