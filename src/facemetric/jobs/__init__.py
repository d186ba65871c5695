"""Long work over many items: a data set out of photographs; below it, other jobs."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from facemetric.jobs.building import DatasetBuild, build_dataset
    from facemetric.jobs.collection import Collection, collect
    from facemetric.jobs.duplicates import Copy, find_copies
    from facemetric.jobs.grouping import (
        PhotosGrouped,
        by_group,
        group_photos,
        open_groups,
        seen_again,
    )
    from facemetric.jobs.judging import judge_labels
    from facemetric.jobs.label_noise import LabelNoise, find_label_noise
    from facemetric.jobs.limits import FaceLimits

_HOMES = {
    "Collection": "collection",
    "Copy": "duplicates",
    "DatasetBuild": "building",
    "FaceLimits": "limits",
    "LabelNoise": "label_noise",
    "PhotosGrouped": "grouping",
    "build_dataset": "building",
    "by_group": "grouping",
    "collect": "collection",
    "find_copies": "duplicates",
    "find_label_noise": "label_noise",
    "group_photos": "grouping",
    "judge_labels": "judging",
    "open_groups": "grouping",
    "seen_again": "grouping",
}

__all__ = [
    "Collection",
    "Copy",
    "DatasetBuild",
    "FaceLimits",
    "LabelNoise",
    "PhotosGrouped",
    "build_dataset",
    "by_group",
    "collect",
    "find_copies",
    "find_label_noise",
    "group_photos",
    "judge_labels",
    "open_groups",
    "seen_again",
]


def __getattr__(name: str) -> Any:
    # When it is first used: a worker of one job does without the imports of the others.
    if name not in _HOMES:
        raise AttributeError(f"module 'facemetric.jobs' has no attribute {name!r}")
    return getattr(import_module(f"facemetric.jobs.{_HOMES[name]}"), name)
