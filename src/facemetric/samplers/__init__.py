"""Batches of rows for training: resumable, and the same for the same seed and epoch."""

from facemetric.samplers.class_balanced import ClassBalanced
from facemetric.samplers.p_k import PK
from facemetric.samplers.sampler import SAMPLERS, Sampler
from facemetric.samplers.shuffle import Shuffle

__all__ = ["PK", "SAMPLERS", "ClassBalanced", "Sampler", "Shuffle"]
