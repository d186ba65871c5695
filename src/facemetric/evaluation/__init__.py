"""Measuring recognition: metrics, protocols, calibration. Nothing here imports torch."""

from facemetric.evaluation.cache import RowCache, cache_size, clear_cache
from facemetric.evaluation.calibration import calibrate
from facemetric.evaluation.embedding import Change, Embedded, FaceEmbedder
from facemetric.evaluation.evaluate import Embed, Evaluation, evaluate
from facemetric.evaluation.faces import (
    CentralFaceFinder,
    CentralFaces,
    CentreCrop,
    FaceRule,
    ReadyChips,
)
from facemetric.evaluation.figure import Curve, Figure
from facemetric.evaluation.leakage import NearestPeople, nearest_people, people_with_doubles
from facemetric.evaluation.parts import Grouping, Identification, Part, Verification
from facemetric.evaluation.protocols import (
    PROTOCOLS,
    cfp_task,
    folder_task,
    holdout_task,
    ijb_task,
    insightface_bin_task,
    lfw_task,
    megaface_kit_task,
    megaface_task,
    open_set_task,
    personal_photos_task,
    youtube_faces_task,
)
from facemetric.evaluation.screening import Screening, screen
from facemetric.evaluation.settings import Settings
from facemetric.evaluation.task import Condition, Task
from facemetric.evaluation.traits import TRAITS, FaceTraits
from facemetric.evaluation.usual_place import UsualPlace

__all__ = [
    "PROTOCOLS",
    "TRAITS",
    "CentralFaceFinder",
    "CentralFaces",
    "CentreCrop",
    "Change",
    "Condition",
    "Curve",
    "Embed",
    "Embedded",
    "Evaluation",
    "FaceEmbedder",
    "FaceRule",
    "FaceTraits",
    "Figure",
    "Grouping",
    "Identification",
    "NearestPeople",
    "Part",
    "ReadyChips",
    "RowCache",
    "Screening",
    "Settings",
    "Task",
    "UsualPlace",
    "Verification",
    "cache_size",
    "calibrate",
    "cfp_task",
    "clear_cache",
    "evaluate",
    "folder_task",
    "holdout_task",
    "ijb_task",
    "insightface_bin_task",
    "lfw_task",
    "megaface_kit_task",
    "megaface_task",
    "nearest_people",
    "open_set_task",
    "people_with_doubles",
    "personal_photos_task",
    "screen",
    "youtube_faces_task",
]
