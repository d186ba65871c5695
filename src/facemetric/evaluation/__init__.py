"""Measuring recognition: metrics, protocols, calibration. Nothing here imports torch."""

from facemetric.evaluation.cache import RowCache
from facemetric.evaluation.calibrate import calibrate
from facemetric.evaluation.embedding import FaceEmbedder
from facemetric.evaluation.faces import CentralFaceFinder, CentralFaces
from facemetric.evaluation.overlap import NearestPeople, nearest_people, people_with_doubles
from facemetric.evaluation.protocols import Embed, LfwResult, evaluate_lfw

__all__ = [
    "CentralFaceFinder",
    "CentralFaces",
    "Embed",
    "FaceEmbedder",
    "LfwResult",
    "NearestPeople",
    "RowCache",
    "calibrate",
    "evaluate_lfw",
    "nearest_people",
    "people_with_doubles",
]
