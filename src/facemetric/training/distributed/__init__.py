"""Training in several processes: ranks, gathering, class centres in shards."""

from facemetric.training.distributed.gather import all_gather, gather_embeddings, gathered_rows
from facemetric.training.distributed.ranks import Ranks, join_ranks
from facemetric.training.distributed.shard import Shard

__all__ = [
    "Ranks",
    "Shard",
    "all_gather",
    "gather_embeddings",
    "gathered_rows",
    "join_ranks",
]
