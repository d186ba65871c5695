"""Chips cut from photographs by worker processes, into shards, in order."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import nullcontext
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import cv2

from facemetric.align import align_faces
from facemetric.datasets import load_photo
from facemetric.datasets.shards import ChipRecord, PackedChip, ShardSource, ShardWriter
from facemetric.errors import DataError, FacemetricError
from facemetric.evaluation.cache import Progress
from facemetric.evaluation.faces import CentralFaceFinder
from facemetric.evaluation.sources import code_sha256
from facemetric.jobs.parent import worker_pool
from facemetric.types import Face, ItemError

_AT_ONCE = 1024
_LEAST_FOR_PROCESSES = 64
_CODE = ("align", "images", "jobs/packing.py", "datasets/shards")


@dataclass(frozen=True, slots=True)
class PlannedChip:
    """A chip to make.

    Attributes
    ----------
    path, source, person, label, sha256, quality
        The photograph, and what its record says of it.
    face
        What to cut out; ``None`` for a stand-in crop.
    """

    path: Path
    source: str
    person: str
    label: int
    sha256: str
    face: Face | None
    quality: dict[str, float] = field(default_factory=dict)

    def to_json(self) -> list[object]:
        """Return everything that the packed chip depends on beside the settings."""
        face = self.face
        shape = [] if face is None else [face.box_xyxy_px.tolist(), face.landmarks_px.tolist()]
        return [self.source, self.person, self.label, self.sha256, shape, self.quality]


def digest_of(
    chips: Sequence[PlannedChip], *, template: str, jpeg_quality: int, shard_bytes: int
) -> str:
    """Return a digest of chips, settings and code: what the bytes of the shards depend on."""
    code = [cv2.__version__, code_sha256(*_CODE)]
    settings = [template, jpeg_quality, shard_bytes, *code]
    digest = hashlib.sha256(json.dumps(settings).encode())
    for chip in chips:
        digest.update(json.dumps(chip.to_json(), sort_keys=True).encode())
    return digest.hexdigest()


def pack_chips(
    chips: Sequence[PlannedChip],
    writer: ShardWriter,
    *,
    template: str,
    jpeg_quality: int,
    workers: int,
    progress: Progress | None = None,
) -> list[ItemError]:
    """Write chips behind what the writer has from an earlier run, and finish the last shard.

    Returns
    -------
    list of ItemError
        Photographs that could not be read again or cut.

    Raises
    ------
    DataError
        The disk cannot be written.
    """
    kept = _kept(writer)
    # Chips come in order, so what an earlier run passed over before its last one has failed.
    names = [chip.source for chip in chips]
    start = names.index(kept[-1]) + 1 if kept else 0
    known = set(kept)
    again = [chip for chip in chips[:start] if chip.source not in known]
    errors = [_passed_over(chip) for chip in again]
    waiting = chips[start:]
    cut = _Cut(template, jpeg_quality)
    several = workers > 1 and len(waiting) >= _LEAST_FOR_PROCESSES
    try:
        with worker_pool(workers) if several else nullcontext() as pool, writer:
            if progress is not None:
                progress(start, len(chips))
            for done, packed in enumerate(_cut_all(cut, waiting, pool), start=start + 1):
                if isinstance(packed, ItemError):
                    errors.append(packed)
                else:
                    writer.add(packed)
                if progress is not None:
                    progress(done, len(chips))
    except OSError as error:
        raise DataError(
            f"the shard cannot be written: {error.strerror or error}",
            item=str(writer.folder),
            fix="Make room, and run the command again: it goes on where it stopped",
        ) from error
    return errors


def _kept(writer: ShardWriter) -> list[str]:
    if not writer.shards:
        return []
    kept: list[str] = []
    for shard in writer.shards:
        source = ShardSource(shard)
        kept.extend(source.item(row) for row in range(len(source)))
        source.close()
    return kept


def _cut_all(
    cut: _Cut, chips: Sequence[PlannedChip], pool: Executor | None
) -> Iterator[PackedChip | ItemError]:
    if pool is None:
        yield from map(cut, chips)
        return
    # Not all at once: a million waiting tasks would take more memory than their chips.
    queue = iter(chips)
    while part := list(islice(queue, _AT_ONCE)):
        yield from pool.map(cut, part, chunksize=16)


@dataclass(frozen=True)
class _Cut:
    """Cuts one chip; can be sent to another process."""

    template: str
    jpeg_quality: int

    def __call__(self, chip: PlannedChip) -> PackedChip | ItemError:
        try:
            image = load_photo(chip.path)
            if image.sha256 != chip.sha256:
                raise DataError("the file has changed since it was looked at", fix="Run again")
            face = chip.face
            if face is None:
                face = CentralFaceFinder().stand_in(chip.path, image, self.template)
            (aligned,) = align_faces(image, [face], self.template)
        except FacemetricError as error:
            return ItemError.of(error, item=chip.source)
        done, jpeg = cv2.imencode(
            ".jpg",
            cv2.cvtColor(aligned.pixels, cv2.COLOR_RGB2BGR),
            [cv2.IMWRITE_JPEG_QUALITY, self.jpeg_quality],
        )
        assert done, "a chip is always encoded"
        record = ChipRecord(
            person=chip.person,
            label=chip.label,
            source=chip.source,
            found=chip.face is not None,
            sha256=chip.sha256,
            box_xyxy_px=tuple(face.box_xyxy_px.tolist()),
            score=float(face.score),
            landmarks_px=tuple(map(tuple, face.landmarks_px.tolist())),
            quality=chip.quality,
        )
        return PackedChip(jpeg.tobytes(), record)


def _passed_over(chip: PlannedChip) -> ItemError:
    error = DataError(
        "it could not be packed in the run that was stopped", fix="Delete the pack and run again"
    )
    return ItemError.of(error, item=chip.source)
