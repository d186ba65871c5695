"""The façade that joins detection, alignment, embedding, decisions and the gallery."""

from facemetric.recognizer.facade import Recognizer
from facemetric.recognizer.pipeline import EncodedPhoto, Photo, load_photo
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
from facemetric.recognizer.viewer import DEFAULT_BUNDLE, Viewer, default_detector

__all__ = [
    "DEFAULT_BUNDLE",
    "Comparison",
    "EncodedPhoto",
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
    "Viewer",
    "default_detector",
    "load_photo",
]
