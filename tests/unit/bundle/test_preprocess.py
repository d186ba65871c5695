import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.bundle import golden_chip, preprocess
from facemetric.bundle.manifest import Input
from facemetric.errors import InputError


def slow(chips: np.ndarray, spec: Input) -> np.ndarray:
    out = []
    for chip in chips.astype(np.float64):
        if spec.whiten:
            chip = (chip - chip.mean()) / max(chip.std(), 1 / np.sqrt(chip.size))
        planes = [chip[..., channel] for channel in range(3)]
        planes = planes[::-1] if spec.colour == "bgr" else planes
        pairs = zip(planes, spec.mean, spec.scale, strict=True)
        planes = [(plane - mean) / scale for plane, mean, scale in pairs]
        out.append(np.stack(planes, axis=0 if spec.layout == "nchw" else -1))
    return np.array(out)


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 1000),
    count=st.integers(1, 3),
    colour=st.sampled_from(["rgb", "bgr"]),
    layout=st.sampled_from(["nchw", "nhwc"]),
    whiten=st.booleans(),
    mean=st.tuples(*[st.floats(-200, 200)] * 3),
    scale=st.tuples(*[st.floats(0.5, 300)] * 3),
)
def test_equals_the_slow_way(
    seed: int,
    count: int,
    colour: str,
    layout: str,
    whiten: bool,
    mean: tuple[float, float, float],
    scale: tuple[float, float, float],
) -> None:
    spec = Input.model_validate(
        {
            "height_px": 9,
            "width_px": 11,
            "colour": colour,
            "layout": layout,
            "whiten": whiten,
            "mean": mean,
            "scale": scale,
        }
    )
    chips = np.random.default_rng(seed).integers(0, 256, (count, 9, 11, 3), dtype=np.uint8)
    before = chips.copy()
    came = preprocess(chips, spec)
    assert came.dtype == np.float32 and came.flags.c_contiguous
    np.testing.assert_allclose(came, slow(chips, spec), rtol=1e-5, atol=1e-4)
    np.testing.assert_array_equal(chips, before)


def test_a_flat_chip_is_whitened_to_zero() -> None:
    spec = Input(height_px=8, width_px=8, whiten=True)
    assert not preprocess(np.full((1, 8, 8, 3), 77, np.uint8), spec).any()


@pytest.mark.parametrize(
    "chips",
    [
        np.zeros((1, 8, 9, 3), np.uint8),
        np.zeros((1, 3, 8, 8), np.uint8),
        np.zeros((8, 8, 3), np.uint8),
        np.zeros((1, 8, 8, 3), np.float32),
    ],
)
def test_other_shapes_and_types_are_refused(chips: np.ndarray) -> None:
    with pytest.raises(InputError, match=r"expected uint8 \(N, 8, 8, 3\), got"):
        preprocess(chips, Input(height_px=8, width_px=8))


def test_the_golden_chip_is_fixed_and_lively() -> None:
    chip = golden_chip(112, 96)
    assert chip.shape == (112, 96, 3) and chip.dtype == np.uint8
    assert int(chip.astype(np.int64).sum()) == 4_115_234
    assert chip.min() < 10 and chip.max() > 240
    assert not np.array_equal(chip, chip[:, ::-1])
