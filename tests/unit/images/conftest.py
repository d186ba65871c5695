"""A real photograph, and the means to write it in every format."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from PIL import Image as PillowImage

Encode = Callable[..., bytes]


@pytest.fixture(scope="session")
def photo() -> PillowImage.Image:
    """A photograph of 201 × 133 pixels: no side is a multiple of a JPEG block."""
    from sklearn.datasets import load_sample_image

    return PillowImage.fromarray(load_sample_image("china.jpg")).resize((201, 133))


@pytest.fixture(scope="session")
def encode() -> Encode:
    def encode(image: PillowImage.Image | np.ndarray, form: str, **options: object) -> bytes:
        if isinstance(image, np.ndarray):
            image = PillowImage.fromarray(image)
        buffer = BytesIO()
        if form == "HEIF":
            import pillow_heif

            pillow_heif.from_pillow(image).save(buffer, **options)
        else:
            image.save(buffer, form, **options)
        return buffer.getvalue()

    return encode


@pytest.fixture(scope="session")
def encoded(photo: PillowImage.Image, encode: Encode) -> dict[str, bytes]:
    """The photograph in every format and the variants that decoders treat apart."""
    grey, cmyk = photo.convert("L"), photo.convert("CMYK")
    return {
        "jpeg": encode(photo, "JPEG", quality=95),
        "jpeg progressive": encode(photo, "JPEG", quality=95, progressive=True),
        "jpeg grey": encode(grey, "JPEG", quality=95),
        "jpeg cmyk": encode(cmyk, "JPEG", quality=95),
        "png": encode(photo, "PNG"),
        "webp": encode(photo, "WEBP", quality=95),
        "webp lossless": encode(photo, "WEBP", lossless=True),
        "bmp": encode(photo, "BMP"),
        "tiff": encode(photo, "TIFF"),
        "tiff lzw": encode(photo, "TIFF", compression="tiff_lzw"),
        "tiff deflate": encode(photo, "TIFF", compression="tiff_adobe_deflate"),
        "gif": encode(photo, "GIF"),
        "heif": encode(photo, "HEIF", quality=95),
    }
