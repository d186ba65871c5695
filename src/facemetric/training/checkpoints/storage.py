"""Tensors in safetensors files, one file a process, for ``torch.distributed.checkpoint``.

The layout is the one of torch's own `HuggingFaceStorageWriter`, so its reader reads these too.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor
from torch.distributed.checkpoint import StorageReader, StorageWriter
from torch.distributed.checkpoint.metadata import Metadata, MetadataIndex, TensorStorageMetadata
from torch.distributed.checkpoint.planner import LoadPlan, LoadPlanner, SavePlan, SavePlanner
from torch.distributed.checkpoint.storage import WriteResult
from torch.futures import Future

from facemetric.training.checkpoints.manifest import (
    MANIFEST,
    Chunk,
    File,
    Manifest,
    TensorEntry,
    sha256_of,
)


class SafetensorsWriter(StorageWriter):
    """Write a process's share of the tensors into one file of a folder.

    Tensors are written from where they lie: no second copy in memory beside those that come
    from a GPU or are not contiguous.
    """

    def __init__(
        self,
        folder: Path,
        *,
        rank: int,
        world: int,
        state: dict[str, Any],
        recipe: dict[str, Any] | None,
    ) -> None:
        self.folder = folder
        self.partial = folder.parent / f".{folder.name}.partial"
        self.name = f"tensors-{rank + 1:05d}-of-{world:05d}.safetensors"
        self.world = world
        self.state, self.recipe = state, recipe

    def reset(self, checkpoint_id: str | os.PathLike[str] | None = None) -> None:
        """Do nothing: a writer writes one checkpoint."""

    @classmethod
    def validate_checkpoint_id(cls, checkpoint_id: str | os.PathLike[str]) -> bool:
        """Say no: a folder is given when it is made, not by an id."""
        return False

    def set_up_storage_writer(self, is_coordinator: bool) -> None:
        """Make the folder, once; what an earlier attempt left there goes."""
        if is_coordinator:
            shutil.rmtree(self.partial, ignore_errors=True)
            self.partial.mkdir(parents=True)

    def prepare_local_plan(self, plan: SavePlan) -> SavePlan:
        """Leave the plan as it is."""
        return plan

    def prepare_global_plan(self, plans: list[SavePlan]) -> list[SavePlan]:
        """Leave the plans as they are."""
        return plans

    def write_data(self, plan: SavePlan, planner: SavePlanner) -> Future[list[WriteResult]]:
        """Write and sync this process's file."""
        held: dict[str, Tensor] = {}
        offsets: dict[str, Any] = {}
        seen: set[int] = set()
        for item in plan.items:
            tensor = planner.resolve_data(item).detach().cpu().contiguous()
            # The format has no two names for one memory.
            where = tensor.untyped_storage().data_ptr()
            held[item.index.fqn] = tensor.clone() if where in seen else tensor
            seen.add(where)
            offsets[item.index.fqn] = {"saved_offsets": list(item.index.offset)}
        stored = None
        if held:
            path = self.partial / self.name
            save_file(
                held,
                path,
                metadata={
                    "format": "pt",
                    "DCP_VERSION": "1.0",
                    "DCP_SHARDING_INFO": json.dumps(offsets),
                },
            )
            sync(path)
            stored = (self.name, path.stat().st_size, sha256_of(path))
        results = [
            WriteResult(
                index=item.index,
                size_in_bytes=held[item.index.fqn].nbytes,
                storage_data=stored,
            )
            for item in plan.items
        ]
        future: Future[list[WriteResult]] = Future()
        future.set_result(results)
        return future

    def finish(self, metadata: Metadata, results: list[list[WriteResult]]) -> None:
        """Write the manifest and put the folder in its place; the first process does this."""
        where: dict[MetadataIndex, str] = {}
        files: dict[str, File] = {}
        for result in (one for many in results for one in many):
            name, size, digest = result.storage_data
            files[name] = File(bytes=size, sha256=digest)
            where[result.index] = name
        manifest = Manifest(
            ranks=self.world,
            recipe=self.recipe,
            state=self.state,
            tensors={
                name: _entry(name, held, where)
                for name, held in metadata.state_dict_metadata.items()
            },
            files=files,
        )
        manifest.write(self.partial / MANIFEST)
        sync(self.partial / MANIFEST)
        sync(self.partial)
        replace_folder(self.partial, self.folder)


class SafetensorsReader(StorageReader):
    """Read rows of tensors out of the files of a checkpoint.

    Every file is hashed by one process before any process reads: a damaged checkpoint changes
    nothing in memory.
    """

    def __init__(self, folder: Path, manifest: Manifest, *, rank: int, world: int) -> None:
        self.folder = folder
        self.manifest = manifest
        self.rank, self.world = rank, world

    def reset(self, checkpoint_id: str | os.PathLike[str] | None = None) -> None:
        """Do nothing: a reader reads one checkpoint."""

    @classmethod
    def validate_checkpoint_id(cls, checkpoint_id: str | os.PathLike[str]) -> bool:
        """Say no: a folder is given when it is made, not by an id."""
        return False

    def read_metadata(self) -> Metadata:
        """Return what the checkpoint holds, in torch's terms."""
        return self.manifest.metadata()

    def set_up_storage_reader(self, metadata: Metadata, is_coordinator: bool) -> None:
        """Do nothing: the manifest is there."""

    def prepare_local_plan(self, plan: LoadPlan) -> LoadPlan:
        """Check this process's part of the files; an error stops every process."""
        self.manifest.verify(self.folder, rank=self.rank, world=self.world)
        return plan

    def prepare_global_plan(self, plans: list[LoadPlan]) -> list[LoadPlan]:
        """Leave the plans as they are."""
        return plans

    def read_data(self, plan: LoadPlan, planner: LoadPlanner) -> Future[None]:
        """Copy the planned rows into their tensors."""
        where = self.manifest.chunk_files()
        by_file: dict[str, list[Any]] = {}
        for item in plan.items:
            place = (item.storage_index.fqn, tuple(item.storage_index.offset))
            by_file.setdefault(where[place], []).append(item)
        for name, items in sorted(by_file.items()):
            with safe_open(self.folder / name, framework="pt") as file:
                for item in items:
                    target = planner.resolve_tensor(item)
                    target.copy_(_read(file, item))
                    planner.commit_tensor(item, target)
        future: Future[None] = Future()
        future.set_result(None)
        return future


def sync(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def replace_folder(new: Path, place: Path) -> None:
    """Rename a folder to its place; one that is there already makes room first."""
    old = place.parent / f".{place.name}.replaced"
    shutil.rmtree(old, ignore_errors=True)
    if place.exists():
        place.rename(old)
    new.rename(place)
    sync(place.parent)
    shutil.rmtree(old, ignore_errors=True)


def _entry(
    name: str, held: TensorStorageMetadata, where: Mapping[MetadataIndex, str]
) -> TensorEntry:
    return TensorEntry(
        dtype=str(held.properties.dtype).removeprefix("torch."),
        shape=list(held.size),
        chunks=[
            Chunk(
                file=where[MetadataIndex(name, chunk.offsets)],
                offsets=list(chunk.offsets),
                shape=list(chunk.sizes),
            )
            for chunk in held.chunks
        ],
    )


def _read(file: Any, item: Any) -> Tensor:
    name = item.storage_index.fqn
    if not item.lengths:
        return file.get_tensor(name)
    spans = zip(item.storage_offsets, item.lengths, strict=True)
    part: torch.Tensor = file.get_slice(name)[tuple(slice(at, at + n) for at, n in spans)]
    return part
