"""Losses: margins on the softmax, and metric learning on plain index tensors."""

from facemetric.losses.a_softmax import ASoftmax, a_softmax_loss
from facemetric.losses.adaface import AdaFace, adaface_loss
from facemetric.losses.arcface import ArcFace, arcface_loss
from facemetric.losses.batch_all import BatchAllTriplet, batch_all_triplet_loss
from facemetric.losses.centre import Centre, centre_loss
from facemetric.losses.class_centres import class_logits, draw_centres_
from facemetric.losses.combined import Combined, combined_loss
from facemetric.losses.contrastive import Contrastive, contrastive_loss
from facemetric.losses.curricularface import CurricularFace, curricularface_loss
from facemetric.losses.distillation import Distillation, distillation_loss
from facemetric.losses.harmonic import HarmonicTriplet, harmonic_pool, harmonic_triplet_loss
from facemetric.losses.lmcl import LMCL, lmcl_loss
from facemetric.losses.magface import MagFace, magface_loss
from facemetric.losses.margin import MARGINS, Margin
from facemetric.losses.margin_cross_entropy import margin_cross_entropy
from facemetric.losses.margin_loss import margin_loss
from facemetric.losses.margin_softmax import MarginSoftmax
from facemetric.losses.modified_softmax import ModifiedSoftmax, modified_softmax_loss
from facemetric.losses.nsl import NSL, nsl_loss, smallest_scale
from facemetric.losses.softmax import Softmax, softmax_loss
from facemetric.losses.sub_centre_arcface import SubCentreArcFace, sub_centre_arcface_loss
from facemetric.losses.triplet import Triplet, triplet_loss
from facemetric.losses.tuple_loss import TUPLE_LOSSES, TupleLoss
from facemetric.losses.unit import unit_rows

__all__ = [
    "LMCL",
    "MARGINS",
    "NSL",
    "TUPLE_LOSSES",
    "ASoftmax",
    "AdaFace",
    "ArcFace",
    "BatchAllTriplet",
    "Centre",
    "Combined",
    "Contrastive",
    "CurricularFace",
    "Distillation",
    "HarmonicTriplet",
    "MagFace",
    "Margin",
    "MarginSoftmax",
    "ModifiedSoftmax",
    "Softmax",
    "SubCentreArcFace",
    "Triplet",
    "TupleLoss",
    "a_softmax_loss",
    "adaface_loss",
    "arcface_loss",
    "batch_all_triplet_loss",
    "centre_loss",
    "class_logits",
    "combined_loss",
    "contrastive_loss",
    "curricularface_loss",
    "distillation_loss",
    "draw_centres_",
    "harmonic_pool",
    "harmonic_triplet_loss",
    "lmcl_loss",
    "magface_loss",
    "margin_cross_entropy",
    "margin_loss",
    "modified_softmax_loss",
    "nsl_loss",
    "smallest_scale",
    "softmax_loss",
    "sub_centre_arcface_loss",
    "triplet_loss",
    "unit_rows",
]
