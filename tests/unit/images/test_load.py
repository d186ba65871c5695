"""Every kind of source gives the same picture, or an error that names it."""

from __future__ import annotations

import hashlib
import os
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image as PillowImage
from PIL import ImageFile

from facemetric.errors import (
    DecodeError,
    DependencyError,
    FacemetricError,
    InputError,
    PixelLimitError,
    SourceError,
)
from facemetric.images import load_image, load_images
from facemetric.types import Image, ItemError

FORMS = [
    "jpeg",
    "jpeg progressive",
    "jpeg grey",
    "jpeg cmyk",
    "png",
    "webp",
    "webp lossless",
    "bmp",
    "tiff",
    "tiff lzw",
    "tiff deflate",
    "gif",
    "heif",
]
LOSSLESS = {"png", "webp lossless", "bmp", "tiff", "tiff lzw", "tiff deflate"}


@pytest.mark.parametrize("form", FORMS)
def test_every_format_gives_the_photograph(form, encoded, photo):
    image = load_image(encoded[form])
    wanted = np.asarray(photo.convert("L").convert("RGB") if "grey" in form else photo)
    error = np.abs(image.pixels.astype(int) - wanted).mean()
    assert image.size_px == photo.size
    assert error == 0 if form in LOSSLESS else error < 6
    assert image.sha256 == hashlib.sha256(encoded[form]).hexdigest()
    assert image.pixels.flags.c_contiguous
    assert image.pixels.flags.writeable


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.97])
def test_a_truncated_file_is_an_error(form, share, encoded):
    data = encoded[form]
    with pytest.raises(DecodeError) as caught:
        load_image(data[: int(len(data) * share)], name="cut.jpg")
    assert caught.value.item == "cut.jpg"
    assert caught.value.fix


@pytest.mark.parametrize("form", FORMS)
def test_truncated_files_stay_errors_where_a_program_tells_pillow_to_fill_gaps(
    form, encoded, monkeypatch
):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    with pytest.raises(DecodeError):
        load_image(encoded[form][: len(encoded[form]) // 2])
    assert ImageFile.LOAD_TRUNCATED_IMAGES


@pytest.mark.parametrize("form", FORMS)
def test_the_pixel_limit_holds_for_every_format(form, encoded):
    coded = (202, 134) if form == "heif" else (201, 133)  # HEVC pads to even sides
    limit = coded[0] * coded[1]
    with pytest.raises(PixelLimitError, match=rf"{limit - 1:,}.*{coded[0]} × {coded[1]}"):
        load_image(encoded[form], max_pixels=limit - 1)
    assert load_image(encoded[form], max_pixels=limit).size_px == (201, 133)


def test_a_suffix_that_lies_does_not_matter(encoded, tmp_path):
    path = tmp_path / "really_a_png.jpg"
    path.write_bytes(encoded["png"])
    assert np.array_equal(load_image(path).pixels, load_image(encoded["png"]).pixels)


@pytest.mark.parametrize("name", ["김철수.jpg", "Łukasz Żółć.jpg", "📷 photo.jpg", "a b\nc.jpg"])
def test_unicode_paths(name, encoded, tmp_path):
    path = tmp_path / name
    path.write_bytes(encoded["jpeg"])
    image = load_image(str(path))
    assert image.source == str(path)
    assert image.size_px == (201, 133)


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"", "empty"),
        (b"Dear Sir,\nplease find attached", "got text"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\n <!doctype html><html>", "web page"),
        (b"\x00\x00\x00\x18ftypavif", "avif"),
        (b"\x00\x01\x02\xff", "00 01 02 ff"),
        (b"\xff\xd8\xff\xd9", "JPEG"),
        (b"GIF89a", "GIF"),
        (b"BM", "BMP"),
        (b"RIFF\x04\0\0\0WEBP", "WEBP"),
        (b"MM\0*\0\0\0\x08", "TIFF"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
    ],
)
def test_what_is_no_picture_is_named(data, cause, tmp_path):
    path = tmp_path / "photo.jpg"
    path.write_bytes(data)
    with pytest.raises(DecodeError, match=cause) as caught:
        load_image(path)
    assert caught.value.item == str(path)


def test_paths_that_cannot_be_read(tmp_path):
    with pytest.raises(SourceError, match="no such file"):
        load_image(tmp_path / "absent.jpg")
    with pytest.raises(SourceError, match=r"got a folder.*find_images"):
        load_image(tmp_path)
    with pytest.raises(SourceError, match="cannot be read"):
        load_image("a\0b.jpg")
    with pytest.raises(SourceError, match="cannot be read"):
        load_image("x" * 5000)
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(SourceError, match="pipe"):
        load_image(tmp_path / "pipe.jpg")


def test_a_file_too_large_for_the_limit_is_not_read(tmp_path):
    path = tmp_path / "huge.jpg"
    with path.open("wb") as file:
        file.truncate(1 << 32)
    with pytest.raises(PixelLimitError, match="bytes"):
        load_image(path, max_pixels=1000)


def test_heic_without_its_package_names_the_extra(encoded, monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(DependencyError, match=r"facemetric\[heif\]") as caught:
        load_image(encoded["heif"], name="phone.heic")
    assert caught.value.item == "phone.heic"


def test_arrays_of_every_shape(photo):
    rgb = np.asarray(photo)
    grey = np.asarray(photo.convert("L"))
    assert np.array_equal(load_image(rgb).pixels, rgb)
    assert np.array_equal(load_image(grey).pixels, load_image(grey[..., None]).pixels)
    assert np.array_equal(load_image(grey).pixels, np.dstack([grey] * 3))
    assert np.array_equal(load_image(rgb[:, ::-1]).pixels, rgb[:, ::-1])
    half = np.dstack([rgb, np.full(grey.shape, 128, np.uint8)])
    assert np.abs(load_image(half).pixels - (rgb * (128 / 255) + 127)).max() <= 0.5
    assert load_image(rgb).sha256 is None


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (np.zeros((4, 4, 3), np.float32), r"got float32.*pixels \* 255"),
        (np.zeros((4, 4), np.uint16), r"got uint16.*// 257"),
        (np.zeros((4, 4), bool), r"got bool.*\* 255"),
        (np.zeros((4, 4), np.int64), r"got int64.*0 … 255"),
        (np.zeros((3, 8, 8), np.uint8), r"\(3, 8, 8\).*transpose"),
        (np.zeros((8, 8, 2), np.uint8), r"\(8, 8, 2\)"),
        (np.zeros(8, np.uint8), r"\(8,\)"),
        (np.zeros((0, 4, 3), np.uint8), "empty"),
    ],
)
def test_arrays_of_another_kind_are_refused_with_a_way_out(values, said):
    with pytest.raises(InputError, match=said):
        load_image(values)


