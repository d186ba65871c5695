"""Faces in pictures: MTCNN, and adaptors for detectors that the user brings."""

from facemetric.detect.boxes import iou
from facemetric.detect.detector import DETECTORS, Detector
from facemetric.detect.mtcnn import Mtcnn
from facemetric.detect.scrfd import Scrfd
from facemetric.detect.select import Select, select_faces
from facemetric.detect.suppression import nms
from facemetric.detect.yunet import YuNet

__all__ = [
    "DETECTORS",
    "Detector",
    "Mtcnn",
    "Scrfd",
    "Select",
    "YuNet",
    "iou",
    "nms",
    "select_faces",
]
