"""Brightness, contrast, saturation and grey against Pillow and loops."""

import numpy as np
import pytest
from PIL import Image as PillowImage
from PIL import ImageEnhance

from facemetric.datasets.augmentation import (
    change_brightness,
    change_contrast,
    change_saturation,
    make_grey,
    random_brightness,
    random_colour,
    random_contrast,
    random_saturation,
)

FACTORS = [0.0, 0.4, 0.9, 1.0, 1.3, 2.0]


@pytest.mark.parametrize("factor", FACTORS)
@pytest.mark.parametrize(
    ("change", "peer"),
    [
        (change_brightness, ImageEnhance.Brightness),
        (change_contrast, ImageEnhance.Contrast),
        (change_saturation, ImageEnhance.Color),
    ],
)
def test_agrees_with_pillow(factor, change, peer, rough):
    wanted = np.asarray(peer(PillowImage.fromarray(rough)).enhance(factor)).astype(int)
    # Pillow cuts fractions off, and rounds the grey that it starts from.
    assert np.abs(change(rough, factor).astype(int) - wanted).max() <= 1 + (factor > 1)
    assert np.array_equal(change(rough, 1.0), rough)


@pytest.mark.parametrize("factor", FACTORS)
def test_agrees_with_the_formulas(factor, rough):
    grey = rough @ np.array([0.299, 0.587, 0.114])
    for change, centre in (
        (change_brightness, 0.0),
        (change_contrast, grey.mean()),
        (change_saturation, grey[..., None]),
    ):
        wanted = np.clip((rough - centre) * factor + centre, 0, 255)
        # Half a level for rounding, and as much for the grey's own where it is multiplied.
        assert np.abs(change(rough, factor) - wanted).max() <= 0.5 + 0.51 * abs(1 - factor) + 1e-6


def test_grey(rough):
    wanted = np.asarray(PillowImage.fromarray(rough).convert("L")).astype(int)
    assert np.abs(make_grey(rough) - wanted[..., None]).max() <= 1


def test_factors_are_uniform():
    flat = np.full((1, 1, 3), 100, np.uint8)
    rng = np.random.default_rng(0)
    values = np.array([random_brightness(flat, rng, most=0.4)[0, 0, 0] for _ in range(4000)])
    assert (values.min(), values.max()) == (60, 140)
    low, middle, high = np.histogram(values, [60, 87, 114, 141])[0] / 4000
    assert (low, middle, high) == pytest.approx((1 / 3, 1 / 3, 1 / 3), abs=0.04)


def test_each_changes_what_it_says(rough):
    rng = np.random.default_rng(0)
    grey = make_grey(rough)
    for _ in range(20):
        assert np.array_equal(random_saturation(grey, rng, most=0.9), grey)
        one = random_contrast(rough, rng, most=0.5).astype(float)
        assert abs(one.mean() - rough.mean()) < 12
    only = random_colour(rough, np.random.default_rng(3), brightness=0, contrast=0.5, saturation=0)
    assert np.array_equal(only, random_contrast(rough, np.random.default_rng(3), most=0.5))
    same = random_colour(rough, rng, brightness=0, contrast=0, saturation=0)
    assert same is rough
