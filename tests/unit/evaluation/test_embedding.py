"""The pipeline from files to embeddings, on photographs that packages ship."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PilImage
from sklearn.datasets import load_sample_images

from facemetric.align import align_faces
from facemetric.bundle import open_bundle
from facemetric.datasets import (
    BoxedPhoto,
    EncodedPhoto,
    LfwPairs,
    read_lfw_pairs,
    sample_photos,
)
from facemetric.detect import Mtcnn, select_faces
from facemetric.embed import Embedder
from facemetric.evaluation import (
    CentralFaceFinder,
    CentreCrop,
    FaceEmbedder,
    FaceTraits,
    ReadyChips,
)
from facemetric.evaluation.faces import centre_square
from facemetric.evaluation.metrics import kfold_accuracy
from facemetric.evaluation.sources import code_sha256
from facemetric.images import load_image


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return Embedder(open_bundle("dlib-resnet-v1"), threads=1)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two people, one of them shrunk as well, and a temple."""
    pytest.importorskip("skimage")
    folder = tmp_path_factory.mktemp("photos")
    paths = []
    for number, photo in enumerate(sample_photos(folder, missing_ok=True)[:2]):
        with PilImage.open(photo.path) as picture:
            paths.append(folder / f"{number}.png")
            picture.convert("RGB").save(paths[-1])
            if number == 1:
                paths.append(folder / "small.png")
                picture.convert("RGB").resize((360, 360)).save(paths[-1])
    paths.append(folder / "temple.png")
    PilImage.fromarray(load_sample_images().images[0]).save(paths[-1])
    return paths


def test_same_as_the_steps_by_hand(embedder: Embedder, photos: list[Path]) -> None:
    vectors, found = FaceEmbedder(embedder, CentralFaceFinder())(photos)
    assert found.tolist() == [True, True, True, False]
    assert vectors.dtype == np.float32
    image = load_image(photos[1])
    (face,) = select_faces(Mtcnn(threads=1).detect(image), image, select="central")
    by_hand = embedder.embed(align_faces(image, [face], "dlib-150"))
    assert vectors[1] == pytest.approx(by_hand[0], abs=1e-5)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(4), abs=1e-5)
    # The same person in another size, above two people, above a person and a temple.
    assert vectors[1] @ vectors[2] > 0.97
    assert vectors[1] @ vectors[2] > vectors[0] @ vectors[1] + 0.05
    assert vectors[1] @ vectors[2] > vectors[1] @ vectors[3] + 0.05


def test_the_cache_gives_the_same_and_spares_the_work(
    embedder: Embedder, photos: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = FaceEmbedder(embedder, CentralFaceFinder(cache=tmp_path), cache=tmp_path)(photos)
    finder = CentralFaceFinder(cache=tmp_path)
    monkeypatch.setattr(Embedder, "embed", None)
    monkeypatch.setattr(Mtcnn, "detect", None)
    again, found = FaceEmbedder(embedder, finder, cache=tmp_path)(photos)
    assert np.array_equal(first, again)
    assert found.tolist() == [True, True, True, False]
    assert finder(photos)[3] is None
    with pytest.raises(TypeError):
        CentralFaceFinder(min_face_px=30, cache=tmp_path)(photos)


def test_flip_has_its_own_cache(embedder: Embedder, photos: list[Path], tmp_path: Path) -> None:
    plain = Embedder(embedder.bundle, threads=1, flip=False)
    finder = CentralFaceFinder(cache=tmp_path)
    with_flip, _ = FaceEmbedder(embedder, finder, cache=tmp_path)(photos[:1])
    without, _ = FaceEmbedder(plain, finder, cache=tmp_path)(photos[:1])
    assert 1e-4 < np.abs(with_flip - without).max() < 0.1


def test_the_centre_stands_for_a_face_not_found(photos: list[Path]) -> None:
    image = load_image(photos[3])
    width, height = image.size_px
    left, top, right, bottom = centre_square(image)
    assert (right - left, bottom - top) == (min(width, height) / 2, min(width, height) / 2)
    assert ((left + right) / 2, (top + bottom) / 2) == (width / 2, height / 2)


def test_code_changes_the_fingerprint() -> None:
    assert code_sha256("detect") != code_sha256("align")
    assert code_sha256("detect", "align") == code_sha256("align", "detect")
    assert code_sha256("bundle/preprocess.py") != code_sha256("bundle/network.py")


def test_processes_find_what_threads_find(photos: list[Path], tmp_path: Path) -> None:
    many = []
    for number in range(64):
        picture = load_image(photos[number % 4]).pixels.copy()
        picture[0, 0] = number
        many.append(tmp_path / f"{number}.png")
        PilImage.fromarray(picture).resize((180, 180)).save(many[-1])
    threads = CentralFaceFinder()(many)
    processes = CentralFaceFinder(processes=True)(many)
    assert 32 <= threads.found.sum() < 64
    assert np.array_equal(threads.found, processes.found)
    assert processes.boxes_xyxy_px == pytest.approx(threads.boxes_xyxy_px, abs=1e-3)


def test_a_damaged_photograph_is_said_to_be_unreadable(photos: list[Path], tmp_path: Path) -> None:
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"\xff\xd8 no more")
    faces = CentralFaceFinder()([photos[0], bad, photos[3]])
    assert faces.readable.tolist() == [True, False, True]
    assert faces.found.tolist() == [True, False, False]


