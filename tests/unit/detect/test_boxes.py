import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from facemetric.detect.boxes import box_areas, intersections, iou, regress


def test_areas_of_a_box_and_of_one_turned_inside_out():
    boxes = np.array([[1, 2, 4, 8], [4, 8, 1, 2]], np.float32)
    assert box_areas(boxes).tolist() == [18, 0]


def test_iou_by_hand():
    a = np.array([[0, 0, 10, 10]], np.float32)
    b = np.array([[0, 0, 10, 10], [5, 0, 15, 10], [20, 20, 30, 30], [3, 3, 3, 3]], np.float32)
    np.testing.assert_allclose(iou(a, b), [[1, 1 / 3, 0, 0]], rtol=1e-6)


def test_iou_of_nothing_with_nothing_is_zero():
    point = np.array([[3, 3, 3, 3]], np.float32)
    assert iou(point, point).tolist() == [[0]]


@settings(deadline=None, max_examples=50)
@given(arrays(np.int64, (6, 4), elements=st.integers(0, 12)))
def test_intersections_count_shared_pixels(boxes):
    boxes = np.concatenate(
        [np.minimum(boxes[:, :2], boxes[:, 2:]), boxes.max() + 0 * boxes[:, 2:]], 1
    )
    canvas = np.zeros((6, 13, 13), bool)
    for plane, (left, top, right, bottom) in zip(canvas, boxes, strict=True):
        plane[top:bottom, left:right] = True
    counted = (canvas[:, None] & canvas[None]).sum(axis=(2, 3))
    np.testing.assert_array_equal(intersections(boxes, boxes), counted)


def test_regression_moves_edges_by_shares_of_the_sides():
    boxes = np.array([[10, 20, 30, 60]], np.float32)
    offsets = np.array([[0.1, -0.1, 0.5, 0.25]], np.float32)
    np.testing.assert_allclose(regress(boxes, offsets), [[12, 16, 40, 70]])
