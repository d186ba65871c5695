"""What every detector must do, whatever network it runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from facemetric.detect import DETECTORS, Detector
from facemetric.types import Image

SIDE = 64


def _graph(path: Path, name: str, answers: dict[str, np.ndarray], opset: int) -> Path:
    """Write a network that gives these answers whatever it sees."""
    nodes = [
        helper.make_node("ReduceMean", [name], ["mean"], axes=[1, 2, 3], keepdims=1),
        helper.make_node("Mul", ["mean", "zero"], ["scaled"]),
    ]
    constants = [numpy_helper.from_array(np.zeros(1, np.float32), "zero")]
    outputs = []
    for key, values in answers.items():
        shape = numpy_helper.from_array(np.ones(values.ndim, np.int64), f"{key}_shape")
        constants += [numpy_helper.from_array(values, f"{key}_values"), shape]
        nodes.append(helper.make_node("Reshape", ["scaled", f"{key}_shape"], [f"{key}_nothing"]))
        nodes.append(helper.make_node("Add", [f"{key}_values", f"{key}_nothing"], [key]))
        outputs.append(helper.make_tensor_value_info(key, TensorProto.FLOAT, values.shape))
    pixels = helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 3, SIDE, SIDE])
    graph = helper.make_graph(nodes, "faces", [pixels], outputs, constants)
    version = helper.make_opsetid("", opset)
    onnx.save(helper.make_model(graph, opset_imports=[version], ir_version=6), path)
    return path


def _cells(stride: int, scores: dict[int, float], row: object, width: int) -> np.ndarray:
    values = np.zeros(((SIDE // stride) ** 2, width), np.float32)
    for cell in scores if stride == 16 else ():
        values[cell] = scores[cell] if row is None else row
    return values


def _mtcnn(folder: Path) -> Detector:
    return DETECTORS["mtcnn"](threads=1)


def _yunet(folder: Path) -> Detector:
    scores = {0: 0.8, 5: 0.7, 15: 0.9}
    kinds = {"cls": None, "obj": 1, "bbox": [0.5, 0.5, 0, 0], "kps": [0.5] * 10}
    widths = {"cls": 1, "obj": 1, "bbox": 4, "kps": 10}
    answers = {
        f"{kind}_{stride}": _cells(stride, scores, row, widths[kind])[None]
        for kind, row in kinds.items()
        for stride in (8, 16, 32)
    }
    return DETECTORS["yunet"](_graph(folder / "yunet.onnx", "input", answers, 11), max_side_px=SIDE)


def _scrfd(folder: Path) -> Detector:
    scores = {0: 0.8, 5: 0.7, 15: 0.9}
    answers = {
        f"{kind}_{stride}": np.repeat(_cells(stride, scores, row, width), 2, axis=0)
        for kind, row, width in (("score", None, 1), ("box", 0.5, 4), ("points", 0.2, 10))
        for stride in (8, 16, 32)
    }
    return DETECTORS["scrfd"](_graph(folder / "scrfd.onnx", "input.1", answers, 13))


# How a test makes each detector there is; those that users bring get a network made up here.
MAKERS: dict[str, Callable[[Path], Detector]] = {
    "mtcnn": _mtcnn,
    "scrfd": _scrfd,
    "yunet": _yunet,
}


MADE_UP = {"scrfd", "yunet"}
"""Here these see faces wherever their made-up networks say so."""


@pytest.fixture(params=sorted(DETECTORS))
def detector(request: pytest.FixtureRequest, tmp_path: Path) -> Detector:
    assert request.param in MAKERS, f"{request.param}: add its maker to this test"
    return MAKERS[request.param](tmp_path)


@pytest.fixture(scope="module")
def crowd() -> Image:
    """One real face three times, each in another light."""
    data = pytest.importorskip("skimage.data")
    face = data.astronaut()[:256, 96:352]
    lights = [face, face // 2 + 60, cv2.GaussianBlur(face, (5, 5), 0)]
    pixels = np.ascontiguousarray(np.hstack([np.vstack([one, one]) for one in lights]))
    return Image(pixels, (pixels.shape[1], pixels.shape[0]), "crowd")


def test_there_are_detectors() -> None:
    assert len(DETECTORS) >= 3
    assert set(MAKERS) == set(DETECTORS)


def test_it_keeps_the_protocol(detector: Detector) -> None:
    assert isinstance(detector, Detector)
    assert detector.name in DETECTORS


def test_faces_come_by_falling_score(detector: Detector, crowd: Image) -> None:
    faces = detector.detect(crowd)
    assert isinstance(faces, tuple)
    assert len(faces) >= 2
    scores = [face.score for face in faces]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)
    for face in faces:
        assert face.box_xyxy_px.shape == (4,)
        assert face.landmarks_px.shape == (5, 2)
        left, top, right, bottom = face.box_xyxy_px
        assert left < right and top < bottom
        assert np.isfinite(face.landmarks_px).all()


def test_coordinates_are_those_of_the_upright_full_size_picture(
    detector: Detector, crowd: Image
) -> None:
    """A reduced decode of a picture of twice the size gives numbers twice as large."""
    width, height = crowd.size_px
    plain = detector.detect(crowd)
    reduced = detector.detect(Image(crowd.pixels, (2 * width, 2 * height), "reduced"))
    # A detector may look for faces of a least size at full scale: it then sees no fewer.
    assert len(reduced) >= len(plain)
    for face in plain:
        distances = [
            np.abs(other.box_xyxy_px - 2 * face.box_xyxy_px).max() / (2 * face.size_px)
            for other in reduced
        ]
        assert min(distances) < 0.1
    assert all(face.box_xyxy_px[2] <= 2.5 * width for face in reduced)


def test_it_gives_the_same_twice(detector: Detector, crowd: Image) -> None:
    first, again = detector.detect(crowd), detector.detect(crowd)
    assert len(first) == len(again)
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one.box_xyxy_px, other.box_xyxy_px)


@pytest.mark.parametrize("shape", [(1, 1), (3, 200), (200, 3), (64, 64)])
def test_a_picture_of_nothing_is_no_error(detector: Detector, shape: tuple[int, int]) -> None:
    height, width = shape
    blank = Image(np.full((height, width, 3), 127, np.uint8), (width, height), "blank")
    faces = detector.detect(blank)
    assert isinstance(faces, tuple)
    if detector.name not in MADE_UP:
        assert faces == ()
