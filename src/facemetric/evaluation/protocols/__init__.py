"""Published evaluation protocols, one a file."""

from facemetric.evaluation.protocols.lfw import LfwTask, lfw_task
from facemetric.evaluation.protocols.pair_list import PairTask, pair_similarities
from facemetric.evaluation.protocols.registry import PROTOCOLS

__all__ = ["PROTOCOLS", "LfwTask", "PairTask", "lfw_task", "pair_similarities"]
