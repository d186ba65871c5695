from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.datasets import EncodedPhoto
from facemetric.errors import InputError
from facemetric.evaluation.leakage.perceptual_hash import perceptual_hashes
from facemetric.evaluation.leakage.pictures import same_pictures, too_flat
from facemetric.evaluation.leakage.registration import registered_correlation
from facemetric.evaluation.leakage.thumbnails import ThumbnailReader, Thumbnails, thumbnail

Change = Callable[[np.ndarray], np.ndarray]


def png(pixels: np.ndarray) -> bytes:
    return cv2.imencode(".png", pixels[:, :, ::-1])[1].tobytes()


def jpeg(pixels: np.ndarray, quality: int) -> np.ndarray:
    encoded = cv2.imencode(".jpg", pixels[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return cv2.imdecode(encoded, 1)[:, :, ::-1]


CHANGES: dict[str, Change] = {
    "quality 30": lambda pixels: jpeg(pixels, 30),
    "half": lambda pixels: cv2.resize(pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA),
    "double": lambda pixels: cv2.resize(pixels, None, fx=2, fy=2),
    "darker": lambda pixels: (pixels * 0.8).astype(np.uint8),
    "brighter": lambda pixels: np.clip(pixels * 1.2, 0, 255).astype(np.uint8),
    "trimmed": lambda pixels: pixels[10:-10, 10:-10],
    "trimmed on one side": lambda pixels: pixels[:, 12:],
    "mirrored": lambda pixels: pixels[:, ::-1],
    "all": lambda pixels: jpeg(cv2.resize(pixels[:, ::-1], None, fx=0.6, fy=0.6), 50),
}


@pytest.fixture(scope="module")
def scenes() -> list[np.ndarray]:
    """Twelve different 256 × 256 pieces of two photographs."""
    whole = [skimage.data.astronaut(), skimage.data.rocket()[:, :, :3]]
    places = [(0, 0), (0, 128), (0, 250), (100, 60), (150, 0), (150, 250)]
    return [picture[y : y + 256, x : x + 256] for picture in whole for y, x in places]


def read(pictures: list[np.ndarray]) -> Thumbnails:
    photos = [EncodedPhoto(f"{row}.png", png(pixels)) for row, pixels in enumerate(pictures)]
    return ThumbnailReader()(photos)


@pytest.mark.parametrize("name", CHANGES)
def test_an_altered_copy_is_found_and_nothing_else(name: str, scenes: list[np.ndarray]) -> None:
    found = same_pictures(read(scenes), read([CHANGES[name](scenes[4])]))
    assert found.rows.tolist() == [[4, 0]]
    assert found.mirrored.tolist() == [name in ("mirrored", "all")]
    assert not found.identical.any()
    assert found.correlations[0] >= 0.97


def test_one_set_and_groups(scenes: list[np.ndarray]) -> None:
    pictures = read([*scenes[:3], jpeg(scenes[1], 60), scenes[0], scenes[2][:, ::-1]])
    found = same_pictures(pictures)
    assert found.rows.tolist() == [[0, 4], [1, 3], [2, 5]]
    assert found.identical.tolist() == [True, False, False]
    assert found.mirrored.tolist() == [False, False, True]
    kept = same_pictures(pictures, groups=np.array([0, 0, 1, 0, 1, 1]))
    assert kept.rows.tolist() == [[0, 4]]
    with pytest.raises(InputError, match="groups"):
        same_pictures(pictures, groups=np.zeros(2, int))


def test_finding_is_symmetric(scenes: list[np.ndarray]) -> None:
    first, second = read(scenes), read([change(scenes[7]) for change in CHANGES.values()])
    there, back = same_pictures(first, second), same_pictures(second, first)
    assert sorted(there.rows.tolist()) == sorted(back.rows[:, ::-1].tolist())
    assert len(there) == len(CHANGES)


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.03]))
@settings(deadline=None, max_examples=40)
def test_hash_of_the_mirror_is_the_mirrors_hash(seed: int, border: float) -> None:
    grey = np.random.default_rng(seed).integers(0, 256, (3, 32, 32), np.uint8)
    told = perceptual_hashes(grey, mirrored=True, border=border)
    made = perceptual_hashes(grey[:, :, ::-1], border=border)
    assert max(bin(bits).count("1") for bits in (told ^ made).tolist()) <= 2  # rounding at 0


def test_hash_equals_zauners_recipe(scenes: list[np.ndarray]) -> None:
    grey = np.stack([thumbnail(scene) for scene in scenes])
    for row, picture in enumerate(grey):
        waves = cv2.dct(picture.astype(np.float32))[1:9, 1:9]
        scale = waves  # every coefficient but the first row and column has one scale
        bits = (scale > np.median(scale)).ravel()
        hashed = perceptual_hashes(grey[row : row + 1])
        assert np.unpackbits(hashed.view(np.uint8)).tolist() == bits.tolist()


def test_registration_does_not_make_strangers_alike(scenes: list[np.ndarray]) -> None:
    grey = np.stack([thumbnail(scene) for scene in scenes])
    first, second = np.triu_indices(len(grey), 1)
    assert registered_correlation(grey[first], grey[second]).max() < 0.9
    assert registered_correlation(grey, grey).min() > 0.9999
    flat = np.full((1, 32, 32), 90, np.uint8)
    assert abs(float(registered_correlation(flat, grey[:1])[0])) < 0.5


def test_flat_and_broken_pictures(scenes: list[np.ndarray], tmp_path: Path) -> None:
    grey = np.full((64, 64, 3), 128, np.uint8)
    broken, absent = tmp_path / "broken.jpg", tmp_path / "absent.jpg"
    broken.write_bytes(b"\xff\xd8 no picture")
    whole = EncodedPhoto("whole", png(scenes[0]))
    flat = [EncodedPhoto(name, png(grey + shade)) for shade, name in enumerate(("flat", "lighter"))]
    reader = ThumbnailReader(cache=tmp_path / "cache")
    for _ in range(2):  # the second time from the cache
        pictures = reader([whole, broken, *flat, absent])
        assert pictures.readable.tolist() == [True, False, True, True, False]
        assert [error.item for error in pictures.errors] == [
            f"{tmp_path.name}/broken.jpg",
            f"{tmp_path.name}/absent.jpg",
        ]
        assert too_flat(pictures).tolist() == [False, False, True, True, False]
        assert len(same_pictures(pictures)) == 0
