"""Training in several processes: ranks, gathering, class centres in shards."""

from facemetric.training.distributed.gather import all_gather, gather_embeddings, gathered_rows
from facemetric.training.distributed.ranks import Ranks, join_ranks
from facemetric.training.distributed.replica import replicated
from facemetric.training.distributed.row_gradient import take_rows
from facemetric.training.distributed.row_optimisers import RowAdamW, RowSGD
from facemetric.training.distributed.sampling import sampled_classes
from facemetric.training.distributed.shard import Shard
from facemetric.training.distributed.sharded_centres import ShardedCentres, shards_of

__all__ = [
    "Ranks",
    "RowAdamW",
    "RowSGD",
    "Shard",
    "ShardedCentres",
    "all_gather",
    "gather_embeddings",
    "gathered_rows",
    "join_ranks",
    "replicated",
    "sampled_classes",
    "shards_of",
    "take_rows",
]
