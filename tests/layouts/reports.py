"""Reports of evaluations, written as the product writes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from facemetric.datasets import EncodedPhoto
from facemetric.evaluation import Settings, Task, evaluate
from facemetric.evaluation.parts import Part, measure_all_pairs, measure_pairs
from facemetric.evaluation.report import write_report
from facemetric.evaluation.task import person_numbers
from facemetric.types import Float32

PEOPLE, EACH = 60, 4
CREATED = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


@dataclass(frozen=True, eq=False, kw_only=True)
class PairsTask(Task):
    """Pairs in three folds, and all pairs, of the same photographs."""

    protocol: ClassVar[str] = "made-up"

    def measure(
        self, vectors: Float32, found: NDArray[np.bool_], settings: Settings
    ) -> tuple[Part, ...]:
        who = person_numbers(self.people)
        even = range(0, len(who), 2)
        rows = np.array([(i, i + 1) for i in even] + [(i, (i + EACH) % len(who)) for i in even])
        scores = np.einsum("pd,pd->p", vectors[rows[:, 0]], vectors[rows[:, 1]])
        ends = who[rows]
        same = ends[:, 0] == ends[:, 1]
        fold = np.arange(len(rows)) % 3
        return (
            measure_pairs("pairs", scores, same, settings, people=ends, fold=fold, pairs=rows),
            measure_all_pairs("all pairs", vectors, who, settings),
        )


def written_report(
    folder: Path,
    *,
    bundles: Sequence[str] = ("model-a",),
    title: str = "Made-up pairs",
    created: datetime = CREATED,
) -> Path:
    """Write a report of made-up embeddings, without pictures, and return its folder."""
    people = tuple(f"P{number // EACH:02d}" for number in range(PEOPLE * EACH))
    photos = tuple(
        EncodedPhoto(f"{who}/{number:03d}.png", b"none") for number, who in enumerate(people)
    )
    task = PairsTask(title=title, photos=photos, people=people, faces="ready", conditions={})
    settings = Settings(replicates=30)
    evaluations = []
    for place, bundle in enumerate(bundles):
        random = np.random.default_rng(place)
        vectors = np.repeat(random.normal(size=(PEOPLE, 12)), EACH, axis=0)
        vectors += (0.6 + 0.3 * place) * random.normal(size=vectors.shape)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        unit = vectors.astype(np.float32)
        evaluations.append(
            evaluate(
                task,
                lambda photos, unit=unit: (unit, np.ones(len(unit), bool)),
                settings,
                bundle=bundle,
            )
        )
    write_report(evaluations, folder, created=created)
    return folder
