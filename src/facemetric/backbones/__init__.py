"""Networks from face chips to embeddings, one architecture a file."""

from facemetric.backbones.architecture import BACKBONES, Architecture, Published
from facemetric.backbones.backbone import Backbone
from facemetric.backbones.blocks import Blocks
from facemetric.backbones.build import Description, build_backbone, describe
from facemetric.backbones.inception import inception
from facemetric.backbones.inception_resnet import inception_resnet
from facemetric.backbones.initialisation import Closing, initialise
from facemetric.backbones.iresnet import iresnet
from facemetric.backbones.mobilefacenet import mobilefacenet
from facemetric.backbones.norm import NORMS, Norm
from facemetric.backbones.resnet import resnet
from facemetric.backbones.sphereface import sphereface
from facemetric.backbones.virtual_batch_norm import (
    VirtualBatchNorm1d,
    VirtualBatchNorm2d,
    average_running_statistics,
    virtual_batch_of,
)
from facemetric.backbones.vit import vit
from facemetric.backbones.zeiler_fergus import zeiler_fergus

__all__ = [
    "BACKBONES",
    "NORMS",
    "Architecture",
    "Backbone",
    "Blocks",
    "Closing",
    "Description",
    "Norm",
    "Published",
    "VirtualBatchNorm1d",
    "VirtualBatchNorm2d",
    "average_running_statistics",
    "build_backbone",
    "describe",
    "inception",
    "inception_resnet",
    "initialise",
    "iresnet",
    "mobilefacenet",
    "resnet",
    "sphereface",
    "virtual_batch_of",
    "vit",
    "zeiler_fergus",
]
