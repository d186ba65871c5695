"""A manifest that has what a decision asks for."""

from __future__ import annotations

from facemetric.bundle import Calibration, Manifest


def manifest_of(*calibrations: Calibration) -> Manifest:
    return Manifest.model_validate(
        {
            "id": "net",
            "model": {"sha256": "0" * 64, "input": "x", "output": "y"},
            "input": {"height_px": 112, "width_px": 112},
            "alignment": {"template": "arcface-112"},
            "embedding": {"dim": 4},
            "licence": {"spdx": "MIT", "commercial_use": True, "training_data": ""},
            "provenance": {"source": "here"},
            "calibrations": calibrations,
        }
    )
