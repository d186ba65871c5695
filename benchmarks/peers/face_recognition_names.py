"""Serve face_recognition's default path to a benchmark: a JSON request a line in, an answer out.

Run by the python of the environment that ``setup_peers.sh`` makes. Requests:

- ``{"enrol": {name: path, ...}}``: the face nearest the picture's centre of each; answer
  ``{"enrolled": [name, ...]}``, those in whose picture a face was found.
- ``{"identify": [path, ...], "tolerance": 0.6}``: answer ``[{"names": [...], "seconds": s}, ...]``,
  a name or null for every face of each picture.

The first line out is ``{"versions": {...}, "avx": ..., "blas": ...}``.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from importlib.metadata import version

import numpy as np

warnings.simplefilter("ignore")  # what it imports is deprecated

import dlib  # noqa: E402
import face_recognition  # noqa: E402


class Names:
    def __init__(self) -> None:
        self.names: list[str] = []
        self.encodings: list[np.ndarray] = []

    def answer(self, request: dict) -> object:
        if "enrol" in request:
            return self.enrol(request["enrol"])
        return [self.timed(path, request["tolerance"]) for path in request["identify"]]

    def enrol(self, photos: dict[str, str]) -> dict:
        for name, path in photos.items():
            pixels = face_recognition.load_image_file(path)
            boxes = face_recognition.face_locations(pixels)
            if boxes:
                box = min(boxes, key=lambda one: from_centre(one, pixels.shape))
                self.encodings += face_recognition.face_encodings(pixels, [box])
                self.names.append(name)
        return {"enrolled": self.names}

    def timed(self, path: str, tolerance: float) -> dict:
        started = time.perf_counter()
        names = self.identify(path, tolerance)
        return {"seconds": time.perf_counter() - started, "names": names}

    def identify(self, path: str, tolerance: float) -> list[str | None]:
        """Do as its README's example of recognising the faces of a picture does."""
        pixels = face_recognition.load_image_file(path)
        boxes = face_recognition.face_locations(pixels)
        names: list[str | None] = []
        for encoding in face_recognition.face_encodings(pixels, boxes):
            matches = face_recognition.compare_faces(self.encodings, encoding, tolerance)
            distances = face_recognition.face_distance(self.encodings, encoding)
            nearest = int(np.argmin(distances))
            names.append(self.names[nearest] if matches[nearest] else None)
        return names


def from_centre(box: tuple[int, int, int, int], shape: tuple[int, ...]) -> float:
    top, right, bottom, left = box
    return float(np.hypot((left + right - shape[1]) / 2, (top + bottom - shape[0]) / 2))


def main() -> None:
    names = Names()
    packages = ("face-recognition", "dlib", "numpy", "pillow")
    versions = {name: version(name) for name in packages}
    build = {"avx": dlib.USE_AVX_INSTRUCTIONS, "blas": dlib.DLIB_USE_BLAS}
    print(json.dumps({"versions": versions, **build}), flush=True)
    for line in sys.stdin:
        print(json.dumps(names.answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
