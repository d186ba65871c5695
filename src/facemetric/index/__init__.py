"""Vectors side by side: one-byte codes and exact search."""

from facemetric.index.code_index import CodeIndex
from facemetric.index.codec import Codec
from facemetric.index.exact import top_k

__all__ = ["CodeIndex", "Codec", "top_k"]
