from __future__ import annotations

import pytest
import torch

from facemetric.errors import InputError
from facemetric.losses import MARGINS, MarginSoftmax, margin_loss
from oracles.margin_batch import CLASSES, DIM, ROWS, batch, small_margin


@pytest.mark.parametrize("name", list(MARGINS))
def test_a_step_moves_the_centres_towards_the_labels(name):
    margin = small_margin(name)
    header = MarginSoftmax(
        margin, classes=CLASSES, dim=DIM, generator=torch.Generator().manual_seed(0)
    )
    embeddings, labels, _ = batch(1)
    embeddings = embeddings.float()
    before = header(embeddings, labels)
    expected = margin_loss(margin, embeddings, labels, header.centres, bias=header.bias).mean()
    assert before.ndim == 0
    torch.testing.assert_close(before, expected)
    for _ in range(10):
        header.zero_grad()
        header(embeddings, labels).backward()
        with torch.no_grad():
            for parameter in header.parameters():
                parameter -= 0.05 * parameter.grad
    assert header(embeddings, labels) < before
    predictions = header.predictions(embeddings)
    assert predictions.shape == (ROWS,)
    assert predictions.dtype == torch.int64


@pytest.mark.parametrize("name", ["softmax", "arcface", "sub-centre-arcface"])
def test_predictions_are_the_class_of_the_largest_logit(name):
    margin = MARGINS[name]()
    embeddings, _, centres = batch(2, centres_per_class=margin.centres_per_class)
    header = MarginSoftmax(margin, classes=CLASSES, dim=DIM)
    header.centres.data = centres.float()
    if header.bias is not None:
        header.bias.data = torch.linspace(3, -3, CLASSES)
    found = []
    for row in embeddings.float():
        logits = []
        for start in range(0, len(centres), margin.centres_per_class):
            own = centres[start : start + margin.centres_per_class].float()
            cosines = own @ row / (own.norm(dim=1) if margin.unit_centres else 1)
            logits.append(float(cosines.max()))
        if header.bias is not None:
            logits = [a + b for a, b in zip(logits, header.bias.tolist(), strict=True)]
        found.append(logits.index(max(logits)))
    assert header.predictions(embeddings.float()).tolist() == found


def test_the_first_centres_follow_the_generator():
    def centres(seed, name="arcface"):
        generator = torch.Generator().manual_seed(seed)
        return MarginSoftmax(MARGINS[name](), classes=50, dim=20, generator=generator).centres

    assert torch.equal(centres(1), centres(1))
    assert not torch.equal(centres(1), centres(2))
    assert centres(1).std().item() == pytest.approx(0.01, rel=0.1)
    assert centres(1, "softmax").abs().max() <= 20**-0.5


def test_the_state_holds_the_margins_statistics():
    header = MarginSoftmax(MARGINS["adaface"](), classes=3, dim=2)
    assert set(header.state_dict()) == {"centres", "margin.norm_mean", "margin.norm_std"}
    assert "classes=3, dim=2" in repr(header)


def test_no_classes():
    with pytest.raises(InputError, match="classes and dim of 1 or more, got 0 and 2"):
        MarginSoftmax(MARGINS["nsl"](), classes=0, dim=2)