def test_bytes_and_given_boxes_embed_like_files(
    embedder: Embedder, photos: list[Path], tmp_path: Path
) -> None:
    encoded = EncodedPhoto("in a container", photos[0].read_bytes())
    face = CentralFaceFinder()(photos[:1])[0]
    assert face is not None
    left, top, right, bottom = face.box_xyxy_px.tolist()
    boxed = BoxedPhoto(photos[0], (left + 3, top - 3, right + 3, bottom - 3))
    pointed = BoxedPhoto(photos[0], (0, 0, 9, 9), tuple(map(tuple, face.landmarks_px.tolist())))
    elsewhere = BoxedPhoto(photos[0], (0.0, 0.0, 60.0, 60.0))
    embed = FaceEmbedder(embedder, CentralFaceFinder(), cache=tmp_path)
    vectors, found = embed([photos[0], encoded, boxed, pointed, elsewhere])
    assert found.tolist() == [True, True, True, True, False]
    assert vectors[1:4] == pytest.approx(np.stack([vectors[0]] * 3), abs=1e-6)
    assert vectors[0] @ vectors[4] < 0.95


def test_ready_chips_are_embedded_as_they_were_aligned(
    embedder: Embedder, photos: list[Path], tmp_path: Path
) -> None:
    image = load_image(photos[1])
    (face,) = select_faces(Mtcnn(threads=1).detect(image), image, select="central")
    (chip,) = align_faces(image, [face], "arcface-112")
    path = tmp_path / "chip.png"
    PilImage.fromarray(chip.pixels).save(path)
    embed = FaceEmbedder(embedder, ReadyChips())
    vectors, found = embed([path])
    assert found.tolist() == [True]
    aligned, _ = FaceEmbedder(embedder, CentralFaceFinder())([photos[1]])
    # The chip is smaller than the bundle's own and cut closer.
    assert vectors[0] @ aligned[0] > 0.95
    middle, _ = FaceEmbedder(embedder, CentreCrop())([photos[1]])
    assert vectors[0] @ middle[0] < vectors[0] @ aligned[0]


def test_traits_of_a_face_and_of_none(photos: list[Path], tmp_path: Path) -> None:
    traits = FaceTraits(CentralFaceFinder(cache=tmp_path), cache=tmp_path)(photos)
    faces = CentralFaceFinder()(photos)
    sizes = [np.nan if face is None else face.size_px for face in faces]
    assert traits["size_px"] == pytest.approx(sizes, nan_ok=True)
    assert np.isnan(traits["sharpness"]).tolist() == [False, False, False, True]
    assert (np.abs(traits["yaw_deg"][:3]) < 45).all()
    assert ((traits["brightness"][:3] > 0.1) & (traits["brightness"][:3] < 0.9)).all()


@pytest.mark.data
def test_two_pairs_of_each_kind_from_every_fold(embedder: Embedder, data_root: Path) -> None:
    pairs = read_lfw_pairs(data_root / "lfw")
    rows = (600 * np.arange(10)[:, None] + [10, 150, 310, 450]).ravel()
    used, index = np.unique(pairs.pairs[rows], return_inverse=True)
    some = LfwPairs(
        tuple(pairs.paths[row] for row in used),
        index.reshape(-1, 2),
        pairs.same[rows],
        pairs.fold[rows],
    )
    assert some.same.sum() == 20
    vectors, found = FaceEmbedder(embedder, CentralFaceFinder())(some.paths)
    assert found.all()
    scores = np.einsum("pd,pd->p", vectors[some.pairs[:, 0]], vectors[some.pairs[:, 1]])
    assert kfold_accuracy(scores, some.same, some.fold).mean >= 0.95
