"""Protocols measured on packs, and closed sets."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from torch import nn

from facemetric.datasets.chips import open_chips
from facemetric.errors import DataError
from facemetric.evaluation import Settings
from facemetric.training.closed_set import class_means
from facemetric.training.evaluation import PackEmbedder, ProtocolOnPack, figures_by_name
from facemetric.training.network import EmbeddingNetwork, embed_chips
from layouts.tiny_run import write_people

CPU = torch.device("cpu")
PEOPLE, IMAGES, FOLDS = 6, 4, 2


@pytest.fixture
def lfw(tmp_path: Path) -> Path:
    """LFW's layout with made-up people: two folds of three people, all their pairs."""
    root = write_people(tmp_path / "lfw", people=PEOPLE, images=IMAGES)
    for person in sorted(root.iterdir()):
        for number, photo in enumerate(sorted(person.iterdir()), 1):
            pixels = cv2.imread(str(photo))
            cv2.imwrite(str(person / f"{person.name}_{number:04d}.jpg"), pixels)
            photo.unlink()
    lines = [f"{FOLDS}\t3"]
    for fold in range(FOLDS):
        names = [f"person-{person:02d}" for person in range(3 * fold, 3 * fold + 3)]
        lines += [f"{name}\t1\t2" for name in names]
        lines += [f"{names[a]}\t1\t{names[b]}\t2" for a, b in ((0, 1), (0, 2), (1, 2))]
    (root / "pairs.txt").write_text("\n".join(lines) + "\n")
    return root


def network() -> EmbeddingNetwork:
    torch.manual_seed(0)
    backbone = nn.Sequential(nn.Flatten(), nn.Linear(3 * 8 * 8, 32))
    return EmbeddingNetwork(backbone, chip_px=(32, 32), input_px=(8, 8)).eval()


def test_a_protocol_is_measured_on_its_pack(lfw: Path) -> None:
    protocol = ProtocolOnPack("lfw", data=lfw, pack=lfw, chip_px=(32, 32), batch=3)
    evaluation = protocol.measure(network(), device=CPU, settings=Settings(replicates=20))
    # The photographs as they are named in the list, embedded one by one.
    pack = open_chips(lfw)
    row_of = {pack.item(row): row for row in range(len(pack))}
    for photo, vector in zip(evaluation.task.photos, evaluation.vectors, strict=True):
        assert isinstance(photo, Path)
        pixels = cv2.imread(str(photo))[:, :, ::-1]
        assert f"{photo.parent.name}/{photo.name}" in row_of
        expected = embed_chips(network(), torch.from_numpy(pixels[None].copy()), device=CPU)
        np.testing.assert_allclose(vector, expected[0].numpy(), atol=1e-5)
    figures = figures_by_name(evaluation)
    assert figures["lfw_accuracy"] == 1.0  # patterns are easy to tell apart
    assert figures["lfw_accuracy_low"] <= figures["lfw_accuracy"]
    assert all(set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789._") for name in figures)


def test_measuring_leaves_training_as_it_was(lfw: Path) -> None:
    made = network().train()
    protocol = ProtocolOnPack("lfw", data=lfw, pack=lfw, chip_px=(32, 32))
    protocol.measure(made, device=CPU, settings=Settings(replicates=20))
    assert made.training


def test_a_pack_without_a_photograph_is_refused(lfw: Path) -> None:
    embedder = PackEmbedder(open_chips(lfw), chip_px=(32, 32))
    photos = [lfw / "person-00" / "person-00_0001.jpg", lfw / "nobody" / "nobody_0001.jpg"]
    with pytest.raises(DataError, match=r"lacks 1 of 2 photographs, such as nobody/nobody_0001"):
        embedder.embed(photos, network(), device=CPU)


def test_a_protocol_s_pack_is_looked_at_before_training(lfw: Path, tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    shutil.copytree(lfw / "person-00", pack / "person-00")
    with pytest.raises(DataError, match=r"the pack lacks 10 of 12 photographs"):
        ProtocolOnPack("lfw", data=lfw, pack=pack, chip_px=(32, 32))


def test_class_means_are_unit_means_of_unit_rows() -> None:
    rng = np.random.default_rng(0)
    rows, labels = rng.normal(size=(9, 4)), np.array([0, 0, 2, 2, 2, 0, 2, 0, 0])
    means = class_means(torch.from_numpy(rows), torch.from_numpy(labels), classes=3)
    for label in (0, 2):
        mean = np.mean([row / np.linalg.norm(row) for row in rows[labels == label]], axis=0)
        np.testing.assert_allclose(means[label].numpy(), mean / np.linalg.norm(mean))
    assert not means[1].any()
