"""What each process writes and reads, planned by ``torch.distributed.checkpoint``."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.distributed.checkpoint import DefaultSavePlanner, LoadPlanner
from torch.distributed.checkpoint.metadata import (
    ChunkStorageMetadata,
    Metadata,
    MetadataIndex,
    TensorProperties,
    TensorStorageMetadata,
)
from torch.distributed.checkpoint.planner import (
    LoadPlan,
    ReadItem,
    SavePlan,
    TensorWriteData,
    WriteItem,
    WriteItemType,
)
from torch.distributed.checkpoint.planner_helpers import create_read_items_for_chunk_list

from facemetric.errors import CheckpointError
from facemetric.training.distributed.shard import Shard


class ShardSavePlanner(DefaultSavePlanner):
    """Plan writing: a shard by the process that holds it, other tensors by the first with one.

    That shards cover the whole without overlap is checked by torch.
    """

    def __init__(self) -> None:
        # Of copies that differ after all, such as batch statistics, all are then one process's.
        super().__init__(
            flatten_state_dict=False,
            flatten_sharded_tensors=False,
            dedup_save_to_lowest_rank=True,
        )

    def create_local_plan(self) -> SavePlan:
        """Return the tensors that this process could write; copies are dropped later."""
        items = [_written(name, value) for name, value in sorted(self.state_dict.items())]
        self.plan = SavePlan([item for item in items if item is not None])
        return self.plan

    def lookup_object(self, index: MetadataIndex) -> Tensor:
        """Return the tensor that is written under a name."""
        return rows_of(self.state_dict[index.fqn])


class ShardLoadPlanner(LoadPlanner):
    """Plan reading: which rows of which files fill each tensor, whoever wrote them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def set_up_planner(
        self,
        state_dict: Mapping[str, Any],
        metadata: Metadata | None = None,
        is_coordinator: bool = False,
    ) -> None:
        """Take what is to be filled, and what the checkpoint holds."""
        self.into = dict(state_dict)
        self.metadata = metadata

    def create_local_plan(self) -> LoadPlan:
        """Return this process's reads; CheckpointError where a tensor does not fit."""
        items: list[ReadItem] = []
        held = {} if self.metadata is None else self.metadata.state_dict_metadata
        missing = sorted(set(self.into) - set(held))
        if missing:
            raise CheckpointError(
                f"holds no tensor {_few(missing)}; it holds {_few(sorted(held))}",
                item=str(self.folder),
                fix="Was it written with another network, loss or optimiser?",
            )
        for name, value in sorted(self.into.items()):
            self._fits(name, value, held[name])
            items += create_read_items_for_chunk_list(name, held[name], [chunk_of(value)])
        return LoadPlan(items)

    def _fits(self, name: str, value: Tensor | Shard, held: TensorStorageMetadata) -> None:
        wanted = (tuple(size_of(value)), rows_of(value).dtype)
        came = (tuple(held.size), held.properties.dtype)
        if wanted != came:
            raise CheckpointError(
                f"{name}: wanted {_described(*wanted)}, the checkpoint holds {_described(*came)}",
                item=str(self.folder),
                fix="Was it written with another network, loss or number of classes?",
            )

    def create_global_plan(self, global_plan: list[LoadPlan]) -> list[LoadPlan]:
        """Leave the plans as they are: reads do not touch each other."""
        return global_plan

    def finish_plan(self, central_plan: LoadPlan) -> LoadPlan:
        """Leave the plan as it is."""
        return central_plan

    def load_bytes(self, read_item: ReadItem, value: Any) -> None:
        """Refuse: nothing but tensors is stored."""
        raise NotImplementedError(read_item.dest_index.fqn)

    def resolve_tensor(self, read_item: ReadItem) -> Tensor:
        """Return the part of a tensor that a read fills."""
        part = rows_of(self.into[read_item.dest_index.fqn]).detach()
        spans = zip(read_item.dest_offsets, read_item.lengths, strict=True)
        for axis, (start, length) in enumerate(spans):
            part = part.narrow(axis, start, length)
        return part

    def commit_tensor(self, read_item: ReadItem, tensor: Tensor) -> None:
        """Do nothing: `resolve_tensor` gave the tensor itself."""


def rows_of(value: Tensor | Shard) -> Tensor:
    """Return the tensor that this process holds."""
    return value.rows if isinstance(value, Shard) else value


def size_of(value: Tensor | Shard) -> torch.Size:
    """Return the shape of the whole."""
    if isinstance(value, Shard):
        return torch.Size((value.total, *value.rows.shape[1:]))
    return value.shape


def chunk_of(value: Tensor | Shard) -> ChunkStorageMetadata:
    """Return where in the whole this process's part lies."""
    part = rows_of(value)
    offsets = [0] * part.ndim
    if isinstance(value, Shard):
        offsets[0] = value.first
    return ChunkStorageMetadata(torch.Size(offsets), part.shape)


def _written(name: str, value: Tensor | Shard) -> WriteItem | None:
    chunk, part = chunk_of(value), rows_of(value)
    if isinstance(value, Shard) and not len(part):
        return None
    properties = dataclasses.replace(TensorProperties.create_from_tensor(part), requires_grad=False)
    return WriteItem(
        index=MetadataIndex(name, chunk.offsets),
        type=WriteItemType.SHARD if isinstance(value, Shard) else WriteItemType.TENSOR,
        tensor_data=TensorWriteData(chunk=chunk, properties=properties, size=size_of(value)),
    )


def _described(shape: tuple[int, ...], dtype: torch.dtype) -> str:
    return f"{str(dtype).removeprefix('torch.')} {shape}"


def _few(names: list[str]) -> str:
    shown = ", ".join(names[:4]) or "none"
    return f"{shown} and {len(names) - 4} more" if len(names) > 4 else shown
