"""A set of photographs embedded into a folder of Parquet shards, and taken up again."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from facemetric.bundle import Bundle, open_bundle
from facemetric.detect import Select
from facemetric.errors import InputError
from facemetric.jobs.arrow import pyarrow
from facemetric.jobs.embedding.changed import changed_photographs
from facemetric.jobs.embedding.folder import EmbeddingFolder, opened_folder
from facemetric.jobs.embedding.photographs import list_photographs
from facemetric.jobs.embedding.plan import Plan, make_plan
from facemetric.jobs.embedding.read import PhotoCounts, count_photos
from facemetric.jobs.embedding.shard import EmbeddedShard, Shard, no_codes
from facemetric.jobs.embedding.workers import (
    EmbedderMaker,
    Tell,
    embed_here,
    embed_in_processes,
)
from facemetric.recognizer import DEFAULT_BUNDLE

if TYPE_CHECKING:
    from facemetric.wire import EmbedOut

SHARD_PHOTOS = (32, 1000)
"""Least and most photographs of a shard, where that is not given."""
_SHARDS = 64


@dataclass(frozen=True, eq=False, slots=True)
class EmbeddedSet:
    """What is in the folder of a finished run.

    Attributes
    ----------
    folder, plan
        Where, and what was done.
    counts
        Faces, photographs and errors of all shards.
    new_photographs
        Photographs that this run looked at; shards that were finished before are not among them.
    new_shards
        Shards that this run wrote.
    changed
        Photographs whose bytes were others than when they were embedded: their shards were done
        again.
    seconds
        Wall-clock time of this run.
    """

    folder: Path
    plan: Plan
    counts: PhotoCounts
    new_photographs: int
    new_shards: int
    changed: tuple[str, ...]
    seconds: float

    def to_wire(self) -> EmbedOut:
        """Return the answer of the command."""
        from facemetric.wire import EmbedOut, ErrorOut

        plan, counts = self.plan, self.counts
        return EmbedOut(
            out=str(self.folder),
            bundle=plan.bundle,
            bundle_sha256=plan.bundle_sha256,
            dim=plan.dim,
            flip=plan.flip,
            encoding=plan.encoding,
            photographs=counts.photographs,
            faces=counts.faces,
            without_face=counts.without_face,
            failed=counts.failed,
            shards=plan.shards,
            new_shards=self.new_shards,
            changed=len(self.changed),
            new_photographs=self.new_photographs,
            seconds=round(self.seconds, 3),
            errors=tuple(map(ErrorOut.of, counts.errors)),
        )


def embed_photos(
    sources: Iterable[str | Path] | str | Path,
    out: str | Path,
    *,
    bundle: str | Path = DEFAULT_BUNDLE,
    flip: bool = True,
    select: Select = "all",
    min_face_px: float | None = None,
    codes: bool = False,
    shard_photos: int | None = None,
    workers: int | None = None,
    ray: str | None = None,
    provider: str = "cpu",
    replace: bool = False,
    retry_failed: bool = False,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> EmbeddedSet:
    """Find, align and embed the faces of many photographs, into Parquet files.

    Stopped or killed and called again with the same arguments, it goes on: finished shards are
    left as they are. A photograph that fails has its error in the table of photographs.

    Parameters
    ----------
    sources
        See `list_photographs`.
    out
        Folder of the shards, made where absent.
    bundle, flip, min_face_px, provider
        See `facemetric.recognizer.Recognizer`.
    select
        Which faces of a photograph.
    codes
        Keep one byte a dimension in place of four.
    shard_photos
        Photographs of a shard: what is done again when a worker is killed. Without it a 64th of
        all, within `SHARD_PHOTOS`.
    workers
        Processes, of one thread each; 1, the default, embeds in this process. On a cluster: actors.
    ray
        Address of a Ray cluster that does the work.
    replace
        Whether embeddings of another plan in ``out`` are replaced.
    retry_failed
        Do shards again in which photographs failed.
    tell
        Called with the number of photographs that are done, and of all.

    Raises
    ------
    SourceError
        A source gives nothing, or photographs cannot be reached any more.
    DataError
        ``out`` holds something else, or the disk cannot be written.
    BundleError
        The bundle cannot be used.
    WorkerError
        Workers end again and again; finished shards are kept.
    InputError
        An option is out of range.
    DependencyError
        pyarrow, fsspec or Ray is needed and not installed.
    """
    for name, value in (("workers", workers), ("shard_photos", shard_photos)):
        if value is not None and value < 1:
            raise InputError(f"expected at least 1, got {value}", item=name)
    pyarrow()
    began = time.monotonic()
    opened = open_bundle(bundle)
    if codes and opened.manifest.codes is None:
        raise no_codes(opened.id)
    names = list_photographs([sources] if isinstance(sources, str | Path) else sources)
    plan = make_plan(
        names,
        opened,
        shard_photos=shard_photos or _shard_photos(len(names)),
        flip=flip,
        encoding="u8" if codes else "f32",
        select=select,
        min_face_px=min_face_px,
    )
    opened.model_path()  # Before the workers, which would each unpack it.
    make = EmbedderMaker(plan, _reference(opened, bundle), Path.cwd(), provider)
    with opened_folder(Path(out)) as folder:
        folder.begin(plan, replace=replace)
        changed = _without_changed(folder, plan, names)
        waiting = _waiting(folder, plan, names, retry_failed=retry_failed)
        pace = _Progress(plan, waiting, tell)
        for shard in _work(waiting, make, pace, workers=workers, ray=ray):
            folder.write(shard)
            pace.finish(shard.number)
        counts = count_photos(folder.path, plan)
    return EmbeddedSet(
        folder=folder.path,
        plan=plan,
        counts=counts,
        new_photographs=sum(len(shard.names) for shard in waiting),
        new_shards=len(waiting),
        changed=changed,
        seconds=time.monotonic() - began,
    )


def _work(
    waiting: Sequence[Shard],
    make: EmbedderMaker,
    tell: Tell,
    *,
    workers: int | None,
    ray: str | None,
) -> Iterator[EmbeddedShard]:
    if not waiting:
        return iter(())
    if ray is not None:
        from facemetric.jobs.embedding.ray_workers import embed_on_ray

        return embed_on_ray(waiting, make, tell, address=ray, workers=workers)
    if workers is None or workers == 1:
        return embed_here(waiting, make, tell)
    return embed_in_processes(waiting, make, tell, workers=workers)


def _without_changed(folder: EmbeddingFolder, plan: Plan, names: Sequence[str]) -> tuple[str, ...]:
    """Remove the shards of photographs that others took the place of; return these."""
    shards = folder.finished(plan)
    changed = changed_photographs(folder, plan, names, base=Path.cwd(), shards=shards)
    for number in changed:
        folder.remove(number)
    return tuple(name for own in changed.values() for name in own)


def _waiting(
    folder: EmbeddingFolder, plan: Plan, names: Sequence[str], *, retry_failed: bool
) -> list[Shard]:
    finished = set(folder.finished(plan))
    if retry_failed:
        for number in count_photos(folder.path, plan, shards=sorted(finished)).shards_with_errors:
            folder.remove(number)
            finished.discard(number)
    size = plan.shard_photos
    return [
        Shard(number, tuple(names[number * size : (number + 1) * size]))
        for number in range(plan.shards)
        if number not in finished
    ]


class _Progress:
    """Adds up what the workers tell of their shards."""

    def __init__(
        self, plan: Plan, waiting: Sequence[Shard], tell: Callable[[int, int], None]
    ) -> None:
        self._total, self._tell = plan.photographs, tell
        self._sizes = {shard.number: len(shard.names) for shard in waiting}
        self._done = plan.photographs - sum(self._sizes.values())
        self._in_work: Counter[int] = Counter()
        tell(self._done, self._total)

    def __call__(self, shard: int, done: int) -> None:
        self._in_work[shard] = done
        self._tell(self._done + self._in_work.total(), self._total)

    def finish(self, shard: int) -> None:
        self._in_work.pop(shard, None)
        self._done += self._sizes[shard]
        self._tell(self._done + self._in_work.total(), self._total)


def _shard_photos(photographs: int) -> int:
    """Return a size that keeps several workers busy; of the number alone, as the plan must be."""
    least, most = SHARD_PHOTOS
    return min(max(photographs // _SHARDS, least), most)


def _reference(opened: Bundle, given: str | Path) -> str:
    """Return how a worker, perhaps in another folder, opens the same bundle."""
    if str(given) != opened.id and Path(given).exists():
        return str(Path(given).absolute())
    return str(given)
