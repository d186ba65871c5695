"""What a light import must not pull in."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"matplotlib", "onnx", "onnxruntime", "pandas", "scipy", "sklearn", "torch"}


@pytest.mark.parametrize(
    ("statement", "more"),
    [
        ("import facemetric", {"cv2", "facemetric.evaluation"}),
        ("import facemetric.cli", set()),
        ("import facemetric.client", {"cv2", "fastapi"}),
        ("import facemetric.evaluation, facemetric.evaluation.studies", set()),
        ("import facemetric.evaluation.report, facemetric.evaluation.calibration", set()),
    ],
)
def test_an_import_is_light(statement: str, more: set[str]) -> None:
    program = f"{statement}\nimport sys\nprint(*sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=300
    )
    loaded = set(ran.stdout.split())
    assert "facemetric" in loaded
    assert not loaded & (HEAVY | more)
