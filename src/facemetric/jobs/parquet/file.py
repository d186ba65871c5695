"""What a gallery's Parquet file is: its columns, its version, and what it says of embeddings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from facemetric.errors import DataError
from facemetric.jobs.arrow import pyarrow

VERSION, WITH_PORTRAITS = 1, 2
"""A program that knows no portraits must not read a file with them as if there were none."""
BATCH_ROWS = 4096
_KEY = b"facemetric.gallery"


def schema_of(facts: dict[str, Any]) -> Any:
    """Return the Arrow schema of a file with these facts, which go into its metadata."""
    arrow, _ = pyarrow()
    time, text = arrow.timestamp("us", tz="UTC"), arrow.string()
    kept = [
        arrow.field("portrait_jpeg", arrow.binary()),
        arrow.field("portrait_frame_xyxy_px", arrow.list_(arrow.float64(), 4)),
    ]
    schema = arrow.schema(
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
            arrow.field("embedding", arrow.list_(arrow.float32(), facts["dim"])),
            *(kept if facts["version"] == WITH_PORTRAITS else ()),
        ]
    )
    return schema.with_metadata({_KEY: json.dumps(facts).encode()})


def file_facts(path: Path) -> dict[str, Any]:
    """Return what a file's embeddings are of: bundle, bundle_sha256, dim, flip.

    Raises
    ------
    DependencyError
        pyarrow is not installed.
    DataError
        The file is absent, no Parquet, or was not written by `export_gallery`.
    """
    arrow, parquet = pyarrow()
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


def batches(path: Path, *columns: str) -> Iterator[Any]:
    """Yield a file's rows in batches, all columns or some."""
    _, parquet = pyarrow()
    with parquet.ParquetFile(path) as opened:
        yield from opened.iter_batches(batch_size=BATCH_ROWS, columns=list(columns) or None)


@contextmanager
def damage_told(path: Path) -> Iterator[None]:
    """Raise DataError where what is read inside is not what a gallery's file has."""
    arrow, _ = pyarrow()
    try:
        yield
    except (arrow.ArrowException, OSError, KeyError, TypeError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise DataError(f"is damaged: {reason}", item=str(path)) from error
