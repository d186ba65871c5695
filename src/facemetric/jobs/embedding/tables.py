"""The two tables of a shard: its faces, and its photographs with what went wrong."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from facemetric.errors import DataError
from facemetric.index import Codec
from facemetric.jobs.arrow import pyarrow
from facemetric.jobs.embedding.plan import FORMAT, Plan
from facemetric.jobs.embedding.stamp import Stamp
from facemetric.recognizer import SeenPhoto
from facemetric.types import ChipQuality, ItemError

KEY = b"facemetric.embeddings"
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
MEASURES = tuple(field.name for field in dataclasses.fields(ChipQuality))


class ShardTables:
    """Makes the tables of the shards of a plan.

    Parameters
    ----------
    plan
        What is embedded.
    codec
        For a plan with one-byte codes.

    Raises
    ------
    DependencyError
        pyarrow is not installed.
    """

    def __init__(self, plan: Plan, codec: Codec | None) -> None:
        self._arrow, _ = pyarrow()
        self._plan, self._codec = plan, codec

    def faces(self, shard: int, photos: Sequence[tuple[str, SeenPhoto | ItemError]]) -> Any:
        """Return one row a face, in the order of the photographs and of each one's faces."""
        arrow, dim = self._arrow, self._plan.dim
        columns: dict[str, list[Any]] = {name: [] for name, _ in self._face_columns()}
        vectors: list[np.ndarray[Any, Any]] = []
        for name, photo in photos:
            if isinstance(photo, ItemError):
                continue
            for number, seen in enumerate(photo.faces):
                row = {
                    "source": plain_name(name),
                    "photo_sha256": photo.sha256,
                    "photo_width_px": photo.size_px[0],
                    "photo_height_px": photo.size_px[1],
                    "face": number,
                    "box_xyxy_px": seen.face.box_xyxy_px.tolist(),
                    "landmarks_px": seen.face.landmarks_px.ravel().tolist(),
                    "score": float(seen.face.score),
                    **dataclasses.asdict(seen.quality),
                    "problems": list(seen.problems),
                }
                for column, value in row.items():
                    columns[column].append(value)
                vectors.append(seen.embedding)
        values = np.stack(vectors) if vectors else np.zeros((0, dim), np.float32)
        arrays = [arrow.array(columns[name], kind) for name, kind in self._face_columns()]
        fields = [arrow.field(name, kind, nullable=False) for name, kind in self._face_columns()]
        if self._codec is None:
            flat = arrow.array(values.ravel(), arrow.float32())
            arrays.append(arrow.FixedSizeListArray.from_arrays(flat, dim))
            fields.append(arrow.field("embedding", arrow.list_(arrow.float32(), dim), False))
        else:
            codes = arrow.py_buffer(self._codec.encode(values).tobytes())
            kind = arrow.binary(dim)
            arrays.append(arrow.Array.from_buffers(kind, len(values), [None, codes]))
            fields.append(arrow.field("codes", kind, nullable=False))
        schema = arrow.schema(fields, self._metadata(shard))
        return arrow.Table.from_arrays(arrays, schema=schema)

    def photos(
        self,
        shard: int,
        photos: Sequence[tuple[str, SeenPhoto | ItemError]],
        stamps: Sequence[Stamp | None],
    ) -> Any:
        """Return one row a photograph: how many faces, or the error; and its file's stamp."""
        arrow = self._arrow
        rows = [
            _photo_row(name, photo, stamp)
            for (name, photo), stamp in zip(photos, stamps, strict=True)
        ]
        text, count = arrow.string(), arrow.int32()
        schema = arrow.schema(
            [
                arrow.field("source", text, nullable=False),
                arrow.field("photo_sha256", text),
                arrow.field("photo_bytes", arrow.int64()),
                arrow.field("photo_modified_ns", arrow.int64()),
                arrow.field("photo_width_px", count),
                arrow.field("photo_height_px", count),
                arrow.field("faces_found", count),
                arrow.field("faces", count, nullable=False),
                *(arrow.field(name, text) for name in ("code", "cause", "fix")),
            ],
            self._metadata(shard),
        )
        return arrow.Table.from_pylist(rows, schema=schema)

    def _face_columns(self) -> list[tuple[str, Any]]:
        arrow = self._arrow
        real, count = arrow.float32(), arrow.int32()
        return [
            ("source", arrow.string()),
            ("photo_sha256", arrow.string()),
            ("photo_width_px", count),
            ("photo_height_px", count),
            ("face", count),
            ("box_xyxy_px", arrow.list_(real, 4)),
            ("landmarks_px", arrow.list_(real, 10)),
            ("score", real),
            *((name, real) for name in MEASURES),
            ("problems", arrow.list_(arrow.string())),
        ]

    def _metadata(self, shard: int) -> dict[bytes, bytes]:
        plan, codec = self._plan, self._codec
        facts = {
            "format": FORMAT,
            "bundle": plan.bundle,
            "bundle_sha256": plan.bundle_sha256,
            "dim": plan.dim,
            "flip": plan.flip,
            "facemetric": plan.facemetric,
            "plan": plan.digest,
            "shard": shard,
            "codec": codec and {"low": codec.low.tolist(), "step": codec.step.tolist()},
        }
        return {KEY: json.dumps(facts).encode()}


def facts_of(schema: Any) -> dict[str, Any]:
    """Return what a shard's schema says of it; empty where it is none of ours."""
    found = json.loads((schema.metadata or {}).get(KEY, b"{}"))
    return found if isinstance(found, dict) else {}


def write_table(table: Any, path: Path) -> None:
    """Write a Parquet file, whole or not at all, for its owner alone; raises DataError."""
    _, parquet = pyarrow()
    part = path.with_name(f".{path.name}.part")
    texts = [name for name in ("source", "photo_sha256", "problems") if name in table.column_names]
    try:
        with os.fdopen(os.open(part, _NEW_FILE, 0o600), "wb") as file:
            parquet.write_table(table, file, compression="zstd", use_dictionary=texts)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise DataError(
            f"cannot be written: {error.strerror or error}",
            item=str(path),
            fix="Make room, and run the command again: it goes on where it stopped",
        ) from error


def plain_name(name: str) -> str:
    r"""Return a name as Parquet can hold it: bytes that are no UTF-8 become ``\xe9``."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _photo_row(name: str, photo: SeenPhoto | ItemError, stamp: Stamp | None) -> dict[str, object]:
    row: dict[str, object] = {"source": plain_name(name), "faces": 0}
    if stamp is not None:
        row |= {"photo_bytes": stamp.size_bytes, "photo_modified_ns": stamp.modified_ns}
    if isinstance(photo, ItemError):
        fix = None if photo.fix is None else plain_name(photo.fix)
        return row | {"code": photo.code, "cause": plain_name(photo.cause), "fix": fix}
    return row | {
        "photo_sha256": photo.sha256,
        "photo_width_px": photo.size_px[0],
        "photo_height_px": photo.size_px[1],
        "faces_found": photo.faces_found,
        "faces": len(photo.faces),
    }
