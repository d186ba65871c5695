"""Random changes of training pictures, the same for the same seed, epoch and row."""

from facemetric.datasets.augmentation.augmentation import Augmentation, Operation
from facemetric.datasets.augmentation.blur import blur, random_blur
from facemetric.datasets.augmentation.brightness import change_brightness, random_brightness
from facemetric.datasets.augmentation.colour import random_colour
from facemetric.datasets.augmentation.contrast import change_contrast, random_contrast
from facemetric.datasets.augmentation.crop import crop, random_crop
from facemetric.datasets.augmentation.grey import make_grey
from facemetric.datasets.augmentation.jpeg import compress, random_jpeg
from facemetric.datasets.augmentation.low_resolution import (
    random_low_resolution,
    reduce_resolution,
)
from facemetric.datasets.augmentation.mirror import mirror
from facemetric.datasets.augmentation.noise import random_noise
from facemetric.datasets.augmentation.occlusion import occlude, random_occlusion
from facemetric.datasets.augmentation.rotation import random_rotation, rotate
from facemetric.datasets.augmentation.sample_rng import sample_rng
from facemetric.datasets.augmentation.saturation import change_saturation, random_saturation
from facemetric.datasets.augmentation.shift import random_shift, shift

__all__ = [
    "Augmentation",
    "Operation",
    "blur",
    "change_brightness",
    "change_contrast",
    "change_saturation",
    "compress",
    "crop",
    "make_grey",
    "mirror",
    "occlude",
    "random_blur",
    "random_brightness",
    "random_colour",
    "random_contrast",
    "random_crop",
    "random_jpeg",
    "random_low_resolution",
    "random_noise",
    "random_occlusion",
    "random_rotation",
    "random_saturation",
    "random_shift",
    "reduce_resolution",
    "rotate",
    "sample_rng",
    "shift",
]
