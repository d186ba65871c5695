"""The model bundle: a network together with everything needed to run it rightly."""

from facemetric.bundle.manifest import Calibration, Manifest, OperatingPoint

__all__ = ["Calibration", "Manifest", "OperatingPoint"]
