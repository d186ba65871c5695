"""Galleries as Parquet: one row a sample, to be read by anything, and back."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from facemetric.errors import BundleMismatchError, DataError, DependencyError
from facemetric.gallery import (
    Consent,
    Gallery,
    Person,
    PersonRecord,
    Portrait,
    Sample,
    StoredSample,
)
from facemetric.jobs.copy_gallery import (
    CHUNK_PEOPLE,
    Copied,
    check_arrived,
    check_keeps_portraits,
    combined,
    count_portraits,
    person_digest,
    without_portraits,
)
from facemetric.types import ChipQuality, Face, Float32

VERSION, WITH_PORTRAITS = 1, 2
"""A program that knows no portraits must not read a file with them as if there were none."""
_KEY = b"facemetric.gallery"


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
    arrow, parquet = _pyarrow()
    if path.exists():
        raise DataError("is there already", item=str(path), fix="Choose another name")
    with_portraits = portraits and bool(gallery.stats().portraits)
    facts = {
        "version": WITH_PORTRAITS if with_portraits else VERSION,
        "bundle": gallery.bundle,
        "bundle_sha256": gallery.bundle_sha256,
        "dim": gallery.dim,
        "flip": gallery.flip,
    }
    schema = _schema(arrow, gallery.dim, portraits=with_portraits).with_metadata(
        {_KEY: json.dumps(facts).encode()}
    )
    part = path.with_name(f".{path.name}.part")
    digests: dict[str, bytes] = {}
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
                rows = [row for record in records for row in _rows(record)]
                writer.write_table(arrow.Table.from_pylist(rows, schema=schema))
                digests.update({one.person.id: person_digest(one) for one in records})
                samples += sum(len(record.samples) for record in records)
                tell(len(digests))
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
    return Copied(len(digests), samples, len(digests), combined(digests), taken, left)


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
        The file is absent, damaged, or was not written by `export_gallery`.
    BundleMismatchError
        Its embeddings are of another bundle than the gallery's.
    PersonError
        Somebody else in the gallery has a name.
    InputError
        There are portraits, and the gallery keeps none; an id, group or embedding is none.
    IntegrityError
        Somebody is not in the gallery as in the file; the first is named.
    """
    facts = file_facts(path)
    for what in ("bundle", "dim", "bundle_sha256", "flip"):
        ours = getattr(gallery, what)
        if ours != facts[what] and None not in (ours, facts[what]):
            raise BundleMismatchError(
                f"holds embeddings of {what} {facts[what]!r}, the gallery of {ours!r}",
                item=str(path),
                fix="Import into a new gallery",
            )
    if portraits and facts["version"] == WITH_PORTRAITS:
        check_keeps_portraits(gallery)
    digests: dict[str, bytes] = {}
    samples = new_people = taken = left = 0
    for found in _chunks(_records(path)):
        records = found if portraits else [without_portraits(record) for record in found]
        taken += count_portraits(records)
        left += count_portraits(found) - count_portraits(records)
        _check_together(records, digests, item=str(path))
        new_people += gallery.restore(records)
        digests.update({one.person.id: person_digest(one) for one in records})
        samples += sum(len(record.samples) for record in records)
        tell(len(digests))
    check_arrived(gallery, digests, what="import")
    return Copied(len(digests), samples, new_people, combined(digests), taken, left)


def file_facts(path: Path) -> dict[str, Any]:
    """Return what a file's embeddings are of: bundle, bundle_sha256, dim, flip.

    Raises
    ------
    DataError
        The file is absent, no Parquet, or was not written by `export_gallery`.
    """
    arrow, parquet = _pyarrow()
    try:
        metadata = parquet.read_schema(path).metadata or {}
        facts: dict[str, Any] = json.loads(metadata[_KEY])
    except FileNotFoundError as error:
        raise DataError("no such file", item=str(path)) from error
    except (OSError, arrow.ArrowInvalid, KeyError, ValueError) as error:
        raise DataError(
            "is no gallery in Parquet", item=str(path), fix="Write one: facemetric gallery export"
        ) from error
    if facts.get("version") not in (VERSION, WITH_PORTRAITS):
        raise DataError(
            f"has version {facts.get('version')}, this program reads up to {WITH_PORTRAITS}",
            item=str(path),
            fix="Update facemetric",
        )
    return facts


def _rows(record: PersonRecord) -> Iterator[dict[str, object]]:
    person, consent = record.person, record.person.consent
    own: dict[str, object] = {
        "person_id": person.id,
        "name": person.name,
        "groups": list(person.groups),
        "person_created": person.created,
        "person_updated": person.updated,
        "consent_basis": None if consent is None else consent.basis,
        "consent_text": None if consent is None else consent.text,
        "consent_at": None if consent is None else consent.at,
        "keep_until": person.keep_until,
    }
    if not record.samples:
        yield own
    for stored in record.samples:
        sample, face, quality = stored.sample, stored.sample.face, stored.sample.quality
        row = own | {
            "sample_id": sample.id,
            "source": sample.source,
            "source_sha256": sample.source_sha256,
            "box_xyxy_px": None if face is None else face.box_xyxy_px.tolist(),
            "landmarks_px": None if face is None else face.landmarks_px.ravel().tolist(),
            "score": None if face is None else float(face.score),
            "quality": None if quality is None else json.dumps(_numbers(quality)),
            "taken": sample.taken,
            "sample_created": sample.created,
            "mapped_from": sample.mapped_from,
            "flip": stored.flip,
            "embedding": stored.embedding.tolist(),
        }
        if stored.portrait is not None:
            row |= {
                "portrait_jpeg": stored.portrait.jpeg,
                "portrait_frame_xyxy_px": list(stored.portrait.frame_xyxy_px),
            }
        yield row


