"""A gallery holds embeddings of one bundle, and those of another mean nothing beside them."""

from __future__ import annotations

from facemetric.bundle import Bundle
from facemetric.errors import BundleMismatchError
from facemetric.gallery import Gallery


def check_bundle(gallery: Gallery, bundle: Bundle) -> None:
    """Raise BundleMismatchError unless the gallery is of this bundle."""
    if gallery.bundle != bundle.id:
        raise BundleMismatchError(
            f"holds embeddings of {gallery.bundle!r}, and {bundle.id!r} is in use",
            item="gallery",
            fix=f"Use the bundle {gallery.bundle!r}",
        )
