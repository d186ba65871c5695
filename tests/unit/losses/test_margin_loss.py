"""What holds for every margin of the registry."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.functional import normalize

from facemetric.errors import InputError
from facemetric.losses import MARGINS, margin_loss
from oracles.margin_batch import (
    CLASSES,
    DIM,
    ROWS,
    WITHOUT_MARGIN,
    batch,
    gradients,
    small_margin,
)

NAMES = list(MARGINS)


def loss_of(margin, labels):
    """The mean loss as a function of embeddings and centres, with a bias where there is one."""
    bias = torch.linspace(-1, 1, CLASSES, dtype=torch.float64) if margin.bias else None

    def loss(embeddings, centres):
        return margin_loss(
            margin,
            embeddings,
            labels,
            centres,
            bias=None if bias is None else bias.to(centres.device),
        ).mean()

    return loss


def test_there_are_margins():
    assert len(NAMES) >= 11


@pytest.mark.parametrize("name", NAMES)
def test_gradients_are_those_of_finite_differences(name):
    margin = small_margin(name)
    embeddings, labels, centres = batch(1, centres_per_class=margin.centres_per_class)
    lengths = embeddings.norm(dim=1, keepdim=True)

    def losses(embeddings, centres, *bias):
        # No gradient passes AdaFace's norms: hold them.
        rows = normalize(embeddings) * lengths if name == "adaface" else embeddings
        return margin_loss(margin, rows, labels, centres, bias=(*bias, None)[0])

    inputs = [embeddings.requires_grad_(), centres.requires_grad_()]
    if margin.bias:
        inputs.append(torch.linspace(-1, 1, CLASSES, dtype=torch.float64).requires_grad_())
    assert torch.autograd.gradcheck(losses, inputs)


@pytest.mark.parametrize("name", NAMES)
def test_the_fused_step_equals_torch_operations_one_by_one(name):
    margin = small_margin(name)
    many = margin.centres_per_class
    embeddings, labels, centres = batch(2, centres_per_class=many)
    bias = torch.linspace(-1, 1, CLASSES, dtype=torch.float64) if margin.bias else torch.zeros(())

    def plain(embeddings, centres):
        norms = embeddings.norm(dim=1)
        rows = normalize(embeddings) if margin.unit_embeddings else embeddings
        columns = normalize(centres) if margin.unit_centres else centres
        cosines = (rows @ columns.T).view(ROWS, CLASSES, many).max(2).values
        own = margin.target(cosines.gather(1, labels[:, None]).squeeze(1), norms)
        changed = cosines
        if name == "curricularface":
            hard = cosines > own[:, None]
            changed = torch.where(hard, cosines * (margin.progress + cosines), cosines)
        changed = torch.where(torch.arange(CLASSES) == labels[:, None], own[:, None], changed)
        scale = margin.scale(norms)
        logits = changed * (scale[:, None] if scale.ndim else scale) + bias
        losses = torch.nn.functional.cross_entropy(logits, labels, reduction="none")
        penalty = margin.penalty(norms)
        return (losses if penalty is None else losses + penalty).mean()

    value, expected = (gradients(f, embeddings, centres) for f in (loss_of(margin, labels), plain))
    torch.testing.assert_close(value, expected)


@pytest.mark.parametrize("name", sorted(WITHOUT_MARGIN))
def test_a_margin_of_zero_is_the_softmax_over_cosines(name):
    margin = MARGINS[name](**WITHOUT_MARGIN[name])
    embeddings, labels, centres = batch(3)
    plain = MARGINS["nsl" if hasattr(margin, "s") else "modified-softmax"]()
    one, other = (
        gradients(loss_of(m.eval(), labels), embeddings, centres) for m in (margin, plain)
    )
    torch.testing.assert_close(one, other, atol=1e-6, rtol=1e-6)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_autocast_changes_nothing_but_the_type_of_the_embeddings(name, dtype):
    margin = small_margin(name)
    embeddings, labels, centres = batch(4, centres_per_class=margin.centres_per_class)
    half, single = embeddings.to(dtype), centres.float()
    loss = loss_of(margin, labels)
    expected, grads = gradients(loss, half.float(), single)

    def cast(embeddings, centres):
        with torch.autocast("cpu", dtype=dtype):
            return loss(embeddings, centres)

    value, cast_grads = gradients(cast, half, single)
    assert value.dtype == torch.float32
    assert cast_grads[0].dtype == dtype
    assert cast_grads[1].dtype == torch.float32
    torch.testing.assert_close(value, expected, rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(cast_grads[0], grads[0].to(dtype))
    torch.testing.assert_close(cast_grads[1], grads[1], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16])
def test_cosines_of_exactly_one_and_minus_one_are_harmless(name, dtype):
    options = {"easy_margin": True} if name == "arcface" else {}
    for margin in (MARGINS[name](), MARGINS[name](**options), small_margin(name)):
        many = margin.centres_per_class
        centres = torch.eye(DIM).repeat_interleave(many, 0)
        embeddings = torch.cat([torch.eye(DIM), -torch.eye(DIM), torch.eye(DIM)]).to(dtype)
        embeddings = torch.cat([embeddings * 8, torch.zeros(1, DIM, dtype=dtype)])
        labels = torch.cat([torch.arange(DIM).repeat(2), torch.arange(DIM).roll(1)])
        labels = torch.cat([labels, torch.zeros(1, dtype=torch.int64)])
        exact = torch.full((DIM,), 1.0)
        for cosines in (exact, -exact):
            assert margin.target(cosines, exact * 8).isfinite().all()

        def loss(embeddings, centres, margin=margin, labels=labels):
            return margin_loss(margin, embeddings, labels, centres).mean()

        value, grads = gradients(loss, embeddings, centres)
        assert value.isfinite()
        for grad in grads:
            assert grad.isfinite().all()
            assert grad.abs().max() < 100


@pytest.mark.parametrize("name", NAMES)
@settings(deadline=None, max_examples=25)
@given(
    cosines=st.lists(st.floats(-1, 1), min_size=2, max_size=30),
    norm=st.floats(0.01, 200),
    single=st.booleans(),
)
def test_the_target_rises_with_the_cosine_and_is_never_above_it(name, cosines, norm, single):
    margin = small_margin(name)
    dtype = torch.float32 if single else torch.float64
    ends = [-1.0, 1.0, *cosines]
    values = torch.tensor(sorted(ends), dtype=dtype)
    target = margin.target(values, torch.full_like(values, norm))
    assert (target.diff() >= -1e-6).all()
    if name != "adaface":  # whose margin is negative for short features
        assert (target <= values + 2e-6).all()


@pytest.mark.parametrize("name", [name for name in NAMES if name != "softmax"])
def test_no_gradient_where_a_class_is_certain_and_right(name):
    margin = MARGINS[name](**({"penalty_weight": 0.0} if name == "magface" else {}))
    centres = torch.eye(DIM, dtype=torch.float64).repeat_interleave(margin.centres_per_class, 0)
    value, grads = gradients(
        loss_of(margin, torch.arange(DIM)), centres[:: len(centres) // DIM] * 100, centres
    )
    assert value < 1e-4
    assert all(grad.abs().max() < 1e-3 for grad in grads)


def test_statistics_move_in_training_only():
    embeddings, labels, centres = batch(6)
    for name in ("adaface", "curricularface"):
        margin = MARGINS[name]()
        before = [buffer.clone() for buffer in margin.buffers()]
        margin_loss(margin.eval(), embeddings, labels, centres)
        for one, other in zip(before, margin.buffers(), strict=True):
            assert torch.equal(one, other)
        margin_loss(margin.train(), embeddings, labels, centres)
        for one, other in zip(before, margin.buffers(), strict=True):
            assert not torch.equal(one, other)


def test_what_does_not_fit_is_named():
    embeddings, labels, centres = batch()
    margin = MARGINS["arcface"]()
    wrong = [
        (
            embeddings[0],
            labels,
            centres,
            r"^embeddings: expected floating \(N, D\).*float64 \(5,\)",
        ),
        (embeddings[:0], labels[:0], centres, "N > 0"),
        (embeddings.long(), labels, centres, "^embeddings: expected floating"),
        (embeddings, labels, centres[:, 1:], r"^centres: expected \(C, 5\), got float64 \(9, 4\)"),
        (embeddings, labels[1:], centres, r"^labels: expected int64 \(7,\), got int64 \(6,\)"),
        (embeddings, labels.int(), centres, "^labels: expected int64"),
        (embeddings, labels + 9, centres, "^labels: expected 0 to 8 for 9 classes.*from 0"),
        (embeddings, labels - 9, centres, "^labels: expected 0 to 8"),
    ]
    for rows, names, weights, message in wrong:
        with pytest.raises(InputError, match=message):
            margin_loss(margin, rows, names, weights)
    with pytest.raises(InputError, match=r"^bias: expected \(9,\), got float64 \(8,\)"):
        margin_loss(MARGINS["softmax"](), embeddings, labels, centres, bias=centres[:8, 0])
    with pytest.raises(InputError, match="C a multiple of 3"):
        margin_loss(MARGINS["sub-centre-arcface"](), embeddings, labels, centres[:8])


def test_wrong_options_are_refused():
    wrong = {
        "a-softmax": [{"margin": 5}, {"margin": 0}, {"last_lambda": -1.0}, {"first_lambda": 1.0}],
        "adaface": [{"momentum": 1.0}, {"concentration": 0.0}, {"margin_rad": -0.1}],
        "arcface": [{"margin_rad": 28.6}, {"scale": 0.0}, {"scale": float("nan")}],
        "combined": [{"multiplier": 0.0}, {"margin": -1.0}],
        "curricularface": [{"momentum": -0.1}],
        "lmcl": [{"margin": 3.0}],
        "magface": [{"norms": (2.0, 1.0)}, {"margins_rad": (1.0, 0.5)}, {"penalty_weight": -1.0}],
        "sub-centre-arcface": [{"centres_per_class": 0}],
    }
    for name, many in wrong.items():
        for options in many:
            with pytest.raises(InputError):
                MARGINS[name](**options)
    with pytest.raises(InputError, match=r"28\.6 degrees are 0\.499"):
        MARGINS["arcface"](margin_rad=28.6)
