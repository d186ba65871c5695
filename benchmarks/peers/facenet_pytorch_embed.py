"""Serve facenet-pytorch's file → embedding to a benchmark: a JSON request a line in, an answer out.

Run by the python of the environment that ``setup_peers.sh`` makes. The embedder's weights are drawn
at random, for they would be downloaded, and the time does not depend on them. The detector's are
its own. What stands in for torchvision is in ``facenet_pytorch_mtcnn.py``.

Request: ``{"path": path, "min_face_px": 20}``. Answer: ``{"seconds", "standin_seconds", "decode",
"detect", "embed", "dim"}``, in seconds; ``dim`` is null where no face was found. The first line out
is ``{"versions": {...}}``.
"""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version

import cv2
import torch
from facenet_pytorch_mtcnn import SPENT, stand_in_for_torchvision
from PIL import Image


def main() -> None:
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    torch.manual_seed(0)
    stand_in_for_torchvision()
    from facenet_pytorch import MTCNN, InceptionResnetV1

    network = InceptionResnetV1(pretrained=None).eval()
    detectors: dict[float, MTCNN] = {}
    names = ("facenet-pytorch", "torch", "numpy", "pillow", "opencv-python-headless")
    print(json.dumps({"versions": {name: version(name) for name in names}}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        side = request["min_face_px"]
        if side not in detectors:
            detectors[side] = MTCNN(image_size=160, min_face_size=side)
        print(json.dumps(embed(request["path"], detectors[side], network)), flush=True)


def embed(path: str, detector: torch.nn.Module, network: torch.nn.Module) -> dict[str, object]:
    SPENT["seconds"] = 0.0
    started = time.perf_counter()
    with Image.open(path) as file:
        picture = file.convert("RGB")
    decoded = time.perf_counter()
    face = detector(picture)
    detected = time.perf_counter()
    vector = None
    if face is not None:
        with torch.no_grad():
            vector = network(face.unsqueeze(0))[0].numpy()
    ended = time.perf_counter()
    return {
        "seconds": ended - started,
        "standin_seconds": SPENT["seconds"],
        "decode": decoded - started,
        "detect": detected - decoded,
        "embed": ended - detected,
        "dim": None if vector is None else len(vector),
    }


if __name__ == "__main__":
    main()
