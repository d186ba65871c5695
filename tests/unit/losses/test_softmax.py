from __future__ import annotations

import torch

from facemetric.losses import softmax_loss
from oracles.margin_batch import batch, gradients


def test_it_is_cross_entropy_of_a_linear_layer():
    embeddings, labels, centres = batch(1)
    bias = torch.linspace(-1, 1, len(centres), dtype=torch.float64)

    def linear(embeddings, centres, bias):
        logits = torch.nn.functional.linear(embeddings, centres, bias)
        return torch.nn.functional.cross_entropy(logits, labels)

    def ours(embeddings, centres, bias):
        return softmax_loss(embeddings, labels, centres, bias=bias)

    torch.testing.assert_close(
        gradients(ours, embeddings, centres, bias), gradients(linear, embeddings, centres, bias)
    )


def test_without_a_bias_and_with_a_zero_embedding():
    embeddings, labels, centres = batch(2)
    embeddings[0] = 0
    zero = torch.zeros(len(centres), dtype=torch.float64)
    one, (grad, _) = gradients(lambda e, c: softmax_loss(e, labels, c), embeddings, centres)
    other, (expected, _) = gradients(
        lambda e, c: softmax_loss(e, labels, c, bias=zero), embeddings, centres
    )
    torch.testing.assert_close(one, other)
    torch.testing.assert_close(grad, expected)
    assert grad[0].abs().max() > 0
