import cv2
import numpy as np
import pytest

from facemetric.detect import DETECTORS, Detector, Mtcnn, iou, select_faces
from facemetric.errors import InputError
from facemetric.types import Image

# Read off the photographs by eye, to about a tenth of the eyes' distance.
ASTRONAUT = [(205, 102), (247, 104), (226, 128), (203, 140), (243, 142)]
GRACE_HOPPER = [(220, 190), (306, 186), (266, 238), (233, 277), (307, 273)]


def image_of(pixels):
    return Image(np.ascontiguousarray(pixels), (pixels.shape[1], pixels.shape[0]))


def box_of(face):
    return np.asarray(face.box_xyxy_px, float)[None]


@pytest.mark.parametrize(
    ("photo", "points"), [("astronaut", ASTRONAUT), ("grace_hopper", GRACE_HOPPER)]
)
def test_one_face_and_its_landmarks(mtcnn, photo, points, request):
    image = request.getfixturevalue(photo)
    faces = mtcnn.detect(image)
    assert len(faces) == 1
    (face,) = faces
    points = np.array(points, float)
    eyes = np.linalg.norm(points[1] - points[0])
    assert np.linalg.norm(face.landmarks_px - points, axis=1).max() < 0.15 * eyes
    left, top, right, bottom = face.box_xyxy_px
    assert ((face.landmarks_px > (left, top)) & (face.landmarks_px < (right, bottom))).all()
    assert 0.99 < face.score <= 1
    assert face.box_xyxy_px.dtype == face.landmarks_px.dtype == np.float32
    assert 1.5 * eyes < face.size_px < 3.5 * eyes


def test_the_same_answer_every_time(astronaut):
    first, again = (Mtcnn(min_face_px=20).detect(astronaut) for _ in range(2))
    assert [(face.score, face.box_xyxy_px.tolist()) for face in first] == [
        (face.score, face.box_xyxy_px.tolist()) for face in again
    ]


def test_a_mirrored_photograph_gives_mirrored_landmarks(mtcnn, astronaut):
    (face,) = mtcnn.detect(astronaut)
    (mirrored,) = mtcnn.detect(image_of(astronaut.pixels[:, ::-1]))
    points = mirrored.landmarks_px[[1, 0, 2, 4, 3]]
    points[:, 0] = 512 - points[:, 0]
    assert np.abs(points - face.landmarks_px).max() < 4


@pytest.mark.parametrize("full_px", [(1024, 1024), (2048, 1024)])
def test_a_picture_decoded_smaller_is_answered_at_full_size(mtcnn, astronaut, full_px):
    """The pixels are the photograph's; it is said to be two or four times as wide at full size."""
    times = np.array(full_px, np.float32) / 512
    reduced = Image(astronaut.pixels, full_px)
    detector = Mtcnn(min_face_px=40 * float(times.min()), threads=1)
    (face,) = mtcnn.detect(astronaut)
    (same,) = detector.detect(reduced)
    np.testing.assert_allclose(same.landmarks_px, face.landmarks_px * times, rtol=1e-5)
    np.testing.assert_allclose(same.box_xyxy_px, face.box_xyxy_px * np.tile(times, 2), rtol=1e-5)


def test_the_minimum_face_is_in_full_size_pixels(mtcnn, astronaut):
    (face,) = mtcnn.detect(astronaut)  # about 90 pixels wide
    larger = Mtcnn(min_face_px=300, threads=1)
    assert all(iou(box_of(face), box_of(one)) < 0.3 for one in larger.detect(astronaut))
    (found,) = larger.detect(Image(astronaut.pixels, (5120, 5120)))
    assert iou(box_of(face), box_of(found) / 10) > 0.7


def test_enlarged_photograph(mtcnn, astronaut):
    """Nine times the pixels, most of them through halvings and tiles."""
    (face,) = mtcnn.detect(astronaut)
    large = cv2.resize(astronaut.pixels, (1537, 1537), interpolation=cv2.INTER_CUBIC)
    best = mtcnn.detect(image_of(large))[0]
    assert np.abs(best.landmarks_px * 512 / 1537 - face.landmarks_px).max() < 4
    assert iou(box_of(face), box_of(best) * 512 / 1537)[0, 0] > 0.8


def test_tiles_change_nothing(astronaut, monkeypatch):
    detector = Mtcnn(min_face_px=20, threads=1)
    whole = detector.detect(astronaut)
    monkeypatch.setattr("facemetric.detect.mtcnn._TILE_PX", 5_000)
    monkeypatch.setattr("facemetric.detect.mtcnn._RNET_BATCH", 1)
    monkeypatch.setattr("facemetric.detect.mtcnn._ONET_BATCH", 100)
    cut = detector.detect(astronaut)
    assert len(cut) == len(whole)
    for one, other in zip(whole, cut, strict=True):
        np.testing.assert_allclose(one.box_xyxy_px, other.box_xyxy_px, atol=0.05)
        np.testing.assert_allclose(one.landmarks_px, other.landmarks_px, atol=0.05)


