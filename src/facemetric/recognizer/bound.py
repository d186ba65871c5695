"""A gallery holds embeddings of one making, and others mean nothing beside them."""

from __future__ import annotations

from facemetric.bundle import Bundle
from facemetric.embed import Embedder
from facemetric.errors import BundleError, InputError
from facemetric.gallery import Gallery
from facemetric.gallery.binding import Binding, compare
from facemetric.index import Codec


def check_bound(gallery: Gallery, embedder: Embedder) -> None:
    """Raise BundleMismatchError unless the gallery's embeddings compare with the embedder's."""
    bundle = embedder.bundle
    compare(
        Binding(gallery.bundle, gallery.dim, gallery.bundle_sha256, gallery.flip),
        Binding(bundle.id, bundle.dim, bundle.manifest.model.sha256, embedder.flip),
        item="gallery",
    )


def check_keeps_portraits(gallery: Gallery) -> None:
    """Raise InputError where portraits cannot be kept in a gallery."""
    if not gallery.keeps_portraits:
        raise InputError(
            "this kind of gallery keeps no portraits",
            item="keep_portraits",
            fix="Leave it out, or use a SQLite or PostgreSQL gallery",
        )


def codec_of(bundle: Bundle) -> Codec:
    """Return the bundle's codec; BundleError where it has none."""
    codes = bundle.manifest.codes
    if codes is None:
        raise BundleError(
            "the bundle has no one-byte codes",
            item=bundle.id,
            fix="Make the gallery without codes, or use a bundle that has them",
        )
    return Codec.of(codes)
