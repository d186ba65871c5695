"""Chips to embeddings."""

from facemetric.embed.embedder import Embedder

__all__ = ["Embedder"]
