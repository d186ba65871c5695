"""Long work over many items: a data set out of photographs."""

from facemetric.jobs.build_dataset import DatasetBuild, build_dataset
from facemetric.jobs.collection import Collection, collect
from facemetric.jobs.duplicates import Copy, find_copies
from facemetric.jobs.judging import judge_labels
from facemetric.jobs.label_noise import LabelNoise, find_label_noise
from facemetric.jobs.limits import FaceLimits

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
