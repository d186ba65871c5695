"""A set of embedded photographs as JSON: the answer of ``embed``."""

from __future__ import annotations

from typing import Literal

from facemetric.wire.faces import ErrorOut, Wire, schema


class EmbedOut(Wire):
    """Answer of ``embed``.

    Photographs, faces, ``without_face`` and ``failed`` (by the code of the error) are those of all
    shards, ``new_shards`` and ``new_photographs`` of this run, which took ``seconds``. ``changed``
    counts the photographs whose bytes were others than when they were embedded: their shards
    were done again. ``errors`` are the first hundred; the files in ``photos/`` have them all.
    """

    schema_name: Literal["facemetric.embed/1"] = schema("facemetric.embed/1")
    out: str
    bundle: str
    bundle_sha256: str
    dim: int
    flip: bool
    encoding: Literal["f32", "u8"]
    photographs: int
    faces: int
    without_face: int
    failed: dict[str, int]
    shards: int
    new_shards: int
    changed: int
    new_photographs: int
    seconds: float
    errors: tuple[ErrorOut, ...] = ()