def test_other_objects_and_options_are_refused(encoded, tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(encoded["jpeg"])
    with path.open("rb") as file, pytest.raises(InputError, match=r"BufferedReader.*file\.read"):
        load_image(file)
    with pytest.raises(InputError, match="max_pixels"):
        load_image(path, max_pixels=0)
    with pytest.raises(InputError, match="reduce_to_px"):
        load_image(path, reduce_to_px=0)


def test_pillow_images_loaded_or_not(encoded, photo, tmp_path):
    assert np.array_equal(load_image(photo).pixels, np.asarray(photo))
    path = tmp_path / "a.png"
    path.write_bytes(encoded["png"])
    with PillowImage.open(path) as lazy:
        image = load_image(lazy)
    assert image.source == str(path)
    assert np.array_equal(image.pixels, np.asarray(photo))
    path.write_bytes(encoded["png"][:-9000])
    with PillowImage.open(path) as cut, pytest.raises(DecodeError, match="truncated"):
        load_image(cut)


def test_a_batch_goes_on_after_an_error(encoded, photo, tmp_path):
    path = tmp_path / "broken.jpg"
    path.write_bytes(encoded["jpeg"][:999])
    sources = [encoded["png"], path, b"", np.zeros((4, 4), float), "absent.jpg", photo]
    results = list(load_images(sources))
    assert [type(result) for result in results] == [Image, *[ItemError] * 4, Image]
    assert [r.code for r in results[1:5]] == ["decode", "decode", "input", "source"]
    assert [r.item for r in results[1:5]] == [str(path), "<picture 2>", "<picture 3>", "absent.jpg"]
    with pytest.raises(InputError):
        next(load_images([], max_pixels=-1))


def test_threads_decode_the_same(encoded):
    wanted = {form: load_image(data).pixels for form, data in encoded.items()}
    wrong: list[str] = []

    def decode() -> None:
        for form, data in encoded.items():
            if not np.array_equal(load_image(data).pixels, wanted[form]):
                wrong.append(form)

    threads = [threading.Thread(target=decode) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


MAGIC = [b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM", b"II*\0", b"MM\0*"]
MAGIC += [b"RIFF\x40\0\0\0WEBPVP8 ", b"RIFF\x40\0\0\0WEBPVP8X", b"\0\0\0\x18ftypheic"]


@given(magic=st.sampled_from(MAGIC), data=st.binary(max_size=400))
@settings(deadline=None, max_examples=400)
def test_fuzzed_bytes_raise_nothing_but_our_errors(magic, data):
    try:
        image = load_image(magic + data)
    except FacemetricError as error:
        assert error.cause
    else:
        assert image.pixels.shape[:2] == image.size_px[::-1]


@given(form=st.sampled_from(FORMS), data=st.data())
@settings(
    deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_damaged_files_raise_nothing_but_our_errors(encoded, form, data):
    damaged = bytearray(encoded[form])
    spots = st.tuples(st.integers(0, len(damaged) - 1), st.integers(0, 255))
    for at, value in data.draw(st.lists(spots, min_size=1, max_size=8)):
        damaged[at] = value
    try:
        image = load_image(bytes(damaged), max_pixels=1_000_000)
    except FacemetricError as error:
        assert error.cause
    else:
        assert image.pixels.shape[:2] == image.size_px[::-1]


def test_source_is_a_path_even_as_text(monkeypatch, encoded, tmp_path):
    monkeypatch.chdir(tmp_path)
    Path("a.jpg").write_bytes(encoded["jpeg"])
    assert load_image("a.jpg").source == "a.jpg"
    assert load_image("a.jpg", name="Ada").source == "Ada"
