"""Embeddings read back from the folder of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from facemetric.errors import DataError
from facemetric.index import Codec
from facemetric.jobs.arrow import pyarrow
from facemetric.jobs.embedding.folder import EmbeddingFolder
from facemetric.jobs.embedding.plan import Plan
from facemetric.jobs.embedding.tables import MEASURES, facts_of
from facemetric.types import AnyArray, Float32, ItemError

_MOST_ERRORS = 100


@dataclass(frozen=True, eq=False, slots=True)
class PhotoCounts:
    """How many of what, over shards.

    Attributes
    ----------
    photographs, faces
        All of them.
    without_face
        Photographs that were read and show no face.
    failed
        Photographs that failed, by the code of their error.
    errors
        The first hundred errors.
    shards_with_errors
        Numbers of the shards that have any.
    """

    photographs: int
    faces: int
    without_face: int
    failed: dict[str, int]
    errors: tuple[ItemError, ...]
    shards_with_errors: tuple[int, ...]


@dataclass(frozen=True, eq=False, slots=True)
class EmbeddedFaces:
    """Faces of photographs, row by row, in the order of the photographs.

    Attributes
    ----------
    plan
        What they are embeddings of.
    embeddings
        ``float32 (N, D)``, unit norm; of one-byte codes the decoded vectors.
    source, photo_sha256
        ``(N,)`` text: the photograph's name and the digest of its bytes.
    face
        ``int32 (N,)``: which face of its photograph, from 0.
    box_xyxy_px, landmarks_px
        ``float32 (N, 4)`` and ``(N, 5, 2)``, pixels of the upright full-size photograph.
    score
        ``float32 (N,)``, the detector's.
    quality
        Measures by name, each ``float32 (N,)``; see `facemetric.types.ChipQuality`.
    """

    plan: Plan
    embeddings: Float32
    source: AnyArray
    photo_sha256: AnyArray
    face: AnyArray
    box_xyxy_px: Float32
    landmarks_px: Float32
    score: Float32
    quality: dict[str, Float32]

    def __len__(self) -> int:
        return len(self.embeddings)


def read_embeddings(folder: str | Path, *, unfinished: bool = False) -> EmbeddedFaces:
    """Read the faces of a run into memory: about 2 kB a face of 128 dimensions.

    Parameters
    ----------
    folder
        What `embed_photos` wrote.
    unfinished
        Take what there is, where shards are missing.

    Raises
    ------
    DataError
        There is no run, it is not finished, or a shard is damaged.
    """
    parts = list(iter_embeddings(folder, unfinished=unfinished))
    if not parts:
        raise DataError("has no finished shard", item=str(folder), fix="Run facemetric embed")

    def joined(name: str) -> Any:
        return np.concatenate([getattr(part, name) for part in parts])

    arrays = {
        name: joined(name) for name in EmbeddedFaces.__slots__ if name not in ("plan", "quality")
    }
    quality = {name: np.concatenate([part.quality[name] for part in parts]) for name in MEASURES}
    return EmbeddedFaces(plan=parts[0].plan, quality=quality, **arrays)


def iter_embeddings(folder: str | Path, *, unfinished: bool = False) -> Iterator[EmbeddedFaces]:
    """Yield the faces of a run shard by shard, for more of them than the memory holds.

    Raises
    ------
    DataError
        As `read_embeddings`.
    """
    place = EmbeddingFolder(Path(folder))
    plan = _plan_in(place)
    there = place.finished(plan)
    if len(there) < plan.shards and not unfinished:
        raise DataError(
            f"has {len(there):,} of {plan.shards:,} shards",
            item=str(folder),
            fix="Run facemetric embed again, which goes on, or pass unfinished=True",
        )
    for number in there:
        table = read_shard(place.faces_file(number), plan)
        yield _faces(table, plan)


def count_photos(folder: Path, plan: Plan, *, shards: Sequence[int] | None = None) -> PhotoCounts:
    """Count what is in the tables of photographs.

    Raises
    ------
    DataError
        One is missing or damaged.
    """
    place = EmbeddingFolder(folder)
    photographs = faces = without = 0
    failed: Counter[str] = Counter()
    errors: list[ItemError] = []
    with_errors: list[int] = []
    for number in range(plan.shards) if shards is None else shards:
        table = read_shard(place.photos_file(number), plan)
        codes = table["code"].to_pylist()
        photographs += len(codes)
        faces += sum(table["faces"].to_pylist())
        without += sum(found == 0 for found in table["faces_found"].to_pylist())
        wrong = [row for row, code in enumerate(codes) if code is not None]
        failed.update(codes[row] for row in wrong)
        if wrong:
            with_errors.append(number)
            rows = table.take(wrong[: _MOST_ERRORS - len(errors)]).to_pylist()
            errors += [
                ItemError(row["source"], row["code"], row["cause"], row["fix"]) for row in rows
            ]
    return PhotoCounts(photographs, faces, without, dict(failed), tuple(errors), tuple(with_errors))


def _plan_in(place: EmbeddingFolder) -> Plan:
    plan = place.plan()
    if plan is None:
        raise DataError(
            "holds no embeddings", item=str(place.path), fix="Write some: facemetric embed"
        )
    return plan


def read_shard(file: Path, plan: Plan) -> Any:
    """Return a table of a plan; raises DataError where it is another's or damaged."""
    arrow, parquet = pyarrow()
    try:
        table = parquet.read_table(file)
    except (OSError, arrow.ArrowException) as error:
        reason = str(error).split("\n")[0]
        raise DataError(
            f"cannot be read: {reason}", item=str(file), fix="Delete it, and run facemetric embed"
        ) from error
    if facts_of(table.schema).get("plan") != plan.digest:
        raise DataError("is of another plan", item=str(file), fix="Run facemetric embed again")
    return table


def _faces(table: Any, plan: Plan) -> EmbeddedFaces:
    table = table.combine_chunks()
    rows = len(table)

    def flat(name: str, *shape: int) -> Any:
        values = table[name].chunks
        array = values[0].flatten() if values else np.zeros(0, np.float32)
        return np.asarray(array, np.float32).reshape(rows, *shape)

    def plain(name: str) -> Any:
        return table[name].to_numpy()

    if plan.encoding == "u8":
        codec = Codec(**facts_of(table.schema)["codec"])
        data = b"".join(table["codes"].to_pylist())
        embeddings = codec.decode(np.frombuffer(data, np.uint8).reshape(rows, plan.dim))
    else:
        embeddings = flat("embedding", plan.dim)
    return EmbeddedFaces(
        plan=plan,
        embeddings=embeddings,
        source=plain("source"),
        photo_sha256=plain("photo_sha256"),
        face=plain("face"),
        box_xyxy_px=flat("box_xyxy_px", 4),
        landmarks_px=flat("landmarks_px", 5, 2),
        score=plain("score"),
        quality={name: plain(name) for name in MEASURES},
    )
