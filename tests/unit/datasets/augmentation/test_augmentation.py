import inspect
import pickle
import re
from ast import literal_eval
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.datasets.augmentation import Augmentation, mirror, sample_rng, shift
from facemetric.errors import InputError

SHARES = ("occlusion", "grey", "blur", "low_resolution", "noise", "jpeg")
EVERYTHING = {
    "rotation_deg": 10,
    "crop_share": 0.8,
    "crop_px": 3,
    "brightness": 0.3,
    "contrast": 0.3,
    "saturation": 0.3,
    **dict.fromkeys(SHARES, 0.5),
}


def _changed(augmentation, pixels, rows, *, epoch=0, seed=0):
    return [augmentation(pixels, sample_rng(seed, epoch, row)).tobytes() for row in rows]


def test_a_picture_depends_on_seed_epoch_and_row_alone(smooth):
    augmentation = Augmentation(**EVERYTHING)
    wanted = _changed(augmentation, smooth, range(40))
    assert len(set(wanted)) == 40
    backwards = _changed(augmentation, smooth, range(39, -1, -1))
    assert backwards[::-1] == wanted
    with ThreadPoolExecutor(4) as pool:
        threads = pool.map(lambda row: _changed(augmentation, smooth, [row])[0], range(40))
        assert list(threads) == wanted
    copy = pickle.loads(pickle.dumps(augmentation))  # what a spawned worker has
    assert _changed(copy, smooth, range(40)) == wanted
    for other in ({"epoch": 1}, {"seed": 1}):
        changed = _changed(augmentation, smooth, range(40), **other)
        assert not set(changed) & set(wanted)


def test_without_options_it_is_mirrored_half_of_the_time(smooth):
    mirrored = mirror(smooth).tobytes()
    changed = _changed(Augmentation(), smooth, range(2000))
    assert set(changed) == {smooth.tobytes(), mirrored}
    assert changed.count(mirrored) / 2000 == pytest.approx(0.5, abs=0.045)


@pytest.mark.parametrize("name", ["flip", *SHARES])
@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_probabilities(name, share, smooth):
    options = {"low_resolution_share": (0.2, 0.3), "blur_sigma_px": (1, 2), "flip": 0, name: share}
    changed = _changed(Augmentation(**options), smooth, range(600))
    happened = sum(one != smooth.tobytes() for one in changed) / 600
    assert happened == pytest.approx(share, abs=0.07 * (0 < share < 1))


@pytest.mark.parametrize("name", ["brightness", "contrast", "saturation"])
def test_colour_is_the_probability_of_other_light(name, smooth):
    augmentation = Augmentation(flip=0, colour=0.3, **{name: 0.5})
    changed = _changed(augmentation, smooth, range(600))
    happened = sum(one != smooth.tobytes() for one in changed) / 600
    assert happened == pytest.approx(0.3, abs=0.07)


def test_nothing_happens_where_nothing_is_asked_for(smooth):
    smooth.flags.writeable = False
    nothing = Augmentation(flip=0, **dict.fromkeys(SHARES, 0), rotation_deg=0, crop_share=1)
    assert nothing(smooth, sample_rng(0, 0, 0)) is smooth


@settings(deadline=None, max_examples=60)
@given(
    options=st.fixed_dictionaries(
        {},
        optional={
            **{name: st.floats(0, 1) for name in ("flip", "colour", *SHARES)},
            **{name: st.floats(0, 1) for name in ("brightness", "contrast", "saturation")},
            "rotation_deg": st.floats(0, 180),
            "crop_share": st.floats(0.01, 1),
            "crop_px": st.integers(0, 8),
            "occlusion_share": st.just((0.5, 1.0)),
            "low_resolution_share": st.just([0.01, 1]),
        },
    ),
    size=st.tuples(st.integers(9, 40), st.integers(9, 40)),
    row=st.integers(0, 1000),
)
def test_pictures_stay_pictures_and_the_input_as_it_was(options, size, row):
    pixels = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    before = pixels.copy()
    pixels.flags.writeable = False
    changed = Augmentation(**options)(pixels, sample_rng(0, 0, row))
    assert changed.dtype == np.uint8
    assert changed.shape == pixels.shape
    assert np.array_equal(pixels, before)


def test_geometry_comes_before_the_camera(smooth):
    """A grey, shifted picture is the grey of a shifted one: order is as documented."""
    both = Augmentation(flip=1, crop_px=2, grey=1)
    moved = Augmentation(flip=1, crop_px=2)(smooth, sample_rng(0, 0, 3))
    assert any(
        np.array_equal(moved, shift(mirror(smooth), x, y))
        for x in range(-2, 3)
        for y in range(-2, 3)
    )
    grey = Augmentation(flip=0, grey=1)(moved, sample_rng(0, 0, 0))
    assert np.array_equal(both(smooth, sample_rng(0, 0, 3)), grey)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"flip": 1.5}, "flip: expected 0 to 1, got 1.5"),
        ({"jpeg": float("nan")}, "jpeg: expected 0 to 1, got nan"),
        ({"contrast": -0.1}, "contrast: expected 0 to 1"),
        ({"rotation_deg": 200}, "rotation_deg: expected 0 to 180, got 200"),
        ({"crop_px": -1}, "crop_px: expected 0 to"),
        ({"crop_share": 0}, "crop_share: expected above 0, at most 1, got 0"),
        ({"jpeg_quality": (90, 30)}, "jpeg_quality: expected two rising numbers from 1 to 100"),
        ({"jpeg_quality": (0, 30)}, "jpeg_quality: expected two rising numbers from 1 to 100"),
        ({"blur_sigma_px": (0, 1)}, r"blur_sigma_px: .* from 0 \(not 0\) to 100, got \[0, 1\]"),
        ({"occlusion_share": (0.1, 0.2, 0.3)}, "occlusion_share: expected two"),
        ({"low_resolution_share": (0.5, 1.5)}, "low_resolution_share: expected two"),
        ({"noise_levels": (5, 500)}, "noise_levels: expected two"),
    ],
)
def test_options_out_of_range(options, message):
    with pytest.raises(InputError, match=message):
        Augmentation(**options)


def test_pictures_that_are_none(smooth):
    for wrong in (smooth.astype(float), smooth[..., 0], smooth[..., :2]):
        with pytest.raises(InputError, match=r"pixels: expected uint8 \(H, W, 3\), got"):
            Augmentation()(wrong, sample_rng(0, 0, 0))
    with pytest.raises(InputError, match=r"crop_px: expected less than the sides \(40, 32\)"):
        Augmentation(crop_px=32)(smooth, sample_rng(0, 0, 0))


def test_the_page_names_every_option_and_its_default():
    page = Path(__file__).parents[4] / "docs" / "how-to" / "training-data.md"
    shown = {}
    for names, defaults in re.findall(r"^\| (`.*?`) \| (.*?) \| ", page.read_text("utf-8"), re.M):
        names = re.findall(r"`(\w+)`", names)
        values = re.findall(r"\(.*?\)|[\d.]+", defaults)
        shown.update(zip(names, values * (len(names) if len(values) == 1 else 1), strict=True))
    wanted = inspect.signature(Augmentation).parameters
    assert {name: literal_eval(shown[name]) for name in wanted} == {
        name: parameter.default for name, parameter in wanted.items()
    }