@pytest.mark.parametrize("cut", [215, 190, 200])
def test_a_face_cut_by_the_border_is_not_stretched(mtcnn, astronaut, cut):
    """Part of the face's left is missing; the nose and the right eye stay where they are."""
    (whole,) = mtcnn.detect(astronaut)
    (part,) = mtcnn.detect(image_of(astronaut.pixels[:, cut:]))
    shift = part.landmarks_px + np.array([cut, 0]) - whole.landmarks_px
    assert np.abs(shift[[1, 2, 4]]).max() < 8
    assert np.abs(shift).max() < 14


def test_photographs_without_a_face(mtcnn):
    from sklearn.datasets import load_sample_images

    for pixels in load_sample_images().images:
        assert [face for face in mtcnn.detect(image_of(pixels)) if face.score > 0.95] == []
    assert mtcnn.detect(image_of(load_sample_images().images[1])) == ()


@pytest.mark.parametrize(
    "shape", [(1, 1), (1, 500), (500, 1), (11, 11), (12, 12), (13, 4000), (40, 40), (41, 41)]
)
@pytest.mark.parametrize("fill", [0, 128, "noise"])
def test_strange_sizes(shape, fill):
    pixels = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    if fill != "noise":
        pixels[:] = fill
    for min_face_px in (6, 40):
        assert Mtcnn(min_face_px=min_face_px, threads=1).detect(image_of(pixels)) == ()


def test_a_face_that_fills_the_picture(mtcnn, astronaut):
    faces = mtcnn.detect(image_of(astronaut.pixels[60:176, 176:270]))
    assert len(faces) >= 1
    np.testing.assert_allclose(faces[0].landmarks_px + np.array([176, 60]), ASTRONAUT, atol=10)


def test_several_faces_by_falling_score(mtcnn, astronaut, grace_hopper):
    hopper = grace_hopper.pixels[:512]
    both = np.concatenate([astronaut.pixels, hopper], axis=1)
    faces = mtcnn.detect(image_of(both))
    assert len(faces) == 2
    scores = [face.score for face in faces]
    assert scores == sorted(scores, reverse=True)
    assert len(Mtcnn(max_faces=1, threads=1).detect(image_of(both))) == 1


def test_stricter_thresholds_find_less(astronaut):
    strict = Mtcnn(thresholds=(0.6, 0.7, 1 - 1e-9), threads=1)
    assert len(strict.detect(astronaut)) == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"min_face_px": 5}, "min_face_px: expected at least 6 pixels, got 5"),
        ({"min_face_px": float("nan")}, "min_face_px: expected"),
        ({"thresholds": (0.6, 0.7)}, r"thresholds: expected three in \(0, 1\)"),
        ({"thresholds": (0.6, 0.7, 1.0)}, r"thresholds: expected three in \(0, 1\)"),
        ({"factor": 1.0}, "factor: expected 0.1 to 0.95, got 1.0"),
        ({"max_faces": 0}, "max_faces: expected at least 1, got 0"),
    ],
)
def test_options_out_of_range_are_named(options, message):
    with pytest.raises(InputError, match=message):
        Mtcnn(**options)


def test_it_is_a_detector(mtcnn):
    assert isinstance(mtcnn, Detector)
    assert DETECTORS["mtcnn"] is Mtcnn
    assert {"mtcnn", "scrfd", "yunet"} <= set(DETECTORS)


@pytest.mark.data
def test_people(mtcnn, data_root):
    paths = sorted((data_root / "people").rglob("*.jp*g"))
    assert paths
    found = {}
    for path in paths:
        pixels = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
        found[path.name] = len(mtcnn.detect(image_of(pixels)))
    assert min(found.values()) >= 1, found


@pytest.mark.data
def test_lfw_faces_stand_where_they_were_put(mtcnn, data_root):
    """LFW is funneled: the face is in the middle, upright, about 95 pixels wide."""
    paths = sorted((data_root / "lfw").glob("*/*_0001.jpg"))[::144]
    assert len(paths) >= 39
    for path in paths:
        image = image_of(cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB))
        (face,) = select_faces(mtcnn.detect(image), image, select="central")
        left_eye, right_eye, nose, left_mouth, right_mouth = face.landmarks_px
        assert 25 < right_eye[0] - left_eye[0] < 60, path
        assert left_eye[1] < nose[1] + 5 < left_mouth[1] + 10, path
        assert left_mouth[0] < right_mouth[0], path
        assert np.linalg.norm(nose - 125) < 35, path
