"""Photographs, chips and made-up embeddings for the studies."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from facemetric.align import align_faces
from facemetric.bundle import open_bundle
from facemetric.datasets import Photo, sample_photos
from facemetric.detect import Mtcnn, select_faces
from facemetric.embed import Embedder
from facemetric.evaluation import Change, Embed, Embedded
from facemetric.evaluation.protocols import LfwTask
from facemetric.evaluation.studies import NetworkShape, PhotoStudy
from facemetric.images import load_image
from facemetric.types import Chip, Face, Float32, Image

SHAPE = NetworkShape((112, 112), 128)
PEOPLE = 40


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Image, Face]]:
    """Real photographs and the face of each; skips where no package ships any."""
    folder = tmp_path_factory.mktemp("studies")
    found = []
    for photo in sample_photos(folder, missing_ok=True):
        image = load_image(photo.path)
        faces = Mtcnn(threads=1).detect(image)
        found += [(image, face) for face in select_faces(faces, image, select="central")]
    if len(found) < 2:
        pytest.skip("sample photographs are absent")
    return found[:4]


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return Embedder(open_bundle("dlib-resnet-v1"), threads=1, flip=False)


@pytest.fixture
def chip(pictures: list[tuple[Image, Face]]) -> tuple[Chip, Image]:
    image, face = pictures[0]
    return align_faces(image, [face], "arcface-112")[0], image


def changed_chip(
    study: PhotoStudy, level: float, image: Image, face: Face, template: str = "arcface-112"
) -> Chip:
    """The chip as an evaluation cuts it under a study."""
    change = study.change(level, SHAPE)
    if change is not None:
        face, image = change.face(face, image), change.photo(image)
    (chip,) = align_faces(image, [face], template)
    return chip if change is None else change.chip(chip, image)


def likeness(
    study: PhotoStudy, pictures: list[tuple[Image, Face]], embedder: Embedder
) -> list[float]:
    """The mean cosine of faces with themselves unchanged, from the gentlest level on."""
    template = embedder.bundle.manifest.alignment.template
    plain = embedder.embed([align_faces(i, [f], template)[0] for i, f in pictures])
    levels = sorted(study.levels)
    if study.name in {"jpeg", "pixels"}:
        levels.reverse()
    means = []
    for level in levels:
        chips = [changed_chip(study, level, i, f, template) for i, f in pictures]
        means.append(float((embedder.embed(chips) * plain).sum(axis=1).mean()))
    return means


@pytest.fixture
def vectors() -> Float32:
    """Unit vectors with a large mean and uneven variances, as networks give."""
    random = np.random.default_rng(0)
    raw = random.normal(size=(400, 32)) * np.linspace(2, 0.2, 32) + 0.5
    made: Float32 = (raw / np.linalg.norm(raw, axis=1, keepdims=True)).astype(np.float32)
    return made


@pytest.fixture(scope="session")
def task() -> LfwTask:
    """Two photographs of each of some made-up people in five folds."""
    first = np.arange(PEOPLE) * 2
    pairs = np.concatenate(
        [np.stack([first, first + 1], 1), np.stack([first, (first + 3) % (2 * PEOPLE)], 1)]
    )
    return LfwTask(
        title="made up",
        photos=tuple(Path(f"{number}.jpg") for number in range(2 * PEOPLE)),
        people=tuple(f"P{number // 2:03d}" for number in range(2 * PEOPLE)),
        conditions={},
        pairs=pairs,
        same=np.repeat([True, False], PEOPLE),
        fold_of_pair=np.tile(np.arange(PEOPLE) % 5, 2),
    )


class Network:
    """Made-up embeddings, the more noisy the worse the photograph; counts what it is asked."""

    def __init__(self) -> None:
        self.asked: list[Change | None] = []

    def __call__(self, change: Change | None) -> Embed:
        def embed(photos: Sequence[Photo]) -> Embedded:
            self.asked.append(change)
            noise = 0.05 if change is None else 0.2
            random = np.random.default_rng(0)
            people = np.repeat(random.normal(size=(PEOPLE, 128)), 2, axis=0)
            made = people + noise * random.normal(size=people.shape) * 10
            made /= np.linalg.norm(made, axis=1, keepdims=True)
            return made.astype(np.float32), np.ones(len(photos), bool)

        return embed
