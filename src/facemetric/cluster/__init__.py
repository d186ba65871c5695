"""Embeddings to groups of the same person."""

from facemetric.cluster.agglomerative import agglomerative
from facemetric.cluster.auto import auto
from facemetric.cluster.chinese_whispers import chinese_whispers
from facemetric.cluster.connected import connected
from facemetric.cluster.dbscan import dbscan
from facemetric.cluster.graph import Corrections, components, whisper
from facemetric.cluster.grouping import cluster
from facemetric.cluster.hdbscan import hdbscan
from facemetric.cluster.k_means import k_means
from facemetric.cluster.linkage import link
from facemetric.cluster.method import METHODS, Method

__all__ = [
    "METHODS",
    "Corrections",
    "Method",
    "agglomerative",
    "auto",
    "chinese_whispers",
    "cluster",
    "components",
    "connected",
    "dbscan",
    "hdbscan",
    "k_means",
    "link",
    "whisper",
]
