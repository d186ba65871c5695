"""What a Milvus gallery is bound to: one row, written when it is made and when more is settled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from facemetric.errors import GalleryError
from facemetric.gallery.approximate import SearchIndex, stored_index
from facemetric.gallery.binding import Binding, compare, other_flip
from facemetric.gallery.milvus.collections import Collections, Row
from facemetric.gallery.records import NewSample, Stats

VERSION = 1


class Facts:
    """A gallery's facts, made or compared with what is in use.

    Parameters
    ----------
    collections
        The gallery's.
    used
        What is in use.
    read_only
        Never write.
    create
        Make the gallery where it is absent, or was not made to the end.
    moment
        The time, as text.

    Attributes
    ----------
    id, bundle, dim, bundle_sha256
        As those of ``Gallery``.
    index
        How samples were looked for when it was opened, or an index was last built here.
    is_new
        Whether the gallery was made by this very opening.

    Raises
    ------
    GalleryError
        It is absent, or a later program's.
    BundleMismatchError
        It holds embeddings of something else.
    InputError
        A new one is wanted without ``bundle`` and ``dim``.
    """

    def __init__(
        self, collections: Collections, used: Binding, *, read_only: bool, create: bool, moment: str
    ) -> None:
        self._collections = collections
        shown = collections.client.address.shown
        facts = self._stored()
        self.is_new = facts is None
        if facts is None:
            if not create:
                raise absent_gallery(shown)
            facts = self._make(used, moment, shown)
        if facts["version"] > VERSION:
            raise GalleryError(
                f"has version {facts['version']}, this program knows up to {VERSION}",
                item=shown,
                fix="Update facemetric to open it",
            )
        bound = Binding(facts["bundle"], facts["dim"], facts["bundle_sha256"], facts["flip"])
        compare(bound, used, item=shown)
        settled = {
            "bundle_sha256": facts["bundle_sha256"] or used.bundle_sha256,
            "flip": used.flip if facts["flip"] is None else facts["flip"],
        }
        if not read_only and facts | settled != facts:
            facts |= settled
            collections.put_facts(facts)
        self.id, self.bundle, self.dim = str(facts["id"]), str(facts["bundle"]), int(facts["dim"])
        self.bundle_sha256: str | None = facts["bundle_sha256"]
        self.index = stored_index(facts.get("search_index"))
        self._flip: bool | None = facts["flip"]

    @property
    def flip(self) -> bool | None:
        """Whether embeddings are averaged with the mirrored chips'; ``None``: not settled yet."""
        if self._flip is None:
            self._flip = self._read()["flip"]
        return self._flip

    def settle_flip(self, samples: Sequence[NewSample]) -> None:
        """Raise BundleMismatchError unless all have the gallery's ``flip``; the first decides."""
        bound = self.flip
        for sample in samples:
            if bound is None:
                bound = sample.flip
                self._collections.put_facts(self._read() | {"flip": bound})
                self._flip = bound
            elif sample.flip != bound:
                raise other_flip(bound, item=sample.source)

    def stored_index(self) -> SearchIndex:
        """Return how samples are looked for now, whoever built it."""
        self.index = stored_index(self._read().get("search_index"))
        return self.index

    def keep_index(self, index: SearchIndex) -> None:
        """Write how samples are looked for."""
        self._collections.put_facts(self._read() | {"search_index": index.to_stored()})
        self.index = index

    def stats(self) -> Stats:
        """Return the gallery in figures."""
        facts, collections = self._read(), self._collections
        return Stats(
            gallery_id=self.id,
            bundle=self.bundle,
            dim=self.dim,
            bundle_sha256=facts["bundle_sha256"],
            flip=facts["flip"],
            encoding="f32",
            people=collections.count("people"),
            samples=collections.count("samples"),
            size_bytes=collections.size_bytes(),
            schema_version=facts["version"],
            created=datetime.fromisoformat(facts["created"]),
        )

    def _stored(self) -> Row | None:
        """Return the row where it was written; with it, the gallery is there."""
        if not self._collections.exist():
            return None
        self._collections.load()
        return self._collections.facts()

    def _make(self, used: Binding, moment: str, shown: str) -> Row:
        used.check_new(item=shown)
        assert used.dim is not None
        self._collections.create(dim=used.dim)
        self._collections.put_facts(
            {
                "version": VERSION,
                "id": str(uuid4()),
                "bundle": used.bundle,
                "dim": used.dim,
                "bundle_sha256": used.bundle_sha256,
                "flip": used.flip,
                "created": moment,
            }
        )
        self._collections.load()
        return self._read()

    def _read(self) -> Row:
        facts = self._collections.facts()
        if facts is None:
            raise absent_gallery(self._collections.client.address.shown)
        return facts


def absent_gallery(shown: str) -> GalleryError:
    """Return the error for an address without a gallery."""
    return GalleryError(
        "no such gallery", item=shown, fix="Check the address: enrolling someone makes a gallery"
    )
