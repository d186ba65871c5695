"""SCRFD's decoding, on graphs whose outputs encode known faces."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from facemetric.align import template_face
from facemetric.detect import DETECTORS, Detector, Scrfd
from facemetric.detect.scrfd import decode, letterbox
from facemetric.errors import BundleError, InputError
from facemetric.types import Image

SIDE = 64
POINTS = np.array([(-1, -1), (1, -0.9), (0, 0.2), (-0.8, 1), (0.9, 1.1)], np.float32)


def known_maps(faces, *, landmarks=True, side=SIDE):
    """Make outputs from (stride, row, column, anchor, score) with fixed distances."""
    maps = []
    for width, values in ((1, None), (4, [1.5, 2, 2.5, 3]), (10, POINTS.ravel())):
        if width == 10 and not landmarks:
            continue
        for stride in (8, 16, 32):
            grid = np.zeros((side // stride, side // stride, 2, width), np.float32)
            for where, row, column, anchor, score in faces:
                if where == stride:
                    grid[row, column, anchor] = score if values is None else values
            maps.append(grid.reshape(-1, width))
    return maps


def write_model(path, maps, *, size=(SIDE, SIDE), batch=False):
    """Write a graph of those outputs, whatever the picture, that also needs its input."""
    nodes = [
        helper.make_node("ReduceMean", ["input.1"], ["mean"], keepdims=0),
        helper.make_node("Mul", ["mean", "zero"], ["nothing"]),
    ]
    constants = [numpy_helper.from_array(np.zeros((), np.float32), "zero")]
    outputs = []
    for number, values in enumerate(maps):
        shaped = values[None] if batch else values
        constants.append(numpy_helper.from_array(shaped, f"values_{number}"))
        nodes.append(helper.make_node("Add", [f"values_{number}", "nothing"], [f"out_{number}"]))
        outputs.append(
            helper.make_tensor_value_info(f"out_{number}", TensorProto.FLOAT, shaped.shape)
        )
    pixels = helper.make_tensor_value_info("input.1", TensorProto.FLOAT, [1, 3, *size])
    graph = helper.make_graph(nodes, "scrfd", [pixels], outputs, constants)
    opset = helper.make_opsetid("", 13)
    onnx.save(helper.make_model(graph, opset_imports=[opset], ir_version=8), path)
    return path


def slow_decode(faces):
    """Go through the faces one by one, by the definition."""
    boxes, points = [], []
    for stride, row, column, _, _ in faces:
        x, y = column * stride, row * stride
        boxes.append([x - 1.5 * stride, y - 2 * stride, x + 2.5 * stride, y + 3 * stride])
        points.append([(x + dx * stride, y + dy * stride) for dx, dy in POINTS])
    return np.array(boxes), np.array(points)


FACES = [(8, 2, 5, 0, 0.9), (16, 3, 1, 1, 0.8), (32, 1, 0, 1, 0.7)]


@pytest.mark.parametrize("reverse", [False, True])
def test_decoding(reverse):
    maps = known_maps(FACES)
    boxes, scores, points = decode(maps[::-1] if reverse else maps, side_px=SIDE, threshold=0.5)
    slow_boxes, slow_points = slow_decode(FACES)
    np.testing.assert_allclose(boxes, slow_boxes)
    np.testing.assert_allclose(points, slow_points, rtol=1e-6)
    np.testing.assert_allclose(scores, [0.9, 0.8, 0.7])


@pytest.mark.parametrize("size", [(SIDE, SIDE), ("height", "width")])
@pytest.mark.parametrize("batch", [False, True])
def test_a_picture_through_the_letterbox(tmp_path, size, batch):
    model = write_model(tmp_path / "scrfd.onnx", known_maps(FACES), size=size, batch=batch)
    detector = Scrfd(model, input_px=SIDE, nms_threshold=0.9, threads=1)
    assert detector.has_landmarks
    # 128 x 64 pixels of a picture of 512 x 256: a letterbox pixel is 8 full-size ones.
    faces = detector.detect(Image(np.zeros((64, 128, 3), np.uint8), (512, 256)))
    boxes, points = slow_decode(FACES)
    assert [round(face.score, 3) for face in faces] == [0.9, 0.8, 0.7]
    np.testing.assert_allclose([face.box_xyxy_px for face in faces], boxes * 8)
    np.testing.assert_allclose([face.landmarks_px for face in faces], points * 8, rtol=1e-5)


def test_overlapping_boxes_leave_the_best(tmp_path):
    twice = [(8, 2, 5, 0, 0.9), (8, 2, 5, 1, 0.8), (32, 1, 1, 0, 0.6)]
    model = write_model(tmp_path / "scrfd.onnx", known_maps(twice))
    picture = Image(np.zeros((SIDE, SIDE, 3), np.uint8), (SIDE, SIDE))
    scores = [face.score for face in Scrfd(model, threads=1).detect(picture)]
    np.testing.assert_allclose(scores, [0.9, 0.6])
    assert len(Scrfd(model, max_faces=1, threads=1).detect(picture)) == 1


def test_without_landmarks_the_template_places_them(tmp_path):
    model = write_model(tmp_path / "scrfd.onnx", known_maps(FACES[:1], landmarks=False))
    detector = Scrfd(model, threads=1)
    assert not detector.has_landmarks
    (face,) = detector.detect(Image(np.zeros((SIDE, SIDE, 3), np.uint8), (SIDE, SIDE)))
    placed = template_face(face.box_xyxy_px, "arcface-112").landmarks_px
    np.testing.assert_array_equal(face.landmarks_px, placed)


def test_no_face(tmp_path):
    model = write_model(tmp_path / "scrfd.onnx", known_maps([]))
    assert Scrfd(model).detect(Image(np.zeros((9, 70, 3), np.uint8), (70, 9))) == ()


def test_the_letterbox_keeps_the_shape():
    pixels = np.full((30, 60, 3), 200, np.uint8)
    canvas, size = letterbox(pixels, side_px=SIDE)
    assert size == (64, 32)
    assert (canvas[:32] == 200).all()
    assert (canvas[32:] == 0).all()


def test_other_graphs_are_named(tmp_path):
    model = write_model(tmp_path / "other.onnx", known_maps(FACES)[:5])
    with pytest.raises(BundleError, match=r"other.onnx: expected one input and 6 or 9 outputs"):
        Scrfd(model)
    odd = write_model(tmp_path / "odd.onnx", known_maps(FACES, side=128), size=("h", "w"))
    with pytest.raises(BundleError, match=r"odd.onnx: expected outputs of \[128, 32, 8\] rows"):
        Scrfd(odd, input_px=SIDE).detect(Image(np.zeros((9, 9, 3), np.uint8), (9, 9)))


def test_options_out_of_range_are_named(tmp_path):
    fixed = write_model(tmp_path / "fixed.onnx", known_maps(FACES))
    dynamic = write_model(tmp_path / "dynamic.onnx", known_maps(FACES), size=("h", "w"))
    with pytest.raises(InputError, match=r"input_px for .*fixed.onnx: the graph takes \[64, 64\]"):
        Scrfd(fixed, input_px=640)
    with pytest.raises(InputError, match="input_px: expected a multiple of 32, got 100"):
        Scrfd(dynamic, input_px=100)
    with pytest.raises(InputError, match="score_threshold"):
        Scrfd(fixed, score_threshold=1)


def test_it_is_a_detector(tmp_path):
    model = write_model(tmp_path / "scrfd.onnx", known_maps(FACES))
    assert isinstance(DETECTORS["scrfd"](model), Detector)
