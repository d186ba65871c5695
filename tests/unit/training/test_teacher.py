from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from facemetric.bundle import Bundle, Manifest, save_bundle
from facemetric.bundle.graph import GraphBuilder
from facemetric.embed import Embedder
from facemetric.errors import DataError
from facemetric.training import teacher
from facemetric.training.teacher import teacher_embeddings


@dataclass(frozen=True)
class Pictures:
    """A chip source in memory."""

    pixels: NDArray[np.uint8]
    prefix: str = "photo"

    names = ("Ada", "Bob")

    @property
    def labels(self) -> NDArray[np.int64]:
        return np.arange(len(self.pixels)) % 2

    @property
    def found(self) -> NDArray[np.bool_]:
        return np.ones(len(self.pixels), np.bool_)

    def __len__(self) -> int:
        return len(self.pixels)

    def encoded(self, row: int) -> bytes:
        return cv2.imencode(".png", self.pixels[row, :, :, ::-1])[1].tobytes()

    def item(self, row: int) -> str:
        return f"{self.prefix}_{row}"


def pictures(count: int, side: int = 112, *, seed: int = 0, prefix: str = "photo") -> Pictures:
    rng = np.random.default_rng(seed)
    return Pictures(rng.integers(0, 256, (count, side, side, 3), dtype=np.uint8), prefix)


def bundle(
    folder: Path, *, side: int = 112, template: str = "arcface-112", seed: int = 0
) -> Bundle:
    rng = np.random.default_rng(seed)
    graph = GraphBuilder("teacher")
    x = graph.convolution("chips", rng.normal(size=(4, 3, 3, 3)).astype(np.float32))
    x = graph.node("GlobalAveragePool", graph.node("Relu", x))
    graph.node("MatMul", graph.node("Flatten", x, axis=1), graph.weight(rng.normal(size=(4, 8))))
    data = graph.finish(("chips", ("N", 3, side, side)), ("out", ("N", 8)))
    values = {
        "id": "teacher",
        "model": {
            "sha256": hashlib.sha256(data).hexdigest(),
            "input": "chips",
            "output": "out",
        },
        "input": {"height_px": side, "width_px": side, "scale": (255, 255, 255)},
        "alignment": {"template": template},
        "embedding": {"dim": 8},
        "licence": {"spdx": "MIT", "commercial_use": True, "training_data": "none"},
        "provenance": {"source": "a test"},
    }
    return save_bundle(folder, Manifest.model_validate(values), data)


@pytest.mark.parametrize("flip", [True, False])
def test_equals_the_embedder(tmp_path: Path, flip: bool) -> None:
    source, master = pictures(5), bundle(tmp_path / "bundle")
    done: list[int] = []
    table = teacher_embeddings(
        source, master, flip=flip, batch_size=2, on_progress=done.append, cache=tmp_path / "run"
    )
    wanted = Embedder(master, flip=flip).embed(source.pixels)
    np.testing.assert_allclose(table, wanted, atol=1e-6)
    assert done == [2, 4, 5]
    (kept,) = (tmp_path / "run").iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600


def test_computed_once_for_the_same_graph_and_chips(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, master = pictures(3), bundle(tmp_path / "bundle")
    first = teacher_embeddings(source, master, cache=tmp_path / "run")
    with monkeypatch.context() as patch:
        patch.setattr(teacher, "Embedder", pytest.fail)
        again = teacher_embeddings(source, master, cache=tmp_path / "run")
    np.testing.assert_array_equal(first, again)
    others = [
        (pictures(3, seed=1), master, False),
        (pictures(2), master, False),
        (source, bundle(tmp_path / "other", seed=1), False),
        (source, master, True),
    ]
    for count, (chips, who, flip) in enumerate(others, 2):
        teacher_embeddings(chips, who, flip=flip, cache=tmp_path / "run")
        assert len(list((tmp_path / "run").glob("teacher-*.npy"))) == count


def test_a_damaged_table_is_named(tmp_path: Path) -> None:
    source, master = pictures(2), bundle(tmp_path / "bundle")
    teacher_embeddings(source, master, cache=tmp_path / "run")
    (kept,) = (tmp_path / "run").iterdir()
    np.save(kept, np.zeros((1, 8), np.float32))
    with pytest.raises(DataError, match=r"expected float32 \(2, 8\), got float32 \(1, 8\)"):
        teacher_embeddings(source, master, cache=tmp_path / "run")
    kept.write_bytes(b"nonsense")
    with pytest.raises(DataError, match="Remove it"):
        teacher_embeddings(source, master, cache=tmp_path / "run")


def test_a_teacher_of_another_template_needs_its_own_pack(tmp_path: Path) -> None:
    source = pictures(3)
    master = bundle(tmp_path / "bundle", side=150, template="dlib-150")
    with pytest.raises(DataError, match="takes 150 × 150 chips of template 'dlib-150'"):
        teacher_embeddings(source, master)
    pack = pictures(5, 150, seed=2)
    table = teacher_embeddings(source, master, pack=pack)
    np.testing.assert_allclose(
        table, Embedder(master, flip=False).embed(pack.pixels[:3]), atol=1e-6
    )
    with pytest.raises(DataError, match="photo_0: the teacher's pack lacks 3 of 3"):
        teacher_embeddings(source, master, pack=pictures(5, 150, prefix="other"))
