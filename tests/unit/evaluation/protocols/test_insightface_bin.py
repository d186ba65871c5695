"""InsightFace's sets as a task: pictures inside files, a part for each file."""

from __future__ import annotations

import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest

from facemetric.bundle import open_bundle
from facemetric.datasets import EncodedPhoto, load_photo, read_bin_pairs
from facemetric.embed import Embedder
from facemetric.errors import DataError, DecodeError, InputError
from facemetric.evaluation import PROTOCOLS, FaceEmbedder, ReadyChips, Settings, evaluate
from facemetric.evaluation.metrics import kfold_accuracy
from facemetric.evaluation.protocols import InsightFaceBinTask, insightface_bin_task
from facemetric.types import AnyArray
from layouts.small import BIN_PAIRS, FOLDS, SmallTrees

QUICK = Settings(replicates=20)
PAIRS = 2 * BIN_PAIRS * FOLDS


def made_up(task: InsightFaceBinTask, seed: int = 0) -> AnyArray:
    vectors = np.random.default_rng(seed).normal(size=(len(task.photos), 16))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def content(path: Path) -> tuple[list[bytes], list[bool]]:
    read = read_bin_pairs(path)
    return list(read.images), read.same.tolist()


def data_of(task: InsightFaceBinTask, row: int) -> bytes:
    photo = task.photos[row]
    assert isinstance(photo, EncodedPhoto)
    return photo.data


def test_a_picture_that_is_in_several_pairs_is_embedded_once(small_trees: SmallTrees) -> None:
    read = read_bin_pairs(small_trees.bin_file)
    task = insightface_bin_task(small_trees.bin_file)
    assert len(task.photos) == len(set(read.images)) < len(read.images)
    (listed,) = task.lists
    assert listed.name == "lfw"
    for pair, rows in zip(read.pairs.tolist(), listed.pairs.tolist(), strict=True):
        assert [read.images[row] for row in pair] == [data_of(task, row) for row in rows]
    assert (listed.same == read.same).all()
    assert (listed.fold == read.fold).all()
    assert (task.faces, task.people) == ("ready", ())
    assert PROTOCOLS["bin"](small_trees.bin_file).faces == "ready"


def test_a_part_for_each_file(small_trees: SmallTrees, tmp_path: Path) -> None:
    images, same = content(small_trees.bin_file)
    other = tmp_path / "agedb_30.bin"
    other.write_bytes(pickle.dumps((images[::-1], same[::-1])))
    task = insightface_bin_task(small_trees.bin_file, other)
    assert [one.name for one in task.lists] == ["lfw", "agedb_30"]
    assert len(task.photos) == len(set(images))
    vectors = made_up(task)
    result = evaluate(task, lambda photos: (vectors, np.ones(len(photos), bool)), QUICK)
    assert result.conditions["files"] == "lfw.bin, agedb_30.bin"
    for listed, part in zip(task.lists, result.parts, strict=True):
        scores = np.array([vectors[a].astype(float) @ vectors[b] for a, b in listed.pairs])
        wanted = kfold_accuracy(scores, listed.same, listed.fold)
        assert part.figure("accuracy").value == pytest.approx(wanted.mean)
        assert part.counts == {"genuine pairs": PAIRS // 2, "impostor pairs": PAIRS // 2}
        assert all(figure.interval is None for figure in part.figures)
        notes = " ".join(part.notes)
        assert "no interval over people" in notes
        assert "Wilson" in notes


def test_files_of_the_same_name_are_told_apart(small_trees: SmallTrees, tmp_path: Path) -> None:
    copy = Path(shutil.copy(small_trees.bin_file, tmp_path / "lfw.bin"))
    task = insightface_bin_task(small_trees.bin_file, copy)
    assert [one.name for one in task.lists] == [str(small_trees.bin_file), str(copy)]
    with pytest.raises(InputError, match="each file once"):
        insightface_bin_task(copy, copy)


def test_one_person_only_is_nothing_to_measure(small_trees: SmallTrees, tmp_path: Path) -> None:
    images, same = content(small_trees.bin_file)
    path = tmp_path / "genuine.bin"
    for kind, what in ((True, "one person"), (False, "different people")):
        path.write_bytes(pickle.dumps((images, [kind] * len(same))))
        with pytest.raises(DataError, match=f"genuine.bin: all {PAIRS} pairs are of {what}"):
            insightface_bin_task(path)


def test_wrong_files(small_trees: SmallTrees, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        insightface_bin_task(tmp_path / "absent.bin")
    with pytest.raises(DataError, match="cannot be read"):
        insightface_bin_task(tmp_path)
    path = tmp_path / "harmful.bin"
    path.write_bytes(b"cos\nsystem\n(S'true'\ntR.")
    with pytest.raises(DataError, match="harmful"):
        insightface_bin_task(path)


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return Embedder(open_bundle("dlib-resnet-v1"), threads=1, flip=False)


def test_a_damaged_picture_is_named(
    small_trees: SmallTrees, tmp_path: Path, embedder: Embedder
) -> None:
    images, same = content(small_trees.bin_file)
    images[4] = images[4][:200]
    path = tmp_path / "damaged.bin"
    path.write_bytes(pickle.dumps((images, same)))
    with pytest.raises(DecodeError, match="damaged, picture 4"):
        evaluate(insightface_bin_task(path), FaceEmbedder(embedder, ReadyChips()), QUICK)


@pytest.mark.data
def test_a_file_of_insightface(data_root: Path, embedder: Embedder) -> None:
    """Its pairs are all of one person, so impostors are made across them."""
    path = data_root / "insightface_small_lfw.bin"
    with pytest.raises(DataError, match="all 10 pairs are of one person"):
        insightface_bin_task(path)
    read = read_bin_pairs(path)
    photos = [EncodedPhoto(str(row), data) for row, data in enumerate(read.images)]
    assert {load_photo(photo).size_px for photo in photos} == {(112, 112)}
    vectors, found = FaceEmbedder(embedder, ReadyChips())(photos)
    assert found.all()
    scores = vectors @ vectors.T
    genuine = [scores[first, second] for first, second in read.pairs]
    across = [
        scores[a, b]
        for number, (a, _) in enumerate(read.pairs)
        for _, b in read.pairs[number + 1 :]
        if read.images[a] != read.images[b]
    ]
    assert np.median(genuine) > np.percentile(across, 90)