def _numbers(quality: ChipQuality) -> dict[str, float]:
    return {name: float(value) for name, value in asdict(quality).items()}


def _records(path: Path) -> Iterator[PersonRecord]:
    """Yield the people of a file, one row group in memory at a time."""
    arrow, parquet = _pyarrow()

    def rows() -> Iterator[dict[str, Any]]:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=4096):
                yield from batch.to_pylist()

    bundle = str(file_facts(path)["bundle"])
    try:
        for _, own in itertools.groupby(rows(), key=lambda row: row["person_id"]):
            yield _record(list(own), bundle)
    except (arrow.ArrowException, OSError, KeyError, TypeError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise DataError(f"is damaged: {reason}", item=str(path)) from error


def _record(rows: list[dict[str, Any]], bundle: str) -> PersonRecord:
    first = rows[0]
    consent = None
    if first["consent_basis"] is not None:
        consent = Consent(first["consent_basis"], first["consent_text"], first["consent_at"])
    stored = tuple(_stored(row, bundle) for row in rows if row["sample_id"] is not None)
    person = Person(
        first["person_id"],
        first["name"],
        first["person_created"],
        first["person_updated"],
        len(stored),
        consent,
        first["keep_until"],
        tuple(first["groups"]),
    )
    return PersonRecord(person, stored)


def _stored(row: dict[str, Any], bundle: str) -> StoredSample:
    face = None
    if row["box_xyxy_px"] is not None:
        face = Face(
            np.array(row["box_xyxy_px"], np.float32),
            row["score"],
            np.array(row["landmarks_px"], np.float32).reshape(5, 2),
        )
    quality = None if row["quality"] is None else ChipQuality(**json.loads(row["quality"]))
    portrait = None
    if row.get("portrait_jpeg") is not None:
        left, top, right, bottom = row["portrait_frame_xyxy_px"]
        portrait = Portrait(row["portrait_jpeg"], (left, top, right, bottom))
    created: datetime = row["sample_created"]
    sample = Sample(
        row["sample_id"],
        row["person_id"],
        row["source"],
        row["source_sha256"],
        face,
        quality,
        row["taken"],
        created,
        (bundle,),
        row.get("mapped_from"),
        has_portrait=portrait is not None,
    )
    embedding: Float32 = np.array(row["embedding"], np.float32)
    return StoredSample(sample, embedding, row["flip"], portrait)


def _check_together(records: Sequence[PersonRecord], before: Container[str], *, item: str) -> None:
    """Raise DataError where somebody's rows do not stand in a row, as after sorting them."""
    seen: set[str] = set()
    for record in records:
        identity = record.person.id
        if identity in before or identity in seen:
            raise DataError(
                f"the rows of {record.person.name!r} ({identity}) do not stand together",
                item=item,
                fix="Sort them by person_id; the samples of each keep their order",
            )
        seen.add(identity)


def _chunks(records: Iterator[PersonRecord]) -> Iterator[list[PersonRecord]]:
    while chunk := list(itertools.islice(records, CHUNK_PEOPLE)):
        yield chunk


def _schema(arrow: Any, dim: int, *, portraits: bool) -> Any:
    time, text = arrow.timestamp("us", tz="UTC"), arrow.string()
    kept = [
        arrow.field("portrait_jpeg", arrow.binary()),
        arrow.field("portrait_frame_xyxy_px", arrow.list_(arrow.float64(), 4)),
    ]
    return arrow.schema(
        [
            arrow.field("person_id", text, nullable=False),
            arrow.field("name", text, nullable=False),
            arrow.field("groups", arrow.list_(text), nullable=False),
            arrow.field("person_created", time, nullable=False),
            arrow.field("person_updated", time, nullable=False),
            *(arrow.field(name, text) for name in ("consent_basis", "consent_text")),
            *(arrow.field(name, time) for name in ("consent_at", "keep_until")),
            *(arrow.field(name, text) for name in ("sample_id", "source", "source_sha256")),
            arrow.field("box_xyxy_px", arrow.list_(arrow.float32(), 4)),
            arrow.field("landmarks_px", arrow.list_(arrow.float32(), 10)),
            arrow.field("score", arrow.float64()),
            arrow.field("quality", text),
            *(arrow.field(name, time) for name in ("taken", "sample_created")),
            arrow.field("mapped_from", text),
            arrow.field("flip", arrow.bool_()),
            arrow.field("embedding", arrow.list_(arrow.float32(), dim)),
            *(kept if portraits else ()),
        ]
    )


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise DependencyError(
            "Parquet needs pyarrow",
            item="pyarrow",
            fix='Install it: pip install "facemetric[parquet]"',
        ) from error
    return pyarrow, pyarrow.parquet
