"""Losses: margins on the softmax, and metric learning on plain index tensors."""

from facemetric.losses.arcface import ArcFace, arcface_loss
from facemetric.losses.lmcl import LMCL, lmcl_loss
from facemetric.losses.margin import MARGINS, Margin
from facemetric.losses.margin_cross_entropy import (
    logits_cross_entropy,
    margin_cross_entropy,
    own_cosines,
)
from facemetric.losses.margin_loss import margin_loss
from facemetric.losses.margin_softmax import MarginSoftmax
from facemetric.losses.modified_softmax import ModifiedSoftmax, modified_softmax_loss
from facemetric.losses.nsl import NSL, nsl_loss, smallest_scale
from facemetric.losses.softmax import Softmax, softmax_loss
from facemetric.losses.unit import unit_rows

__all__ = [
    "LMCL",
    "MARGINS",
    "NSL",
    "ArcFace",
    "Margin",
    "MarginSoftmax",
    "ModifiedSoftmax",
    "Softmax",
    "arcface_loss",
    "lmcl_loss",
    "logits_cross_entropy",
    "margin_cross_entropy",
    "margin_loss",
    "modified_softmax_loss",
    "nsl_loss",
    "own_cosines",
    "smallest_scale",
    "softmax_loss",
    "unit_rows",
]
