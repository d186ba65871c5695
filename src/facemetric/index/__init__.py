"""Vectors side by side: one-byte codes, exact search, pairs that are alike."""

from facemetric.index.code_index import CodeIndex
from facemetric.index.codec import Codec
from facemetric.index.exact import top_k
from facemetric.index.neighbours import neighbour_graph
from facemetric.index.pairs import Edges, similar_pairs

__all__ = ["CodeIndex", "Codec", "Edges", "neighbour_graph", "similar_pairs", "top_k"]
