from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from facemetric import Bundle, Recognizer
from facemetric.bundle.manifest import Codes
from facemetric.decide import CLASSIFIERS
from facemetric.detect import Mtcnn
from facemetric.embed import Embedder
from facemetric.errors import (
    BundleError,
    BundleMismatchError,
    CalibrationError,
    DecodeError,
    GalleryError,
    InputError,
    NoFaceError,
    PersonError,
    ProviderError,
    UnknownNameError,
)
from facemetric.gallery import Gallery
from facemetric.images import load_image
from facemetric.types import Chip, ItemError

pytestmark = pytest.mark.samples

SAME = 0.93
"""Between strangers (0.83) and the same person (0.96) on the sample photographs."""


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer(threads=1)


def test_three_lines_do_the_job(recognizer: Recognizer, samples: dict[str, Path]) -> None:
    answer = recognizer.verify(samples["obama"], samples["obama2"])
    assert answer.same
    assert answer.distance == pytest.approx(2 - 2 * answer.similarity)
    assert answer.decision.liveness == "not_checked"
    assert "FAR" in answer.decision.threshold.source
    assert not recognizer.verify(samples["obama"], samples["biden"]).same


def test_all_kinds_of_photographs_give_one_embedding(
    recognizer: Recognizer, samples: dict[str, Path]
) -> None:
    from PIL import Image as PilImage

    path = samples["obama2"]
    expected = recognizer.embed(path)
    with PilImage.open(path) as picture:
        picture.load()
        for photo in (str(path), path.read_bytes(), picture, load_image(path)):
            np.testing.assert_allclose(recognizer.embed(photo), expected, atol=1e-3)
    assert expected.shape == (128,)
    assert np.linalg.norm(expected) == pytest.approx(1, abs=1e-5)


