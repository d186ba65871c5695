import hashlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from facemetric.bundle import Bundle, Manifest, Network, open_bundle, save_bundle
from facemetric.bundle.graph import GraphBuilder
from facemetric.embed import Embedder
from facemetric.errors import InputError, ProviderError
from facemetric.types import Chip

SIDE = 16


def chips(count: int, side: int = SIDE, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (count, side, side, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    rng = np.random.default_rng(0)
    graph = GraphBuilder("tiny")
    x = graph.convolution("chips", rng.normal(size=(4, 3, 3, 3)).astype(np.float32))
    x = graph.node("MaxPool", graph.node("Relu", x), kernel_shape=(7, 7), strides=(7, 7))
    graph.node("MatMul", graph.node("Flatten", x, axis=1), graph.weight(rng.normal(size=(16, 8))))
    data = graph.finish(("chips", ("N", 3, SIDE, SIDE)), ("out", ("N", 8)))
    digest = hashlib.sha256(data).hexdigest()
    manifest = Manifest.model_validate(
        {
            "id": "tiny",
            "model": {"sha256": digest, "input": "chips", "output": "out"},
            "input": {"height_px": SIDE, "width_px": SIDE, "scale": (255, 255, 255)},
            "alignment": {"template": "arcface-112"},
            "embedding": {"dim": 8},
            "licence": {"spdx": "MIT", "commercial_use": True, "training_data": "none"},
            "provenance": {"source": "a test"},
        }
    )
    return save_bundle(tmp_path_factory.mktemp("bundles") / "tiny", manifest, data)


@pytest.mark.parametrize("flip", [True, False])
def test_equals_the_slow_way(tiny: Bundle, flip: bool) -> None:
    pixels = chips(5)
    network = Network(tiny)
    wanted = []
    for chip in pixels:
        raw = network.raw(chip[None])[0]
        if flip:
            raw = raw + network.raw(np.ascontiguousarray(chip[None, :, ::-1]))[0]
        wanted.append(raw / np.linalg.norm(raw))
    came = Embedder(tiny, flip=flip).embed(pixels)
    np.testing.assert_allclose(came, wanted, atol=1e-6)
    assert came.dtype == np.float32


@settings(
    deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(count=st.integers(0, 9), batch_size=st.integers(1, 10), flip=st.booleans())
def test_unit_length_and_the_same_however_it_is_split(
    tiny: Bundle, count: int, batch_size: int, flip: bool
) -> None:
    pixels = chips(count, seed=count)
    came = Embedder(tiny, flip=flip, batch_size=batch_size, threads=1).embed(pixels)
    assert came.shape == (count, 8)
    np.testing.assert_allclose(np.linalg.norm(came, axis=1), 1.0, atol=1e-6)
    whole = Embedder(tiny, flip=flip, batch_size=10, threads=1).embed(pixels)
    np.testing.assert_allclose(came, whole, atol=1e-6)


def test_flip_makes_mirror_images_the_same(tiny: Bundle) -> None:
    pixels = chips(4)
    mirrored = pixels[:, :, ::-1]
    both = Embedder(tiny, flip=True)
    np.testing.assert_allclose(both.embed(pixels), both.embed(mirrored), atol=1e-6)
    plain = Embedder(tiny, flip=False)
    assert np.abs(plain.embed(pixels) - plain.embed(mirrored)).max() > 1e-3


def test_the_order_of_chips_is_kept(tiny: Bundle) -> None:
    pixels = chips(7)
    order = np.random.default_rng(3).permutation(7)
    embedder = Embedder(tiny, batch_size=3)
    np.testing.assert_allclose(
        embedder.embed(pixels[order]), embedder.embed(pixels)[order], atol=1e-6
    )


def test_chips_and_arrays_give_the_same(tiny: Bundle) -> None:
    pixels = chips(3)
    embedder = Embedder(tiny)
    cut = [Chip(pixels=one, template="arcface-112") for one in pixels]
    np.testing.assert_array_equal(embedder.embed(cut), embedder.embed(pixels))
    assert embedder.embed([]).shape == (0, 8)


def test_chips_of_another_template_or_size_are_named(tiny: Bundle) -> None:
    good = Chip(pixels=chips(1)[0], template="arcface-112")
    other = Chip(pixels=chips(1)[0], template="dlib-150")
    with pytest.raises(InputError, match=r"chip 2: .*'arcface-112', got .*'dlib-150'.*align_faces"):
        Embedder(tiny, batch_size=2).embed([good, good, other])
    large = Chip(pixels=chips(1, 32)[0], template="arcface-112")
    with pytest.raises(InputError, match=r"chip 0: .*\(16, 16, 3\).*got \(32, 32, 3\)"):
        Embedder(tiny).embed([large])
    with pytest.raises(InputError, match=r"expected uint8 \(N, 16, 16, 3\)"):
        Embedder(tiny).embed(chips(1, 32))


def test_options_are_checked(tiny: Bundle) -> None:
    with pytest.raises(InputError, match="batch_size"):
        Embedder(tiny, batch_size=0)
    with pytest.raises(InputError, match="threads"):
        Embedder(tiny, threads=0)
    with pytest.raises(InputError, match="provider"):
        Embedder(tiny, provider="abacus")
    with pytest.raises(ProviderError, match="coreml"):
        Embedder(tiny, provider="coreml")


def test_the_default_bundle_is_the_same_bit_for_bit_in_any_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FACEMETRIC_HOME", str(tmp_path))
    bundle = open_bundle("dlib-resnet-v1")
    pixels = chips(5, 150)
    whole = Embedder(bundle, batch_size=5).embed(pixels)
    np.testing.assert_array_equal(Embedder(bundle, batch_size=2).embed(pixels), whole)
    np.testing.assert_array_equal(Embedder(bundle, batch_size=1, threads=1).embed(pixels), whole)
