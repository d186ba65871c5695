"""The façade that joins detection, alignment, embedding, decisions and the gallery."""

from facemetric.recognizer.facade import DEFAULT_BUNDLE, Recognizer, default_detector
from facemetric.recognizer.pipeline import Photo, load_photo
from facemetric.recognizer.seen import (
    Comparison,
    EnrolledFace,
    EnrollReport,
    GroupedFace,
    Groups,
    IdentifiedFace,
    IdentifiedPhoto,
    SeenFace,
    SeenPhoto,
)

__all__ = [
    "DEFAULT_BUNDLE",
    "Comparison",
    "EnrollReport",
    "EnrolledFace",
    "GroupedFace",
    "Groups",
    "IdentifiedFace",
    "IdentifiedPhoto",
    "Photo",
    "Recognizer",
    "SeenFace",
    "SeenPhoto",
    "default_detector",
    "load_photo",
]
