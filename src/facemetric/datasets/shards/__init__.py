"""WebDataset-style tar shards of aligned faces, written and read."""

from facemetric.datasets.shards.card import CARD_NAME, read_card, write_card
from facemetric.datasets.shards.record import ChipRecord
from facemetric.datasets.shards.source import UNFINISHED, ShardSource, find_shards
from facemetric.datasets.shards.tar import read_members
from facemetric.datasets.shards.writer import DEFAULT_SHARD_BYTES, PackedChip, ShardWriter

__all__ = [
    "CARD_NAME",
    "DEFAULT_SHARD_BYTES",
    "UNFINISHED",
    "ChipRecord",
    "PackedChip",
    "ShardSource",
    "ShardWriter",
    "find_shards",
    "read_card",
    "read_members",
    "write_card",
]
