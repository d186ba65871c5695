"""Pictures for training: folders, lists, record files and shards behind one protocol."""

from facemetric.datasets.chips.closed_set import ClosedSet, split_at_random, split_by_order
from facemetric.datasets.chips.decode import decode_chip
from facemetric.datasets.chips.decoded import DecodedChips
from facemetric.datasets.chips.folders import PhotoSource, open_identity_folders
from facemetric.datasets.chips.list_file import open_list_file
from facemetric.datasets.chips.merge import MergedSource, merge_sources
from facemetric.datasets.chips.open import open_chips
from facemetric.datasets.chips.read import read_chip
from facemetric.datasets.chips.rec import RecSource, open_rec
from facemetric.datasets.chips.source import ChipSource
from facemetric.datasets.chips.subset import SubsetSource, at_least_k

__all__ = [
    "ChipSource",
    "ClosedSet",
    "DecodedChips",
    "MergedSource",
    "PhotoSource",
    "RecSource",
    "SubsetSource",
    "at_least_k",
    "decode_chip",
    "merge_sources",
    "open_chips",
    "open_identity_folders",
    "open_list_file",
    "open_rec",
    "read_chip",
    "split_at_random",
    "split_by_order",
]
