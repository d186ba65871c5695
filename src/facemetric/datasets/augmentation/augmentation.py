"""What may happen to a chip before it is learnt from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeAlias, TypeVar

import numpy as np

from facemetric.datasets.augmentation.blur import random_blur
from facemetric.datasets.augmentation.colour import random_colour
from facemetric.datasets.augmentation.crop import random_crop
from facemetric.datasets.augmentation.grey import make_grey
from facemetric.datasets.augmentation.jpeg import random_jpeg
from facemetric.datasets.augmentation.low_resolution import random_low_resolution
from facemetric.datasets.augmentation.mirror import mirror
from facemetric.datasets.augmentation.noise import random_noise
from facemetric.datasets.augmentation.occlusion import random_occlusion
from facemetric.datasets.augmentation.ranges import check_number, check_range
from facemetric.datasets.augmentation.rotation import random_rotation
from facemetric.datasets.augmentation.shift import random_shift
from facemetric.errors import InputError
from facemetric.types import UInt8

Operation: TypeAlias = Callable[[UInt8, np.random.Generator], UInt8]
Number = TypeVar("Number", int, float)

_MOST_PX = 1 << 16
_MOST_SIGMA_PX = 100


class Augmentation:
    """Random changes of a picture, in the order in which a photograph comes to be.

    Mirrored, turned, cut, moved; covered; brightness, contrast, saturation, colour; blurred,
    reduced, noisy, compressed. Without options it is mirrored half of the time and no more.

    Parameters
    ----------
    flip
        Probability of exchanging left and right.
    rotation_deg
        Largest angle either way, in [0, 180].
    crop_share
        Least share of each side that is cut out and enlarged again, in (0, 1]; 1 cuts nothing.
    crop_px
        Largest shift along each axis, in pixels.
    occlusion, occlusion_share
        Probability that a rectangle is covered, and the range of its share of the area.
    colour
        Probability that brightness, contrast and saturation change.
    brightness, contrast, saturation
        Largest relative changes, in [0, 1].
    grey
        Probability of losing all colour.
    blur, blur_sigma_px
        Probability, and the range of the Gaussian's deviation.
    low_resolution, low_resolution_share
        Probability, and the range of the share of each side that is left before it is enlarged.
    noise, noise_levels
        Probability, and the range of the noise's deviation in grey levels.
    jpeg, jpeg_quality
        Probability, and the range of the quality, 1 to 100.

    Raises
    ------
    InputError
        An option is out of range.
    """

    def __init__(
        self,
        *,
        flip: float = 0.5,
        rotation_deg: float = 0.0,
        crop_share: float = 1.0,
        crop_px: int = 0,
        occlusion: float = 0.0,
        occlusion_share: tuple[float, float] = (0.02, 0.2),
        colour: float = 1.0,
        brightness: float = 0.0,
        contrast: float = 0.0,
        saturation: float = 0.0,
        grey: float = 0.0,
        blur: float = 0.0,
        blur_sigma_px: tuple[float, float] = (0.3, 1.5),
        low_resolution: float = 0.0,
        low_resolution_share: tuple[float, float] = (0.2, 1.0),
        noise: float = 0.0,
        noise_levels: tuple[float, float] = (1.0, 8.0),
        jpeg: float = 0.0,
        jpeg_quality: tuple[int, int] = (30, 95),
    ) -> None:
        for name, share in (
            ("flip", flip),
            ("occlusion", occlusion),
            ("colour", colour),
            ("brightness", brightness),
            ("contrast", contrast),
            ("saturation", saturation),
            ("grey", grey),
            ("blur", blur),
            ("low_resolution", low_resolution),
            ("noise", noise),
            ("jpeg", jpeg),
        ):
            check_number(share, name=name, most=1)
        check_number(rotation_deg, name="rotation_deg", most=180)
        check_number(crop_px, name="crop_px", most=_MOST_PX)
        if not 0 < crop_share <= 1:
            raise InputError(f"expected above 0, at most 1, got {crop_share}", item="crop_share")
        check_range(occlusion_share, name="occlusion_share", least=0, most=1)
        check_range(blur_sigma_px, name="blur_sigma_px", least=0, most=_MOST_SIGMA_PX)
        check_range(low_resolution_share, name="low_resolution_share", least=0, most=1)
        check_range(noise_levels, name="noise_levels", least=0, most=255)
        check_range(jpeg_quality, name="jpeg_quality", least=1, most=100)
        change_colour = partial(
            random_colour, brightness=brightness, contrast=contrast, saturation=saturation
        )
        any_colour = bool(brightness or contrast or saturation)
        reduce = partial(random_low_resolution, share=_pair(low_resolution_share))
        steps: tuple[tuple[float, Operation], ...] = (
            (flip, _mirror),
            (rotation_deg > 0, partial(random_rotation, most_deg=rotation_deg)),
            (crop_share < 1, partial(random_crop, least_share=crop_share)),
            (crop_px > 0, partial(random_shift, most_px=crop_px)),
            (occlusion, partial(random_occlusion, share=_pair(occlusion_share))),
            (colour * any_colour, change_colour),
            (grey, _make_grey),
            (blur, partial(random_blur, sigma_px=_pair(blur_sigma_px))),
            (low_resolution, reduce),
            (noise, partial(random_noise, sigma_levels=_pair(noise_levels))),
            (jpeg, partial(random_jpeg, quality=_pair(jpeg_quality))),
        )
        self._steps = tuple((float(share), step) for share, step in steps if share)
        self._least_px = int(crop_px)

    def __call__(self, pixels: UInt8, rng: np.random.Generator) -> UInt8:
        """Change one picture.

        Parameters
        ----------
        pixels
            ``uint8 (H, W, 3)`` RGB; it is not written to.
        rng
            Usually `sample_rng`, so that a picture's changes depend on its arguments alone.

        Returns
        -------
        ndarray
            ``uint8 (H, W, 3)``; the input itself where nothing happens to it.

        Raises
        ------
        InputError
            The picture is none, or no larger than ``crop_px``.
        """
        if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
            raise InputError(
                f"expected uint8 (H, W, 3), got {pixels.dtype} {pixels.shape}", item="pixels"
            )
        if min(pixels.shape[:2]) <= self._least_px:
            raise InputError(
                f"expected less than the sides {pixels.shape[:2]}, got {self._least_px}",
                item="crop_px",
            )
        for share, step in self._steps:
            if share >= 1 or rng.random() < share:
                pixels = step(pixels, rng)
        return pixels


def _mirror(pixels: UInt8, rng: np.random.Generator) -> UInt8:
    return mirror(pixels)


def _make_grey(pixels: UInt8, rng: np.random.Generator) -> UInt8:
    return make_grey(pixels)


def _pair(values: Sequence[Number]) -> tuple[Number, Number]:
    first, second = values
    return first, second
