"""Published evaluation protocols, one a file."""

from facemetric.evaluation.protocols.cfp import CfpTask, cfp_task
from facemetric.evaluation.protocols.folder import FolderTask, folder_task
from facemetric.evaluation.protocols.holdout import HoldoutTask, holdout_task
from facemetric.evaluation.protocols.ijb import IjbTask, ijb_task
from facemetric.evaluation.protocols.insightface_bin import InsightFaceBinTask, insightface_bin_task
from facemetric.evaluation.protocols.lfw import LfwTask, lfw_task
from facemetric.evaluation.protocols.megaface import MegafaceTask, megaface_task
from facemetric.evaluation.protocols.megaface_kit import (
    megaface_kit_task,
    read_distractors,
    read_probes,
    training_condition,
)
from facemetric.evaluation.protocols.open_set import OpenSetTask, open_set_task
from facemetric.evaluation.protocols.pair_list import (
    PairList,
    PairListsTask,
    PairTask,
    pair_similarities,
)
from facemetric.evaluation.protocols.personal_photos import PersonalTask, personal_photos_task
from facemetric.evaluation.protocols.registry import PROTOCOLS
from facemetric.evaluation.protocols.youtube_faces import YoutubeFacesTask, youtube_faces_task

__all__ = [
    "PROTOCOLS",
    "CfpTask",
    "FolderTask",
    "HoldoutTask",
    "IjbTask",
    "InsightFaceBinTask",
    "LfwTask",
    "MegafaceTask",
    "OpenSetTask",
    "PairList",
    "PairListsTask",
    "PairTask",
    "PersonalTask",
    "YoutubeFacesTask",
    "cfp_task",
    "folder_task",
    "holdout_task",
    "ijb_task",
    "insightface_bin_task",
    "lfw_task",
    "megaface_kit_task",
    "megaface_task",
    "open_set_task",
    "pair_similarities",
    "personal_photos_task",
    "read_distractors",
    "read_probes",
    "training_condition",
    "youtube_faces_task",
]
