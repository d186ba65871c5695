"""A made-up task with every kind of part, under two models."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from facemetric.datasets import EncodedPhoto
from facemetric.evaluation import Evaluation, Settings, Task, evaluate
from facemetric.evaluation.metrics import search_outcomes
from facemetric.evaluation.parts import (
    Part,
    measure_all_pairs,
    measure_groups,
    measure_pairs,
    measure_searches,
)
from facemetric.evaluation.task import person_numbers
from facemetric.types import Float32, ItemError

PEOPLE, EACH = 30, 4


@dataclass(frozen=True, eq=False, kw_only=True)
class MadeUpTask(Task):
    """Pairs, all pairs, a watch-list and groups of the same photographs."""

    protocol: ClassVar[str] = "made-up"

    def measure(
        self, vectors: Float32, found: NDArray[np.bool_], settings: Settings
    ) -> tuple[Part, ...]:
        who = person_numbers(self.people)
        rows = np.array(
            [(i, i + 1) for i in range(0, len(who), 2)]
            + [(i, (i + EACH) % len(who)) for i in range(0, len(who), 2)]
        )
        scores = np.einsum("pd,pd->p", vectors[rows[:, 0]], vectors[rows[:, 1]])
        ends = who[rows]
        same = ends[:, 0] == ends[:, 1]
        fold = np.arange(len(rows)) % 3
        gallery, probes = np.arange(0, len(who) // 2, EACH), np.arange(1, len(who), 2)
        searches = search_outcomes(vectors[probes] @ vectors[gallery].T, who[probes], who[gallery])
        return (
            measure_pairs("pairs", scores, same, settings, people=ends, fold=fold, pairs=rows),
            measure_all_pairs("all pairs", vectors, who, settings),
            measure_searches("open set", searches, who[probes], settings, enrolled=len(gallery)),
            measure_groups("groups", who // 2, who, settings),
        )


def picture(seed: int) -> bytes:
    """Noise with a bright square: it must decode, nothing more."""
    pixels = np.random.default_rng(seed).integers(0, 80, (60, 60, 3), np.uint8)
    pixels[15:45, 15:45] += 120
    return cv2.imencode(".png", pixels)[1].tobytes()


def vectors_of(noise: float, seed: int = 0) -> Float32:
    random = np.random.default_rng(seed)
    centres = np.repeat(random.normal(size=(PEOPLE, 12)), EACH, axis=0)
    vectors = centres + noise * random.normal(size=centres.shape)
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="session")
def task() -> MadeUpTask:
    count = PEOPLE * EACH
    people = tuple(f"P{i // EACH:02d}" for i in range(count))
    photos = [EncodedPhoto(f"{who}/{i:03d}.png", picture(i)) for i, who in enumerate(people)]
    # The first face cannot be decoded, and is in a pair.
    photos[0] = EncodedPhoto(photos[0].name, b"no picture")
    return MadeUpTask(
        title="Made-up task",
        photos=tuple(photos),
        people=people,
        conditions={"list": "made up"},
        faces="ready",
        left_out=(ItemError("gone.jpg", "decode", "it is empty"),),
    )


@pytest.fixture(scope="session")
def measure(task: MadeUpTask) -> Callable[[str, float], Evaluation]:
    def run(bundle: str, noise: float) -> Evaluation:
        vectors = vectors_of(noise)
        found = np.ones(len(vectors), bool)
        found[7] = False
        return evaluate(
            task, lambda photos: (vectors, found), Settings(replicates=30), bundle=bundle
        )

    return run
