"""A tiny ONNX recogniser, so that tests need neither the weights nor much time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from facemetric.bundle import Bundle, Manifest, save_bundle
from facemetric.bundle.graph import GraphBuilder
from facemetric.bundle.manifest import Alignment, Embedding, Input, Licence, ModelFile, Provenance

SIDE = 16
DIM = 8


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FACEMETRIC_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def tiny_graph(*, batch: int | str = "N", side: int = SIDE, dim: int = DIM, seed: int = 0) -> bytes:
    rng = np.random.default_rng(seed)
    graph = GraphBuilder("tiny")
    x = graph.convolution("chips", rng.normal(size=(4, 3, 3, 3)).astype(np.float32))
    x = graph.node("GlobalAveragePool", graph.node("Relu", x))
    weight = graph.weight(rng.normal(size=(4, dim)))
    graph.node("MatMul", graph.node("Flatten", x, axis=1), weight)
    return graph.finish(("chips", (batch, 3, side, side)), ("embeddings", (batch, dim)))


def tiny_manifest(graph: bytes, **changes: object) -> Manifest:
    values: dict[str, object] = {
        "id": "tiny",
        "model": ModelFile(
            sha256=hashlib.sha256(graph).hexdigest(), input="chips", output="embeddings"
        ),
        "input": Input(height_px=SIDE, width_px=SIDE, mean=(127.5,) * 3, scale=(128.0,) * 3),
        "alignment": Alignment(template="arcface-112"),
        "embedding": Embedding(dim=DIM),
        "licence": Licence(spdx="MIT", commercial_use=True, training_data="none"),
        "provenance": Provenance(source="a test"),
    }
    return Manifest.model_validate({**values, **changes})


@pytest.fixture
def make_tiny(tmp_path: Path) -> Callable[..., Bundle]:
    def make(name: str = "tiny", **changes: object) -> Bundle:
        graph = tiny_graph()
        return save_bundle(tmp_path / name, tiny_manifest(graph, **changes), graph)

    return make


@pytest.fixture
def tiny(make_tiny: Callable[..., Bundle]) -> Bundle:
    return make_tiny()
