"""Long work over many items: a data set out of photographs; below it, other jobs."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from facemetric.jobs.building import DatasetBuild, build_dataset
    from facemetric.jobs.collection import Collection, collect
    from facemetric.jobs.duplicates import Copy, find_copies
    from facemetric.jobs.judging import judge_labels
    from facemetric.jobs.label_noise import LabelNoise, find_label_noise
    from facemetric.jobs.limits import FaceLimits

_HOMES = {
    "Collection": "collection",
    "Copy": "duplicates",
    "DatasetBuild": "building",
    "FaceLimits": "limits",
    "LabelNoise": "label_noise",
    "build_dataset": "building",
    "collect": "collection",
    "find_copies": "duplicates",
    "find_label_noise": "label_noise",
    "judge_labels": "judging",
}

__all__ = [
    "Collection",
    "Copy",
    "DatasetBuild",
    "FaceLimits",
    "LabelNoise",
    "build_dataset",
    "collect",
    "find_copies",
    "find_label_noise",
    "judge_labels",
]


def __getattr__(name: str) -> Any:
    # When it is first used: a worker of one job does without the imports of the others.
    if name not in _HOMES:
        raise AttributeError(f"module 'facemetric.jobs' has no attribute {name!r}")
    return getattr(import_module(f"facemetric.jobs.{_HOMES[name]}"), name)
