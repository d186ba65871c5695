"""Everyone of a gallery into a Parquet file."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from facemetric.errors import DataError
from facemetric.gallery import Gallery
from facemetric.jobs.arrow import pyarrow
from facemetric.jobs.copy_gallery import (
    CHUNK_PEOPLE,
    Copied,
    count_portraits,
    person_digest,
    without_portraits,
)
from facemetric.jobs.parquet import file
from facemetric.jobs.parquet.rows import rows_of
from facemetric.jobs.roll import Roll


def export_gallery(
    gallery: Gallery,
    path: Path,
    *,
    portraits: bool = True,
    tell: Callable[[int], None] = lambda people: None,
) -> Copied:
    """Write everyone into a Parquet file, whole or not at all.

    A person's samples stand in a row; a person without samples has a row without one. Portraits
    come along where there are any, unless ``portraits`` is false. Embeddings and portraits are
    those of people's faces, in plain: the file is for the owner alone.

    Raises
    ------
    DependencyError
        pyarrow is not installed.
    DataError
        The file is there already, or cannot be written.
    GalleryError
        The gallery cannot be read.
    """
    arrow, parquet = pyarrow()
    if path.exists():
        raise DataError("is there already", item=str(path), fix="Choose another name")
    with_portraits = portraits and bool(gallery.stats().portraits)
    schema = file.schema_of(
        {
            "version": file.WITH_PORTRAITS if with_portraits else file.VERSION,
            "bundle": gallery.bundle,
            "bundle_sha256": gallery.bundle_sha256,
            "dim": gallery.dim,
            "flip": gallery.flip,
        }
    )
    part = path.with_name(f".{path.name}.part")
    roll = Roll()
    samples = taken = left = 0
    try:
        part.touch(mode=0o600)
        with parquet.ParquetWriter(part, schema, compression="zstd") as writer:
            for found in gallery.records(chunk_people=CHUNK_PEOPLE):
                records = found
                if not with_portraits:
                    records = [without_portraits(record) for record in found]
                taken += count_portraits(records)
                left += count_portraits(found) - count_portraits(records)
                rows = [row for record in records for row in rows_of(record)]
                writer.write_table(arrow.Table.from_pylist(rows, schema=schema))
                for record in records:
                    roll.add(record.person.id, person_digest(record))
                samples += sum(len(record.samples) for record in records)
                tell(len(roll))
        part.replace(path)
    except OSError as error:
        reason = error.strerror or error
        raise DataError(
            f"cannot be written: {reason}",
            item=str(path),
            fix="Name a file in a folder that is there, that you can write to and that has room",
        ) from error
    finally:
        with suppress(OSError):  # where it could not be made: that is told already
            part.unlink(missing_ok=True)
    return Copied(len(roll), samples, len(roll), roll.checksum(), taken, left)
