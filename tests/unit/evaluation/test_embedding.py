"""The pipeline from files to embeddings, on photographs that packages ship."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PilImage
from sklearn.datasets import load_sample_images

from facemetric.align import align_faces
from facemetric.bundle import open_bundle
from facemetric.datasets import LfwPairs, read_lfw_pairs, sample_photos
from facemetric.detect import Mtcnn, select_faces
from facemetric.embed import Embedder
from facemetric.evaluation import CentralFaceFinder, FaceEmbedder, evaluate_lfw
from facemetric.evaluation.embedding import centre_square
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
    result = evaluate_lfw(some, FaceEmbedder(embedder, CentralFaceFinder()))
    assert result.faces_found == result.images == len(used)
    assert result.accuracy >= 0.95
