"""Embeddings and labels of a batch to pairs or triplets."""

from facemetric.miners.anchors import Anchors, anchors_of
from facemetric.miners.batch_hard import BatchHard
from facemetric.miners.curriculum import Curriculum
from facemetric.miners.distance_weighted import DistanceWeighted
from facemetric.miners.hard_positive import HardPositive
from facemetric.miners.mined import (
    MINERS,
    PAIR_MINERS,
    Mined,
    MinedPairs,
    Miner,
    PairMiner,
    Shares,
)
from facemetric.miners.pairs import AllPairs, HardPairs, RandomPairs
from facemetric.miners.random_triplets import RandomTriplets
from facemetric.miners.semi_hard import SemiHard
from facemetric.miners.triplet_miner import TripletMiner

__all__ = [
    "MINERS",
    "PAIR_MINERS",
    "AllPairs",
    "Anchors",
    "BatchHard",
    "Curriculum",
    "DistanceWeighted",
    "HardPairs",
    "HardPositive",
    "Mined",
    "MinedPairs",
    "Miner",
    "PairMiner",
    "RandomPairs",
    "RandomTriplets",
    "SemiHard",
    "Shares",
    "TripletMiner",
    "anchors_of",
]