def test_a_batch_goes_on_after_bad_items(
    recognizer: Recognizer, samples: dict[str, Path], no_face_photo: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(samples["obama"].read_bytes()[:5000])
    photos = [samples["obama"], broken, no_face_photo, tmp_path / "absent.jpg", samples["biden"]]
    seen = list(recognizer.see_many(photos))
    assert len(seen) == len(photos)
    kinds = [item.code if isinstance(item, ItemError) else len(item.faces) for item in seen]
    assert kinds[0] == kinds[4] == 1
    assert kinds[2] == 0
    errors = [item for item in seen if isinstance(item, ItemError)]
    assert [error.item for error in errors] == [str(broken), str(tmp_path / "absent.jpg")]
    assert errors[0].code == "decode"


def test_batches_give_what_single_photographs_give(
    recognizer: Recognizer, samples: dict[str, Path]
) -> None:
    photos = [samples[name] for name in ("obama", "biden", "obama2")]
    together = list(recognizer.see_many(photos))
    for photo, item in zip(photos, together, strict=True):
        assert not isinstance(item, ItemError)
        alone = recognizer.see(photo)
        np.testing.assert_allclose(item.faces[0].embedding, alone.faces[0].embedding, atol=1e-5)


def test_a_face_that_cannot_be_embedded_fails_its_photograph_only(
    samples: dict[str, Path], no_face_photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a GPU that is too small for one photograph with many faces."""
    photos = [samples["obama"], no_face_photo, samples["biden"], samples["obama2"]]
    recognizer = Recognizer(threads=1)
    good = list(recognizer.see_many(photos))
    bad = good[2].faces[0].chip_pixels
    embed = Embedder.embed

    def refuse(self: Embedder, chips: list[Chip]) -> np.ndarray:
        if any(np.array_equal(chip.pixels, bad) for chip in chips):
            raise ProviderError("out of memory", item="model.onnx", fix="Try another")
        return embed(self, chips)

    monkeypatch.setattr(Embedder, "embed", refuse)
    seen = list(recognizer.see_many(photos))
    assert seen[2] == ItemError(
        str(samples["biden"]), "provider", "model.onnx: out of memory", "Try another"
    )
    for index in (0, 1, 3):
        assert not isinstance(seen[index], ItemError)
        for face, before in zip(seen[index].faces, good[index].faces, strict=True):
            np.testing.assert_allclose(face.embedding, before.embedding, atol=1e-5)
    with pytest.raises(ProviderError, match=r"biden\.jpg: model\.onnx: out of memory"):
        recognizer.see(samples["biden"])


def test_errors_of_single_photographs_are_raised(
    recognizer: Recognizer, samples: dict[str, Path], no_face_photo: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.png"
    empty.touch()
    with pytest.raises(DecodeError, match=r"empty\.png"):
        recognizer.see(empty)
    with pytest.raises(NoFaceError, match=r"flower\.png: no face"):
        recognizer.verify(samples["obama"], no_face_photo, threshold=SAME)
    with pytest.raises(InputError, match="one face is needed"):
        recognizer.embed(samples["obama"], select="all")


def test_enrol_identify_and_reject(
    recognizer: Recognizer, samples: dict[str, Path], tmp_path: Path
) -> None:
    with recognizer.open_gallery(tmp_path / "people.db") as gallery:
        nobody = recognizer.identify(gallery, samples["obama"], threshold=SAME)
        assert [face.name for face in nobody.faces] == [None]
        for name, stem in (("Barack", "obama"), ("Joe", "biden")):
            report = recognizer.enroll(gallery, name, [samples[stem]])
            assert report.created
            assert [sample.duplicate for sample in report.samples] == [False]
        again = recognizer.enroll(gallery, "Barack", [samples["obama"], samples["obama2"]])
        assert not again.created
        assert [sample.duplicate for sample in again.samples] == [True, False]
        for classifier in CLASSIFIERS:
            answer = recognizer.identify(
                gallery, samples["obama3"], classifier=classifier, threshold=SAME
            )
            face = answer.faces[0]
            assert face.name == "Barack", classifier
            assert [other.name for other in answer.faces[1:]] in ([], [None])
            assert face.person_id == gallery.person("Barack").id
            assert [one.name for one in face.candidates] == ["Barack", "Joe"]
            assert face.candidates[0].similarity >= SAME > face.candidates[1].similarity
        stranger = recognizer.identify(gallery, samples["astronaut"], threshold=SAME)
        assert {face.name for face in stranger.faces} == {None}
        assert stranger.faces
        assert stranger.faces[0].person_id is None
        with pytest.raises(UnknownNameError, match="nearest"):
            recognizer.identify(gallery, samples["obama"], classifier="neares", threshold=SAME)


def test_the_gallery_sets_the_threshold(
    recognizer: Recognizer, samples: dict[str, Path], tmp_path: Path
) -> None:
    with recognizer.open_gallery(tmp_path / "people.db") as gallery:
        recognizer.enroll(gallery, "Barack", [samples["obama"]])
        usual = recognizer.gallery_threshold(gallery)
        strict = recognizer.gallery_threshold(gallery, stranger_risk=1e-4)
        assert strict.similarity > usual.similarity
        answer = recognizer.identify(gallery, samples["obama2"])
        assert answer.faces[0].name == "Barack"
        assert answer.faces[0].decision.threshold == usual
        assert answer.faces[0].decision.stranger_risk is not None
        assert answer.faces[0].decision.stranger_risk <= 0.01
        with pytest.raises(CalibrationError, match="stranger risk"):
            recognizer.gallery_threshold(gallery, stranger_risk=1e-12)


def test_an_ambiguous_photograph_is_not_enrolled(
    recognizer: Recognizer, two_faces_photo: Path, no_face_photo: Path, tmp_path: Path
) -> None:
    with recognizer.open_gallery(tmp_path / "people.db") as gallery:
        report = recognizer.enroll(gallery, "Who", [two_faces_photo, no_face_photo])
        assert report.person_id is None
        assert [error.code for error in report.errors] == ["image", "no_face"]
        assert re.search(r"shows \d faces", report.errors[0].cause)
        assert len(gallery) == 0
        chosen = recognizer.enroll(gallery, "Who", [two_faces_photo], select="largest")
        assert len(chosen.samples) == 1


def test_poor_faces_are_refused_on_demand(
    recognizer: Recognizer, samples: dict[str, Path], tmp_path: Path
) -> None:
    dark = (load_image(samples["obama2"]).pixels * 0.08).astype(np.uint8)
    with recognizer.open_gallery(tmp_path / "people.db") as gallery:
        report = recognizer.enroll(gallery, "Dark", [dark], refuse_poor=True)
        assert report.person_id is None
        assert "dark" in report.errors[0].cause
        kept = recognizer.enroll(gallery, "Dark", [dark])
        assert kept.samples[0].seen.problems


def test_a_gallery_is_bound_to_its_bundle(
    recognizer: Recognizer, samples: dict[str, Path], tmp_path: Path
) -> None:
    path = tmp_path / "other.db"
    Gallery.open(path, bundle="another-net", dim=128).close()
    with pytest.raises(BundleMismatchError, match="another-net"):
        recognizer.open_gallery(path)
    with (
        Gallery.open(path) as gallery,
        pytest.raises(BundleMismatchError, match="another-net"),
    ):
        recognizer.identify_many(gallery, [samples["obama"]], threshold=SAME)  # before the work
    with (
        Gallery.open(path) as gallery,
        pytest.raises(BundleMismatchError, match="another-net"),
    ):
        recognizer.enroll(gallery, "Barack Obama", [samples["obama"]])
    with Gallery.open(path) as gallery:
        assert len(gallery.vectors()) == 0


def test_a_gallery_is_bound_to_the_network_behind_the_id(
    recognizer: Recognizer, samples: dict[str, Path], tmp_path: Path
) -> None:
    path, bundle = tmp_path / "other.db", recognizer.bundle
    with recognizer.open_gallery(tmp_path / "own.db") as gallery:
        assert gallery.bundle_sha256 == bundle.manifest.model.sha256
    with Gallery.open(path, bundle=bundle.id, dim=bundle.dim, bundle_sha256="0" * 64) as gallery:
        with pytest.raises(BundleMismatchError, match=f"network behind '{bundle.id}' has changed"):
            recognizer.open_gallery(path)
        with pytest.raises(BundleMismatchError, match="gallery: the network behind"):
            recognizer.identify_many(gallery, [samples["obama"]], threshold=SAME)
        with pytest.raises(BundleMismatchError, match="gallery: the network behind"):
            recognizer.enroll(gallery, "Barack Obama", [samples["obama"]])


@pytest.mark.parametrize(("flip", "option"), [(True, "--flip"), (False, "--no-flip")])
def test_a_gallery_is_bound_to_one_flip_setting(
    recognizer: Recognizer, samples: dict[str, Path], tmp_path: Path, flip: bool, option: str
) -> None:
    path, bundle = tmp_path / "people.db", recognizer.bundle
    users = {True: recognizer, False: Recognizer(bundle, threads=1, flip=False)}
    with users[flip].open_gallery(path) as gallery:
        users[flip].enroll(gallery, "Barack Obama", [samples["obama"]])
        assert gallery.flip is flip
        other = users[not flip]
        with pytest.raises(BundleMismatchError, match=rf"Use {option} \(flip={flip}\)"):
            other.open_gallery(path, read_only=True)
        with pytest.raises(BundleMismatchError, match=option):
            other.identify_many(gallery, [samples["obama"]], threshold=SAME)
        with pytest.raises(BundleMismatchError, match=option):
            other.enroll(gallery, "Joe Biden", [samples["biden"]])


def test_a_gallery_of_one_byte_codes(
    recognizer: Recognizer, samples: dict[str, Path], tmp_path: Path
) -> None:
    bundle = recognizer.bundle
    low, step = (-1.0,) * bundle.dim, (2 / 255,) * bundle.dim
    manifests = [
        bundle.manifest.model_copy(update={"codes": codes})
        for codes in (None, Codes(low=low, step=step))
    ]
    bare, coded = (Recognizer(Bundle(one, bundle.folder), threads=1) for one in manifests)
    path = tmp_path / "coded.db"
    with pytest.raises(BundleError, match=f"{bundle.id}: the bundle has no one-byte codes"):
        bare.open_gallery(path, codes=True)
    assert not path.exists()
    with coded.open_gallery(path, codes=True) as gallery:
        coded.enroll(gallery, "Barack Obama", [samples["obama"]])
        assert gallery.stats().encoding == "u8"
    for user in (bare, coded):  # the gallery keeps its codec
        with user.open_gallery(path) as gallery:
            answer = user.identify(gallery, samples["obama2"], threshold=SAME)
            assert [face.name for face in answer.faces] == ["Barack Obama"]
    coded.open_gallery(tmp_path / "floats.db").close()
    with pytest.raises(BundleMismatchError, match="holds floats"):
        coded.open_gallery(tmp_path / "floats.db", codes=True)


def test_a_face_of_two_people_is_enrolled_on_demand_only(
    recognizer: Recognizer, samples: dict[str, Path], tmp_path: Path
) -> None:
    with recognizer.open_gallery(tmp_path / "people.db") as gallery:
        recognizer.enroll(gallery, "Barack", [samples["obama"]])
        with pytest.raises(PersonError, match=r"Enrol it as 'Barack', or .*conflicts='allow'"):
            recognizer.enroll(gallery, "Obama", [samples["obama"]])
        report = recognizer.enroll(gallery, "Obama", [samples["obama"]], conflicts="allow")
        assert [sample.also_of for sample in report.samples] == [("Barack",)]


def test_a_gallery_is_opened_once_there_is_a_face(
    recognizer: Recognizer, samples: dict[str, Path], no_face_photo: Path, tmp_path: Path
) -> None:
    path = tmp_path / "people.db"
    with ExitStack() as stack:

        def make() -> Gallery:
            return stack.enter_context(recognizer.open_gallery(path))

        assert recognizer.enroll(make, "Ada", [no_face_photo]).person_id is None
        assert not path.exists()
        assert recognizer.enroll(make, "Barack", [samples["obama"]]).created

    def other() -> Gallery:
        return stack.enter_context(Gallery.open(tmp_path / "other.db", bundle="net", dim=128))

    with stack, pytest.raises(BundleMismatchError, match="'net'"):
        recognizer.enroll(other, "Barack", [samples["obama"]])


@pytest.mark.parametrize(
    ("keep_until", "cause"),
    [
        (datetime(2020, 1, 1, tzinfo=UTC), "2020-01-01T.* has passed"),
        (datetime(2999, 1, 1), "expected a time with a time zone"),
    ],
)
def test_a_time_to_erase_lies_ahead(
    recognizer: Recognizer, tmp_path: Path, keep_until: datetime, cause: str
) -> None:
    with (
        recognizer.open_gallery(tmp_path / "people.db") as gallery,
        pytest.raises(InputError, match=f"keep_until: {cause}"),
    ):
        recognizer.enroll(gallery, "Ada", [tmp_path / "absent.jpg"], keep_until=keep_until)


def test_a_name_that_cannot_be_one_is_refused_before_the_work(
    recognizer: Recognizer, tmp_path: Path
) -> None:
    def photographs() -> Iterator[Path]:
        pytest.fail("a photograph was asked for")
        yield tmp_path

    with (
        recognizer.open_gallery(tmp_path / "people.db") as gallery,
        pytest.raises(PersonError, match="must not be empty"),
    ):
        recognizer.enroll(gallery, " ", photographs())


def test_a_gallery_opened_read_only_identifies_and_refuses_to_enrol(
    recognizer: Recognizer, samples: dict[str, Path], tmp_path: Path
) -> None:
    path = tmp_path / "people.db"
    with pytest.raises(GalleryError, match="no such gallery"):
        recognizer.open_gallery(path, read_only=True)
    with recognizer.open_gallery(path) as gallery:
        recognizer.enroll(gallery, "Barack Obama", [samples["obama"]])
    with recognizer.open_gallery(path, read_only=True) as gallery:
        answer = recognizer.identify(gallery, samples["obama2"], threshold=SAME)
        assert [face.name for face in answer.faces] == ["Barack Obama"]
        with pytest.raises(GalleryError, match="read-only"):
            recognizer.enroll(gallery, "Joe Biden", [samples["biden"]])


@pytest.mark.parametrize("classifier", ["nearest", "centroid"])
def test_people_may_be_enrolled_while_photographs_are_identified(
    recognizer: Recognizer, samples: dict[str, Path], tmp_path: Path, classifier: str
) -> None:
    path = tmp_path / "people.db"
    with recognizer.open_gallery(path) as gallery, Gallery.open(path) as other:
        recognizer.enroll(gallery, "Barack Obama", [samples["obama"]])
        photos = [samples["obama2"]] * 9  # more than one batch
        answers = recognizer.identify_many(
            gallery, photos, threshold=SAME, classifier=classifier, candidates=9
        )
        names = [[face.name for face in next(answers).faces]]  # type: ignore[union-attr]
        recognizer.enroll(other, "Joe Biden", [samples["biden"]])
        recognizer.enroll(other, "Barack Obama", [samples["obama3"]])
        other.rename("Barack Obama", "President Obama")
        names += [[face.name for face in answer.faces] for answer in answers]  # type: ignore[union-attr]
    assert names[0] == ["Barack Obama"]
    assert names[-1] == (["President Obama"] if classifier == "nearest" else ["Barack Obama"])


def test_grouping_finds_the_people(recognizer: Recognizer, samples: dict[str, Path]) -> None:
    groups = recognizer.group(samples.values(), threshold=SAME)
    obamas = {stem for stem in samples if stem.startswith("obama")}
    (group,) = groups.groups
    assert {Path(item.source).stem for item in group} == obamas
    # The detector may see a further face where there is none; it is like no other.
    assert {Path(item.source).stem for item in groups.alone} >= set(samples) - obamas


def test_reduced_decoding_changes_little(
    recognizer: Recognizer, samples: dict[str, Path], tmp_path: Path
) -> None:
    import cv2

    small = cv2.imread(str(samples["obama2"]))
    large = cv2.resize(small, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
    path = tmp_path / "large.jpg"
    assert cv2.imwrite(str(path), large)
    seen = recognizer.see(path)
    assert seen.size_px == (large.shape[1], large.shape[0])
    assert max(seen.pixels.shape) < max(large.shape)
    box = recognizer.see(samples["obama2"]).faces[0].face.box_xyxy_px
    np.testing.assert_allclose(seen.faces[0].face.box_xyxy_px / 4, box, atol=20)
    assert seen.faces[0].embedding @ recognizer.embed(samples["obama2"]) > 0.99


def test_small_faces_of_large_photographs_are_cut_from_all_pixels(
    recognizer: Recognizer, samples: dict[str, Path], tmp_path: Path
) -> None:
    import cv2

    canvas = np.full((3200, 4800, 3), 127, np.uint8)
    small = cv2.resize(cv2.imread(str(samples["obama2"])), (313, 600), interpolation=cv2.INTER_AREA)
    canvas[1000:1600, 2000:2313] = small
    path = tmp_path / "far-away.jpg"
    assert cv2.imwrite(str(path), canvas)
    reduced = recognizer.see(path).faces[0]
    full = recognizer.see(load_image(path)).faces[0]
    assert reduced.embedding @ full.embedding > 0.99
    assert reduced.quality.sharpness == pytest.approx(full.quality.sharpness, rel=0.35)


def test_a_smallest_face_of_your_own_is_looked_for_in_all_pixels(
    samples: dict[str, Path], tmp_path: Path
) -> None:
    import cv2

    canvas = np.full((3200, 4800, 3), 127, np.uint8)
    tiny = cv2.resize(cv2.imread(str(samples["obama2"])), (78, 150), interpolation=cv2.INTER_AREA)
    canvas[1000:1150, 2000:2078] = tiny
    path = tmp_path / "far-away.jpg"
    assert cv2.imwrite(str(path), canvas, [cv2.IMWRITE_JPEG_QUALITY, 97])
    (face,) = Recognizer(min_face_px=24, threads=1).detect(path, select="largest")
    assert face.size_px < 60
    left, top, right, bottom = face.box_xyxy_px.tolist()
    assert 2000 < (left + right) / 2 < 2078
    assert 1000 < (top + bottom) / 2 < 1150
    assert Recognizer(threads=1).detect(path) == ()


def test_a_detector_of_your_own(samples: dict[str, Path]) -> None:
    recognizer = Recognizer(detector=Mtcnn(min_face_px=1000, threads=1), threads=1)
    assert recognizer.detect(samples["obama"]) == ()
    with pytest.raises(InputError, match="min_face_px"):
        Recognizer(detector=Mtcnn(), min_face_px=40)


def test_grouping_by_a_number_of_people_needs_no_threshold(
    recognizer: Recognizer, samples: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def uncalibrated(*_: object, **__: object) -> None:
        raise CalibrationError("the bundle has no calibration")

    monkeypatch.setattr("facemetric.recognizer.viewer.threshold_for", uncalibrated)
    photos = [samples[name] for name in ("obama", "biden", "obama2")]
    groups = recognizer.group(photos, method="k-means", people=2)
    assert groups.threshold is None
    assert [[Path(face.source).stem for face in group] for group in groups.groups] == [
        ["obama", "obama2"]
    ]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"method": "k-mean"}, UnknownNameError),
        ({"method": "k-means", "threshold": 0.9}, InputError),
        ({"people": 2, "threshold": 0.9}, InputError),
        ({"threshold": float("nan")}, InputError),
    ],
)
def test_options_that_do_not_fit_are_refused_before_the_work(
    recognizer: Recognizer, options: dict[str, Any], error: type[Exception]
) -> None:
    def photographs() -> Iterator[Path]:
        pytest.fail("a photograph was asked for")
        yield Path()

    with pytest.raises(error):
        recognizer.group(photographs(), **options)


@pytest.mark.parametrize("photo", ["ada.jpg", b"bytes", np.zeros((9, 9, 3), np.uint8)])
def test_one_photograph_where_several_are_wanted(recognizer: Recognizer, photo: Any) -> None:
    with pytest.raises(InputError, match=r"photos: expected several .* Put it in a list"):
        list(recognizer.see_many(photo))


def test_a_bundle_with_an_unknown_alignment_is_refused_at_once(recognizer: Recognizer) -> None:
    bundle = recognizer.bundle
    alignment = bundle.manifest.alignment.model_copy(update={"template": "arcface-113"})
    manifest = bundle.manifest.model_copy(update={"alignment": alignment})
    bundle.model_path()
    with pytest.raises(UnknownNameError, match="Did you mean 'arcface-112'"):
        Recognizer(Bundle(manifest, bundle.folder))
