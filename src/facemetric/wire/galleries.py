"""Answers about whole galleries."""

from __future__ import annotations

from typing import Literal

from facemetric.wire.faces import Wire, schema


class GalleryOut(Wire):
    """Answer of ``gallery show`` and ``gallery check``.

    ``problems`` is null where nobody looked for any; ``groups`` counts people; ``key_id`` is of
    the master key of an encrypted gallery, null where it is plain. ``mapped`` counts the samples
    that an upgrade mapped and did not embed anew, by the bundle that they were embedded with; null
    where nobody counted them. ``portraits`` are those kept, null where this kind of gallery keeps
    none.
    """

    schema_name: Literal["facemetric.gallery/1"] = schema("facemetric.gallery/1")
    gallery: str
    id: str
    bundle: str
    bundle_sha256: str | None
    dim: int
    flip: bool | None
    encoding: Literal["f32", "u8"]
    people: int
    samples: int
    groups: dict[str, int]
    size_bytes: int
    schema_version: int
    created: str
    mapped: dict[str, int] | None = None
    problems: tuple[str, ...] | None = None
    key_id: str | None = None
    portraits: int | None = None


class GalleryIndexOut(Wire):
    """Answer of ``gallery index``; all but ``kind`` are null where every sample is compared."""

    schema_name: Literal["facemetric.gallery-index/1"] = schema("facemetric.gallery-index/1")
    gallery: str
    kind: Literal["exact", "hnsw"]
    m: int | None
    ef_construction: int | None
    ef_search: int | None
    recall: float | None
    queries: int | None


class GalleryPurgeOut(Wire):
    """Answer of ``gallery purge``: whether nothing of what was erased is left in its files.

    ``may_remain_in`` are places that no purge reaches.
    """

    schema_name: Literal["facemetric.gallery-purge/1"] = schema("facemetric.gallery-purge/1")
    gallery: str
    purged: bool
    may_remain_in: tuple[str, ...]


class GalleryCopyOut(Wire):
    """Answer of ``gallery copy``, ``export`` and ``import``; ``checksum`` is the same for both.

    ``left_portraits`` stayed behind, as was asked for.
    """

    schema_name: Literal["facemetric.gallery-copy/1"] = schema("facemetric.gallery-copy/1")
    source: str
    target: str
    people: int
    samples: int
    new_people: int
    checksum: str
    portraits: int = 0
    left_portraits: int = 0
