"""From photographs of people to a pack of aligned faces, with what was left out and why."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection as Names
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from facemetric.align import TEMPLATES
from facemetric.datasets.shards import (
    CARD_NAME,
    DEFAULT_SHARD_BYTES,
    UNFINISHED,
    ShardWriter,
    read_card,
    write_card,
)
from facemetric.errors import DataError, InputError
from facemetric.evaluation.cache import Progress
from facemetric.jobs.card import make_card, pack_settings
from facemetric.jobs.collection import Collection, collect
from facemetric.jobs.limits import FaceLimits
from facemetric.jobs.lists import write_left_out
from facemetric.jobs.packing import PlannedChip, digest_of, pack_chips
from facemetric.jobs.selection import Counting, Rules, Selection, select
from facemetric.types import ItemError
from facemetric.wire import DatasetCard, LeftOutPhotoOut

JPEG_QUALITY = 95
_UNWRITABLE = "the folder cannot be made: {}"


@dataclass(frozen=True, eq=False)
class DatasetBuild:
    """A finished pack.

    Attributes
    ----------
    folder
        Where it lies.
    card
        What it holds.
    left_out
        The photographs that it does not hold.
    originals
        The photographs that the chips were cut from, in the order of the pack.
    """

    folder: Path
    card: DatasetCard
    left_out: tuple[LeftOutPhotoOut, ...]
    originals: tuple[Path, ...]

    @property
    def failed(self) -> tuple[ItemError, ...]:
        """The photographs that could not be read, which is no rule's choice."""
        return tuple(
            ItemError(one.source, DataError.code, one.why)
            for one in self.left_out
            if one.reason == "unreadable"
        )


@contextmanager
def _silent(step: str) -> Iterator[Progress]:
    yield lambda done, total: None


def build_dataset(
    sources: Sequence[str],
    out: Path,
    *,
    template: str = "arcface-112",
    min_face_px: float = 40,
    limits: FaceLimits | None = None,
    min_images: int = 1,
    dedupe: bool = True,
    keep_faceless: bool = False,
    without: Names[str] = (),
    jpeg_quality: int = JPEG_QUALITY,
    shard_bytes: int = DEFAULT_SHARD_BYTES,
    replace: bool = False,
    cache: Path | None = None,
    workers: int = 2,
    counting: Counting = _silent,
) -> DatasetBuild:
    """Detect, align, filter and pack one face of each photograph.

    A run that was stopped goes on where it was: faces and measures come from the cache, finished
    shards are kept. A photograph that cannot be used is listed, and the rest goes on.

    Parameters
    ----------
    sources
        See `collect`.
    out
        Folder of the pack, made where absent.
    template
        A name in ``facemetric.align.TEMPLATES``.
    min_face_px
        Smallest face to look for. Of several the one nearest the centre counts.
    limits
        What a found face must be like.
    min_images
        People with fewer images left are left out.
    dedupe
        Leave out copies: the same file or the same picture, also recompressed, resized, trimmed or
        mirrored. Of one person's one stays; of pictures under two names none does.
    keep_faceless
        Keep photographs without a detected face: the middle of the picture is cut out instead, and
        the pack says so.
    without
        Names of photographs to leave out.
    jpeg_quality
        Of the chips, 1 to 100.
    shard_bytes
        Size at which a shard is full.
    replace
        Whether another pack in ``out`` is replaced.
    cache
        Folder of what is known of photographs; ``None`` for one in ``out`` until the pack is
        finished.
    workers
        Processes.
    counting
        See `facemetric.jobs.selection.Counting`.

    Raises
    ------
    DataError
        A source cannot be read, ``out`` holds something else, nothing is left to pack, or the disk
        cannot be written.
    InputError
        An option is out of range.
    """
    _check(template, min_images=min_images, jpeg_quality=jpeg_quality, workers=workers)
    rules = Rules(
        min_face_px=min_face_px,
        template=template,
        limits=limits or FaceLimits(),
        min_images=min_images,
        dedupe=dedupe,
        keep_faceless=keep_faceless,
        without=frozenset(without),
    )
    collection = collect(sources)
    out = Path(out)
    before = _check_folder(out)
    stages = cache or out / UNFINISHED
    found = select(collection, rules, cache=stages, workers=workers, counting=counting)
    chips = _plan(collection, found)
    if not chips:
        raise DataError(
            f"none of {len(collection):,} photographs can be used{_first(found.left_out)}",
            item=", ".join(sources),
            fix="Look for smaller faces (min_face_px=, --min-face), or lower the other limits",
        )
    made_from = digest_of(
        chips, template=template, jpeg_quality=jpeg_quality, shard_bytes=shard_bytes
    )
    if before is not None and before.made_from != made_from and not replace:
        raise DataError(
            f"holds another pack, of {before.images:,} images",
            item=str(out),
            fix="Choose another folder, or replace it (replace=True, --replace)",
        )
    _make_folder(out)
    (out / CARD_NAME).unlink(missing_ok=True)
    writer = ShardWriter(out, max_bytes=shard_bytes, made_from=made_from, replace=True)
    with counting("packing") as progress:
        errors = pack_chips(
            chips,
            writer,
            template=template,
            jpeg_quality=jpeg_quality,
            workers=workers,
            progress=progress,
        )
    left_out = (*found.left_out, *_failed(errors, chips))
    card = make_card(
        writer.shards,
        name=out.resolve().name,
        sources=sources,
        settings=pack_settings(rules, jpeg_quality=jpeg_quality),
        made_from=made_from,
        measures=found.measures,
        left_out=left_out,
    )
    write_left_out(out, left_out)
    write_card(out, card)
    shutil.rmtree(out / UNFINISHED)
    return DatasetBuild(
        folder=out, card=card, left_out=left_out, originals=_originals(chips, errors)
    )


