import numpy as np
import pytest

from facemetric.detect import select_faces
from facemetric.errors import InputError
from facemetric.types import Face, Image

IMAGE = Image(np.zeros((50, 100, 3), np.uint8), (200, 100))  # decoded at half size


def face(box, score):
    return Face(np.array(box, np.float32), score, np.zeros((5, 2), np.float32))


CORNER = face([0, 0, 80, 80], 0.9)
MIDDLE = face([90, 40, 110, 60], 0.8)
RIGHT = face([150, 20, 190, 60], 0.7)
FACES = (CORNER, MIDDLE, RIGHT)


@pytest.mark.parametrize(
    ("select", "max_faces", "expected"),
    [
        ("all", None, (CORNER, MIDDLE, RIGHT)),
        ("all", 2, (CORNER, MIDDLE)),
        ("largest", None, (CORNER,)),
        ("largest", 2, (CORNER, RIGHT)),
        ("central", None, (MIDDLE,)),
        ("central", 5, (MIDDLE, CORNER, RIGHT)),
    ],
)
def test_selection(select, max_faces, expected):
    assert select_faces(FACES, IMAGE, select=select, max_faces=max_faces) == expected


@pytest.mark.parametrize("select", ["all", "largest", "central"])
def test_no_faces_stay_no_faces(select):
    assert select_faces((), IMAGE, select=select) == ()


def test_options_out_of_range_are_named():
    with pytest.raises(InputError, match="select: expected 'all', 'largest' or 'central'"):
        select_faces((), IMAGE, select="biggest")
    with pytest.raises(InputError, match="max_faces: expected at least 1, got 0"):
        select_faces(FACES, IMAGE, max_faces=0)
