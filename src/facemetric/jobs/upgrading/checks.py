"""What must hold before a gallery is upgraded."""

from __future__ import annotations

from facemetric.bundle import Bundle
from facemetric.embed.adaptors import ADAPTORS
from facemetric.errors import BundleMismatchError, GalleryError
from facemetric.gallery import Gallery
from facemetric.gallery.binding import Binding, compare
from facemetric.jobs.upgrading.photographs import Photographs
from facemetric.jobs.upgrading.report import AUTO, IDENTITY

_ANEW = (
    "Name photographs that both bundles can see, so that they are mapped (--photos), or the folder "
    "that relative paths start from (--base)"
)


def check_bundles(gallery: Gallery, old: Bundle, new: Bundle) -> None:
    """Raise BundleMismatchError unless a gallery of one bundle can go over to the other.

    Parameters
    ----------
    gallery
        To be upgraded.
    old
        The bundle that its embeddings are said to be of.
    new
        The bundle that it goes over to.
    """
    compare(
        Binding(gallery.bundle, gallery.dim, gallery.bundle_sha256, None),
        Binding(old.id, old.dim, old.manifest.model.sha256, None),
        item="gallery",
    )
    if old.id == new.id or old.manifest.model.sha256 == new.manifest.model.sha256:
        raise BundleMismatchError(
            f"holds embeddings of {old.id!r}, whose network is that of {new.id!r}",
            item="gallery",
            fix="There is nothing to upgrade",
        )


def chosen_adaptor(asked: str, old: Bundle, new: Bundle) -> str:
    """Return the adaptor to fit; the identity where the new bundle says that none is needed.

    Raises
    ------
    BundleMismatchError
        The identity was asked for, and the new network was not trained for it.
    UnknownNameError
        There is no such adaptor.
    """
    if asked not in (AUTO, IDENTITY):
        ADAPTORS[asked]  # before the work, not after it
    graphs = {one.sha256 for one in new.manifest.embedding.comparable_with}
    comparable = old.manifest.model.sha256 in graphs and old.dim == new.dim
    if asked == AUTO and comparable:
        return IDENTITY
    if asked == IDENTITY and not comparable:
        raise BundleMismatchError(
            f"was not trained to be compared with {old.id!r}",
            item=new.id,
            fix="Map the embeddings (--adaptor auto), or train a harmonic network",
        )
    return asked


def check_samples(gallery: Gallery, photographs: Photographs | None, *, mapped: bool) -> None:
    """Raise GalleryError where a sample can neither be mapped nor embedded anew.

    Parameters
    ----------
    gallery
        To be upgraded; only read.
    photographs
        Where its photographs are looked for.
    mapped
        Whether there is a map for those without; never for those that one was used on already.
    """
    left = [
        sample
        for sample in gallery.samples()
        if not (mapped and sample.mapped_from is None)
        and (photographs is None or not photographs.has(sample))
    ]
    if not left:
        return
    if mapped:
        raise GalleryError(
            f"samples mapped before, such as one of {left[0].mapped_from}, without a photograph or "
            f"portrait at hand: {len(left):,}; what a second map costs was not measured",
            item=left[0].source,
            fix="Upgrade the gallery that was there before the first one",
        )
    raise GalleryError(
        f"samples without a photograph or portrait at hand: {len(left):,}",
        item=left[0].source,
        fix=_ANEW,
    )
