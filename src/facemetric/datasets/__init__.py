"""Photographs on disk: where they lie, how collections are laid out, which ones packages ship."""

from facemetric.datasets.celeba import read_celeba, read_celeba10k, read_celeba299
from facemetric.datasets.cfp import read_cfp_pairs
from facemetric.datasets.fetch import fetch_samples
from facemetric.datasets.insightface_bin import BinPairs, read_bin_pairs
from facemetric.datasets.labelled import LabelledPhotos, read_identity_folders
from facemetric.datasets.lfw import LfwPairs, read_lfw_pairs
from facemetric.datasets.pairs import PhotoPairs
from facemetric.datasets.photos import SamplePhoto, sample_photos, samples_folder
from facemetric.datasets.root import data_root, has_data

__all__ = [
    "BinPairs",
    "LabelledPhotos",
    "LfwPairs",
    "PhotoPairs",
    "SamplePhoto",
    "data_root",
    "fetch_samples",
    "has_data",
    "read_bin_pairs",
    "read_celeba",
    "read_celeba10k",
    "read_celeba299",
    "read_cfp_pairs",
    "read_identity_folders",
    "read_lfw_pairs",
    "sample_photos",
    "samples_folder",
]
