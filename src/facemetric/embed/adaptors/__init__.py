"""Maps from one network's embeddings to another's."""

from facemetric.embed.adaptors.adaptor import ADAPTORS, LEAST_ROWS, Adaptor
from facemetric.embed.adaptors.choice import best_adaptor
from facemetric.embed.adaptors.mlp import Mlp
from facemetric.embed.adaptors.procrustes import Procrustes
from facemetric.embed.adaptors.ridge import Ridge

__all__ = ["ADAPTORS", "LEAST_ROWS", "Adaptor", "Mlp", "Procrustes", "Ridge", "best_adaptor"]
