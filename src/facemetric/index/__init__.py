"""Vectors side by side: one-byte codes and exact search."""

from facemetric.index.codec import Codec
from facemetric.index.exact import top_k

__all__ = ["Codec", "top_k"]
