"""Pictures: found in folders, decoded, turned upright and brought to ``uint8 (H, W, 3)`` RGB."""

from facemetric.images.find import find_images
from facemetric.images.formats import IMAGE_SUFFIXES
from facemetric.images.load import load_image, load_images

__all__ = ["IMAGE_SUFFIXES", "find_images", "load_image", "load_images"]
