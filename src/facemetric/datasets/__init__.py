"""Photographs on disk: where they lie, how collections are laid out, which ones packages ship."""

from facemetric.datasets.celeba import read_celeba, read_celeba10k, read_celeba299
from facemetric.datasets.cfp import read_cfp_pairs
from facemetric.datasets.encoded import (
    BoxedPhoto,
    EncodedPhoto,
    Photo,
    load_photo,
    photo_name,
)
from facemetric.datasets.fetch import fetch_samples
from facemetric.datasets.fgnet import FgnetPhotos, read_fgnet
from facemetric.datasets.ijb import read_ijb
from facemetric.datasets.insightface_bin import BinPairs, read_bin_pairs
from facemetric.datasets.insightface_ijb import read_insightface_ijb
from facemetric.datasets.labelled import LabelledPhotos, read_identity_folders
from facemetric.datasets.lfw import LfwPairs, read_lfw_pairs
from facemetric.datasets.megaface import (
    DISTRACTOR_SIZES,
    distractor_list,
    find_distractors,
    read_megaface_distractors,
    read_megaface_probes,
    read_megaface_training,
    training_size,
)
from facemetric.datasets.noise import NoiseList, read_noise_list
from facemetric.datasets.open_set import OpenSet, read_open_set
from facemetric.datasets.pairs import PhotoPairs
from facemetric.datasets.photos import SamplePhoto, sample_photos, samples_folder
from facemetric.datasets.root import data_root, has_data
from facemetric.datasets.splits import (
    identity_folds,
    make_cluster_task,
    make_open_set,
    make_pairs,
)
from facemetric.datasets.templates import FaceTemplates, IjbProtocol
from facemetric.datasets.youtube_faces import VideoPairs, read_youtube_faces

__all__ = [
    "DISTRACTOR_SIZES",
    "BinPairs",
    "BoxedPhoto",
    "EncodedPhoto",
    "FaceTemplates",
    "FgnetPhotos",
    "IjbProtocol",
    "LabelledPhotos",
    "LfwPairs",
    "NoiseList",
    "OpenSet",
    "Photo",
    "PhotoPairs",
    "SamplePhoto",
    "VideoPairs",
    "data_root",
    "distractor_list",
    "fetch_samples",
    "find_distractors",
    "has_data",
    "identity_folds",
    "load_photo",
    "make_cluster_task",
    "make_open_set",
    "make_pairs",
    "photo_name",
    "read_bin_pairs",
    "read_celeba",
    "read_celeba10k",
    "read_celeba299",
    "read_cfp_pairs",
    "read_fgnet",
    "read_identity_folders",
    "read_ijb",
    "read_insightface_ijb",
    "read_lfw_pairs",
    "read_megaface_distractors",
    "read_megaface_probes",
    "read_megaface_training",
    "read_noise_list",
    "read_open_set",
    "read_youtube_faces",
    "sample_photos",
    "samples_folder",
    "training_size",
]
