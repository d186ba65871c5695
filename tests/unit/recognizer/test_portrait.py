"""Portraits out of real photographs: good enough to begin again with, and of one person alone."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import PIL.Image
import pytest

from facemetric import Recognizer
from facemetric.align import align_faces
from facemetric.errors import ImageError, InputError
from facemetric.gallery import Gallery, Portrait, SqliteGallery
from facemetric.gallery.portrait import SIDE_PX, check_portrait
from facemetric.images import load_image
from facemetric.recognizer.portrait import cut_portrait
from facemetric.types import Face, Float32, Image

pytestmark = pytest.mark.samples
GREY, NEAR = 128, 12
"""What is left out is grey, as far as JPEG keeps it."""


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer(threads=1)


@pytest.fixture
def gallery(recognizer: Recognizer, tmp_path: Path) -> SqliteGallery:
    opened = recognizer.open_gallery(tmp_path / "people.db")
    assert isinstance(opened, SqliteGallery)
    return opened


def embedded(recognizer: Recognizer, portrait: Portrait, face: Face) -> Float32:
    """Embed a portrait where the sample says that the face is, without looking for it."""
    alignment = recognizer.bundle.manifest.alignment
    image = load_image(portrait.jpeg, name="portrait")
    chips = align_faces(
        image, [portrait.place(face)], alignment.template, margin_px=alignment.margin_px
    )
    return recognizer._pipeline.embedder.embed(chips)[0]


def pixels_of(portrait: Portrait) -> np.ndarray:
    return load_image(portrait.jpeg, name="portrait").pixels.astype(int)


def test_a_portrait_gives_the_embedding_again(
    recognizer: Recognizer, gallery: SqliteGallery, samples: dict[str, Path]
) -> None:
    """Measured on these photographs: at least 0.9994 in place, 0.998 when detected anew.

    On 399 of LFW's: at least 0.997 and 0.989, medians 0.9998 and 0.9995; every face was detected,
    and nobody else's.
    """
    report = recognizer.enroll(gallery, "Someone", samples.values(), keep_portraits=True)
    assert len(report.samples) >= 5 and not report.errors
    assert all(sample.has_portrait for sample in report.samples)
    vectors = gallery.vectors()
    for sample in gallery.samples():
        vector = vectors.embeddings[vectors.sample_ids.index(sample.id)]
        portrait = gallery.portrait(sample.id)
        assert portrait is not None and sample.face is not None
        check_portrait(portrait, face=sample.face, item=sample.source)
        assert max(portrait.size_px) <= SIDE_PX and len(portrait.jpeg) < 60_000
        assert float(embedded(recognizer, portrait, sample.face) @ vector) > 0.995
        (again,) = recognizer.see(portrait.jpeg).faces
        assert float(again.embedding @ vector) > 0.99
    gallery.close()


def test_nothing_is_kept_unless_asked(
    recognizer: Recognizer, gallery: SqliteGallery, samples: dict[str, Path]
) -> None:
    report = recognizer.enroll(gallery, "Barack", [samples["obama"]])
    assert not report.samples[0].has_portrait and report.samples[0].seen.portrait is None
    assert gallery.stats().portraits == 0
    gallery.close()


@pytest.fixture(scope="module")
def in_company(recognizer: Recognizer, samples: dict[str, Path]) -> tuple[Image, list[Face]]:
    """A large face, and a small one just above it: within the large one's portrait."""

    def head(name: str, side_px: int) -> np.ndarray:
        image = load_image(samples[name])
        left, top, right, bottom = recognizer.detect(samples[name])[0].box_xyxy_px.astype(int)
        rim = (bottom - top) // 4
        part = image.pixels[max(top - rim, 0) : bottom + rim, max(left - rim, 0) : right + rim]
        return cv2.resize(part, (side_px, side_px), interpolation=cv2.INTER_AREA)

    canvas = np.full((600, 800, 3), (60, 90, 60), np.uint8)
    canvas[150:450, 250:550] = head("obama", 300)
    canvas[100:184, 365:449] = head("biden", 84)
    faces = recognizer._pipeline.detector.detect(Image(canvas, (800, 600)))
    assert len(faces) == 2
    return Image(canvas, (800, 600), "company"), sorted(faces, key=lambda face: -face.size_px)


def test_other_people_are_left_out(
    recognizer: Recognizer, in_company: tuple[Image, list[Face]]
) -> None:
    image, (large, small) = in_company
    alone = cut_portrait(image, large, [large])
    assert len(recognizer.detect(alone.jpeg)) == 2  # both would be in it
    portrait = cut_portrait(image, large, [large, small])
    assert len(recognizer.detect(portrait.jpeg)) == 1
    left, top, right, bottom = portrait.place(small).box_xyxy_px.astype(int)
    beside = pixels_of(portrait)[max(top, 0) : bottom - 8, left:right]
    assert beside.size > 5_000
    assert np.abs(beside - GREY).max() < 3 * NEAR and np.abs(beside - GREY).mean() < NEAR
    (kept,) = recognizer.see(portrait.jpeg).faces
    (whole,) = recognizer.see(image.pixels, select="largest").faces
    assert float(kept.embedding @ whole.embedding) > 0.99


