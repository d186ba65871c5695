"""WebDataset-style tar shards of aligned faces, written and read."""

from facemetric.datasets.shards.record import ChipRecord
from facemetric.datasets.shards.source import ShardSource, find_shards
from facemetric.datasets.shards.tar import read_members
from facemetric.datasets.shards.writer import DEFAULT_SHARD_BYTES, PackedChip, ShardWriter

__all__ = [
    "DEFAULT_SHARD_BYTES",
    "ChipRecord",
    "PackedChip",
    "ShardSource",
    "ShardWriter",
    "find_shards",
    "read_members",
]
