"""The photographs of one shard, seen."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from facemetric._version import __version__
from facemetric.bundle import open_bundle
from facemetric.errors import BundleError, FacemetricError, IntegrityError, SourceError, WorkerError
from facemetric.index import Codec
from facemetric.jobs.embedding.photographs import PhotoReader
from facemetric.jobs.embedding.plan import Plan
from facemetric.jobs.embedding.stamp import Stamp, stamp_of
from facemetric.jobs.embedding.tables import ShardTables
from facemetric.recognizer import SeenPhoto, Viewer
from facemetric.types import ItemError

AT_ONCE = 8
"""Photographs that are read and embedded together."""
_SUSPICIOUS = 16


@dataclass(frozen=True, slots=True)
class Shard:
    """A number and the names of its photographs."""

    number: int
    names: tuple[str, ...]


@dataclass(frozen=True, eq=False, slots=True)
class EmbeddedShard:
    """A finished shard: Arrow tables of its faces and of its photographs."""

    number: int
    faces: Any
    photos: Any


class ShardEmbedder:
    """Embeds shards on one thread: the same photographs give the same bits wherever it runs.

    Parameters
    ----------
    plan
        What to do.
    bundle
        Name or path of the plan's bundle.
    base
        Folder that relative paths are in.
    provider
        See `facemetric.recognizer.Viewer`.

    Raises
    ------
    WorkerError
        The plan is of another version of facemetric.
    BundleError
        The bundle is absent, or has no codes where the plan wants them.
    IntegrityError
        It is another bundle of that name.
    ProviderError
        The provider is missing.
    """

    def __init__(self, plan: Plan, *, bundle: str, base: Path, provider: str = "cpu") -> None:
        if plan.facemetric != __version__:
            raise WorkerError(
                f"this machine has facemetric {__version__}, the plan is of {plan.facemetric}",
                item=platform.node(),
                fix="Install that version on every machine",
            )
        opened = open_bundle(bundle)
        if opened.manifest.model.sha256 != plan.bundle_sha256:
            raise IntegrityError(
                f"expected the graph {plan.bundle_sha256}, got {opened.manifest.model.sha256}",
                item=bundle,
                fix="Give every machine the same bundle",
            )
        smallest = plan.detection.min_face_px if plan.detection.chosen else None
        self._viewer = Viewer(
            opened, min_face_px=smallest, provider=provider, threads=1, flip=plan.flip
        )
        self._select = plan.select
        self._reader = PhotoReader(base)
        codes = opened.manifest.codes
        if plan.encoding == "u8" and codes is None:
            raise no_codes(opened.id)
        codec = Codec.of(codes) if plan.encoding == "u8" and codes is not None else None
        self._tables = ShardTables(plan, codec)

    def __call__(
        self,
        shard: Shard,
        *,
        at_once: int = AT_ONCE,
        passed_over: Mapping[int, ItemError] | None = None,
        tell: Callable[[int], None] = lambda first: None,
    ) -> EmbeddedShard:
        """Embed a shard.

        Parameters
        ----------
        at_once
            Photographs that are embedded together.
        passed_over
            Errors of photographs that are not to be touched, by their place.
        tell
            Called with the place of the first of several photographs before they are read.

        Raises
        ------
        SourceError
            None of many photographs can be read: more likely their folder is gone, or is not on
            this machine, than each of them.
        """
        names, known = shard.names, passed_over or {}
        seen: list[SeenPhoto | ItemError] = []
        stamps: list[Stamp | None] = []
        for first in range(0, len(names), at_once):
            tell(first)
            part = [known.get(place, names[place]) for place in _places(first, at_once, names)]
            # Before they are read: one that is written meanwhile has another stamp then.
            stamps += [self._stamp(one) for one in part]
            seen += self._see(part)
        tell(len(names))
        failed = [one for one in seen if isinstance(one, ItemError) and one.code == "source"]
        if len(failed) == len(names) >= _SUSPICIOUS:
            raise SourceError(
                f"none of {len(names):,} photographs can be read: {failed[0].cause}",
                item=names[0],
                fix="Is their folder, disk or server there, and on every machine? Run again then",
            )
        rows = list(zip(names, seen, strict=True))
        number = shard.number
        return EmbeddedShard(
            number, self._tables.faces(number, rows), self._tables.photos(number, rows, stamps)
        )

    def _see(self, names: Sequence[str | ItemError]) -> list[SeenPhoto | ItemError]:
        read = [name if isinstance(name, ItemError) else self._read(name) for name in names]
        there = [photo for photo in read if not isinstance(photo, ItemError)]
        seen = iter(self._viewer.see_many(there, select=self._select))
        result: list[SeenPhoto | ItemError] = []
        for name, photo in zip(names, read, strict=True):
            if isinstance(name, ItemError) or isinstance(photo, ItemError):
                assert isinstance(photo, ItemError)
                result.append(photo)
                continue
            one = next(seen)
            # It was bytes, or a path below another folder.
            result.append(replace(one, item=name) if isinstance(one, ItemError) else one)
        return result

    def _stamp(self, name: str | ItemError) -> Stamp | None:
        path = None if isinstance(name, ItemError) else self._reader.path(name)
        return None if path is None else stamp_of(path)

    def _read(self, name: str) -> Path | bytes | ItemError:
        try:
            return self._reader.read(name)
        except FacemetricError as error:
            return ItemError.of(error, item=name)


def no_codes(bundle: str) -> BundleError:
    """Return the error of a bundle that has no one-byte codes."""
    return BundleError(
        "the bundle has no one-byte codes",
        item=bundle,
        fix="Leave out --codes (codes=True), or use a bundle that has them",
    )


def _places(first: int, count: int, names: Sequence[str]) -> range:
    return range(first, min(first + count, len(names)))