def test_the_smaller_face_does_not_show_the_larger(
    recognizer: Recognizer, in_company: tuple[Image, list[Face]]
) -> None:
    image, (large, small) = in_company
    portrait = cut_portrait(image, small, [large, small])
    (found,) = recognizer.detect(portrait.jpeg)
    assert np.abs(found.box_xyxy_px - portrait.place(small).box_xyxy_px).max() < 12
    below = pixels_of(portrait)[int(portrait.place(small).box_xyxy_px[3]) + 9 :]
    assert below.size > 2_000 and np.abs(below - GREY).mean() < NEAR


def test_the_scene_is_left_out(recognizer: Recognizer, samples: dict[str, Path]) -> None:
    """The corners are grey, and what is further than the margin is not there at all."""
    image = load_image(samples["obama"])
    (face,) = recognizer.detect(samples["obama"])
    portrait = cut_portrait(image, face, [face])
    left, top, right, bottom = portrait.frame_xyxy_px
    side = float(max(face.box_xyxy_px[2:] - face.box_xyxy_px[:2]))
    assert right - left <= 1.5 * side + 2 and bottom - top <= 1.8 * side + 2
    corners = pixels_of(portrait)[[2, 2, -3, -3], [2, -3, 2, -3]]
    assert np.abs(corners - GREY).max() < NEAR


def test_a_turned_photograph_gives_an_upright_portrait_without_metadata(
    recognizer: Recognizer, gallery: SqliteGallery, samples: dict[str, Path]
) -> None:
    """Stored on its side, with the orientation, a time, a place and a profile in its EXIF."""
    upright = PIL.Image.open(samples["obama"]).convert("RGB")
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    exif[0x0132] = "2024:05:01 12:30:00"
    exif.get_ifd(0x8825)[1] = "N"
    turned = io.BytesIO()
    upright.rotate(90, expand=True).save(
        turned, "JPEG", quality=95, exif=exif, comment=b"at home", icc_profile=b"profile" * 30
    )
    data = turned.getvalue()
    assert b"2024:05:01" in data and b"at home" in data
    recognizer.enroll(gallery, "Barack", [data], keep_portraits=True)
    (sample,) = gallery.samples()
    portrait = gallery.portrait(sample.id)
    assert portrait is not None and sample.face is not None
    for note in (b"Exif", b"2024:05:01", b"at home", b"profile"):
        assert note not in portrait.jpeg
    (face,) = recognizer.detect(portrait.jpeg)
    eyes, mouth = face.landmarks_px[:2].mean(axis=0), face.landmarks_px[3:].mean(axis=0)
    assert mouth[1] - eyes[1] > 3 * abs(mouth[0] - eyes[0])
    gallery.close()


def test_a_photograph_that_was_decoded_reduced(
    recognizer: Recognizer, gallery: SqliteGallery, samples: dict[str, Path], tmp_path: Path
) -> None:
    """The frame is in pixels of the full size, and small faces have the detail that there is."""
    picture = cv2.imread(str(samples["obama"]))
    canvas = np.full((4000, 6000, 3), 200, np.uint8)
    canvas[:1000, :800] = cv2.resize(picture, (800, 1000), interpolation=cv2.INTER_AREA)
    path = tmp_path / "large.jpg"
    assert cv2.imwrite(str(path), canvas)
    recognizer.enroll(gallery, "Barack", [path], keep_portraits=True)
    (sample,) = gallery.samples()
    portrait = gallery.portrait(sample.id)
    assert portrait is not None and sample.face is not None
    left, top, right, bottom = portrait.frame_xyxy_px
    x, y = sample.face.landmarks_px.mean(axis=0)
    assert left < x < right and top < y < bottom
    frame_px = max(right - left, bottom - top)
    assert max(portrait.size_px) == pytest.approx(min(frame_px, SIDE_PX), abs=3)
    vector = gallery.vectors().embeddings[0]
    assert float(embedded(recognizer, portrait, sample.face) @ vector) > 0.99
    gallery.close()


def test_a_face_outside_its_photograph_has_no_portrait() -> None:
    image = Image(np.zeros((50, 50, 3), np.uint8), (50, 50), "ada.jpg")
    face = Face(np.array([200, 200, 220, 220], np.float32), 1.0, np.zeros((5, 2), np.float32))
    with pytest.raises(ImageError, match="outside"):
        cut_portrait(image, face, [])


def test_a_gallery_that_keeps_none_is_told_before_the_work(
    recognizer: Recognizer, tmp_path: Path
) -> None:
    pytest.importorskip("milvus_lite")
    options = {
        "bundle": recognizer.bundle.id,
        "dim": recognizer.bundle.dim,
        "bundle_sha256": recognizer.bundle.manifest.model.sha256,
        "flip": True,
    }
    with (
        Gallery.open(f"milvus://{tmp_path}/faces.db", **options) as opened,
        pytest.raises(InputError, match="keeps no portraits"),
    ):
        recognizer.enroll(opened, "Ada", [tmp_path / "nobody.jpg"], keep_portraits=True)
