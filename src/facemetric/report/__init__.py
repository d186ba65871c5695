"""Pages and pictures that show what was recognised."""

from facemetric.report.bars import Bars
from facemetric.report.cards import (
    BoxLabel,
    ClusterGroup,
    DemoReport,
    FaceTile,
    Facts,
    PairCard,
    PhotoCard,
    ThresholdNote,
    Timing,
)
from facemetric.report.dataset import DatasetView, LeftOutView, SuspectView, dataset_page
from facemetric.report.demo import demo_page
from facemetric.report.drawing import annotate, undrawable
from facemetric.report.picture import Picture, crop_picture, encode_picture
from facemetric.report.sheets import cluster_page, identify_page

__all__ = [
    "Bars",
    "BoxLabel",
    "ClusterGroup",
    "DatasetView",
    "DemoReport",
    "FaceTile",
    "Facts",
    "LeftOutView",
    "PairCard",
    "PhotoCard",
    "Picture",
    "SuspectView",
    "ThresholdNote",
    "Timing",
    "annotate",
    "cluster_page",
    "crop_picture",
    "dataset_page",
    "demo_page",
    "encode_picture",
    "identify_page",
    "undrawable",
]
