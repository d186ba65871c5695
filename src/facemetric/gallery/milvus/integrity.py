"""What can be wrong with a Milvus gallery, in sentences."""

from __future__ import annotations

from collections import Counter

import numpy as np

from facemetric.gallery.milvus.collections import Collections
from facemetric.gallery.milvus.directory import Directory
from facemetric.gallery.milvus.rows import vectors_of
from facemetric.gallery.rules import NORM_TOLERANCE, purge_command


def problems(directory: Directory, *, dim: int) -> list[str]:
    """Look at every row and return what is wrong; GalleryError where it cannot be read."""
    people = directory.everyone()
    rows = directory.samples(None, "vector")
    known = {row["id"] for row in people}
    found = []
    orphans = sum(row["person"] not in known for row in rows)
    if orphans:
        command = purge_command(directory.collections.client.address.shown)
        found.append(f"samples that belong to nobody, until a purge: {orphans}. {command}")
    often = Counter(row["name_key"] for row in people)
    for key, count in often.items():
        if count > 1:
            found.append(f"{key!r} is the name of {count} people: merge them")
    norms = np.linalg.norm(vectors_of(rows, dim), axis=1)
    odd = int(np.count_nonzero(~(np.abs(norms - 1.0) <= NORM_TOLERANCE)))
    if odd:
        found.append(f"vectors that are not of unit norm: {odd}")
    return found


def clear_orphans(collections: Collections) -> None:
    """Delete the samples that belong to nobody."""
    # The samples first: those of somebody who is enrolled between the two are not among them.
    rows = list(collections.every("samples", ("person",)))
    known = {row["id"] for row in collections.every("people", ())}
    collections.delete("samples", [row["id"] for row in rows if row["person"] not in known])
