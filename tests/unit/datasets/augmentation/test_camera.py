"""Blur, low resolution, noise, JPEG and occlusion against loops and Pillow."""

import math
from io import BytesIO
from statistics import NormalDist

import cv2
import numpy as np
import pytest
from PIL import Image as PillowImage

from facemetric.datasets.augmentation import (
    blur,
    compress,
    random_blur,
    random_jpeg,
    random_low_resolution,
    random_noise,
    random_occlusion,
    reduce_resolution,
)


@pytest.mark.parametrize("sigma_px", [0.4, 1.0, 1.7])
def test_blur(sigma_px, rough):
    reach = math.ceil(3 * sigma_px)
    weights = np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * sigma_px**2))
    weights /= weights.sum()
    padded = np.pad(rough.astype(float), ((reach, reach), (reach, reach), (0, 0)), "reflect")
    wanted = np.zeros(rough.shape)
    for row in range(14):
        for column in range(11):
            window = padded[row : row + 2 * reach + 1, column : column + 2 * reach + 1]
            wanted[row, column] = np.einsum("i,j,ijc->c", weights, weights, window)
    assert np.abs(blur(rough, sigma_px) - wanted).max() <= 2


def test_deviations_are_uniform():
    dot = np.zeros((31, 31, 3), np.uint8)
    dot[15, 15] = 255
    rng = np.random.default_rng(0)
    peaks = np.array([random_blur(dot, rng, sigma_px=(0.5, 1.5)).max() for _ in range(300)])
    # A Gaussian's peak is 1 / (2 pi sigma^2): at most 0.62 of 255 here, where it is narrowest.
    assert 130 < peaks.max() < 165
    assert 16 <= peaks.min() < 21
    assert np.median(peaks) == pytest.approx(255 / (2 * math.pi), abs=5)


def test_low_resolution(rough):
    even = rough[:, :10]
    wanted = np.empty_like(even)
    for row in range(0, 14, 2):
        for column in range(0, 10, 2):
            mean = even[row : row + 2, column : column + 2].astype(float).mean(axis=(0, 1))
            wanted[row : row + 2, column : column + 2] = np.floor(mean + 0.5)
    reduced = reduce_resolution(even, 5, 7, enlarge=cv2.INTER_NEAREST)
    assert np.abs(reduced.astype(int) - wanted).max() <= 1
    linear = PillowImage.fromarray(even).resize((5, 7), PillowImage.Resampling.BOX)
    linear = linear.resize((10, 14), PillowImage.Resampling.BILINEAR)
    assert np.abs(reduce_resolution(even, 5, 7).astype(int) - np.asarray(linear)).max() <= 2


def test_less_is_left_of_fewer_pixels(smooth):
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8)
    rng = np.random.default_rng(0)
    coarse = [random_low_resolution(noise, rng, share=(0.1, 0.2)).std() for _ in range(30)]
    fine = [random_low_resolution(noise, rng, share=(0.8, 0.9)).std() for _ in range(30)]
    assert max(coarse) < 30
    assert min(fine) > 32
    assert random_low_resolution(smooth, rng, share=(0.01, 0.01)).shape == smooth.shape
    assert np.array_equal(random_low_resolution(noise, rng, share=(1, 1)), noise)


@pytest.mark.parametrize("sigma", [2.0, 10.0])
def test_noise_is_normal(sigma):
    flat = np.full((112, 112, 3), 128, np.uint8)
    rng = np.random.default_rng(0)
    added = random_noise(flat, rng, sigma_levels=(sigma, sigma)).astype(int) - 128
    # 37,632 values: their mean has a deviation of sigma / 194, their deviation of sigma / 274.
    assert added.mean() == pytest.approx(0, abs=sigma / 40)
    assert added.std() == pytest.approx(math.sqrt(sigma**2 + 1 / 12), abs=sigma / 60)
    inside = 2 * NormalDist().cdf(1 + 0.5 / sigma) - 1  # rounding adds half a level
    assert (np.abs(added) <= sigma).mean() == pytest.approx(inside, abs=0.01)
    assert abs(np.corrcoef(added[:, :-1].ravel(), added[:, 1:].ravel())[0, 1]) < 0.03
    assert abs(np.corrcoef(added[..., 0].ravel(), added[..., 1].ravel())[0, 1]) < 0.05


def test_noise_is_clipped_and_not_wrapped():
    rng = np.random.default_rng(0)
    for level in (0, 255):
        flat = np.full((30, 30, 3), level, np.uint8)
        noisy = random_noise(flat, rng, sigma_levels=(5, 5)).astype(int)
        assert np.abs(noisy - level).max() <= 15
        assert np.abs(noisy - level).max() > 8


@pytest.mark.parametrize("quality", [20, 60, 95])
def test_jpeg_is_what_pillow_writes(quality, smooth):
    stream = BytesIO()
    PillowImage.fromarray(smooth).save(stream, "JPEG", quality=quality, subsampling="4:2:0")
    with PillowImage.open(stream) as image:
        wanted = np.asarray(image.convert("RGB")).astype(int)
    assert np.abs(compress(smooth, quality) - wanted).max() <= 3


def test_qualities_are_whole_numbers_between_the_ends(rough):
    rng = np.random.default_rng(0)
    allowed = {compress(rough, quality).tobytes() for quality in range(40, 46)}
    seen = {random_jpeg(rough, rng, quality=(40, 45)).tobytes() for _ in range(100)}
    assert seen == allowed


def test_occlusion_covers_one_rectangle_of_the_wanted_area():
    flat = np.full((60, 80, 3), 7, np.uint8)
    rng = np.random.default_rng(0)
    shares, middles, tall = [], [], 0
    for _ in range(1500):
        covered = random_occlusion(flat, rng, share=(0.05, 0.25))
        rows, columns = np.nonzero((covered != 7).any(axis=2))
        height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
        shares.append(height * width / flat[..., 0].size)
        middles.append((rows.mean() / 60, columns.mean() / 80))
        tall += height > width
        inside = covered[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        # Values are uniform: a pixel that shows nothing of it has all three by chance.
        assert (inside == 7).all(axis=2).mean() < 0.01
    assert (flat == 7).all()
    assert 0.04 < min(shares) < 0.06
    assert 0.235 < max(shares) < 0.27
    assert np.mean(shares) == pytest.approx(0.15, abs=0.01)
    assert np.mean(middles, axis=0) == pytest.approx([0.5, 0.5], abs=0.03)
    assert 0.4 < tall / 1500 < 0.6
    assert random_occlusion(flat, rng, share=(1, 1)).shape == flat.shape
