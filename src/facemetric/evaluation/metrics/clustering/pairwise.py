"""Pairwise precision, recall and F."""

from __future__ import annotations

from facemetric.evaluation.metrics.clustering.contingency import contingency
from facemetric.evaluation.metrics.clustering.f_score import FScore
from facemetric.types import AnyArray


def pairwise_f(labels: AnyArray, clusters: AnyArray) -> FScore:
    """Return how well pairs of images in one cluster agree with pairs of one person.

    Precision: share of the pairs in one cluster that show one person. Recall: share of the pairs of
    one person that are in one cluster. Without any such pairs a share is 1. Otto, Wang, Jain,
    "Clustering millions of faces by identity", 2018. See `contingency` for the
    parameters and errors.
    """
    table = contingency(labels, clusters)
    together = int((table.counts * (table.counts - 1)).sum())
    clustered = int((table.clusters * (table.clusters - 1)).sum())
    same = int((table.people * (table.people - 1)).sum())
    return FScore(
        precision=together / clustered if clustered else 1.0,
        recall=together / same if same else 1.0,
    )
