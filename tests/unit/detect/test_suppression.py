import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.detect import networks
from facemetric.detect.suppression import nms
from facemetric.errors import InputError
from facemetric.runtime import Session


def slow_nms(boxes, scores, threshold, overlap):
    """The definition, one pair at a time."""
    waiting = sorted(range(len(boxes)), key=lambda row: (-scores[row], row))
    kept = []
    for row in waiting:
        for other in kept:
            width = min(boxes[row][2], boxes[other][2]) - max(boxes[row][0], boxes[other][0])
            height = min(boxes[row][3], boxes[other][3]) - max(boxes[row][1], boxes[other][1])
            shared = max(width, 0) * max(height, 0)
            areas = [
                (boxes[k][2] - boxes[k][0]) * (boxes[k][3] - boxes[k][1]) for k in (row, other)
            ]
            whole = min(areas) if overlap == "min" else sum(areas) - shared
            if shared > threshold * whole:
                break
        else:
            kept.append(row)
    return kept


@st.composite
def scored_boxes(draw):
    count = draw(st.integers(0, 25))
    corner = st.integers(0, 20)
    side = st.integers(1, 12)
    rows = [draw(st.tuples(corner, corner, side, side)) for _ in range(count)]
    boxes = np.array([(x, y, x + w, y + h) for x, y, w, h in rows], np.float32).reshape(-1, 4)
    scores = [draw(st.integers(0, 5)) for _ in range(count)]  # ties are common
    return boxes, np.array(scores, np.float32)


# Thresholds that no ratio of small whole numbers meets exactly.
THRESHOLDS = st.sampled_from([0.2013, 0.4987, 0.7011])


@settings(deadline=None, max_examples=100)
@given(scored_boxes(), THRESHOLDS, st.sampled_from(["union", "min"]))
def test_equals_the_slow_loop(found, threshold, overlap):
    boxes, scores = found
    fast = nms(boxes, scores, threshold=threshold, overlap=overlap)
    assert fast.tolist() == slow_nms(boxes.tolist(), scores.tolist(), threshold, overlap)


@settings(deadline=None, max_examples=50)
@given(scored_boxes(), THRESHOLDS)
def test_the_graph_equals_the_slow_loop(found, threshold):
    boxes, scores = found
    session = Session(networks.suppression(), threads=1)
    feeds = {
        "boxes": boxes[None],
        "scores": scores[None, None],
        "most": np.array([len(boxes)], np.int64),
        "threshold": np.array([threshold], np.float32),
    }
    kept = session.run(feeds)[0][:, 2]
    assert kept.tolist() == slow_nms(boxes.tolist(), scores.tolist(), threshold, "union")


def test_more_boxes_than_one_block(monkeypatch):
    rng = np.random.default_rng(0)
    corner = rng.integers(0, 60, (300, 2))
    boxes = np.concatenate([corner, corner + rng.integers(4, 20, (300, 2))], axis=1).astype(float)
    scores = rng.random(300)
    monkeypatch.setattr("facemetric.detect.suppression._BLOCK", 16)
    for overlap in ("union", "min"):
        kept = nms(boxes, scores, threshold=0.4003, overlap=overlap)
        assert kept.tolist() == slow_nms(boxes.tolist(), scores.tolist(), 0.4003, overlap)


def test_a_small_box_inside_a_large_one_goes_only_with_min():
    boxes = np.array([[0, 0, 100, 100], [40, 40, 60, 60]], np.float32)
    scores = np.array([0.9, 0.8], np.float32)
    assert nms(boxes, scores, threshold=0.7).tolist() == [0, 1]
    assert nms(boxes, scores, threshold=0.7, overlap="min").tolist() == [0]


def test_an_unknown_overlap_is_named():
    with pytest.raises(InputError, match="overlap: expected 'union' or 'min', got 'max'"):
        nms(np.zeros((0, 4)), np.zeros(0), threshold=0.5, overlap="max")
