"""What a fixed network says of every chip: a teacher's embeddings, or an older network's.

Distillation (`facemetric.losses.distillation_loss`) and harmonic embeddings (Schroff, Kalenichenko,
Philbin, "FaceNet", 2015, section 5.7) compare with the embeddings of a network that does not learn.
It sees every chip once, as it was cut: augmentation is for the pupil alone.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from facemetric.align import TEMPLATES
from facemetric.bundle import Bundle
from facemetric.datasets.chips import ChipSource, read_chip
from facemetric.embed import Embedder
from facemetric.errors import DataError
from facemetric.types import Float32

_CODE = 1
"""Raised where the way of computing changes, so that older tables are not taken for new ones."""


def teacher_embeddings(
    source: ChipSource,
    bundle: Bundle,
    *,
    template: str = "arcface-112",
    pack: ChipSource | None = None,
    flip: bool = False,
    cache: Path | None = None,
    provider: str = "cpu",
    threads: int | None = None,
    batch_size: int = 64,
    on_progress: Callable[[int], None] | None = None,
) -> Float32:
    """Return a bundle's embedding of every chip of a source.

    Parameters
    ----------
    source
        The pupil's chips.
    bundle
        The teacher.
    template
        How the chips were cut.
    pack
        The same photographs cut as the teacher wants them, found by their names (``item``);
        needed where its template is another than ``template``, unused where it is not.
    flip
        Average with the mirrored chip.
    cache
        Folder in which the table is kept, by the digests of the graph and of the chips; ``None``
        to keep nothing.
    provider, threads, batch_size
        See `facemetric.embed.Embedder`.
    on_progress
        Called with the number of chips done.

    Returns
    -------
    ndarray
        ``float32 (N, E)``, unit length, one row a chip of ``source``; read-only where it comes
        from the cache.

    Raises
    ------
    DataError
        The chips do not fit the teacher, the pack lacks a photograph, or one cannot be read.
    DecodeError
        A chip is damaged.
    """
    chips, rows = _fitting(source, bundle, template, pack)
    size_px = (bundle.manifest.input.height_px, bundle.manifest.input.width_px)
    path = None
    if cache is not None:
        path = cache / f"teacher-{_digest(chips, rows, bundle, flip=flip)[:24]}.npy"
        kept = _kept(path, (len(rows), bundle.dim))
        if kept is not None:
            return kept
    embedder = Embedder(
        bundle, provider=provider, threads=threads, flip=flip, batch_size=batch_size
    )
    table = np.empty((len(rows), embedder.dim), np.float32)
    for start in range(0, len(rows), batch_size):
        part = rows[start : start + batch_size]
        pixels = np.stack([read_chip(chips, row, size_px=size_px) for row in part])
        table[start : start + len(part)] = embedder.embed(pixels)
        if on_progress is not None:
            on_progress(start + len(part))
    if path is not None:
        _keep(path, table)
    return table


def _fitting(
    source: ChipSource, bundle: Bundle, template: str, pack: ChipSource | None
) -> tuple[ChipSource, Sequence[int]]:
    """Return the chips that the teacher can see, and where in them each of the source's is."""
    wanted = bundle.manifest.alignment.template
    cut, spec = TEMPLATES[template], bundle.manifest.input
    same_size = (cut.height_px, cut.width_px) == (spec.height_px, spec.width_px)
    if wanted == template and same_size:
        return source, range(len(source))
    if pack is None:
        raise DataError(
            f"this teacher takes {spec.width_px} × {spec.height_px} chips of template {wanted!r}, "
            f"the training chips are of {template!r}",
            item=bundle.id,
            fix=f"Choose another teacher, or pack the photographs a second time: "
            f"facemetric dataset --template {wanted}, and name that as reference.pack",
        )
    row_of = {pack.item(row): row for row in range(len(pack))}
    names = [source.item(row) for row in range(len(source))]
    missing = [name for name in names if name not in row_of]
    if missing:
        raise DataError(
            f"the teacher's pack lacks {len(missing):,} of {len(names):,} photographs",
            item=missing[0],
            fix="Make both packs of the same photographs, with faceless ones kept",
        )
    return pack, [row_of[name] for name in names]


def _digest(chips: ChipSource, rows: Sequence[int], bundle: Bundle, *, flip: bool) -> str:
    """Return a digest of all that the table depends on: the order of the chips too."""
    manifest = bundle.manifest
    total = hashlib.sha256(
        f"{_CODE} {manifest.model.sha256} {manifest.input.model_dump_json()} {flip}".encode()
    )
    for row in rows:
        total.update(hashlib.sha256(chips.encoded(row)).digest())
    return total.hexdigest()


def _kept(path: Path, shape: tuple[int, int]) -> Float32 | None:
    try:
        table: Float32 = np.load(path, mmap_mode="r", allow_pickle=False)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise DataError(
            f"cannot be read: {error}", item=str(path), fix="Remove it: it is then made again"
        ) from error
    if table.shape != shape or table.dtype != np.float32:
        raise DataError(
            f"expected float32 {shape}, got {table.dtype} {table.shape}",
            item=str(path),
            fix="Remove it: it is then made again",
        )
    return table


def _keep(path: Path, table: Float32) -> None:
    """Write a table whole or not at all, for the user alone: embeddings are biometric data."""
    partial: str | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, partial = tempfile.mkstemp(dir=path.parent, suffix=".partial")  # 0600
        with os.fdopen(handle, "wb") as file:
            np.save(file, table, allow_pickle=False)
        Path(partial).replace(path)
    except OSError as error:
        raise DataError(
            f"cannot be written: {error.strerror or error}",
            item=str(path),
            fix="Choose another folder for the run",
        ) from error
    finally:
        if partial is not None:
            Path(partial).unlink(missing_ok=True)
