"""What `evaluate` asks of whatever embeds, and what it hands on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray

from facemetric.datasets import EncodedPhoto
from facemetric.errors import InputError
from facemetric.evaluation import Figure, Part, Settings, Task, evaluate
from facemetric.types import Float32

COUNT = 4


@dataclass(frozen=True, eq=False, kw_only=True)
class CountingTask(Task):
    """Counts the faces."""

    protocol: ClassVar[str] = "counting"

    def measure(
        self, vectors: Float32, found: NDArray[np.bool_], settings: Settings
    ) -> tuple[Part, ...]:
        figure = Figure("faces", float(found.sum()), unit="number")
        return (Part(kind="clustering", name="all", figures=(figure,), counts={"rows": COUNT}),)


@pytest.fixture
def task() -> CountingTask:
    photos = tuple(EncodedPhoto(f"{row}.png", bytes([row])) for row in range(COUNT))
    return CountingTask(title="Counting", photos=photos, people=("",) * COUNT, conditions={"a": 1})


def unit() -> Float32:
    return np.eye(COUNT, 8, dtype=np.float32)


def test_photographs_are_embedded_once_and_all_of_them(task: CountingTask) -> None:
    asked = []

    def embed(photos: object) -> tuple[Float32, NDArray[np.bool_]]:
        asked.append(photos)
        return unit(), np.array([True, True, False, True])

    measured = evaluate(task, embed, Settings(seed=5), bundle="mine", conditions={"flip": True})
    assert asked == [task.photos]
    assert measured.part("all").figure("faces").value == 3
    assert measured.conditions["a"] == 1 and measured.conditions["flip"] is True
    assert measured.conditions["seed"] == 5
    with pytest.raises(KeyError, match="there are"):
        measured.part("none")
    with pytest.raises(KeyError, match="there are"):
        measured.part("all").figure("none")
    document = measured.to_wire()
    assert (document.photos, document.faces_found, document.missing) == (COUNT, 3, ("2.png",))
    assert document.bundle == "mine" and document.parts[0].kind == "clustering"


@pytest.mark.parametrize(
    ("vectors", "found", "wanted"),
    [
        (unit()[:3], np.ones(3, bool), "expected 4 rows"),
        (unit(), np.ones(3, bool), "expected 4 rows"),
        (unit(), np.ones(COUNT, int), "bool"),
        (unit() * 2, np.ones(COUNT, bool), "unit length, got 2"),
        (unit()[0], np.ones(COUNT, bool), "expected"),
        (np.full((COUNT, 8), np.nan, np.float32), np.ones(COUNT, bool), "expected|finite"),
    ],
)
def test_what_is_no_embedding_is_refused(
    task: CountingTask, vectors: Float32, found: NDArray[np.bool_], wanted: str
) -> None:
    with pytest.raises(InputError, match=wanted):
        evaluate(task, lambda photos: (vectors, found))
