"""Everyone of a Parquet file into a gallery, and the proof that they arrived."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

from facemetric.errors import BundleMismatchError
from facemetric.gallery import Gallery, PersonRecord
from facemetric.jobs.copy_gallery import (
    CHUNK_PEOPLE,
    Copied,
    check_arrived,
    check_keeps_portraits,
    count_portraits,
    person_digest,
    without_portraits,
)
from facemetric.jobs.parquet import file
from facemetric.jobs.parquet.checks import check_fits_codes, check_people
from facemetric.jobs.parquet.rows import record_of
from facemetric.jobs.roll import Roll


def import_gallery(
    path: Path,
    gallery: Gallery,
    *,
    portraits: bool = True,
    tell: Callable[[int], None] = lambda people: None,
) -> Copied:
    """Store everyone of a Parquet file who is not in the gallery yet, then compare what both hold.

    Interrupted and called again, it goes on. Portraits are stored unless ``portraits`` is false; a
    gallery that keeps none refuses them.

    Raises
    ------
    DependencyError
        pyarrow is not installed.
    DataError
        The file is absent, damaged, or was not written by `export_gallery`; or somebody has no id,
        a name or group that nobody may be given, or rows apart. Nothing is stored then.
    BundleMismatchError
        Its embeddings are of another bundle than the gallery's, or would be rounded there to
        codes. Nothing is stored then.
    PersonError
        Somebody else in the gallery has a name.
    InputError
        There are portraits, and the gallery keeps none; an id, group or embedding is none.
    IntegrityError
        Somebody is not in the gallery as in the file; the first is named.
    """
    facts = file.file_facts(path)
    for what in ("bundle", "dim", "bundle_sha256", "flip"):
        ours = getattr(gallery, what)
        if ours != facts[what] and None not in (ours, facts[what]):
            raise BundleMismatchError(
                f"holds embeddings of {what} {facts[what]!r}, the gallery of {ours!r}",
                item=str(path),
                fix="Import into a new gallery",
            )
    if portraits and facts["version"] == file.WITH_PORTRAITS:
        check_keeps_portraits(gallery)
    check_people(path)
    if gallery.codec is not None:
        check_fits_codes(path, gallery.codec)
    roll = Roll()
    samples = new_people = taken = left = 0
    for found in _chunks(_records(path, bundle=str(facts["bundle"]))):
        records = found if portraits else [without_portraits(record) for record in found]
        taken += count_portraits(records)
        left += count_portraits(found) - count_portraits(records)
        new_people += gallery.restore(records)
        for record in records:
            roll.add(record.person.id, person_digest(record))
        samples += sum(len(record.samples) for record in records)
        tell(len(roll))
    check_arrived(gallery, roll, what="import")
    return Copied(len(roll), samples, new_people, roll.checksum(), taken, left)


def _records(path: Path, *, bundle: str) -> Iterator[PersonRecord]:
    """Yield the people of a file, one batch of rows in memory at a time."""
    with file.damage_told(path):
        rows = (row for batch in file.batches(path) for row in batch.to_pylist())
        for _, own in itertools.groupby(rows, key=lambda row: row["person_id"]):
            yield record_of(list(own), bundle)


def _chunks(records: Iterator[PersonRecord]) -> Iterator[list[PersonRecord]]:
    while chunk := list(itertools.islice(records, CHUNK_PEOPLE)):
        yield chunk
