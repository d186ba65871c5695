"""Published evaluation protocols, one a file."""

from facemetric.evaluation.protocols.cfp import CfpTask, cfp_task
from facemetric.evaluation.protocols.insightface_bin import InsightFaceBinTask, insightface_bin_task
from facemetric.evaluation.protocols.lfw import LfwTask, lfw_task
from facemetric.evaluation.protocols.pair_list import (
    PairList,
    PairListsTask,
    PairTask,
    pair_similarities,
)
from facemetric.evaluation.protocols.registry import PROTOCOLS
from facemetric.evaluation.protocols.youtube_faces import YoutubeFacesTask, youtube_faces_task

__all__ = [
    "PROTOCOLS",
    "CfpTask",
    "InsightFaceBinTask",
    "LfwTask",
    "PairList",
    "PairListsTask",
    "PairTask",
    "YoutubeFacesTask",
    "cfp_task",
    "insightface_bin_task",
    "lfw_task",
    "pair_similarities",
    "youtube_faces_task",
]
