"""The model bundle: a network together with everything needed to run it rightly."""

from facemetric.bundle.archive import pack_bundle
from facemetric.bundle.builtin_bundles import build_dlib_resnet
from facemetric.bundle.bundle import Bundle
from facemetric.bundle.calibrated import calibration_folder, save_calibration
from facemetric.bundle.description import describe_bundle, licence_text
from facemetric.bundle.facenet_pytorch_import import import_facenet_pytorch
from facemetric.bundle.folders import cache_folder, data_folder
from facemetric.bundle.golden import golden_chip
from facemetric.bundle.import_any import import_model
from facemetric.bundle.keras_import import import_keras_facenet
from facemetric.bundle.manifest import (
    Calibration,
    LikelihoodRatios,
    Manifest,
    OperatingPoint,
    SearchPoint,
    Spread,
    SpreadPoint,
)
from facemetric.bundle.network import Network
from facemetric.bundle.onnx_import import import_onnx
from facemetric.bundle.preprocess import preprocess
from facemetric.bundle.preset import PRESETS, Preset
from facemetric.bundle.store import (
    BundleEntry,
    list_bundles,
    open_bundle,
    remove_bundle,
    save_bundle,
    save_manifest,
)
from facemetric.bundle.verification import verify_bundle

__all__ = [
    "PRESETS",
    "Bundle",
    "BundleEntry",
    "Calibration",
    "LikelihoodRatios",
    "Manifest",
    "Network",
    "OperatingPoint",
    "Preset",
    "SearchPoint",
    "Spread",
    "SpreadPoint",
    "build_dlib_resnet",
    "cache_folder",
    "calibration_folder",
    "data_folder",
    "describe_bundle",
    "golden_chip",
    "import_facenet_pytorch",
    "import_keras_facenet",
    "import_model",
    "import_onnx",
    "licence_text",
    "list_bundles",
    "open_bundle",
    "pack_bundle",
    "preprocess",
    "remove_bundle",
    "save_bundle",
    "save_calibration",
    "save_manifest",
    "verify_bundle",
]
