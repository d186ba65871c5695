"""YuNet's frame and landmark order, on a graph whose outputs encode one known face."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from facemetric.detect import DETECTORS, Detector, YuNet
from facemetric.errors import BundleError, InputError
from facemetric.types import Image

SIDE = 64
# Offsets in strides from the cell's corner: the eye on the image's left (the subject's right)
# comes first.
POINTS = np.array([(0.1, 0.1), (0.9, 0.2), (0.5, 0.5), (0.2, 0.8), (0.8, 0.9)])


def write_model(path, faces):
    """Write outputs that do not depend on the picture: ``faces`` is (stride, cell, score) rows."""
    nodes = [
        helper.make_node("ReduceMean", ["input"], ["mean"], axes=[1, 2, 3], keepdims=1),
        helper.make_node("Mul", ["mean", "zero"], ["nothing"]),
        helper.make_node("Reshape", ["nothing", "shape"], ["add"]),
    ]
    constants = [
        numpy_helper.from_array(np.zeros(1, np.float32), "zero"),
        numpy_helper.from_array(np.ones(3, np.int64), "shape"),
    ]
    outputs = []
    known = {
        "cls": 1,
        "obj": 1,
        "bbox": [0.5, 0.25, np.log(2), np.log(1.5)],
        "kps": POINTS.ravel(),
    }
    for kind, width in (("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10)):
        for stride in (8, 16, 32):
            cells = (SIDE // stride) ** 2
            values = np.zeros((1, cells, width), np.float32)
            for where, cell, score in faces:
                if where == stride:
                    values[0, cell] = score**2 if kind == "cls" else known[kind]
            name = f"{kind}_{stride}"
            constants.append(numpy_helper.from_array(values, f"{name}_values"))
            nodes.append(helper.make_node("Add", [f"{name}_values", "add"], [name]))
            outputs.append(
                helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, cells, width])
            )
    pixels = helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, SIDE, SIDE])
    graph = helper.make_graph(nodes, "yunet", [pixels], outputs, constants)
    opset = helper.make_opsetid("", 11)
    onnx.save(helper.make_model(graph, opset_imports=[opset], ir_version=6), path)
    return path


def test_one_known_face(tmp_path):
    model = write_model(tmp_path / "yunet.onnx", [(16, 5, 0.9)])  # row 1, column 1
    detector = YuNet(model, max_side_px=SIDE)
    (face,) = detector.detect(Image(np.full((SIDE, SIDE, 3), 9, np.uint8), (SIDE, SIDE)))
    # centre (1.5, 1.25) strides, 2 x 1.5 strides large
    np.testing.assert_allclose(face.box_xyxy_px, [8, 8, 40, 32], atol=1e-3)
    np.testing.assert_allclose(face.landmarks_px, (POINTS + 1) * 16, atol=1e-3)
    assert face.score == pytest.approx(0.9, abs=1e-5)
    eye, other_eye, _, mouth, other_mouth = face.landmarks_px
    assert eye[0] < other_eye[0]
    assert mouth[0] < other_mouth[0]


def test_full_size_pixels_and_the_most_certain_first(tmp_path):
    model = write_model(tmp_path / "yunet.onnx", [(16, 0, 0.7), (16, 10, 0.9), (8, 63, 0.3)])
    image = Image(np.full((2 * SIDE, 2 * SIDE, 3), 9, np.uint8), (8 * SIDE, 4 * SIDE))
    best, second = YuNet(model, max_side_px=SIDE).detect(image)
    assert best.score > second.score
    np.testing.assert_allclose(second.box_xyxy_px, [-64, -32, 192, 64], atol=1e-2)
    np.testing.assert_allclose(best.landmarks_px, (POINTS + 2) * 16 * (8, 4), atol=1e-2)
    assert YuNet(model, max_side_px=SIDE, max_faces=1).detect(image)[0].score == best.score


def test_no_face(tmp_path):
    model = write_model(tmp_path / "yunet.onnx", [])
    image = Image(np.zeros((SIDE, SIDE, 3), np.uint8), (SIDE, SIDE))
    assert YuNet(model, max_side_px=SIDE).detect(image) == ()


def test_what_is_no_model_is_named(tmp_path):
    path = tmp_path / "broken.onnx"
    path.write_bytes(b"no model")
    with pytest.raises(BundleError, match=r"broken.onnx: OpenCV cannot load it as YuNet"):
        YuNet(path)
    with pytest.raises(InputError, match="score_threshold"):
        YuNet(path, score_threshold=0)


def test_it_is_a_detector(tmp_path):
    model = write_model(tmp_path / "yunet.onnx", [])
    assert isinstance(DETECTORS["yunet"](model, max_side_px=SIDE), Detector)
