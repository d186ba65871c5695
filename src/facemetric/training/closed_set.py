"""Closed-set accuracy: which of the training people is on a photograph that was held back."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from facemetric.datasets.chips import ChipSource, read_chip
from facemetric.evaluation.intervals import wilson
from facemetric.training.material import Material
from facemetric.training.network import normalise_pixels
from facemetric.training.objective import Objective


@torch.inference_mode()
def raw_embeddings(
    network: nn.Module,
    source: ChipSource,
    *,
    chip_px: tuple[int, int],
    device: torch.device,
    batch: int = 256,
    flip: bool = False,
) -> Tensor:
    """Return raw embeddings ``float32 (N, D)`` of every chip, unchanged, in evaluation mode.

    With ``flip`` the mean with the mirrored chip's.
    """
    training = network.training
    network.eval()
    parts = []
    for start in range(0, len(source), batch):
        rows = range(start, min(start + batch, len(source)))
        pixels = np.stack([read_chip(source, row, size_px=chip_px) for row in rows])
        chips = normalise_pixels(torch.from_numpy(pixels).to(device))
        raw = network(chips).float()
        parts.append((raw + network(chips.flip(3)).float()) / 2 if flip else raw)
    network.train(training)
    return torch.cat(parts)


def closed_set_figures(
    objective: Objective, network: nn.Module, material: Material, *, device: torch.device
) -> dict[str, float]:
    """Return accuracies over the photographs held back, with their Wilson intervals.

    People without a training photograph count as wrong: the share of the others is
    ``closed_set_ceiling``. ``closed_set_accuracy`` is that of the class centres, where the losses
    have any; ``closed_set_accuracy_of_means`` that of the nearest mean of a person's training
    embeddings on the unit sphere.

    Parameters
    ----------
    objective
        Its class centres name the person.
    network
        Measured in evaluation mode.
    material
        With photographs held back.
    device
        Where the network is.
    """
    assert material.held is not None
    held, trained = (
        raw_embeddings(network, source, chip_px=material.chip_px, device=device)
        for source in (material.held, material.source)
    )
    truth = torch.from_numpy(material.held.labels).to(device)
    labels = torch.from_numpy(material.source.labels).to(device)
    figures = {"closed_set_ceiling": float(torch.isin(truth, labels).float().mean())}
    guesses = objective.predictions(held)
    if guesses is not None:
        figures.update(_accuracy("closed_set_accuracy", guesses, truth))
    means = class_means(trained, labels, classes=material.classes)
    nearest = (functional.normalize(held) @ means.T).argmax(dim=1)
    figures.update(_accuracy("closed_set_accuracy_of_means", nearest, truth))
    return figures


def class_means(embeddings: Tensor, labels: Tensor, *, classes: int) -> Tensor:
    """Return the unit mean ``(C, D)`` of each class's unit embeddings; 0 for an empty class."""
    sums = embeddings.new_zeros(classes, embeddings.shape[1])
    return functional.normalize(sums.index_add(0, labels, functional.normalize(embeddings)))


def _accuracy(name: str, guesses: Tensor, truth: Tensor) -> dict[str, float]:
    right = int((guesses == truth).sum())
    interval = wilson(right, len(truth))
    return {name: interval.estimate, f"{name}_low": interval.low, f"{name}_high": interval.high}
