"""Serve dlib's face embedding to a benchmark: a JSON request a line in, an answer a line out.

Run by the python of the environment that ``setup_peers.sh`` makes. Requests:

- ``{"cut": [path, ...], "to": file.npy}``: detect with the HOG detector, align with dlib's own five
  points, write the chips ``uint8 (N, 150, 150, 3)``; answer ``{"cut": [path, ...]}``, those that
  have a face.
- ``{"load": file.npy}``: keep these chips; answer ``{"chips": N}``.
- ``{"embed": [first, last], "batch": 1}``: embed chips first..last-1, so many at once; answer
  ``{"seconds": s, "embeddings": [[...], ...]}``.

The first line out is ``{"versions": {...}, "avx": ..., "blas": ...}``.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from importlib.metadata import files, version
from pathlib import Path

import dlib
import numpy as np


def weights(name: str) -> str:
    listed = files("face-recognition-models") or []
    return str(next(entry.locate() for entry in listed if Path(entry.name).name == name))


class Faces:
    def __init__(self) -> None:
        self.detector = dlib.get_frontal_face_detector()
        self.points = dlib.shape_predictor(weights("shape_predictor_5_face_landmarks.dat"))
        self.network = dlib.face_recognition_model_v1(
            weights("dlib_face_recognition_resnet_model_v1.dat")
        )
        self.chips = np.empty((0, 150, 150, 3), np.uint8)

    def answer(self, request: dict) -> dict:
        if "cut" in request:
            return self.cut(request["cut"], request["to"])
        if "load" in request:
            self.chips = np.load(request["load"])
            return {"chips": len(self.chips)}
        return self.embed(*request["embed"], request["batch"])

    def cut(self, paths: list[str], target: str) -> dict:
        chips, kept = [], []
        for path in paths:
            pixels = dlib.load_rgb_image(path)
            boxes = self.detector(pixels, 1)
            if boxes:
                points = self.points(pixels, max(boxes, key=lambda box: box.area()))
                chips.append(dlib.get_face_chip(pixels, points, size=150, padding=0.25))
                kept.append(path)
        np.save(target, np.stack(chips))
        return {"cut": kept}

    def embed(self, first: int, last: int, batch: int) -> dict:
        chips = [np.ascontiguousarray(chip) for chip in self.chips[first:last]]
        embeddings = []
        started = time.perf_counter()
        for start in range(0, len(chips), batch):
            if batch == 1:
                embeddings.append(self.network.compute_face_descriptor(chips[start]))
            else:
                embeddings += self.network.compute_face_descriptor(chips[start : start + batch])
        seconds = time.perf_counter() - started
        return {"seconds": seconds, "embeddings": [list(values) for values in embeddings]}


def main() -> None:
    warnings.simplefilter("ignore")
    faces = Faces()
    versions = {name: version(name) for name in ("dlib", "face-recognition-models", "numpy")}
    build = {"avx": dlib.USE_AVX_INSTRUCTIONS, "blas": dlib.DLIB_USE_BLAS}
    print(json.dumps({"versions": versions, **build}), flush=True)
    for line in sys.stdin:
        print(json.dumps(faces.answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
