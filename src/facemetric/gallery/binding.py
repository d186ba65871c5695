"""What all embeddings of a gallery have in common, and the comparison with what is in use."""

from __future__ import annotations

import re
from dataclasses import dataclass

from facemetric.errors import BundleMismatchError, InputError
from facemetric.index import Codec


@dataclass(frozen=True, slots=True)
class Binding:
    """What embeddings must share to be comparable; ``None`` is what was not told.

    Attributes
    ----------
    bundle, dim
        The bundle's id and its number of dimensions.
    bundle_sha256
        Hex digest of the bundle's graph: an id may come to mean another network.
    flip
        Whether embeddings are averaged with those of the mirrored chips.
    codec
        How vectors are stored in a byte per dimension; ``None`` in a gallery: as floats.
    """

    bundle: str | None = None
    dim: int | None = None
    bundle_sha256: str | None = None
    flip: bool | None = None
    codec: Codec | None = None

    def check_new(self, *, item: str) -> None:
        """Raise InputError unless a new gallery can be bound to this."""
        if not self.bundle or self.dim is None or self.dim < 2:
            raise InputError(
                f"a new gallery is bound to a bundle, got bundle={self.bundle!r}, dim={self.dim}",
                item=item,
                fix="Pass bundle and dim",
            )
        if self.codec is not None and self.codec.dim != self.dim:
            raise InputError(
                f"the codec has {self.codec.dim} dimensions, wanted {self.dim}", item=item
            )

    def check_digest(self) -> None:
        """Raise InputError where ``bundle_sha256`` is no digest."""
        digest = self.bundle_sha256
        if digest is not None and not re.fullmatch("[0-9a-f]{64}", digest):
            raise InputError(f"expected 64 hex digits, got {digest!r}", item="bundle_sha256")


def compare(bound: Binding, used: Binding, *, item: str) -> None:
    """Raise BundleMismatchError where both sides tell something, and not the same."""
    if None not in (bound.bundle, used.bundle) and used.bundle != bound.bundle:
        raise BundleMismatchError(
            f"holds embeddings of bundle {bound.bundle!r}, not of {used.bundle!r}",
            item=item,
            fix=f"Use bundle {bound.bundle!r}, or enrol the photographs into a new gallery",
        )
    if None not in (bound.dim, used.dim) and used.dim != bound.dim:
        raise BundleMismatchError(
            f"holds embeddings of {bound.dim} dimensions, not of {used.dim}",
            item=item,
            fix="Use the bundle that it was made with, or enrol into a new gallery",
        )
    if bound.bundle_sha256 and used.bundle_sha256 and used.bundle_sha256 != bound.bundle_sha256:
        raise BundleMismatchError(
            f"the network behind {bound.bundle!r} has changed: the embeddings are of the graph "
            f"with SHA-256 {bound.bundle_sha256[:12]}…, in use is {used.bundle_sha256[:12]}…",
            item=item,
            fix="Use the bundle that it was made with, or enrol the photographs into a new gallery",
        )
    if None not in (bound.flip, used.flip) and used.flip != bound.flip:
        raise other_flip(bool(bound.flip), item=item)
    if used.codec is not None and used.codec != bound.codec:
        stored = "floats" if bound.codec is None else "codes of another codec"
        raise BundleMismatchError(
            f"holds {stored}", item=item, fix="Open it without codes, or enrol into a new gallery"
        )


def other_flip(bound: bool, *, item: str) -> BundleMismatchError:
    """Return the error for a sample of another ``flip`` than the gallery's."""
    held, given = ("averaged with", "those without") if bound else ("without", "averages with")
    option = "--flip (flip=True)" if bound else "--no-flip (flip=False)"
    return BundleMismatchError(
        f"the gallery holds embeddings {held} the mirrored face, not {given} it",
        item=item,
        fix=f"Use {option}, or enrol the photographs into a new gallery",
    )
