from __future__ import annotations

import pytest
import torch
from torch.nn.functional import cross_entropy, normalize

from facemetric.errors import InputError
from facemetric.losses import margin_cross_entropy
from oracles.margin_batch import CLASSES, ROWS, batch, gradients


def squared(cosines, targets):
    """Re-weight negatives above their target: the square, and its slope."""
    hard = cosines > targets[:, None]
    return (
        torch.where(hard, cosines * cosines.abs(), cosines),
        torch.where(hard, 2 * cosines.abs(), 1.0),
    )


@pytest.mark.parametrize("many", [1, 2])
@pytest.mark.parametrize("unit_centres", [True, False])
@pytest.mark.parametrize("others", [None, squared])
@pytest.mark.parametrize("per_row", [True, False])
@pytest.mark.parametrize("block", [None, 20])
def test_any_mixture_of_options_has_its_gradients(
    monkeypatch, many, unit_centres, others, per_row, block
):
    if block is not None:
        monkeypatch.setattr("facemetric.losses.centre_rows._BLOCK", block)
    embeddings, labels, centres = batch(1, centres_per_class=many)
    rows = normalize(embeddings)
    scales = torch.linspace(2, 4, ROWS) if per_row else torch.tensor(3.0)
    biased = many == 1 and others is None and not unit_centres
    bias = torch.linspace(-1, 1, CLASSES, dtype=torch.float64) * biased

    def fused(rows, centres, scales, bias):
        losses = margin_cross_entropy(
            rows,
            centres,
            labels,
            target=lambda own: own - 0.2,
            scales=scales,
            others=others,
            unit_centres=unit_centres,
            centres_per_class=many,
            bias=bias if biased else None,
        )
        return ((losses + 0 * bias.sum()) * torch.arange(1, ROWS + 1)).sum()

    def plain(rows, centres, scales, bias):
        columns = normalize(centres) if unit_centres else centres
        cosines = (rows @ columns.T).view(ROWS, CLASSES, many).max(2).values
        own = cosines.gather(1, labels[:, None]) - 0.2
        if others is not None:
            hard = cosines > own.detach()
            cosines = torch.where(hard, cosines * cosines.abs(), cosines)
        cosines = cosines.scatter(1, labels[:, None], own)
        logits = cosines * (scales[:, None] if per_row else scales) + bias * biased
        losses = cross_entropy(logits, labels, reduction="none")
        return (losses * torch.arange(1, ROWS + 1)).sum()

    inputs = (rows, centres, scales.double(), bias)
    torch.testing.assert_close(gradients(fused, *inputs), gradients(plain, *inputs))


def loss(rows, centres, labels):
    return margin_cross_entropy(
        rows, centres, labels, target=lambda own: own - 0.1, scales=8.0
    ).sum()


def test_backward_twice_and_for_one_input_at_a_time():
    rows, labels, centres = batch(2)
    _, (for_rows, for_centres) = gradients(lambda r, c: loss(r, c, labels), rows, centres)
    rows, centres = rows.requires_grad_(), centres.requires_grad_()
    value = loss(rows, centres, labels)
    for _ in range(2):
        again = torch.autograd.grad(value, (rows, centres), retain_graph=True)
        torch.testing.assert_close(again, (for_rows, for_centres))
    (alone,) = torch.autograd.grad(value, rows, retain_graph=True)
    torch.testing.assert_close(alone, for_rows)
    (alone,) = torch.autograd.grad(value, centres)
    torch.testing.assert_close(alone, for_centres)
    (frozen,) = torch.autograd.grad(loss(rows, centres.detach(), labels), rows)
    torch.testing.assert_close(frozen, for_rows)
    (frozen,) = torch.autograd.grad(loss(rows.detach(), centres, labels), centres)
    torch.testing.assert_close(frozen, for_centres)


def test_a_target_that_does_not_depend_on_the_cosine():
    rows, labels, centres = batch(3)

    def constant(rows, centres):
        return margin_cross_entropy(
            rows, centres, labels, target=lambda own: torch.full_like(own, 0.5), scales=4.0
        ).sum()

    def plain(rows, centres):
        logits = rows @ normalize(centres).T
        goal = torch.full((ROWS, 1), 0.5, dtype=logits.dtype)
        return cross_entropy(logits.scatter(1, labels[:, None], goal) * 4, labels, reduction="sum")

    torch.testing.assert_close(gradients(constant, rows, centres), gradients(plain, rows, centres))


def test_large_logits_do_not_overflow():
    rows, labels, centres = batch(4)
    for scale in (1e3, 1e6):
        losses = margin_cross_entropy(
            normalize(rows).float(), centres.float(), labels, target=lambda own: own, scales=scale
        )
        assert losses.isfinite().all()


def test_centres_of_zeros_have_no_direction():
    rows, labels, centres = batch(5)
    centres[0] = 0
    value, (_, grad) = gradients(lambda r, c: loss(r, c, labels), rows, centres)
    assert value.isfinite()
    assert grad[0].abs().max() == 0


def test_centres_changed_before_backward_are_noticed():
    rows, labels, centres = batch(6)
    centres.requires_grad_()
    value = loss(rows, centres, labels)
    with torch.no_grad():
        centres += 1
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        value.backward()


def test_a_bias_beside_unit_centres():
    rows, labels, centres = batch()
    with pytest.raises(InputError, match=r"^bias: expected none beside unit centres"):
        margin_cross_entropy(
            rows, centres, labels, target=lambda own: own, scales=1.0, bias=centres[:, 0]
        )


def test_columns_of_another_shard_need_a_group():
    rows, labels, centres = batch()
    labels[0] = -1
    with pytest.raises(InputError, match="expected 0 to 8"):
        loss(rows, centres, labels)
