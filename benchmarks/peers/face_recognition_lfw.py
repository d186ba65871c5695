"""Serve face_recognition's own embeddings to a benchmark: a JSON request a line in, an answer out.

Run by the python of the environment that ``setup_peers.sh`` makes. Request:

- ``{"embed": [path, ...]}``: `face_locations` (HOG, one upsampling) and `face_encodings` of the
  face nearest the centre, as its README has them; where no face is found, of the square in the
  middle, half the shorter side wide. Answer ``{"embeddings": [[...], ...], "found": [...]}``.

The first line out is ``{"versions": {...}}``.
"""

from __future__ import annotations

import json
import sys
import warnings
from importlib.metadata import version

warnings.filterwarnings("ignore")

import face_recognition  # noqa: E402


def embed(path: str) -> tuple[list[float], bool]:
    pixels = face_recognition.load_image_file(path)
    height, width = pixels.shape[:2]
    boxes = face_recognition.face_locations(pixels)
    found = bool(boxes)
    if not found:
        half = min(height, width) // 4
        boxes = [
            (height // 2 - half, width // 2 + half, height // 2 + half, width // 2 - half),
        ]

    def off_centre(box: tuple[int, int, int, int]) -> float:
        top, right, bottom, left = box
        return (top + bottom - height) ** 2 + (left + right - width) ** 2

    (encoding,) = face_recognition.face_encodings(pixels, [min(boxes, key=off_centre)])
    return encoding.tolist(), found


def main() -> None:
    names = ("face-recognition", "dlib")
    print(json.dumps({"versions": {name: version(name) for name in names}}), flush=True)
    for line in sys.stdin:
        answers = [embed(path) for path in json.loads(line)["embed"]]
        answer = {"embeddings": [a for a, _ in answers], "found": [f for _, f in answers]}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
