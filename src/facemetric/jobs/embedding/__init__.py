"""Large sets of photographs into embeddings: planned, in shards, taken up again."""

from facemetric.jobs.embedding.photographs import list_photographs
from facemetric.jobs.embedding.plan import Plan
from facemetric.jobs.embedding.read import (
    EmbeddedFaces,
    PhotoCounts,
    iter_embeddings,
    read_embeddings,
)
from facemetric.jobs.embedding.run import SHARD_PHOTOS, EmbeddedSet, embed_photos

__all__ = [
    "SHARD_PHOTOS",
    "EmbeddedFaces",
    "EmbeddedSet",
    "PhotoCounts",
    "Plan",
    "embed_photos",
    "iter_embeddings",
    "list_photographs",
    "read_embeddings",
]
