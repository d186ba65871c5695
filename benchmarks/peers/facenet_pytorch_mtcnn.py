"""Serve facenet-pytorch's MTCNN to a benchmark: a JSON request a line in, an answer a line out.

Run by the python of an environment that has torch, numpy, Pillow, OpenCV and facenet-pytorch 2.6.0
(installed with ``--no-deps``, for it pins an old torch and torchvision). The functions that it
imports from torchvision are stood in for here: the compiled suppression by OpenCV's. The time spent
in that is reported, so that it can be left out of the peer's figure.

Request: ``{"images": [path, ...], "min_face_px": 40}``. Answer: a list, one entry an image, of
``{"boxes", "scores", "landmarks", "seconds", "standin_seconds"}``. The first line out is
``{"versions": {...}}``.
"""

from __future__ import annotations

import json
import sys
import time
import types
from importlib.metadata import version

import cv2
import numpy as np
import torch
from PIL import Image

SPENT = {"seconds": 0.0}


def batched_nms(
    boxes: torch.Tensor, scores: torch.Tensor, groups: torch.Tensor, threshold: float
) -> torch.Tensor:
    started = time.perf_counter()
    if len(boxes) == 0:
        return torch.empty(0, dtype=torch.int64)
    shifted = (boxes + groups.to(boxes)[:, None] * (boxes.max() + 1)).numpy().copy()
    shifted[:, 2:] -= shifted[:, :2]
    kept = cv2.dnn.NMSBoxes(shifted, scores.numpy(), 0.0, threshold)
    answer = torch.as_tensor(np.asarray(kept).ravel(), dtype=torch.int64)
    SPENT["seconds"] += time.perf_counter() - started
    return answer


def stand_in_for_torchvision() -> None:
    names = ("torchvision", "torchvision.transforms", "torchvision.transforms.functional")
    modules = {name: types.ModuleType(name) for name in (*names, "torchvision.ops")}
    boxes = types.ModuleType("torchvision.ops.boxes")
    boxes.batched_nms = batched_nms
    modules["torchvision.ops.boxes"] = boxes
    functional = modules["torchvision.transforms.functional"]
    functional.to_tensor = lambda values: torch.from_numpy(values.transpose(2, 0, 1))
    modules["torchvision.transforms"].functional = functional
    sys.modules.update(modules)


def main() -> None:
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    stand_in_for_torchvision()
    from facenet_pytorch import MTCNN

    detectors: dict[float, MTCNN] = {}
    images: dict[str, np.ndarray] = {}
    names = ("facenet-pytorch", "torch", "numpy", "opencv-python-headless")
    print(json.dumps({"versions": {name: version(name) for name in names}}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        min_face_px = request["min_face_px"]
        detector = detectors.setdefault(
            min_face_px, MTCNN(min_face_size=min_face_px, keep_all=True, post_process=False)
        )
        answers = []
        for path in request["images"]:
            if path not in images:
                with Image.open(path) as picture:
                    images[path] = np.asarray(picture.convert("RGB"))
            answers.append(detect(detector, images[path]))
        print(json.dumps(answers), flush=True)


def detect(detector, pixels: np.ndarray) -> dict[str, object]:
    SPENT["seconds"] = 0.0
    started = time.perf_counter()
    try:
        boxes, scores, landmarks = detector.detect(pixels, landmarks=True)
    except (RuntimeError, ValueError):  # what it raises where P-Net finds nothing at all
        boxes = None
    seconds = time.perf_counter() - started
    found = boxes is not None
    return {
        "boxes": np.asarray(boxes, float).tolist() if found else [],
        "scores": np.asarray(scores, float).tolist() if found else [],
        "landmarks": np.asarray(landmarks, float).tolist() if found else [],
        "seconds": seconds,
        "standin_seconds": SPENT["seconds"],
    }


if __name__ == "__main__":
    main()
