"""Photographs into groups of one person each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from facemetric.cluster import cluster
from facemetric.decide import Threshold
from facemetric.recognizer.pipeline import Photo, Pipeline
from facemetric.recognizer.seen import GroupedFace, Groups
from facemetric.types import ItemError


def group_photos(
    pipeline: Pipeline,
    photos: Iterable[Photo],
    *,
    method: str,
    threshold: Threshold | None,
    people: int | None,
    seed: int,
) -> Groups:
    """Group the faces of photographs; see ``Recognizer.group``."""
    faces: list[GroupedFace] = []
    errors: list[ItemError] = []
    for photo in pipeline.see(photos):
        if isinstance(photo, ItemError):
            errors.append(photo)
        else:
            faces.extend(GroupedFace(photo.source, seen) for seen in photo.faces)
    if not faces:
        return Groups((), (), tuple(errors), method, threshold)
    labels = cluster(
        np.stack([item.seen.embedding for item in faces]),
        method=method,
        threshold=None if threshold is None else threshold.similarity,
        n_clusters=people,
        seed=seed,
    )
    by_label: defaultdict[int, list[GroupedFace]] = defaultdict(list)
    for label, item in zip(labels.tolist(), faces, strict=True):
        by_label[label].append(item)
    # Some methods call a face like no other noise (-1), others a group of its own.
    together = [label for label in sorted(by_label) if label >= 0 and len(by_label[label]) > 1]
    groups = tuple(tuple(by_label[label]) for label in together)
    alone = tuple(
        item
        for label, item in zip(labels.tolist(), faces, strict=True)
        if label < 0 or len(by_label[label]) == 1
    )
    return Groups(groups, alone, tuple(errors), method, threshold)