def _check(template: str, *, min_images: int, jpeg_quality: int, workers: int) -> None:
    TEMPLATES[template]
    for name, value in (("min_images", min_images), ("workers", workers)):
        if value < 1:
            raise InputError(f"expected at least 1, got {value}", item=name)
    if not 1 <= jpeg_quality <= 100:
        raise InputError(f"expected 1 to 100, got {jpeg_quality}", item="jpeg_quality")


def _make_folder(out: Path) -> None:
    try:
        (out / UNFINISHED).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(_UNWRITABLE.format(error.strerror or error), item=str(out)) from error


def _check_folder(out: Path) -> DatasetCard | None:
    """Return the card of the pack that is there; DataError where something else is."""
    if not out.exists():
        above = next(one for one in out.absolute().parents if one.exists())
        if not above.is_dir():
            raise DataError(_UNWRITABLE.format(f"{above} is a file"), item=str(out))
        if not os.access(above, os.W_OK | os.X_OK):
            raise DataError(_UNWRITABLE.format(f"{above} is read-only"), item=str(out))
        return None
    if not out.is_dir():
        raise DataError("expected a folder for the pack, it is a file", item=str(out))
    card = read_card(out)
    if card is None and not (out / UNFINISHED).exists() and any(out.iterdir()):
        raise DataError(
            "holds other files than a pack", item=str(out), fix="Choose a new or an empty folder"
        )
    return card


def _plan(collection: Collection, found: Selection) -> list[PlannedChip]:
    people = [collection.photos.people[row] for row in found.rows]
    label_of = {name: label for label, name in enumerate(sorted(set(people)))}
    return [
        PlannedChip(
            path=collection.photos.paths[row],
            source=collection.names[row],
            person=people[place],
            label=label_of[people[place]],
            sha256=found.digests[place],
            face=found.faces[place],
            quality=found.measures[place],
        )
        for place, row in enumerate(found.rows)
    ]


def _first(left_out: Sequence[LeftOutPhotoOut]) -> str:
    return f"; {left_out[0].source}: {left_out[0].why}" if left_out else ""


def _failed(errors: Sequence[ItemError], chips: Sequence[PlannedChip]) -> list[LeftOutPhotoOut]:
    person_of = {chip.source: chip.person for chip in chips}
    return [
        LeftOutPhotoOut(
            source=error.item, person=person_of[error.item], reason="unreadable", why=error.cause
        )
        for error in errors
    ]


def _originals(chips: Sequence[PlannedChip], errors: Sequence[ItemError]) -> tuple[Path, ...]:
    failed = {error.item for error in errors}
    return tuple(chip.path for chip in chips if chip.source not in failed)
