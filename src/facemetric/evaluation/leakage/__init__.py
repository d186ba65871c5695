"""Whether the same person or picture stands in two folds, or in the training data too."""

from facemetric.evaluation.leakage.check import check_folds, check_training
from facemetric.evaluation.leakage.faces import LikePairs, copy_similarity, like_pairs
from facemetric.evaluation.leakage.finding import Check, Finding, Leakage
from facemetric.evaluation.leakage.names import plain_name, shared_names
from facemetric.evaluation.leakage.nearest import (
    NearestPeople,
    nearest_people,
    people_with_doubles,
)
from facemetric.evaluation.leakage.pictures import SamePictures, same_pictures
from facemetric.evaluation.leakage.thumbnails import ThumbnailReader, Thumbnails

__all__ = [
    "Check",
    "Finding",
    "Leakage",
    "LikePairs",
    "NearestPeople",
    "SamePictures",
    "ThumbnailReader",
    "Thumbnails",
    "check_folds",
    "check_training",
    "copy_similarity",
    "like_pairs",
    "nearest_people",
    "people_with_doubles",
    "plain_name",
    "same_pictures",
    "shared_names",
]
