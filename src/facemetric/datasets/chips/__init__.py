"""Pictures for training: folders, lists, record files and shards behind one protocol."""

from facemetric.datasets.chips.decode import decode_chip, read_chip
from facemetric.datasets.chips.folders import PhotoSource, open_identity_folders
from facemetric.datasets.chips.open import open_chips
from facemetric.datasets.chips.source import ChipSource

__all__ = [
    "ChipSource",
    "PhotoSource",
    "decode_chip",
    "open_chips",
    "open_identity_folders",
    "read_chip",
]
