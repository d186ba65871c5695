from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from facemetric.bundle import open_bundle
from facemetric.datasets.chips import open_chips, read_chip
from facemetric.datasets.shards import UNFINISHED, read_card
from facemetric.embed import Embedder
from facemetric.errors import DataError, InputError, UnknownNameError
from facemetric.jobs import FaceLimits, build_dataset, judge_labels
from facemetric.jobs.lists import read_without
from layouts.pictures import picture_without_face

pytestmark = pytest.mark.samples


def write(path: Path, pixels: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), pixels)
    return path


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def people(samples: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two people with three photographs each, and everything that can be wrong with others."""
    root = tmp_path_factory.mktemp("people")
    pictures = {}
    for stem in ("obama", "obama2", "obama3", "biden"):
        photo = cv2.imread(str(samples[stem]))
        scale = 400 / max(photo.shape[:2])
        pictures[stem] = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    for stem in ("obama", "obama2", "obama3"):
        write(root / "Obama" / f"{stem}.png", pictures[stem])
    biden = pictures["biden"]
    write(root / "Biden" / "1.png", biden)
    write(root / "Biden" / "2.png", biden[20:] // 2 + 60)
    return root


@pytest.fixture
def faulty(people: Path, tmp_path: Path) -> Path:
    root = tmp_path / "faulty"
    shutil.copytree(people, root)
    obama, biden = root / "Obama", root / "Biden"
    shutil.copy(obama / "obama.png", obama / "twin.png")
    mirrored = cv2.imread(str(obama / "obama2.png"))[:, ::-1]
    cv2.imwrite(str(obama / "mirrored.jpg"), mirrored, [cv2.IMWRITE_JPEG_QUALITY, 60])
    shutil.copy(obama / "obama3.png", biden / "not-him.png")
    (biden / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 not a picture")
    (biden / "empty.jpg").write_bytes(b"")
    (biden / "gone.jpg").symlink_to(root / "nowhere.jpg")
    write(root / "Nobody" / "wall.png", cv2.imread(str(picture_without_face())))
    return root


def test_a_pack_of_people(people: Path, tmp_path: Path, cache: Path) -> None:
    built = build_dataset([str(people)], tmp_path / "pack", dedupe=False, cache=cache)
    card = built.card
    assert (card.photographs, card.images, card.people, card.faceless) == (5, 5, 2, 0)
    assert built.left_out == built.failed == ()
    assert read_card(tmp_path / "pack") == card
    source = open_chips(tmp_path / "pack")
    assert source.names == ("Biden", "Obama")
    assert [source.item(row) for row in range(5)] == [
        "Biden/1.png",
        "Biden/2.png",
        "Obama/obama.png",
        "Obama/obama2.png",
        "Obama/obama3.png",
    ]
    assert built.originals[4] == people / "Obama" / "obama3.png"
    pixels = read_chip(source, 2, size_px=(112, 112))
    assert pixels.std() > 20
    assert not (tmp_path / "pack" / UNFINISHED).exists()
    assert card.images_per_person.p50 == 2.5
    assert {spread.name for spread in card.measures} >= {"size_px", "sharpness", "yaw_deg"}


def test_what_is_left_out_is_named_with_its_reason(
    faulty: Path, tmp_path: Path, cache: Path
) -> None:
    built = build_dataset([str(faulty)], tmp_path / "pack", cache=cache)
    reasons = {one.source: one.reason for one in built.left_out}
    # Trimmed and paler: one picture, of which one stays.
    assert (reasons.pop("Biden/1.png", None) or reasons.pop("Biden/2.png")) == "copy"
    assert reasons == {
        "Biden/broken.jpg": "unreadable",
        "Biden/empty.jpg": "unreadable",
        "Biden/gone.jpg": "unreadable",
        "Biden/not-him.png": "copy under another name",
        "Nobody/wall.png": "no face",
        "Obama/mirrored.jpg": "copy",
        "Obama/obama3.png": "copy under another name",
        "Obama/twin.png": "copy",
    }
    assert {error.item for error in built.failed} == {
        "Biden/broken.jpg",
        "Biden/empty.jpg",
        "Biden/gone.jpg",
    }
    assert all(one.why for one in built.left_out)
    counts = {one.reason: one.count for one in built.card.left_out}
    assert sum(counts.values()) == len(built.left_out)
    assert built.card.photographs == built.card.images + len(built.left_out)
    listed = read_without(tmp_path / "pack" / "left-out.tsv")
    assert listed == {one.source for one in built.left_out}
    again = build_dataset([str(faulty)], tmp_path / "again", cache=cache, without=listed)
    assert {one.reason for one in again.left_out} == {"listed"}
    assert again.card.made_from == built.card.made_from


def test_faceless_photographs_are_kept_when_asked(
    faulty: Path, tmp_path: Path, cache: Path
) -> None:
    built = build_dataset(
        [str(faulty)], tmp_path / "pack", cache=cache, dedupe=False, keep_faceless=True
    )
    source = open_chips(tmp_path / "pack")
    names = [source.item(row) for row in range(len(source))]
    assert built.card.faceless == 1
    assert not source.found[names.index("Nobody/wall.png")]
    assert {one.reason for one in built.left_out} == {"unreadable"}


def test_limits_and_small_people(people: Path, tmp_path: Path, cache: Path) -> None:
    built = build_dataset([str(people)], tmp_path / "a", cache=cache, dedupe=False, min_images=3)
    assert built.card.people == 1
    assert {one.reason for one in built.left_out} == {"few images"}
    assert "wanted 3" in built.left_out[0].why
    with pytest.raises(DataError, match="none of 5 photographs can be used") as caught:
        build_dataset(
            [str(people)], tmp_path / "b", cache=cache, limits=FaceLimits(min_size_px=9999)
        )
    assert "wanted 9999" in caught.value.cause
    assert not (tmp_path / "b").exists()


def test_the_folder_must_be_free(people: Path, tmp_path: Path, cache: Path) -> None:
    pack = tmp_path / "pack"
    options = {"cache": cache, "dedupe": False}
    build_dataset([str(people)], pack, **options)  # type: ignore[arg-type]
    times = {path: path.stat().st_mtime_ns for path in pack.glob("*.tar")}
    build_dataset([str(people)], pack, **options)  # type: ignore[arg-type]
    assert {path: path.stat().st_mtime_ns for path in pack.glob("*.tar")} == times
    with pytest.raises(DataError, match="holds another pack, of 5 images"):
        build_dataset([str(people)], pack, **options, jpeg_quality=80)  # type: ignore[arg-type]
    other = build_dataset(
        [str(people)],
        pack,
        **options,
        jpeg_quality=80,
        replace=True,  # type: ignore[arg-type]
    )
    assert other.card.settings.jpeg_quality == 80
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("work")
    (tmp_path / "file").write_text("")
    for name, cause in (("mine", "holds other files"), ("file", "it is a file")):
        with pytest.raises(DataError, match=cause):
            build_dataset([str(people)], tmp_path / name, **options)  # type: ignore[arg-type]


def test_a_folder_that_cannot_be_made_is_refused_before_the_work(
    people: Path, tmp_path: Path, cache: Path
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="file is a file"):
        build_dataset([str(people)], tmp_path / "file" / "pack")
    with pytest.raises(DataError, match="cannot be made"):
        build_dataset([str(people)], Path("/proc/nowhere/pack"), cache=cache)


def test_options_are_checked_before_the_work(people: Path, tmp_path: Path) -> None:
    for option in ({"min_images": 0}, {"workers": 0}, {"jpeg_quality": 0}):
        with pytest.raises(InputError, match=next(iter(option))):
            build_dataset([str(people)], tmp_path / "x", **option)  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError):
        build_dataset([str(people)], tmp_path / "x", template="square")


def test_a_bundle_names_the_wrong_label(people: Path, tmp_path: Path, cache: Path) -> None:
    root = tmp_path / "people"
    shutil.copytree(people, root)
    shutil.move(root / "Obama" / "obama3.png", root / "Biden" / "obama3.png")
    built = build_dataset([str(root)], tmp_path / "pack", cache=cache, dedupe=False)
    noise = judge_labels(
        built, Embedder(open_bundle("dlib-resnet-v1")), cache=cache, stranger_share=0.5
    )
    assert noise.judged == 5
    first = noise.suspects[0]
    assert (first.source, first.person, first.like) == ("Biden/obama3.png", "Biden", "Obama")
    assert first.own < first.nearest
    assert read_without(tmp_path / "pack" / "suspects.tsv") >= {"Biden/obama3.png"}


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_a_killed_run_goes_on_without_a_cache(people: Path, tmp_path: Path) -> None:
    """Killed once its folder holds something, at whatever step that is."""
    pack = tmp_path / "pack"
    code = (
        "import sys; from pathlib import Path; from facemetric.jobs import build_dataset\n"
        f"build_dataset([{str(people)!r}], Path({str(pack)!r}), dedupe=False, shard_bytes=20000)"
    )
    run = subprocess.Popen([sys.executable, "-c", code])
    deadline = time.monotonic() + 300
    while not list(pack.glob("*/*/*.npz")) and run.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    run.send_signal(signal.SIGKILL)
    run.wait()
    if not read_card(pack):
        with pytest.raises(DataError):
            open_chips(pack)
    built = build_dataset([str(people)], pack, dedupe=False, shard_bytes=20000)
    whole = build_dataset([str(people)], tmp_path / "whole", dedupe=False, shard_bytes=20000)
    assert built.card.shards == whole.card.shards
    assert json.loads((pack / "dataset.json").read_bytes())["schema"] == "facemetric.pack/1"
